from datetime import timedelta
from decimal import Decimal

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from ..tools import basket as engine
from ..tools.basket_shapes import Basket, Line, Policy, Rule
from .common import LedgerCase


@tagged("post_install", "-at_install")
class TestStaffWatch(LedgerCase):
    """Points are money: a manager must see who gives them to whom, and that they are
    what the rules give."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        group = "crm_segments.crm_segments_group_officer"
        cls.nok = new_test_user(cls.env, "watch_nok", group)
        cls.lek = new_test_user(cls.env, "watch_lek", group)
        cls.manager = new_test_user(
            cls.env, "watch_manager", "crm_segments.crm_segments_group_manager"
        )
        cls.today = cls.program._get_local_today()
        cls.Watch = cls.env["loyalty.staff.watch"]

    def _why(self, total=250):
        line = Line(1, Decimal(1), Decimal(total), Decimal(total))
        lines = frozenset([1])
        rule = Rule(1, "money", Decimal(1), lines, lines, lines, step=Decimal(25))
        policy = Policy(self.program.id, "Points", (rule,))
        return engine.compute(policy, Basket((line,), day=self.today)).why

    def _give(self, user, points, card=None, **values):
        vals = self._vals(points, card=card, **values)
        return self.Entry.with_user(user).sudo()._post([vals])

    def _watch(self, first=None, last=None):
        watch = self.Watch.with_user(self.manager).create(
            {"date_from": first or self.today, "date_to": last or self.today}
        )
        watch.action_start()
        while watch.state == "running":
            watch.sudo()._count_batch(2)
        return watch

    def _findings(self, watch, *kinds):
        kept = self.program.id, False
        return watch.finding_ids.filtered(
            lambda finding: (
                finding.kind in kinds and finding.card_id.program_id.id in kept
            )
        )

    def _line(self, watch, user):
        return watch.line_ids.filtered(lambda line: line.operator_id == user.id)

    def test_points_per_operator(self):
        self._give(self.nok, 40, kind="bonus", key="hand:watch:1")
        self._give(
            self.nok, 10, source_model="sale.order", source_id=1, policy=self._why()
        )
        self._give(self.nok, -15)
        self._give(self.lek, 5, kind="bonus", key="hand:watch:2")
        self._give(
            self.lek,
            900,
            kind="bonus",
            key="hand:watch:3",
            date=self.today - timedelta(days=3),
        )
        watch = self._watch()
        line = self._line(watch, self.nok)
        self.assertEqual((line.by_hand, line.given, line.used), (40, 10, 15))
        self.assertEqual((line.counted, line.expected, line.difference), (10, 10, 0))
        self.assertEqual(self._line(watch, self.lek).by_hand, 5)
        entries = self.env["loyalty.point.report"].search(
            line.action_view_entries()["domain"]
        )
        self.assertEqual(len(entries), line.entry_count)

    def test_right_points_are_no_finding(self):
        for number in range(5):
            self._give(self.nok, 10, policy=self._why(), key=f"watch:right:{number}")
        watch = self._watch()
        self.assertEqual(watch.checked_count, watch.check_count)
        self.assertEqual((watch.state, watch.progress), ("done", 100))
        self.assertFalse(self._findings(watch, "too_many", "arithmetic"))

    def test_more_points_than_the_arithmetic(self):
        entry = self._give(self.nok, 99, policy=self._why())
        watch = self._watch()
        finding = self._findings(watch, "too_many")
        self.assertEqual(finding.entry_id, entry)
        self.assertEqual((finding.points, finding.expected), (99, 10))
        self.assertEqual(finding.operator_name, self.nok.name)
        self.assertEqual(self._line(watch, self.nok).difference, 89)
        self.assertEqual(finding.action_open()["res_id"], entry.id)

    def test_part_of_an_order(self):
        """Goods added later: the entry says which part of the points it is."""
        why = {**self._why(500), "posted": "10"}
        self._give(self.nok, 10, policy=why)
        self.assertFalse(self._findings(self._watch(), "too_many", "arithmetic"))

    def test_forged_arithmetic(self):
        """The figures agree with each other, but not with the goods."""
        why = {**self._why(), "points": "99"}
        entry = self._give(self.nok, 99, policy=why)
        broken = self._give(self.nok, 1, policy={"rules": [{}], "points": "1"})
        findings = self._findings(self._watch(), "arithmetic")
        self.assertEqual(findings.entry_id, entry | broken)
        expected = {finding.entry_id: finding.expected for finding in findings}
        self.assertEqual(expected[entry], 10)

    def test_own_card(self):
        card = self._card(self.nok.partner_id)
        entry = self._give(self.nok, 30, card=card, kind="bonus")
        self._give(self.lek, 30, card=card, kind="bonus")
        findings = self._findings(self._watch(), "self_award")
        self.assertEqual(findings.entry_id, entry)

    def test_phone_of_staff(self):
        self.nok.partner_id.phone = "+66812345678"
        self.partner.phone = "+66812345678"
        entry = self._give(self.lek, 30, kind="bonus")
        finding = self._findings(self._watch(), "staff_phone")
        self.assertEqual(finding.entry_id, entry)
        self.assertEqual(finding.other_partner_id, self.nok.partner_id)

    def test_shared_phone(self):
        self._card(self.other_partner)
        self._give(
            self.nok, 30, card=self._card(self.env["res.partner"].create({"name": "x"}))
        )
        partners = self.partner | self.other_partner
        partners.phone = "+66898765432"
        self._give(self.nok, 30)
        card = self.Card.search([("partner_id", "=", self.other_partner.id)], limit=1)
        self._give(self.nok, 30, card=card)
        findings = self._findings(self._watch(), "shared_phone")
        self.assertEqual(findings.partner_id | findings.other_partner_id, partners)

    def test_again(self):
        self._give(self.nok, 99, policy=self._why())
        watch = self._watch()
        before = len(watch.finding_ids), len(watch.line_ids)
        watch.action_start()
        while watch.state == "running":
            watch.sudo()._count_batch()
        self.assertEqual((len(watch.finding_ids), len(watch.line_ids)), before)

    def test_every_night(self):
        yesterday = self.today - timedelta(days=1)
        self._give(self.nok, 99, policy=self._why(), date=yesterday)
        with self.enter_registry_test_mode():
            self.env.ref(
                "crm_loyalty_points.loyalty_staff_watch_cron"
            ).method_direct_trigger()
        domain = [
            ("origin", "=", "night"),
            ("company_id", "=", self.env.company.id),
            ("date_to", "=", yesterday),
        ]
        watch = self.Watch.search(domain)
        self.assertEqual(watch.state, "done")
        self.assertTrue(self._findings(watch, "too_many"))
        self.Watch._begin_night()
        self.assertEqual(self.Watch.search(domain), watch, "once a day")

    def test_stop(self):
        self._give(self.nok, 10, policy=self._why())
        watch = self.Watch.create({})
        watch._begin()
        self.assertEqual(watch.state, "running")
        watch.action_cancel()
        self.assertEqual(watch.state, "done")

    def test_managers_only(self):
        watch = self._watch()
        for model in (self.Watch, watch.line_ids, watch.finding_ids):
            with self.assertRaises(AccessError):
                model.with_user(self.lek).search([])
        with self.assertRaises(AccessError):
            watch.with_user(self.lek).action_start()
        with self.assertRaises(UserError):
            watch.date_from = self.today + timedelta(days=1)
