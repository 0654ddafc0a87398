from datetime import date
from uuid import uuid4

from freezegun import freeze_time

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from odoo.addons.crm_segments_pos.tests.till import open_till

from .common import PosPointsCase


@tagged("post_install", "-at_install")
class TestPosEarn(PosPointsCase):
    """The till's word was believed: 99,999 points on an order of 1.00, and no points at
    all when its second call got lost."""

    def test_points_come_with_the_order(self):
        order = self.buy(3)
        self.assertBalance(self.card, 300)
        entry = self.entries(order)
        self.assertEqual(
            (entry.kind, entry.points, entry.reason), ("earn", 300, "order")
        )
        self.assertEqual(entry.operator_name, self.cashier.name)
        self.assertEqual(entry.source_name, order.name)
        self.assertEqual(entry.branch_id, self.branch)
        self.assertIn(order.uuid, entry.key)
        self.assertIn("300", entry.why)
        self.assertEqual(self.exceptions(), [])

    def test_the_claim_of_the_till_is_not_believed(self):
        order = self.buy(self.till.line(self.product, 1, 1.0))
        answer = self.claim(order, 99999, key=self.card.id)
        self.assertBalance(self.card, 1)
        self.assertEqual(
            answer["coupon_updates"],
            [
                {
                    "id": self.card.id,
                    "old_id": self.card.id,
                    "points": 1,
                    "code": self.card.code,
                    "program_id": self.program.id,
                    "partner_id": self.partner.id,
                }
            ],
        )

    def test_lines_worth_more_than_was_paid_earn_what_was_paid(self):
        line = self.till.line(self.product, 1, 1.0)
        line[2].update(price_subtotal_incl=99999, price_subtotal=99999)
        self.buy(line, amount_total=1, amount_tax=0, payments=[self.till.payment(1)])
        self.assertBalance(self.card, 1)

    def test_the_second_call_repeated(self):
        order = self.buy(3)
        for _repeat in range(3):
            answer = self.claim(order, 300)
            self.assertEqual(answer["coupon_updates"][0]["points"], 300)
        self.assertBalance(self.card, 300)
        self.assertEqual(len(self.entries(order)), 1)
        history = self.card.history_ids
        self.assertEqual((history.issued, history.used), (300, 0))

    def test_the_same_order_sent_again(self):
        data = self.till.data([self.till.line(self.product, 3)], self.partner)
        orders = {self.till.sync(data) for _repeat in range(3)}
        self.assertEqual(len(orders), 1)
        self.assertBalance(self.card, 300)

    def test_a_first_order_makes_the_card(self):
        buyer = self.env["res.partner"].create({"name": "Somsri"})
        order = self.buy(2, partner=buyer)
        card = self.Card.search([("partner_id", "=", buyer.id)])
        self.assertBalance(card, 200)
        answer = self.claim(order, 200, key=-7)
        update = answer["coupon_updates"][0]
        self.assertEqual((update["old_id"], update["id"]), (-7, card.id))
        self.assertEqual(self.Card.search([("partner_id", "=", buyer.id)]), card)

    def test_an_order_without_points_makes_no_card(self):
        buyer = self.env["res.partner"].create({"name": "Somsri"})
        self.buy(self.till.line(self.top_up, 1, 0), partner=buyer)
        self.assertFalse(self.Card.search([("partner_id", "=", buyer.id)]))

    def test_an_unfinished_order_earns_nothing_until_it_is_paid(self):
        line = self.till.line(self.product, 5)
        data = self.till.data([line], self.partner, state="draft", payments=[])
        order = self.till.sync(data)
        self.assertBalance(self.card, 0)
        self.claim(order, 500, key=self.card.id)
        self.assertBalance(self.card, 0)
        edited = self.till.line(self.product, 2)
        data.update(
            state="paid",
            lines=[[2, order.lines.id, {}], list(edited)],
            payment_ids=[self.till.payment(200)],
            amount_total=200,
            amount_paid=200,
        )
        order.env["pos.order"].sync_from_ui([dict(data)])
        self.assertEqual(order.state, "paid")
        self.assertBalance(self.card, 200)

    def test_a_customer_set_afterwards(self):
        order = self.till.sell([self.till.line(self.product, 2)])
        self.assertFalse(self.entries(order))
        order.partner_id = self.partner
        self.assertBalance(self.card, 200)
        order.partner_id = self.partner
        self.assertBalance(self.card, 200)

    def test_a_customer_corrected(self):
        order = self.buy(2)
        order.partner_id = self.other_partner
        self.assertBalance(self.card, 0)
        card = self.Card.search([("partner_id", "=", self.other_partner.id)])
        self.assertBalance(card, 200)
        self.assertEqual(self.points(order), [200, 200, -200])

    def test_paid_in_the_back_office(self):
        order = self.till.sync(
            self.till.data(
                [self.till.line(self.product, 2)],
                self.partner,
                state="draft",
                payments=[],
            )
        )
        payment = (
            self.env["pos.make.payment"]
            .with_context(active_id=order.id, active_ids=order.ids)
            .create({"payment_method_id": self.till.config.payment_method_ids[0].id})
        )
        payment.check()
        self.assertEqual(order.state, "paid")
        self.assertBalance(self.card, 200)

    def test_invoice_and_closing_change_nothing(self):
        order = self.buy(2, to_invoice=True)
        self.assertEqual(order.account_move.state, "posted")
        later = self.buy(1)
        later.sudo().action_pos_order_invoice()
        self.till.session.sudo().post_closing_cash_details(300)
        self.till.session.sudo().close_session_from_ui()
        self.assertBalance(self.card, 300)
        self.assertEqual(len(self.entries(order) | self.entries(later)), 2)

    def test_a_late_order_keeps_its_own_day(self):
        self.program.write(
            {"expiry_policy": "after", "expiry_count": 30, "expiry_unit": "days"}
        )
        order = self.buy(1, date_order="2024-05-01 20:00:00")
        entry = self.entries(order)
        # five hours before midnight in UTC is the next morning in Bangkok
        self.assertEqual(entry.date, date(2024, 5, 2))
        self.assertEqual(entry.expiry, date(2024, 6, 1))

    def test_an_order_from_the_future_is_from_today(self):
        with freeze_time("2026-03-01 05:00:00"):
            order = self.buy(1, date_order="2030-05-01 20:00:00")
            self.assertEqual(self.entries(order).date, date(2026, 3, 1))

    def test_programmes_of_the_day_and_of_the_till(self):
        self.program.write({"date_from": "2024-05-01", "date_to": "2024-05-31"})
        self.buy(1, date_order="2024-05-20 05:00:00")
        self.assertBalance(self.card, 100)
        self.buy(1)
        self.assertBalance(self.card, 100)
        self.program.write({"date_from": False, "date_to": False})
        other = open_till(self.env, "Other")
        self.program.pos_config_ids = other.config
        self.buy(1)
        self.assertBalance(self.card, 100)
        other.sell([other.line(self.product)], self.partner)
        self.assertBalance(self.card, 200)

    def test_a_rule_that_needs_a_code(self):
        self.program.rule_ids = [
            Command.create(
                {
                    "mode": "with_code",
                    "code": "DOUBLE",
                    "reward_point_mode": "order",
                    "reward_point_amount": 50,
                    "minimum_qty": 0,
                }
            )
        ]
        self.buy(1)
        self.assertBalance(self.card, 100)
        self.buy(1, points_codes="OTHER, DOUBLE")
        self.assertBalance(self.card, 250)

    def test_a_settled_quotation_earns_in_sales_only(self):
        quotation = self.env["sale.order"].create(
            {
                "partner_id": self.partner.id,
                "order_line": [
                    Command.create(
                        {"product_id": self.product.id, "product_uom_qty": 2}
                    )
                ],
            }
        )
        settled = self.till.line(
            self.product,
            2,
            sale_order_origin_id=quotation.id,
            sale_order_line_id=quotation.order_line.id,
        )
        self.till.with_user(self.env.user).sell(
            [settled, self.till.line(self.product, 1)], self.partner
        )
        self.assertEqual(quotation.state, "sale")
        self.assertBalance(self.card, 300)

    def test_combo_parts_earn_once(self):
        parent = self.till.line(self.product, 1, 0.0)
        order = self.buy(
            parent, self.till.line(self.cup, 1, 70.0), self.till.line(self.cup, 1, 30.0)
        )
        self.assertBalance(self.card, 100)
        data = self.till.data([parent], self.partner)
        lines = [
            self.till.line(self.product, 1, 0.0),
            self.till.line(self.cup, 1, 70.0),
            self.till.line(self.cup, 1, 30.0),
        ]
        data = self.till.data(lines, self.partner)
        uuids = [line[2]["uuid"] for line in lines]
        data["relations_uuid_mapping"] = {
            "pos.order.line": {
                uuid: {"combo_parent_id": uuids[0]} for uuid in uuids[1:]
            }
        }
        combo = self.till.sync(data)
        self.assertEqual(len(combo.lines[0].combo_line_ids), 2)
        self.assertEqual(self.points(combo), self.points(order))

    def test_prepaid_value_is_topped_up_with_the_order(self):
        order = self.buy(self.till.line(self.top_up, 2))
        wallet = self.Card.search(
            [("partner_id", "=", self.partner.id), ("program_id", "=", self.wallet.id)]
        )
        self.assertBalance(wallet, 1000)
        self.claim(order, 1000, self.wallet)
        self.claim(order, 5000, self.wallet, key=wallet.id)
        self.assertBalance(wallet, 1000)

    def test_two_prepaid_programmes_of_one_product(self):
        other = self.wallet.copy({"name": "Other prepaid"})
        other.rule_ids.product_ids = self.top_up
        order = self.buy(self.till.line(self.top_up, 1))
        wallets = [
            ("partner_id", "=", self.partner.id),
            ("program_type", "=", "ewallet"),
        ]
        self.assertFalse(self.Card.search(wallets))
        self.claim(order, 99999, other)
        card = self.Card.search(wallets)
        self.assertEqual(card.program_id, other)
        self.assertBalance(card, 500)
        self.claim(order, 500, self.wallet)
        empty = self.Card.search(wallets) - card
        self.assertEqual(empty.program_id, self.wallet)
        self.assertBalance(empty, 0)
        self.assertBalance(card, 500)

    def test_receipt(self):
        self.program.write(
            {"expiry_policy": "after", "expiry_count": 30, "expiry_unit": "days"}
        )
        with freeze_time("2026-03-01 05:00:00"):
            order = self.buy(3, self.reward_line(self.per_point, 50, 50, self.card))
            wanted = {
                "program": "Points",
                "earned": 300,
                "spent": 50,
                "balance": 250,
                "next_lapse": {"points": 250, "date": "2026-03-31"},
            }
            Order = self.env["pos.order"].with_user(self.cashier)
            self.assertEqual(Order.get_points_receipt(order.id), wanted)
            self.assertEqual(Order.get_points_receipt(order.uuid), wanted)
            summary = self.Card.with_user(self.cashier).get_till_summary(
                [self.card.id, 0, -5, "x"]
            )
        self.assertEqual(
            summary,
            {
                self.card.id: {
                    "balance": 250,
                    "pending": 0,
                    "lapsing": [{"points": 250, "date": "2026-03-31"}],
                    "tier": False,
                }
            },
        )
        nobody = self.till.sell([self.till.line(self.product)])
        self.assertFalse(Order.get_points_receipt(nobody.id))
        self.assertFalse(Order.get_points_receipt(str(uuid4())))

    def test_another_companys_cards_are_not_shown(self):
        company = self.env["res.company"].create({"name": "Other"})
        stranger = new_test_user(
            self.env,
            "stranger",
            "base.group_user,point_of_sale.group_pos_user",
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
        )
        self.program.company_id = self.env.company
        order = self.buy(1)
        Card = self.Card.with_user(stranger)
        self.assertEqual(Card.get_till_summary(self.card.ids), {})
        Order = self.env["pos.order"].with_user(stranger)
        self.assertFalse(Order.get_points_receipt(order.uuid))
        with self.assertRaises(AccessError):
            order.with_user(stranger).confirm_coupon_programs({})

    def test_queries_do_not_grow_with_the_lines(self):
        def count(number):
            self.env.invalidate_all()
            order = self.till.sync(
                self.till.data(
                    [self.till.line(self.product) for _line in range(number)],
                    self.partner,
                    state="draft",
                    payments=[],
                )
            )
            order.sudo().state = "paid"
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            order._settle_points()
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        count(2)
        few, many = count(2), count(60)
        self.assertEqual(few, many)
        self.assertLess(many, 80)
