from datetime import date, timedelta

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import SQL

from .order_common import OrderCase


@tagged("post_install", "-at_install")
class TestReplay(OrderCase):
    """An owner who is shown the wrong cost of a new programme switches to it and pays:
    the replay counts as real sales are counted, and gives nothing to anybody."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.editor = new_test_user(
            cls.env, "replay_editor", "crm_segments.crm_segments_group_editor"
        )
        cls.first_day = date(2026, 3, 2)
        cls.program.thb_per_point = 25

    def _sold(self, days, quantity=1, partner=None):
        """:return: an order confirmed so many days after the first"""
        order = self._order(quantity, partner)
        order.action_confirm()
        moment = fields.Datetime.to_datetime(self.first_day) + timedelta(
            days=days, hours=5
        )
        order.sudo().date_order = moment
        return order

    def _draft(self, **values):
        action = self.program.with_user(self.editor).action_make_draft()
        draft = self.env["loyalty.program"].browse(
            action["context"]["default_program_id"]
        )
        draft.with_user(self.editor).write(values)
        return draft.with_env(self.env)

    def _replay(self, draft, run=True, **values):
        replays = self.env["loyalty.replay"].with_user(self.editor)
        replay = replays.create(
            {
                "program_id": draft.id,
                "current_program_id": self.program.id,
                "date_from": self.first_day,
                "date_to": self.first_day + timedelta(days=365),
                **values,
            }
        )
        replay.action_start()
        if run:
            self._run_job()
        return replay

    def _run_job(self):
        self.env.flush_all()
        with self.enter_registry_test_mode(), self.registry.cursor() as cr:
            self.env["loyalty.replay"].with_env(self.env(cr=cr))._cron_replay()
        self.env.invalidate_all()

    def _points(self, replay):
        """:return: [(by the current programme, by the draft)] of the orders"""
        return [
            (row.points_current, row.points_draft) for row in replay.sudo().order_ids
        ]

    def _ledger(self):
        self.env.flush_all()
        tables = ("entry", "draw", "award", "pending", "redate")
        return [
            self.env.execute_query(
                SQL(
                    "SELECT md5(string_agg(t::text, '' ORDER BY t::text)) FROM %s t",
                    SQL.identifier(f"loyalty_point_{table}"),
                )
            )
            for table in tables
        ]

    def test_same_programme_same_points(self):
        orders = [self._sold(day, quantity) for day, quantity in ((0, 1), (3, 7))]
        draft = self._draft(thb_per_point=50)
        before = self._ledger()
        replay = self._replay(draft)
        self.assertEqual(self._ledger(), before)
        self.assertEqual(replay.state, "done")
        self.assertEqual(self._points(replay), [(4, 2), (28, 14)])
        self.assertEqual(sum(order.points_earned for order in orders), 32)
        self.assertEqual((replay.points_current, replay.points_draft), (32, 16))
        self.assertEqual((replay.progress, replay.done_count), (100, 2))
        self.assertIn("-50", replay.verdict)
        member = replay.sudo().member_ids
        self.assertEqual(member.partner_id, self.partner)
        self.assertEqual((member.order_count, member.points_difference), (2, -16))

    def test_draft_gives_nothing(self):
        draft = self._draft()
        self.assertFalse(draft.active)
        draft.thb_per_point = 10
        self.assertEqual(len(draft._get_own_rules()), 1)
        self.assertFalse(draft._get_own_rules().active)
        context = draft.action_edit_draft()["context"]
        self.assertEqual(len(draft.with_context(**context).rule_ids), 1)
        order = self._sold(0)
        cards = self.env["loyalty.card"].search([("partner_id", "=", self.partner.id)])
        self.assertNotIn(draft, cards.program_id)
        self.assertEqual(order.points_earned, 4)

    def test_limits_and_first_order_know_the_past(self):
        """The order of a day sees what the draft gave before on that day, a first order
        is the first of its time, not of today."""
        self._sold(0, 2)
        self._sold(0, 3)
        self._sold(1, 9)
        self._sold(1, 1, self.other_partner)
        draft = self._draft(max_points_day=10)
        replay = self._replay(draft)
        wanted = [(8, 8), (12, 2), (36, 10), (4, 4)]
        self.assertEqual(self._points(replay), wanted)
        draft.max_points_day = 0
        draft.with_context(active_test=False).rule_ids.condition_first_order = True
        replay.action_reset()
        replay.action_start()
        self._run_job()
        self.assertEqual(self._points(replay), [(8, 8), (12, 0), (36, 0), (4, 4)])

    def test_campaigns_are_copied_and_hold_in_their_days(self):
        self.env["loyalty.point.campaign"].create(
            {
                "name": "Double",
                "program_id": self.program.id,
                "date_from": self.first_day + timedelta(days=1),
                "date_to": self.first_day + timedelta(days=2),
            }
        )
        for day in range(4):
            self._sold(day)
        draft = self._draft()
        draft.campaign_ids.factor = 3
        replay = self._replay(draft)
        self.assertEqual(self._points(replay), [(4, 4), (8, 12), (8, 12), (4, 4)])

    def test_tiers(self):
        """Tiers are reached by what each programme gave in the replay itself."""
        self.env["loyalty.tier"].create(
            {
                "name": "Gold",
                "program_id": self.program.id,
                "threshold": 30,
                "earn_factor": 2,
            }
        )
        for day in range(3):
            self._sold(day, 5)
        draft = self._draft()
        draft.with_context(active_test=False).tier_ids.threshold = 20
        replay = self._replay(draft, date_to=self.first_day + timedelta(days=5))
        self.assertEqual(self._points(replay), [(20, 20), (20, 40), (40, 40)])
        member = replay.sudo().member_ids
        self.assertEqual(member.tier_move, "same")
        draft.with_context(active_test=False).tier_ids.threshold = 2000
        replay.action_reset()
        replay.action_start()
        self._run_job()
        self.assertEqual(replay.sudo().member_ids.tier_move, "down")
        self.assertEqual(replay.tier_down_count, 1)

    def test_days_and_state_of_orders(self):
        inside, outside = self._sold(0), self._sold(10)
        self._sold(1).with_user(self.env.user)._action_cancel()
        self._order()
        replay = self._replay(self._draft(), date_to=self.first_day + timedelta(days=5))
        self.assertEqual(replay.sudo().order_ids.mapped("res_id"), inside.ids)
        self.assertNotIn(outside.id, replay.sudo().order_ids.mapped("res_id"))

    def test_cancel_and_try_again(self):
        self._sold(0)
        replay = self._replay(self._draft(), run=False)
        self.assertEqual((replay.state, replay.progress), ("running", 0))
        with self.assertRaises(UserError):
            replay.unlink()
        with self.assertRaises(UserError):
            replay.action_reset()
        replay.action_cancel()
        self._run_job()
        self.assertEqual((replay.state, replay.done_count), ("cancelled", 0))
        self.assertFalse(replay.verdict)
        with self.assertRaises(UserError):
            replay.date_from = self.first_day + timedelta(days=1)
        replay.action_reset()
        self.assertEqual((replay.state, replay.order_count), ("draft", 0))
        replay.action_start()
        self._run_job()
        self.assertEqual((replay.state, replay.done_count), ("done", 1))

    def test_no_orders(self):
        replay = self._replay(self._draft())
        self.assertEqual(replay.state, "done")
        self.assertTrue(replay.verdict)

    def test_wrong_programmes(self):
        with self.assertRaises(ValidationError):
            self._replay(self.wallet)
        other = self.env["res.company"].create({"name": "Other"})
        foreign = self.env["loyalty.program"].create(
            {
                "name": "Foreign",
                "program_type": "loyalty",
                "applies_on": "both",
                "company_id": other.id,
            }
        )
        with self.assertRaises(ValidationError):
            self.env["loyalty.replay"].create(
                {"program_id": foreign.id, "current_program_id": self.program.id}
            )

    def test_rights(self):
        replay = self._replay(self._draft())
        officer = new_test_user(
            self.env, "replay_officer", "crm_segments.crm_segments_group_officer"
        )
        with self.assertRaises(AccessError):
            replay.with_user(officer).read(["state"])
        self._sold(0)
        replay.action_reset()
        replay.action_start()
        with self.assertRaises(AccessError):
            replay.order_ids.write({"points_draft": 1})
        company = self.env["res.company"].create({"name": "Other"})
        self.editor.company_ids = [Command.link(company.id)]
        found = self.env["loyalty.replay"].with_user(self.editor)
        found = found.with_context(allowed_company_ids=company.ids).search([])
        self.assertFalse(found)

    def test_name(self):
        replay = self.env["loyalty.replay"].new({"date_from": "2026-01-05"})
        self.assertFalse(replay.name)
        replay.update({"program_id": self.program.id, "date_to": "2026-02-05"})
        self.assertEqual(
            replay.with_context(lang="en_US").name,
            f"{self.program.name}, 5 Jan 2026 to 5 Feb 2026",
        )

    def test_form(self):
        draft = self._draft()
        form = Form(
            self.env["loyalty.replay"]
            .with_user(self.editor)
            .with_context(default_program_id=draft.id)
        )
        self.assertEqual(form.current_program_id, self.program)
        replay = form.save()
        self.assertEqual(replay.state, "draft")
        action = draft.with_user(self.editor).action_replay()
        self.assertEqual(action["context"]["default_program_id"], draft.id)
