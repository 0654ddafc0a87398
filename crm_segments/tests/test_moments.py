from datetime import date, datetime, timedelta

from odoo import fields
from odoo.tests import TransactionCase, tagged
from odoo.tools import SQL

BIRTHDAY = "birthday"


@tagged("post_install", "-at_install")
class TestMoments(TransactionCase):
    """What happens in customers' lives, as rows between two points in time: what falls
    between two of them is told once, and nothing is told of those the company does
    not know."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env["res.company"].create(
            {"name": "Moments", "customer_tz": "Asia/Bangkok"}
        )
        cls.other = cls.env["res.company"].create({"name": "Other"})
        cls.env = cls.env(
            context={**cls.env.context, "allowed_company_ids": cls.company.ids}
        )
        cls.person = cls.customer("Anong", company_id=cls.company.id)

    @classmethod
    def customer(cls, name, **values):
        partners = cls.env["res.partner"].with_context(crm_customer=True)
        return partners.create({"name": name, **values})

    def rows(self, key, since, until, company=None):
        """:return: {(customer, event key): moment}"""
        query = self.env["crm.moment"]._rows(key, company or self.company, since, until)
        found = self.env.execute_query(
            SQL("SELECT partner_id, event_key, happened_at FROM (%s) AS r", query)
        )
        rows = {
            (self.env["res.partner"].browse(id_), event): moment
            for id_, event, moment in found
        }
        self.assertEqual(len(rows), len(found), "an event is told twice")
        return rows

    def metric(self, partner, **values):
        """A row of figures, as orders would make it."""
        values = {"order_count": 1, "order_count_all": 1, "lifecycle": "new", **values}
        values = {
            **dict.fromkeys(
                ("amount_total", "amount_total_all", "amount_paid", "average_order"), 0
            ),
            "partner_id": partner.id,
            "company_id": self.company.id,
            **values,
        }
        self.env["crm.customer.metric"].search(
            [("partner_id", "=", partner.id), ("company_id", "=", self.company.id)]
        ).sudo().unlink()
        columns = SQL(", ").join(map(SQL.identifier, values))
        self.env.cr.execute(
            SQL(
                "INSERT INTO crm_customer_metric (%s) VALUES %s",
                columns,
                tuple(values.values()),
            )
        )
        self.env["crm.customer.metric"].invalidate_model()

    def born(self, birthdate, since, until):
        self.person.birthdate = birthdate
        return list(self.rows(BIRTHDAY, since, until).items())

    def test_birthday_at_local_midnight(self):
        # midnight in Bangkok is 17:00 of the day before in UTC
        found = self.born("1990-05-02", datetime(2027, 5, 1), datetime(2027, 5, 2))
        self.assertEqual(
            found, [((self.person, "birthday:2027"), datetime(2027, 5, 1, 17))]
        )
        before = datetime(2027, 5, 1, 16, 59, 59)
        self.assertFalse(self.born("1990-05-02", datetime(2027, 4, 30), before))
        at = datetime(2027, 5, 1, 17)
        self.assertTrue(self.born("1990-05-02", before, at))
        self.assertFalse(self.born("1990-05-02", at, at + timedelta(days=3)))

    def test_birthday_on_29_february(self):
        year = datetime(2027, 1, 1), datetime(2027, 12, 31)
        found = self.born("2004-02-29", *year)
        self.assertEqual(
            found, [((self.person, "birthday:2027"), datetime(2027, 2, 28, 17))]
        )
        narrow = datetime(2027, 2, 28, 16), datetime(2027, 2, 28, 18)
        self.assertEqual(self.born("2004-02-29", *narrow), found)
        leap = self.born("2004-02-29", datetime(2028, 2, 1), datetime(2028, 3, 30))
        self.assertEqual(
            leap, [((self.person, "birthday:2028"), datetime(2028, 2, 28, 17))]
        )

    def test_birthday_over_new_year_and_of_this_year(self):
        found = self.born("1990-01-01", datetime(2026, 12, 30), datetime(2027, 1, 2))
        self.assertEqual([key for (_p, key), _at in found], ["birthday:2027"])
        # whoever is born today has no birthday today
        self.assertFalse(
            self.born("2026-05-02", datetime(2026, 5, 1), datetime(2026, 5, 3))
        )

    def test_every_birthday_is_in_one_turn(self):
        """Turns that follow each other tell each birthday of a year once."""
        birthdays = [date(2000, 1, 1) + timedelta(days=day) for day in range(0, 366, 9)]
        people = [
            self.customer(str(day), birthdate=day, company_id=self.company.id)
            for day in [*birthdays, date(2000, 2, 29), date(2000, 12, 31)]
        ]
        # as local years go: Bangkok is seven hours ahead
        told, turn = [], datetime(2026, 12, 31, 16, 59)
        while turn < datetime(2027, 12, 31, 16, 59):
            after = min(turn + timedelta(days=11), datetime(2027, 12, 31, 16, 59))
            told += [partner for partner, _key in self.rows(BIRTHDAY, turn, after)]
            turn = after
        self.assertCountEqual(told, people)

    def test_only_customers_of_the_company(self):
        span = datetime(2027, 5, 1), datetime(2027, 5, 2)
        self.assertTrue(self.born("1990-05-02", *span))
        self.assertFalse(self.rows(BIRTHDAY, *span, company=self.other))
        self.person.company_id = False
        self.assertFalse(self.rows(BIRTHDAY, *span))
        self.person._crm_record_consent("marketing_sms")
        self.assertTrue(self.rows(BIRTHDAY, *span))
        self.assertFalse(self.rows(BIRTHDAY, *span, company=self.other))
        self.person.active = False
        self.assertFalse(self.rows(BIRTHDAY, *span))

    def test_welcome(self):
        now = fields.Datetime.now()
        since, until = now - timedelta(hours=1), now + timedelta(hours=1)
        self.assertIn((self.person, "welcome"), self.rows("welcome", since, until))
        later = until + timedelta(days=1)
        self.assertFalse(self.rows("welcome", until, later))
        contact = self.env["res.partner"].create(
            {"name": "Supplier", "company_id": self.company.id}
        )
        told = {partner for partner, _key in self.rows("welcome", since, until)}
        self.assertNotIn(contact, told)

    def test_who_came_with_old_orders_is_not_new(self):
        now = fields.Datetime.now()
        since, until = now - timedelta(hours=1), now + timedelta(hours=1)
        self.metric(self.person, first_order_date=now.date() - timedelta(days=400))
        self.assertFalse(self.rows("welcome", since, until))

    def test_known_contact_orders_for_the_first_time(self):
        self.metric(self.person, first_order_date=date(2031, 3, 5))
        noon = datetime(2031, 3, 5, 5)
        found = self.rows("welcome", noon, noon + timedelta(hours=1))
        self.assertEqual(found, {(self.person, "welcome"): datetime(2031, 3, 4, 17)})

    def test_lapsed_once_per_silence(self):
        self.company.write({"lapsed_customer_orders": 1, "lapsed_customer_days": 30})
        self.metric(self.person, last_order_date=date(2026, 1, 1), order_count=5)
        span = datetime(2026, 1, 1), datetime(2026, 12, 1)
        key = (self.person, "lapsed:2026-01-01")
        self.assertEqual(self.rows("lapsed", *span), {key: datetime(2026, 1, 31, 17)})
        # by the customer's own rhythm it is earlier, and still one event
        self.metric(
            self.person,
            last_order_date=date(2026, 1, 1),
            rhythm_lapse_date=date(2026, 1, 15),
            order_count=5,
        )
        self.assertEqual(self.rows("lapsed", *span), {key: datetime(2026, 1, 14, 17)})
        self.company.lapsed_customer_orders = 6
        self.metric(self.person, last_order_date=date(2026, 2, 1), order_count=5)
        self.assertFalse(self.rows("lapsed", *span))
