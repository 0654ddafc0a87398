from datetime import date, timedelta

from freezegun import freeze_time
from hypothesis import given, settings
from hypothesis import strategies as st
from psycopg2 import IntegrityError

from odoo.exceptions import ValidationError
from odoo.tests import TransactionCase, tagged
from odoo.tools import mute_logger

from ..tools.local_date import age_on, birthday_before, local_today

DATES = st.dates(min_value=date(1896, 1, 1), max_value=date(2104, 12, 31))


@tagged("post_install", "-at_install")
class TestAge(TransactionCase):
    """Birthday greetings and age limits must hit the right people, on leap days and
    around midnight in Bangkok too."""

    def customer(self, birthdate):
        return self.env["res.partner"].create({"name": "A", "birthdate": birthdate})

    @settings(deadline=None, max_examples=300)
    @given(birthdate=DATES, today=DATES, years=st.integers(-3, 130))
    def test_age_and_search_mean_the_same(self, birthdate, today, years):
        latest = birthday_before(today, years)
        self.assertEqual(age_on(birthdate, today) >= years, birthdate <= latest)

    def test_before_the_calendar(self):
        self.assertIsNone(birthday_before(date(2024, 2, 29), 2024))
        self.assertEqual(birthday_before(date(2024, 2, 29), 1), date(2023, 2, 28))

    def test_leap_day(self):
        born = date(2000, 2, 29)
        self.assertEqual(age_on(born, date(2023, 2, 28)), 22)
        self.assertEqual(age_on(born, date(2023, 3, 1)), 23)
        self.assertEqual(age_on(born, date(2024, 2, 28)), 23)
        self.assertEqual(age_on(born, date(2024, 2, 29)), 24)

    @freeze_time("2026-03-14 18:00:00")  # 01:00 on the 15th in Bangkok
    def test_day_of_the_company(self):
        self.env.company.customer_tz = "Asia/Bangkok"
        customer = self.customer("2000-03-15")
        self.assertEqual(customer.age, 26)
        self.env.company.customer_tz = "UTC"
        customer.invalidate_recordset(["age"])
        self.assertEqual(customer.age, 25)
        self.assertEqual(local_today(self.env), date(2026, 3, 14))

    @freeze_time("2026-11-21 05:00:00")
    def test_search(self):
        customers = {
            age: self.customer(date(2026 - age, 11, 21)) for age in (0, 17, 18, 30, 31)
        }
        unknown = self.customer(False)
        everyone = unknown.union(*customers.values())

        def ages(*domain):
            found = everyone.search([("id", "in", everyone.ids), *domain])
            return sorted(found.mapped(lambda c: c.age if c.birthdate else -1))

        self.assertEqual(ages(("age", ">=", 18)), [18, 30, 31])
        self.assertEqual(ages(("age", ">", 18)), [30, 31])
        self.assertEqual(ages(("age", "<", 18)), [0, 17])
        self.assertEqual(ages(("age", "<=", 18)), [0, 17, 18])
        self.assertEqual(ages(("age", "=", 0)), [0])
        self.assertEqual(ages(("age", "in", [17, 30])), [17, 30])
        self.assertEqual(ages(("age", ">=", 18), ("age", "<=", 30)), [18, 30])
        self.assertEqual(ages(("age", "=", False)), [-1])
        self.assertEqual(ages(("age", "!=", False)), [0, 17, 18, 30, 31])
        self.assertEqual(ages(("age", "!=", 18)), [-1, 0, 17, 30, 31])
        self.assertEqual(ages(("age", ">", 3000)), [])

    def test_birth_month(self):
        customer = self.customer("1990-02-28")
        self.assertEqual(customer.birth_month, "02")
        customer.birthdate = "1990-12-01"
        found = customer.search([("id", "=", customer.id), ("birth_month", "=", "12")])
        self.assertEqual(found, customer)
        customer.birthdate = False
        self.assertFalse(customer.birth_month)


@tagged("post_install", "-at_install")
class TestProfileChecks(TransactionCase):
    """A slip in a birthday or a weight sends the wrong greeting for years, and an
    error that does not say what to do stops the queue at the counter."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls.env["res.partner"].create({"name": "A"})

    def test_birthday_today_is_fine_and_tomorrow_is_not(self):
        today = local_today(self.env)
        self.customer.birthdate = today
        with self.assertRaisesRegex(ValidationError, "lies in the future"):
            self.customer.birthdate = today + timedelta(days=1)

    def test_buddhist_era(self):
        with self.assertRaisesRegex(ValidationError, "enter 1987"):
            self.customer.birthdate = date(2530, 5, 1)

    def test_birthday_too_long_ago(self):
        self.customer.birthdate = date(1900, 1, 1)
        with self.assertRaisesRegex(ValidationError, "too long ago"):
            self.customer.birthdate = date(1899, 12, 31)

    def test_weight_and_height(self):
        self.customer.write({"weight": 62.5, "height": 170})
        for fname, value, message in [
            ("weight", -1, "kilograms"),
            ("weight", 62500, "kilograms"),
            ("height", -0.5, "centimetres"),
            ("height", 1700, "centimetres"),
        ]:
            with self.assertRaisesRegex(ValidationError, message):
                self.customer[fname] = value
            self.customer.write({"weight": 0, "height": 0})

    def test_residence_types(self):
        """All six of the source's list (X7)."""
        types = dict(self.customer._fields["residence_type"].selection)
        self.assertEqual(len(types), 6)
        for residence_type in types:
            self.customer.residence_type = residence_type

    def test_customer_groups_ready_made(self):
        names = self.env["crm.customer.group"].search([]).mapped("name")
        self.assertLessEqual(
            {"Retail", "Wholesale", "Platinum", "Gold", "Silver"}, set(names)
        )

    def test_customer_group_in_use_is_archived_not_deleted(self):
        group = self.env["crm.customer.group"].create({"name": "Bronze"})
        self.customer.customer_group_id = group
        self.env.flush_all()
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            with self.cr.savepoint():
                group.unlink()
        group.active = False
        self.assertEqual(self.customer.customer_group_id, group)
        self.assertNotIn(group, self.env["crm.customer.group"].search([]))

    def test_customer_groups_speak_the_users_language(self):
        self.env["res.lang"]._activate_lang("th_TH")
        group = self.env.ref("crm_segments.crm_customer_group_wholesale")
        group.with_context(lang="th_TH").name = "ขายส่ง"
        self.assertEqual(group.with_context(lang="en_US").name, "Wholesale")
        self.customer.customer_group_id = group
        thai = self.customer.with_context(lang="th_TH")
        self.assertEqual(thai.customer_group_id.display_name, "ขายส่ง")

    def test_combined_search(self):
        """X7: any combination of the profile's conditions."""
        source = self.env["utm.source"].create({"name": "Friend"})
        wanted, *_others = self.env["res.partner"].create(
            [
                {
                    "name": f"P{i}",
                    "gender": "female" if i else "male",
                    "weight": 50 + i,
                    "height": 150 + i,
                    "residence_type": "townhouse" if i != 1 else "flat",
                    "acquisition_source_id": source.id,
                    "birthdate": date(1990, 5, 1 + i),
                }
                for i in (2, 0, 1)
            ]
        )
        found = self.env["res.partner"].search(
            [
                ("gender", "=", "female"),
                ("weight", ">=", 50),
                ("height", "<", 153),
                ("residence_type", "in", ["townhouse", "shophouse"]),
                ("acquisition_source_id", "=", source.id),
                ("birth_month", "=", "05"),
                ("birthdate", ">=", "1990-05-02"),
            ]
        )
        self.assertEqual(found, wanted)
