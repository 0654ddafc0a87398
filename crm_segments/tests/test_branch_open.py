from datetime import datetime

from odoo.exceptions import ValidationError
from odoo.tests import Form, TransactionCase, new_test_user, tagged

from ..tools.opening_hours import is_open, overlap, week_text

DAYS = "Mon Tue Wed Thu Fri Sat Sun".split()


@tagged("post_install", "-at_install")
class TestOpeningHours(TransactionCase):
    """A customer who stands before a closed door because the page said "open" does
    not come back (M2)."""

    def test_text_joins_equal_days(self):
        week = [(day, 10, 20) for day in range(5)] + [(5, 10, 13), (5, 14.5, 18)]
        self.assertEqual(
            week_text(week, DAYS, "closed").split("\n"),
            [
                "Mon – Fri 10:00 – 20:00",
                "Sat 10:00 – 13:00, 14:30 – 18:00",
                "Sun closed",
            ],
        )
        self.assertEqual(week_text([], DAYS, "closed"), "")
        everyday = [(day, 0, 24) for day in range(7)]
        self.assertEqual(week_text(everyday, DAYS, "closed"), "Mon – Sun 0:00 – 24:00")

    def test_open_past_midnight(self):
        bar = [(4, 18, 2), (6, 20, 1)]
        for weekday, hour, expected in [
            (4, 17.99, False),
            (4, 18, True),
            (5, 1.99, True),
            (5, 2, False),
            (6, 23, True),
            (0, 0.5, True),  # Sunday night
            (0, 1, False),
        ]:
            self.assertEqual(is_open(bar, weekday, hour), expected, (weekday, hour))

    def test_overlaps(self):
        self.assertFalse(overlap([]))
        self.assertFalse(overlap([(0, 9, 12), (0, 12, 18), (1, 0, 24)]))
        self.assertTrue(overlap([(0, 9, 12), (0, 11.5, 18)]))
        self.assertTrue(overlap([(0, 18, 2), (1, 1, 5)]))
        self.assertTrue(overlap([(6, 18, 2), (0, 1, 5)]), "around the week")
        self.assertTrue(overlap([(0, 0, 24), (0, 5, 6), (0, 7, 8)]))

    def test_branch_form(self):
        with Form(self.env["crm.branch"]) as form:
            form.name = "Siam"
            for weekday in "01":
                with form.hour_ids.new() as hours:
                    hours.weekday = weekday
                    hours.hour_from, hours.hour_to = 10, 20
            form.hours_note = "Closed on public holidays"
        branch = form.record
        self.assertEqual(
            branch.hours_text.split("\n"),
            [
                "Mon – Tue 10:00 – 20:00",
                "Wed – Sun closed",
                "Closed on public holidays",
            ],
        )
        with self.assertRaises(ValidationError), Form(branch) as form:
            with form.hour_ids.new() as hours:
                hours.weekday = "1"
                hours.hour_from, hours.hour_to = 19, 21

    def test_open_where_the_customers_are(self):
        self.env.company.customer_tz = "Asia/Bangkok"
        branch = self.env["crm.branch"].create({"name": "Siam"})
        self.assertTrue(branch._is_open(), "nobody entered hours")
        branch.hour_ids = [(0, 0, {"weekday": "0", "hour_from": 0, "hour_to": 9})]
        monday = datetime(2026, 5, 17, 17, 0)  # midnight in Bangkok
        self.assertTrue(branch._is_open(monday))
        self.assertFalse(branch._is_open(datetime(2026, 5, 17, 16, 59)))
        self.assertFalse(branch._is_open(datetime(2026, 5, 18, 2, 0)))


@tagged("post_install", "-at_install")
class TestBranchStaff(TransactionCase):
    """The counter page lets people work where this list says. Who was let in, and
    until when, must be on record."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.siam, cls.ari = cls.env["crm.branch"].create(
            [{"name": "Siam"}, {"name": "Ari"}]
        )
        cls.clerk = new_test_user(cls.env, "clerk", "base.group_portal", name="Suda")
        cls.staff = cls.env["crm.branch.staff"].create(
            {"user_id": cls.clerk.id, "branch_ids": cls.siam.ids, "role": "Counter"}
        )

    def _log(self):
        """:return: what the messages say changed, oldest first"""
        self.env.flush_all()
        self.cr.precommit.run()
        values = self.staff.message_ids.sudo().tracking_value_ids.sorted("id")
        return [
            (v.field_id.name, v.old_value_char or "", v.new_value_char or "")
            for v in values
        ]

    def test_name_of_the_user(self):
        self.assertEqual(self.staff.name, "Suda")
        unpaid = self.env["crm.branch.staff"].create({"name": "Grandmother"})
        self.assertFalse(unpaid.user_id)

    def test_what_the_counter_asks(self):
        staff = self.env["crm.branch.staff"].with_user(self.clerk)._of_user()
        self.assertEqual(staff, self.staff)
        self.assertTrue(staff._works_at(self.siam))
        self.assertFalse(staff._works_at(self.ari))
        other = self.env["res.company"].create({"name": "Second Shop"})
        self.assertFalse(self.staff._of_user(self.clerk, other))
        self.staff.action_archive()
        self.assertFalse(self.staff._of_user(self.clerk)._works_at(self.siam))
        self.assertFalse(self.staff._works_at(self.siam))

    def test_joining_and_leaving_are_noted(self):
        self.cr.precommit.run()
        self.ari.staff_ids |= self.staff
        self.assertEqual(self.staff.branch_ids, self.siam | self.ari)
        self.assertIn("Ari", self._log()[-1][2])
        self.siam.staff_ids -= self.staff
        self.assertEqual(self.staff.branch_ids, self.ari)
        self.assertNotIn("Siam", self._log()[-1][2])
        self.staff.action_archive()
        self.assertEqual(self._log()[-1][0], "active")

    def test_branch_of_the_staff_list_is_the_default(self):
        user = new_test_user(self.env, "cashier", "base.group_user")
        branches = self.env["crm.branch"].with_user(user)
        self.assertFalse(branches._default_of(self.env.company))
        person = self.staff.create({"user_id": user.id, "branch_ids": self.ari.ids})
        self.assertEqual(branches._default_of(self.env.company), self.ari)
        person.branch_ids |= self.siam
        self.assertFalse(branches._default_of(self.env.company))

    def test_staff_form(self):
        manager = new_test_user(
            self.env, "boss", "crm_segments.crm_segments_group_manager"
        )
        with Form(self.env["crm.branch.staff"].with_user(manager)) as form:
            form.name = "Nok"
            form.role = "Therapist"
            form.branch_ids.add(self.siam)
        self.assertIn(form.record, self.siam.staff_ids)
