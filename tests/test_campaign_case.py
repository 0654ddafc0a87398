import tempfile
from datetime import datetime
from pathlib import Path

from freezegun import freeze_time

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import TransactionCase, new_test_user, tagged

from odoo.addons.crm_segments_pos.tests.till import open_till
from odoo.addons.crm_sms_wallet.tests.common_deliveries import (
    KEY,
    fill_wallet,
    make_gateway,
)
from odoo.addons.crm_sms_wallet.tests.emulators.simulator_server import SimulatorServer

# The shop is in Bangkok, seven hours ahead. A Wednesday and a Saturday.
NOON = datetime(2025, 11, 26, 5, 0)
WEDNESDAY_1400, WEDNESDAY_1600 = "2025-11-26 07:00:00", "2025-11-26 09:00:59"
WEDNESDAY_1359, WEDNESDAY_1601 = "2025-11-26 06:59:59", "2025-11-26 09:01:00"
SATURDAY_1500 = "2025-11-29 08:00:00"


@tagged("standard", "post_install", "-at_install")
class TestCampaignCase(TransactionCase):
    """The model case of a campaign, from the customers of an area to what it earned:
    buy 1 get 1, Monday to Friday from 14:00 to 16:00, told by name to buyers in chosen
    areas only."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context=dict(cls.env.context, tracking_disable=True))
        cls.company = cls.env.company
        cls.company.write(
            {
                "customer_tz": "Asia/Bangkok",
                "country_id": cls.env.ref("base.th").id,
                "sms_hours_from": 9,
                "sms_hours_until": 20,
            }
        )
        cls.env["loyalty.program"].search([]).active = False
        cls.env.user.group_ids += cls.env.ref("point_of_sale.group_pos_manager")
        cls.tea = cls.env["product.product"].create(
            {
                "name": "Iced tea",
                "list_price": 100,
                "standard_price": 30,
                "taxes_id": False,
                "available_in_pos": True,
            }
        )
        weekdays = dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), True)
        cls.promotion, cls.coupons = cls.env["loyalty.program"].create(
            [
                {
                    "name": "Buy 1 get 1",
                    "program_type": "buy_x_get_y",
                    "applies_on": "current",
                    "trigger": "auto",
                    **weekdays,
                    "hour_from": 14,
                    "hour_to": 16,
                    "rule_ids": [
                        Command.create(
                            {
                                "product_ids": cls.tea.ids,
                                "reward_point_mode": "unit",
                                "minimum_qty": 1,
                            }
                        )
                    ],
                    "reward_ids": [cls.free_tea()],
                },
                {
                    "name": "Buy 1 get 1, by code",
                    "program_type": "coupons",
                    "applies_on": "current",
                    "trigger": "with_code",
                    **weekdays,
                    "hour_from": 14,
                    "hour_to": 16,
                    "rule_ids": [Command.create({})],
                    "reward_ids": [cls.free_tea()],
                },
            ]
        )
        cls.area, cls.elsewhere = cls.buyers(40, "10500"), cls.buyers(4, "50200")
        cls.env["crm.customer.metric"]._refresh_dirty()
        cls.officer = new_test_user(
            cls.env, "case_officer", "crm_segments.crm_segments_group_officer"
        )
        cls.till = open_till(cls.env)

    @classmethod
    def free_tea(cls):
        return Command.create(
            {
                "reward_type": "product",
                "reward_product_id": cls.tea.id,
                "required_points": 1,
            }
        )

    @classmethod
    def buyers(cls, number, postcode):
        """:return: customers with a number who have agreed, and bought long ago"""
        partners = cls.env["res.partner"].with_context(crm_customer=True)
        partners = partners.create(
            [
                {
                    "name": f"Customer {postcode} {n}",
                    "nickname": f"Nok{n}",
                    "phone": f"08{postcode}{n:03}",
                    "zip": postcode,
                    "country_id": cls.env.ref("base.th").id,
                }
                for n in range(number)
            ]
        )
        partners._crm_record_consent("marketing_sms")
        cls.env["sale.order"].create(
            [
                {
                    "partner_id": partner.id,
                    "state": "sale",
                    "date_order": "2025-05-01 05:00:00",
                    "order_line": [Command.create({"product_id": cls.tea.id})],
                }
                for partner in partners
            ]
        )
        return partners

    def setUp(self):
        super().setUp()
        folder = self.enterContext(tempfile.TemporaryDirectory())
        self.server = self.enterContext(
            SimulatorServer(Path(folder) / "accepted.jsonl", key=KEY)
        )
        make_gateway(self.env, self.server, self.company)
        fill_wallet(self.env, self.company, 1000)

    # -- the steps -----------------------------------------------------------------

    def segment(self):
        """:return: the buyers of the area"""
        segment = self.env["crm.segment"].create(
            {
                "name": "Silom buyers",
                "domain": "[('zip', 'in', ['10500', '10120']),"
                " ('customer_order_count', '>', 0)]",
            }
        )
        self.env["crm.segment"]._refresh_all()
        return segment

    def send_campaign(self, segment):
        """:return: mailing.mailing, sent at noon"""
        campaign = (
            self.env["mailing.mailing"]
            .with_user(self.officer)
            .create(
                {
                    "subject": "Buy 1 get 1 in the afternoon",
                    "mailing_type": "sms",
                    "recipient_choice": "segments",
                    "include_segment_ids": [Command.set(segment.ids)],
                    "holdout_percent": 50,
                    "result_days": 7,
                    "coupon_program_ref": f"loyalty.program,{self.coupons.id}",
                    "body_plaintext": "{nickname}: tea buy 1 get 1 Mon-Fri 14-16."
                    " Code {coupon}. Stop: {optout}",
                }
            )
        )
        campaign.action_prepare()
        self.assertEqual(campaign.prepare_state, "ready")
        self.assertTrue(campaign.smallest_effect_text)
        campaign._launch()
        self.env["sms.delivery"]._send_waiting(lambda *_a, **_k: 1)
        self.env.invalidate_all()
        messages = self.env["sms.delivery"].search([("mailing_id", "=", campaign.id)])
        self.assertEqual(set(messages.mapped("state")), {"accepted"})
        return campaign, messages

    def buy_at_till(self, customer, when, card=None):
        """One tea paid, one free. :return: pos.order"""
        reward = (self.coupons if card else self.promotion).reward_ids
        product = reward.discount_line_product_id
        product.taxes_id = False
        free = self.till.line(
            product,
            1,
            -100,
            is_reward_line=True,
            reward_id=reward.id,
            coupon_id=card.id if card else False,
            points_cost=1,
            reward_identifier_code="free",
        )
        lines = [self.till.line(self.tea, 2), free]
        return self.till.sell(lines, customer, date_order=when)

    def refusals(self, order):
        found = self.env["pos.points.exception"].search([("order_id", "=", order.id)])
        return found.mapped("kind")

    # -- the case ------------------------------------------------------------------

    def test_from_segment_to_return(self):
        with freeze_time(NOON):
            segment = self.segment()
            campaign, messages = self.send_campaign(segment)
        rows = campaign.assignment_ids
        self.assertEqual(rows.partner_id, self.area, "the area, and nobody else")
        treated = rows.filtered(lambda row: row.arm == "treated")
        held = rows - treated
        self.assertTrue(treated and held)
        self.assertEqual(messages.partner_id, treated.partner_id)
        for row in treated:
            message = messages.filtered(
                lambda m, row=row: m.partner_id == row.partner_id
            )
            self.assertIn(row.partner_id.nickname, message.text)
            self.assertIn(row.code, message.text)
        told = self.env["loyalty.card"].search([("program_id", "=", self.coupons.id)])
        self.assertEqual(told.partner_id, treated.partner_id)
        self.assertEqual(set(told.mapped("code")), set(treated.mapped("code")))

        # three quarters of those with a message come, one of those without
        come = treated.partner_id[: len(treated) * 3 // 4]
        for number, customer in enumerate(come):
            card = told.filtered(lambda c, who=customer: c.partner_id == who)
            when = (WEDNESDAY_1400, WEDNESDAY_1600)[number % 2]
            order = self.buy_at_till(customer, when, card)
            self.assertEqual(self.refusals(order), [])
            self.assertEqual(order.amount_total, 100)
        self.buy_at_till(held.partner_id[0], WEDNESDAY_1400)

        result = self.env["crm.campaign.result"]._measure(campaign)
        self.env.invalidate_all()
        paid = len(treated) * 0.75 * messages[0].parts
        profit = len(come) * (100 - 2 * 30)
        self.assertEqual(
            (result.people, result.holdout_people, result.sent),
            (len(treated), len(held), len(treated)),
        )
        self.assertEqual((result.buyers, result.code_used), (len(come), len(come)))
        self.assertEqual(result.revenue, 100 * len(come))
        self.assertEqual(result.gross_profit, profit)
        self.assertAlmostEqual(result.message_cost, paid)
        by_campaign = profit - 40 / len(held) * len(treated)
        self.assertAlmostEqual(result.profit_uplift, by_campaign, places=2)
        self.assertAlmostEqual(result.roi, 100 * (by_campaign - paid) / paid, places=1)
        self.assertEqual(result.verdict, "more")
        page = result.with_user(self.officer)
        self.assertIn("likely brought buyers", page.verdict_text)
        self.assertIn("return", page.money_text)
        action = campaign.action_open_result()
        self.assertEqual((action["res_id"], action["views"][0][1]), (result.id, "form"))

    def test_refused_outside(self):
        """At 13:59, 16:01 and on Saturday: the till is told so, and what is sold
        without connection all the same is listed; a sales order is not confirmed."""
        reward = self.promotion.reward_ids
        policy = self.promotion._prepare_till_policy()
        self.assertEqual(policy["condition"]["weekdays"], [0, 1, 2, 3, 4])
        self.assertEqual(policy["condition"]["window"], [14 * 60, 16 * 60])
        customer = self.area[0]
        for when in (WEDNESDAY_1400, WEDNESDAY_1600):
            self.assertEqual(self.refusals(self.buy_at_till(customer, when)), [])
        for when in (WEDNESDAY_1359, WEDNESDAY_1601, SATURDAY_1500):
            order = self.buy_at_till(customer, when)
            self.assertEqual(self.refusals(order), ["condition"], when)
        with freeze_time(WEDNESDAY_1600):
            order = self.quotation(customer)
            self.assertIn(reward, order.order_line.reward_id)
        for when in (WEDNESDAY_1601, SATURDAY_1500):
            with freeze_time(when):
                with self.assertRaisesRegex(UserError, "Mon–Fri 14:00–16:00"):
                    order.action_confirm()
                self.assertFalse(self.quotation(customer).order_line.reward_id)

    def quotation(self, customer):
        order = self.env["sale.order"].create(
            {
                "partner_id": customer.id,
                "order_line": [
                    Command.create({"product_id": self.tea.id, "product_uom_qty": 2})
                ],
            }
        )
        order._update_programs_and_rewards()
        for card, rewards in order._get_claimable_rewards().items():
            if card.program_id == self.promotion:
                order._apply_program_reward(rewards, card)
        return order
