from odoo.fields import Command, Domain
from odoo.tests import new_test_user, tagged

from odoo.addons.crm_segments_pos.tests.till import open_till

from .common import PosPointsCase

# 15:00 on a Wednesday in Bangkok, and an hour and a half later
HAPPY_HOUR, TOO_LATE = "2026-01-07 08:00:00", "2026-01-07 09:30:00"


@tagged("post_install", "-at_install")
class TestPosConditions(PosPointsCase):
    """A till without connection knows old conditions, or none. What holds is decided
    where the clock and the customer are known: on the server."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.company.customer_tz = "Asia/Bangkok"

    def test_hours_of_the_shop(self):
        days = dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), True)
        self.program.write({**days, "hour_from": 14, "hour_to": 16})
        self.buy(1, date_order=HAPPY_HOUR)
        self.assertBalance(self.card, 100)
        self.buy(1, date_order=TOO_LATE)
        self.buy(1, date_order="2026-01-10 08:00:00")
        self.assertBalance(self.card, 100)

    def test_branch_of_the_till(self):
        self.program.condition_branch_ids = self.branch
        self.buy(1)
        self.assertBalance(self.card, 100)
        branch = self.env["crm.branch"].create({"name": "Siam"})
        other = open_till(self.env, "Other", branch_id=branch.id)
        other.sell([other.line(self.product)], self.partner)
        self.assertBalance(self.card, 100)

    def test_sales_team_of_the_till(self):
        team = self.env["crm.team"].create({"name": "Tills"})
        self.program.condition_team_ids = team
        self.buy(1)
        self.assertBalance(self.card, 0)
        self.till.config.sudo().crm_team_id = team
        self.buy(1)
        self.assertBalance(self.card, 100)

    def test_tag_and_tier_of_the_customer(self):
        tag = self.env["res.partner.category"].create({"name": "VIP"})
        tier = self.env["loyalty.tier"].create({"name": "Gold"})
        self.program.write(
            {
                "condition_tag_ids": [Command.set(tag.ids)],
                "condition_tier_ids": [Command.set(tier.ids)],
            }
        )
        self.partner.category_id = tag
        self.buy(1)
        self.assertBalance(self.card, 0)
        self.card.tier_id = tier
        self.buy(1)
        self.assertBalance(self.card, 100)
        summary = self.Card.get_till_summary(self.card.ids)
        self.assertEqual(summary[self.card.id]["tier"], "Gold")

    def test_segment_of_the_customer(self):
        """What the till is told and what the server counts are the same."""
        segment = self._segment(self.other_partner)
        self.program.condition_segment_ids = segment
        self.assertEqual(self._facts()["segments"], [])
        self.buy(1)
        self.assertBalance(self.card, 0)
        segment._add_customers(Domain("id", "in", self.partner.ids))
        self.assertEqual(self._facts()["segments"], segment.ids)
        policy = self.program._prepare_till_policy()
        self.assertTrue(policy["asks"])
        self.assertEqual(policy["condition"], {"segments": segment.ids})
        self.buy(1)
        self.assertBalance(self.card, 100)

    def _facts(self):
        """:return: what the cashier's till learns about the customer"""
        partners = self.env["res.partner"].with_user(self.cashier)
        return partners.get_till_facts(self.partner.id, self.till.config.id)

    def test_a_reward_for_a_segment_is_listed(self):
        """A till that sells such a reward all the same is found out."""
        self._post(500)
        segment = self._segment(self.other_partner)
        self.per_order.condition_segment_ids = segment
        line = self.reward_line(self.per_order, 10, 100, self.card)
        refused = self.buy(1, line)
        self.assertEqual(self.exceptions(refused), [("condition", self.card, 100)])
        segment._add_customers(Domain("id", "in", self.partner.ids))
        allowed = self.buy(1, self.reward_line(self.per_order, 10, 100, self.card))
        self.assertEqual(self.exceptions(allowed), [])

    def test_a_manager_of_tills_sets_up_conditions(self):
        """He may know no customer, but has the programmes to look after."""
        manager = new_test_user(
            self.env, "points_tills", "base.group_user,point_of_sale.group_pos_manager"
        )
        segment = self._segment(self.partner)
        program = self.program.with_user(manager)
        program.condition_segment_ids = segment.with_user(manager)
        self.env.invalidate_all()
        self.assertEqual(program.condition_segment_ids.display_name, "Regulars")
        self.assertEqual(program.condition_data, {"segments": segment.ids})

    def test_first_order(self):
        self.program.condition_first_order = True
        self.buy(1)
        self.assertBalance(self.card, 100)
        self.buy(1)
        self.assertBalance(self.card, 100)

    def test_most_points_of_a_day(self):
        self.program.max_points_day = 150
        for _order in range(3):
            self.buy(1)
        self.assertBalance(self.card, 150)

    def test_a_reward_outside_its_hours_is_listed(self):
        self._post(500)
        self.per_order.write({"hour_from": 14, "hour_to": 16})
        good = self.buy(
            1,
            self.reward_line(self.per_order, 10, 100, self.card),
            date_order=HAPPY_HOUR,
        )
        self.assertEqual(self.exceptions(good), [])
        late = self.buy(
            1,
            self.reward_line(self.per_order, 10, 100, self.card),
            date_order=TOO_LATE,
        )
        self.assertEqual(self.exceptions(late), [("condition", self.card, 100)])
        self.assertBalance(self.card, 500)


@tagged("post_install", "-at_install")
class TestPosPending(PosPointsCase):
    """Points that wait are promised on the receipt, and in no balance; goods that come
    back meanwhile take them before they were ever there."""

    def test_points_that_wait_some_days(self):
        self.program.write({"pending_policy": "days", "pending_days": 7})
        order = self.buy(3)
        self.assertBalance(self.card, 0)
        summary = self.Card.get_till_summary(self.card.ids)[self.card.id]
        self.assertEqual((summary["balance"], summary["pending"]), (0, 300))
        receipt = self.env["pos.order"].get_points_receipt(order.id)
        self.assertEqual((receipt["earned"], receipt["balance"]), (300, 0))
        self.till.refund(order, {order.lines: 1})
        pending = self.env["loyalty.point.pending"].search(
            [("source_model", "=", "pos.order"), ("source_id", "=", order.id)]
        )
        self.assertEqual(pending.points, 200)
        pending._release()
        self.assertBalance(self.card, 200)
        self.till.refund(order)
        self.assertBalance(self.card, 0)

    def test_what_is_taken_along_is_delivered_and_paid(self):
        for event in ("delivered", "paid"):
            self.program.pending_policy = event
            before = self.card.points
            self.buy(1)
            self.assertBalance(self.card, before + 100)

    def test_what_is_sold_on_account_waits_for_the_payment(self):
        self.program.pending_policy = "paid"
        later = self.till.config.payment_method_ids.filtered("split_transactions")
        order = self.buy(1, payments=[self.till.payment(100, later)])
        self.assertBalance(self.card, 0)
        self.assertFalse(order._filter_points_ready("paid"))
        self.assertTrue(order._filter_points_ready("delivered"))
