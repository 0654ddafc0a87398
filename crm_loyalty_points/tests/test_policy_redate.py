from datetime import date

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .common import LedgerCase


@tagged("post_install", "-at_install")
class TestPolicyRedate(LedgerCase):
    """A new rule must not take points that customers hold, unless somebody wants it
    and saw first what it does."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = new_test_user(
            cls.env,
            "points_dates",
            "crm_segments.crm_segments_group_manager,sales_team.group_sale_manager",
        )
        cls.editor = new_test_user(
            cls.env,
            "points_editor",
            "crm_segments.crm_segments_group_editor",
        )

    def setUp(self):
        super().setUp()
        freezer = freeze_time("2026-01-10 05:00:00")
        self.clock = freezer.start()
        self.addCleanup(freezer.stop)
        self.old = self._post(50, date="2025-03-01")
        self.new = self._post(20, date="2026-01-05", expiry="2026-06-30")
        self.used = self._post(5, date="2025-01-01", expiry="2026-02-01")
        self._post(-5)
        self.lapsed = self._post(7, date="2025-01-01", expiry="2026-01-01")
        self.program.write(
            {"expiry_policy": "after", "expiry_count": 12, "expiry_unit": "months"}
        )

    def _wizard(self, user=None, **values):
        wizards = self.env["loyalty.program.redate"].with_user(user or self.manager)
        return wizards.create({"program_id": self.program.id, **values})

    def _expiry(self, entry):
        self.env.invalidate_all()
        awards = self.env["loyalty.point.award"]
        return awards.search([("entry_id", "=", entry.id)]).expiry

    def test_thirty_days_from_the_shops_day(self):
        self.clock.move_to("2026-01-10 17:00:00")
        self.assertEqual(self._wizard().not_before, date(2026, 2, 10))

    def test_preview_then_change(self):
        self.assertFalse(self._expiry(self.old))
        wizard = self._wizard(not_before="2026-02-09")
        self.assertEqual((wizard.card_count, wizard.points), (1, 70))
        self.assertEqual((wizard.points_later, wizard.points_earlier), (20, 50))
        self.assertIn("Somchai", wizard.examples)
        self.assertFalse(self._expiry(self.old), "the preview changes nothing")
        wizard.action_apply()
        self.assertEqual(self._expiry(self.old), date(2026, 3, 1))
        self.assertEqual(self._expiry(self.new), date(2027, 1, 5))
        self.assertEqual(self._expiry(self.used), date(2026, 2, 1))
        self.assertEqual(self._expiry(self.lapsed), date(2026, 1, 1))
        redates = self.env["loyalty.point.redate"].search([])
        self.assertEqual(redates.award_entry_id, self.old + self.new)
        self.assertEqual(set(redates.mapped("operator_name")), {self.manager.name})
        self.assertEqual(redates[0].policy["count"], 12)
        awards = self.env["loyalty.point.award"]
        self.assertEqual(awards._check_ledger(), [])
        self.assertEqual(awards._rebuild(), (0, 0))

    def test_repeated(self):
        wizard = self._wizard()
        wizard.action_apply()
        wizard.action_apply()
        self.assertEqual(self.env["loyalty.point.redate"].search_count([]), 2)
        self.assertEqual(self._wizard().card_count, 0)

    def test_nobody_is_robbed_over_night(self):
        self.program.expiry_count = 1
        wizard = self._wizard()
        self.assertEqual(wizard.not_before, date(2026, 2, 9))
        wizard.action_apply()
        self.assertEqual(self._expiry(self.old), date(2026, 2, 9))
        self.assertEqual(self._expiry(self.new), date(2026, 2, 9))
        with self.assertRaises(UserError):
            self._wizard(not_before="2026-01-09").action_apply()

    def test_back_to_no_end(self):
        self._wizard().action_apply()
        self.program.expiry_policy = "never"
        self._wizard().action_apply()
        self.assertFalse(self._expiry(self.old))
        self.assertFalse(self._expiry(self.new))
        self.assertEqual(self.env["loyalty.point.award"]._check_ledger(), [])

    def test_inactivity_counts_from_the_last_activity(self):
        self.program.write({"expiry_policy": "inactivity", "expiry_count": 3})
        self._wizard().action_apply()
        self.assertEqual(self._expiry(self.old), date(2026, 4, 10))
        self.assertEqual(self._expiry(self.new), date(2026, 4, 10))

    def test_rights(self):
        self.program.with_user(self.editor).expiry_count = 24
        with self.assertRaises(AccessError):
            self._wizard(self.editor)
        self._wizard().action_apply()
        redate = self.env["loyalty.point.redate"].search([], limit=1)
        with self.assertRaises(UserError):
            redate.with_user(self.manager).write({"expiry": False})
