from datetime import date, datetime, timedelta

from freezegun import freeze_time

from odoo.tests import tagged
from odoo.tools import SQL

from .common import LedgerCase
from .test_visit import NOON, VisitCase


class MomentRows:
    def rows(self, key, since, until, company=None):
        """:return: {(customer, event key): moment}"""
        moments = self.env["crm.moment"]
        query = moments._rows(key, company or self.env.company, since, until)
        found = self.env.execute_query(
            SQL("SELECT partner_id, event_key, happened_at FROM (%s) AS r", query)
        )
        rows = {(id_, event): moment for id_, event, moment in found}
        self.assertEqual(len(rows), len(found), "an event is told twice")
        return rows


@tagged("post_install", "-at_install")
class TestPointsMoments(LedgerCase, MomentRows):
    """Who is told that points end has points that end."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.company.customer_tz = "Asia/Bangkok"
        cls.last_day = date(2031, 3, 31)
        # 31 March begins in Bangkok
        cls.begins = datetime(2031, 3, 30, 17)
        cls.span = cls.begins - timedelta(hours=1), cls.begins + timedelta(hours=1)
        cls.key = (cls.partner.id, "points_end:2031-03-31")

    def test_points_end(self):
        self._post(30, expiry=self.last_day)
        self._post(20, expiry=self.last_day)
        self._post(10, expiry=date(2031, 4, 30))
        self._post(5, card=self._card(self.other_partner))
        self.assertEqual(self.rows("points_end", *self.span), {self.key: self.begins})
        month = self.begins, self.begins + timedelta(days=31)
        self.assertEqual(
            list(self.rows("points_end", *month)),
            [(self.partner.id, "points_end:2031-04-30")],
        )

    def test_spent_points_do_not_end(self):
        self._post(30, expiry=self.last_day)
        self._post(-30)
        self.assertFalse(self.rows("points_end", *self.span))

    def test_prepaid_value_and_other_companies(self):
        wallet = self._card(self.other_partner, self.wallet)
        self._post(30, card=wallet, expiry=self.last_day)
        self._post(30, expiry=self.last_day)
        self.assertEqual(self.rows("points_end", *self.span), {self.key: self.begins})
        other = self.env["res.company"].create({"name": "Elsewhere"})
        self.program.company_id = self.env.company
        self.assertFalse(self.rows("points_end", *self.span, company=other))

    def test_contact_is_told_as_its_customer(self):
        boss = self.env["res.partner"].create({"name": "Firm", "is_company": True})
        self.partner.parent_id = boss
        self._post(30, expiry=self.last_day)
        self.assertEqual(
            list(self.rows("points_end", *self.span)),
            [(boss.id, "points_end:2031-03-31")],
        )

    def test_joined(self):
        now = self.card.create_date
        span = now - timedelta(seconds=1), now
        self.assertIn((self.partner.id, "member"), self.rows("member", *span))
        self.assertFalse(self.rows("member", now, now + timedelta(days=1)))
        # members of another system joined long ago
        self.card.member_since = date(2020, 1, 1)
        self.assertNotIn((self.partner.id, "member"), self.rows("member", *span))


@tagged("post_install", "-at_install")
class TestVisitMoments(VisitCase, MomentRows):
    """After a visit that took place, once."""

    def test_visit(self):
        done = self.visit(partner=self.somchai)
        planned = self.visit(partner=self.malee)
        again = self.visit(partner=self.somchai)
        for visit, moment in ((done, NOON), (again, NOON + timedelta(hours=2))):
            with freeze_time(moment):
                visit.action_arrive()
                visit.action_done()
        span = NOON - timedelta(hours=1), NOON
        self.assertEqual(
            self.rows("visit", *span), {(self.somchai.id, f"visit:{done.id}"): NOON}
        )
        day = NOON - timedelta(hours=1), NOON + timedelta(days=1)
        keys = {key for _partner, key in self.rows("visit", *day)}
        self.assertEqual(keys, {f"visit:{done.id}", f"visit:{again.id}"})
        self.assertNotIn(f"visit:{planned.id}", keys)
