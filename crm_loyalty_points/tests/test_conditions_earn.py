from datetime import date, datetime, timedelta

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command, Domain
from odoo.tests import Form, new_test_user, tagged

from odoo.addons.sale_loyalty.models.sale_order import SaleOrder as NativeOrder

from ..tools.customer_facts import read_facts
from ..tools.order_ledger import RETURNED, OrderLedger
from ..tools.sale_adapter import SaleAdapter
from .test_conditions_sale import (
    HAPPY_HOUR,
    WEDNESDAY_1550,
    WEDNESDAY_1601,
    ConditionCase,
)


@tagged("post_install", "-at_install")
class TestEarningConditions(ConditionCase):
    """Who earns more than the shop meant is never asked to give it back: conditions,
    campaigns and limits have to hold the moment the order is confirmed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rule = cls.program.rule_ids
        cls.editor = new_test_user(
            cls.env, "points_editor", "crm_segments.crm_segments_group_editor"
        )

    def _earn(self, quantity=1, **values):
        """:return: what a confirmed order of that many teas earned"""
        order = self._order(quantity, **values)
        order.action_confirm()
        return order.points_earned

    def _campaign(self, factor=2, **values):
        return self.env["loyalty.point.campaign"].create(
            {
                "name": "Double",
                "program_id": self.program.id,
                "factor": factor,
                "date_from": "2026-11-01",
                "date_to": "2026-11-30",
                **values,
            }
        )

    # -- conditions ----------------------------------------------------------------

    def test_hours_of_a_rule(self):
        self.rule.write(HAPPY_HOUR)
        with freeze_time(WEDNESDAY_1550):
            order = self._order()
            self.assertEqual(order.points_expected, 100)
        with freeze_time(WEDNESDAY_1601):
            order.action_confirm()
        self.assertEqual(order.points_earned, 0)
        with freeze_time(WEDNESDAY_1550):
            self.assertEqual(self._earn(), 100)

    def test_old_quotation_earns_by_the_day_it_is_confirmed(self):
        self.program.write({"date_to": "2030-01-01"})
        self._campaign()
        with freeze_time("2026-10-31 03:00:00"):
            order = self._order()
            self.assertEqual(order.points_expected, 100)
        with freeze_time(WEDNESDAY_1550):
            order.action_confirm()
        self.assertEqual(order.points_earned, 200)

    def test_branch_and_channel(self):
        siam, ari = self.env["crm.branch"].create([{"name": "Siam"}, {"name": "Ari"}])
        shop, web = self.env["crm.team"].create([{"name": "Shop"}, {"name": "Web"}])
        self.rule.write(
            {
                "condition_branch_ids": siam.ids,
                "condition_team_ids": shop.ids,
            }
        )
        self.assertEqual(self._earn(branch_id=siam.id, team_id=shop.id), 100)
        self.assertEqual(self._earn(branch_id=ari.id, team_id=shop.id), 0)
        self.assertEqual(self._earn(branch_id=siam.id, team_id=web.id), 0)
        self.assertEqual(self.rule.condition_summary, "Siam · Shop")

    def test_tier_of_any_member_card(self):
        gold = self.env["loyalty.tier"].create({"name": "Gold"})
        self.program.condition_tier_ids = gold
        self.assertEqual(self._earn(), 0)
        self.card.tier_id = gold
        self.assertEqual(self._earn(), 100)
        other = self._program("loyalty", condition_tier_ids=gold.ids, trigger="auto")
        self.assertIn("Gold", other.condition_summary)
        order = self._order()
        outcomes = order._count_points(self.program | other)
        self.assertGreater(outcomes[other].points, 0)

    def test_tag_of_the_person_or_its_company(self):
        vip = self.env["res.partner.category"].create({"name": "VIP"})
        self.rule.condition_tag_ids = vip
        self.assertEqual(self._earn(), 0)
        company = self.env["res.partner"].create({"name": "Co", "is_company": True})
        company.category_id = vip
        self.partner.parent_id = company
        self.assertEqual(self._earn(), 100)

    def test_segment_of_the_person_or_its_company(self):
        company = self.env["res.partner"].create({"name": "Co", "is_company": True})
        segment = self._segment(company)
        self.rule.condition_segment_ids = segment
        self.assertEqual(self.rule.condition_summary, "Regulars")
        self.assertEqual(self._earn(), 0)
        self.partner.parent_id = company
        self.assertEqual(self._earn(), 100)
        segment._remove_customers(Domain("id", "in", company.ids))
        self.assertEqual(self._earn(), 0)

    def test_segment_that_stopped_keeps_its_members(self):
        segment = self._segment(self.partner)
        self.program.condition_segment_ids = segment
        segment._set_broken(ValueError("no such field"))
        self.assertEqual(self._earn(), 100)
        segment.active = False
        self.assertEqual(self._earn(), 100)
        self.assertEqual(self._earn(partner=self.other_partner), 0)

    def test_what_is_archived_still_is_asked(self):
        """A change of the hours would open the rule to everybody."""
        tag = self.env["res.partner.category"].create({"name": "VIP"})
        segment = self._segment(self.other_partner)
        for name, record in (
            ("condition_tag_ids", tag),
            ("condition_segment_ids", segment),
        ):
            self.rule[name] = record
            record.active = False
            self.env.invalidate_all()
            self.rule.hour_from = 0.5
            self.assertEqual(self._earn(), 0)
            self.rule.write({name: False, "hour_from": 0})

    def test_birthday_month_where_the_shop_is(self):
        self.rule.condition_birth_month = True
        self.assertEqual(self._earn(), 0)
        self.partner.birthdate = "1990-12-31"
        with freeze_time("2026-11-30 16:59:00"):
            self.assertEqual(self._earn(), 0)
        with freeze_time("2026-11-30 17:00:00"):
            self.assertEqual(self._earn(), 100, "December has begun in Bangkok")

    def test_first_order(self):
        self.rule.condition_first_order = True
        first = self._order()
        second = self._order()
        (first | second).action_confirm()
        self.assertEqual((first.points_earned, second.points_earned), (100, 0))
        # an edit of the first one does not make it the second
        first.order_line.product_uom_qty = 3
        first._update_programs_and_rewards()
        self.assertEqual(first.coupon_point_ids.points, 300)
        first.sudo().action_cancel()
        second.sudo().action_cancel()
        self.assertEqual(self._earn(), 100, "cancelled orders never were")

    def test_rewards_and_delivery_earn_nothing(self):
        self._post(100)
        self.rule.reward_point_mode = "unit"
        order = self._order(3)
        self._claim(order, self.reward, self.card)
        order.action_confirm()
        self.assertEqual(order.points_earned, 3)

    # -- campaigns -----------------------------------------------------------------

    def test_the_highest_of_campaigns(self):
        self._campaign(2)
        self._campaign(3, name="Afternoon", **HAPPY_HOUR)
        self._campaign(9, name="Last year", date_to="2026-11-02")
        with freeze_time(WEDNESDAY_1550):
            order = self._order()
            order.action_confirm()
        self.assertEqual(order.points_earned, 300)
        self.assertIn("times 3 for Afternoon: 300", self._entries(order).why)
        with freeze_time(WEDNESDAY_1601):
            self.assertEqual(self._earn(), 200)

    def test_a_new_campaign_holds_today_where_the_shop_is(self):
        with freeze_time("2026-11-30 17:00:00"):
            campaign = self.env["loyalty.point.campaign"].create(
                {"name": "Today", "program_id": self.program.id}
            )
            self.assertEqual(campaign.date_from, date(2026, 12, 1))
            self.assertEqual(self._earn(), 200)
        with freeze_time("2026-12-01 16:59:00"):
            self.assertEqual(self._earn(), 200)
        with freeze_time("2026-12-01 17:00:00"):
            self.assertEqual(self._earn(), 100)

    def test_archived_campaign_does_nothing(self):
        campaign = self._campaign()
        self.assertTrue(self.program.has_campaigns)
        campaign.active = False
        self.assertFalse(self.program.has_campaigns)
        with freeze_time(WEDNESDAY_1550):
            self.assertEqual(self._earn(), 100)

    def test_campaign_is_checked(self):
        for wrong in (
            {"date_to": "2026-10-01"},
            {"factor": 0.5},
            {"program_id": self.wallet.id},
            {"hour_from": 25},
            {"hour_from": 5, "hour_to": 5},
        ):
            with self.subTest(wrong=wrong), self.assertRaises(Exception) as caught:
                with self.env.cr.savepoint():
                    self._campaign(**wrong).flush_recordset()
            self.assertIn(
                type(caught.exception).__name__, ("ValidationError", "CheckViolation")
            )

    # -- limits --------------------------------------------------------------------

    def test_limits_of_rule_and_order(self):
        self.rule.max_points = 150
        order = self._order(2)
        order.action_confirm()
        self.assertEqual(order.points_earned, 150)
        self.assertIn("no more than 150 by this rule", self._entries(order).why)
        self.program.max_points_order = 120
        order = self._order(2)
        order.action_confirm()
        self.assertEqual(order.points_earned, 120)
        self.assertIn("No more than 120 an order", self._entries(order).why)

    def test_limit_of_a_day_over_several_orders(self):
        self.program.max_points_day = 250
        with freeze_time(WEDNESDAY_1550):
            earned = [self._earn() for _ in range(4)]
            self.assertEqual(earned, [100, 100, 50, 0])
        with freeze_time(WEDNESDAY_1550 + timedelta(hours=9)):
            self.assertEqual(self._earn(), 100, "the shop's next day")

    def test_limit_of_a_day_over_orders_confirmed_at_once(self):
        self.program.max_points_day = 250
        with freeze_time(WEDNESDAY_1550):
            orders = self.env["sale.order"].concat(*(self._order() for _ in range(4)))
            orders.action_confirm()
        self.assertEqual(orders.mapped("points_earned"), [100, 100, 50, 0])
        self.assertBalance(self.card, 250)
        # confirmed again after cancelling, together once more
        orders.sudo().action_cancel()
        orders.sudo().action_draft()
        with freeze_time(WEDNESDAY_1550):
            orders.action_confirm()
        self.assertBalance(self.card, 250)

    def test_points_not_yet_available_fill_the_limit_of_their_own_day(self):
        self.program.write(
            {"max_points_day": 150, "pending_policy": "days", "pending_days": 7}
        )
        Pending = self.env["loyalty.point.pending"]
        mine = [("card_id", "=", self.card.id)]
        with freeze_time(WEDNESDAY_1550):
            for _time in range(3):
                self._order().action_confirm()
            held = Pending.search(mine, order="id")
            self.assertEqual(held.mapped("points"), [100, 50])
        with freeze_time(WEDNESDAY_1550 + timedelta(days=7)):
            held._release()
            self.assertBalance(self.card, 150)
            self._order().action_confirm()
            fresh = Pending.search(mine, order="id") - held
            self.assertEqual(fresh.points, 100, "released points are of another day")
        self.program.max_points_member = 260
        with freeze_time(WEDNESDAY_1550 + timedelta(days=9)):
            self._order().action_confirm()
            last = Pending.search(mine, order="id") - held - fresh
            self.assertEqual(last.points, 10)

    def test_limit_of_a_member(self):
        self.program.max_points_member = 250
        other = self._order(partner=self.other_partner)
        with freeze_time(WEDNESDAY_1550):
            orders = [self._order() for _ in range(3)]
            for order in orders:
                order.action_confirm()
        self.assertEqual([order.points_earned for order in orders], [100, 100, 50])
        with freeze_time(WEDNESDAY_1550 + timedelta(days=90)):
            self.assertEqual(self._earn(), 0)
            orders[0].sudo().action_cancel()
            self.assertEqual(self._earn(), 100, "what was taken back may be earned")
            other.action_confirm()
        self.assertEqual(other.points_earned, 100)

    def test_return_under_a_limit_uses_the_frozen_answer(self):
        self.program.max_points_day = 250
        with freeze_time(WEDNESDAY_1550):
            self._earn()
            order = self._order(2)
            order.action_confirm()
        self.assertEqual(order.points_earned, 150)
        self.program.max_points_day = 1
        self.rule.reward_point_amount = 7
        order.order_line.sudo().returned_qty = 1
        OrderLedger(order).load().take_returned(RETURNED)
        order.invalidate_recordset(["points_earned"])
        self.assertEqual(order.points_earned, 100)

    # -- what it costs -------------------------------------------------------------

    def test_no_question_no_query(self):
        order = self._order()
        self.env.flush_all()
        self.env.invalidate_all()
        order._update_programs_and_rewards()
        NativeOrder._get_claimable_rewards(order, self.card)
        rewards = self.program.reward_ids
        needs = self.program._get_earning_needs()
        self.assertFalse(needs)
        with self.assertQueries([]):
            order._get_reward_refusals(rewards)
            order._get_trigger_refusals(self.program)
            read_facts(SaleAdapter(order), needs, self.program)
            order._check_reward_conditions()

    def _questions(self, rules):
        """:return: queries for the facts about a customer, with so many rules"""
        self.program.rule_ids = [
            Command.clear(),
            *(
                Command.create({"condition_first_order": True, "hour_from": hour})
                for hour in range(1, rules + 1)
            ),
        ]
        adapter = SaleAdapter(self._order())
        needs = self.program._get_earning_needs()
        self.assertEqual(needs, {"first_order", "earned"})
        read_facts(adapter, needs, self.program)
        self.env.flush_all()
        before = self.env.cr.sql_log_count
        read_facts(adapter, needs, self.program)
        return self.env.cr.sql_log_count - before

    def test_questions_cost_the_same_for_any_number_of_rules(self):
        self.program.write({"max_points_day": 10, "max_points_member": 20})
        few = self._questions(1)
        self.assertGreater(few, 0)
        self.assertEqual(self._questions(11), few)

    # -- rights --------------------------------------------------------------------

    def test_editor_sets_conditions_and_campaigns(self):
        program = self.program.with_user(self.editor)
        program.rule_ids.write(HAPPY_HOUR)
        program.reward_ids.write({"condition_first_order": True})
        program.write({"max_points_day": 100})
        with Form(self.env["loyalty.point.campaign"].with_user(self.editor)) as form:
            form.name = "Triple"
            form.program_id = program
            form.factor = 3
        self.assertTrue(program.has_campaigns)
        self.assertEqual(program.rule_ids.condition_summary, "Mon–Fri 14:00–16:00")
        program.reward_ids = [Command.create({"discount": 5})]

    def test_others_read(self):
        campaign = self._campaign().with_user(self.salesperson)
        self.assertEqual(campaign.name, "Double")
        tier = self.env["loyalty.tier"].create({"name": "Gold"})
        self.assertEqual(tier.with_user(self.salesperson).name, "Gold")
        for record, values in (
            (campaign, {"factor": 5}),
            (self.program, {"max_points_day": 0}),
            (self.rule, {"hour_from": 1}),
            (self.reward, {"hour_from": 1}),
            (tier, {"name": "Platinum"}),
        ):
            with self.assertRaises(AccessError):
                record.with_user(self.salesperson).write(values)

    def test_only_managers_give_tiers(self):
        gold = self.env["loyalty.tier"].create({"name": "Gold"})
        manager = new_test_user(
            self.env,
            "points_manager",
            "sales_team.group_sale_salesman,crm_segments.crm_segments_group_manager",
        )
        card = self.card
        for user in (self.salesperson, self.editor):
            with self.assertRaises(AccessError):
                card.with_user(user).tier_id = gold
            with self.assertRaises(AccessError):
                self.Card.with_user(user).create(
                    {"program_id": self.program.id, "tier_id": gold.id}
                )
        card.with_user(manager).tier_id = gold
        self.assertEqual(gold.member_count, 1)
        action = gold.action_view_members()
        self.assertEqual(self.Card.search(action["domain"]), self.card)
        # a list would hide the balance there
        self.assertEqual(action["mobile_view_mode"], "kanban")

    def test_conditions_stay_within_the_company(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        branch = self.env["crm.branch"].create(
            {"name": "Far", "company_id": company.id}
        )
        tier = self.env["loyalty.tier"].create(
            {"name": "Theirs", "company_id": company.id}
        )
        self.program.company_id = self.env.company
        segment = self.env["crm.segment"].create(
            {"name": "Theirs", "company_id": company.id}
        )
        for values in (
            {"condition_branch_ids": branch.ids},
            {"condition_segment_ids": segment.ids},
            {"condition_tier_ids": tier.ids},
        ):
            with self.assertRaises(ValidationError):
                self.rule.write(values)
        with self.assertRaises(ValidationError):
            self.card.tier_id = tier
        self.assertNotIn(
            tier, self.env["loyalty.tier"].with_user(self.salesperson).search([])
        )

    def test_what_a_condition_names_is_not_deleted(self):
        """Deleting the tag would open the rule to everybody."""
        vip = self.env["res.partner.category"].create({"name": "VIP"})
        self.rule.condition_tag_ids = vip
        with self.assertRaises(Exception) as caught, self.env.cr.savepoint():
            vip.unlink()
        self.assertIn("ForeignKey", type(caught.exception).__name__)

    def test_what_a_segment_is_used_by(self):
        segment = self._segment(self.partner)
        self.assertFalse(segment._segment_uses())
        campaign = self._campaign()
        used = self.program | self.rule.program_id
        for record in (self.program, self.rule, self.reward, campaign):
            record.condition_segment_ids = segment
        uses = [record for _label, record in segment._segment_uses()]
        self.assertEqual(uses, [*used, *used, self.reward, campaign])
        self.assertIn("Double", segment.used_by)
        with self.assertRaisesRegex(UserError, "in use and cannot be deleted") as error:
            segment.with_user(self.editor).unlink()
        self.assertIn("Points campaign: Double", str(error.exception))
        # what is archived may come back
        campaign.active = False
        self.assertIn("Double", segment._segment_uses()[-1][1].display_name)
        for record in (self.program, self.rule, self.reward, campaign):
            record.condition_segment_ids = False
        segment.with_user(self.editor).unlink()
        self.assertFalse(segment.exists())

    def test_customers_do_not_learn_their_segments(self):
        self.reward.condition_segment_ids = self._segment(
            self.other_partner, "Spends little"
        )
        order = self._order()
        text = order._get_reward_refusals(self.reward)[self.reward]
        self.assertIn("of the segment Spends little", text)
        public = self.env.ref("base.public_user")
        basket = SaleAdapter(order).circumstances(self.reward)
        text = self.reward.with_user(public).sudo()._check_conditions(basket)
        self.assertIn("for selected customers only", text)
        self.assertNotIn("Spends", text)

    def test_customers_do_not_learn_their_tags(self):
        tag = self.env["res.partner.category"].create({"name": "Complains"})
        self.reward.condition_tag_ids = tag
        order = self._order()
        text = order._get_reward_refusals(self.reward)[self.reward]
        self.assertIn("Complains", text)
        public = self.env.ref("base.public_user")
        basket = SaleAdapter(order).circumstances(self.reward)
        text = self.reward.with_user(public).sudo()._check_conditions(basket)
        self.assertNotIn("Complains", text)


@tagged("post_install", "-at_install")
class TestSummaries(ConditionCase):
    """The list of rules is read at a glance, in the reader's language."""

    def test_sentences(self):
        rule = self.program.rule_ids
        nothing = dict.fromkeys([*HAPPY_HOUR, "sat", "sun"], False)
        for values, expected in (
            ({}, ""),
            (HAPPY_HOUR, "Mon–Fri 14:00–16:00"),
            ({"sat": True, "sun": True}, "Sat, Sun"),
            ({"mon": True, "wed": True, "thu": True, "fri": True}, "Mon, Wed–Fri"),
            ({"hour_from": 22, "hour_to": 2.5}, "22:00–02:30"),
            ({"hour_from": 18}, "18:00–24:00"),
            ({"condition_first_order": True}, "first order"),
        ):
            rule.write({**nothing, **values})
            self.assertEqual(rule.condition_summary, expected)
            rule.condition_first_order = False

    def test_all_days_are_no_condition(self):
        rule = self.program.rule_ids
        rule.write(dict.fromkeys(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), 1))
        self.assertFalse(rule.condition_data)

    def test_thai(self):
        self.env["res.lang"]._activate_lang("th_TH")
        self.program.write(HAPPY_HOUR)
        summary = self.program.with_context(lang="th_TH").condition_summary
        self.assertEqual(summary, "จ.–ศ. 14:00–16:00")

    def test_moment_is_told_in_shop_time(self):
        moment = self.env.company._get_local_moment(datetime(2026, 11, 25, 17, 30))
        self.assertEqual(moment, datetime(2026, 11, 26, 0, 30))
