from datetime import date, datetime, timedelta

import phonenumbers

from odoo.tests import TransactionCase, tagged

from ..demo.generator import build_shop, read_csv
from ..demo.loader import load

NOW = datetime(2026, 11, 21, 15, 0)
# the first two digits of every postcode of a province, from Thailand Post's scheme:
# not the same as the ISO number of the province where it is listed here
ZIP_PREFIX = {"TH-11": "10", "TH-12": "11", "TH-13": "12", "TH-14": "13"}


class TestDemoDrawing(TransactionCase):
    """The demo is the first thing a shopkeeper sees: wrong postcodes, impossible
    phone numbers or a shop that looks different each time would end the trust."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.shop = build_shop(NOW)

    def test_same_seed_same_shop(self):
        self.assertEqual(build_shop(NOW), self.shop)
        self.assertNotEqual(build_shop(NOW, seed=1).people, self.shop.people)

    def test_another_day_keeps_the_people(self):
        later = build_shop(NOW + timedelta(days=40))
        names = [(p.first_name, p.last_name, p.phone) for p in self.shop.people]
        self.assertEqual(
            [(p.first_name, p.last_name, p.phone) for p in later.people], names
        )

    def test_phone_numbers(self):
        numbers = [phonenumbers.parse(p.phone, "TH") for p in self.shop.people]
        for number in numbers:
            self.assertTrue(phonenumbers.is_valid_number(number), number)
        self.assertEqual(len({n.national_number for n in numbers}), len(numbers))

    def test_postcodes_belong_to_provinces(self):
        states = self.env["res.country.state"].search([("country_id.code", "=", "TH")])
        codes = set(states.mapped("code"))
        for place in read_csv("places.csv") + read_csv("branches.csv"):
            province = place["province"]
            self.assertIn(province, codes)
            prefix = ZIP_PREFIX.get(province, province[3:])
            self.assertRegex(place["zip"], rf"^{prefix}\d\d\d$", place)

    def test_orders_lie_between_two_years_ago_and_now(self):
        times = [order.when for order in self.shop.orders]
        self.assertEqual(times, sorted(times))
        self.assertLess(times[-1], NOW)
        self.assertGreaterEqual(times[0], NOW - timedelta(days=731))

    def test_branch_is_open_when_it_sells(self):
        opened = {
            row["code"]: NOW.date() - timedelta(days=int(row["opened_days"]))
            for row in self.shop.branches
        }
        for order in self.shop.orders:
            self.assertGreaterEqual(order.when.date(), opened[order.branch])
            self.assertIn(order.when.hour, range(10, 21))

    def test_seasons_show(self):
        by_month = {}
        for order in self.shop.orders:
            key = (order.when.year, order.when.month)
            by_month[key] = by_month.get(key, 0) + 1
        self.assertGreater(by_month[2025, 12], 1.3 * by_month[2025, 9])
        self.assertGreater(by_month[2026, 4], 1.2 * by_month[2026, 6])

    def test_birthdays(self):
        today = date(2026, 11, 21)
        for person in self.shop.people:
            if person.birthdate:
                age = (today - person.birthdate).days / 365.25
                self.assertTrue(18 <= age < 77, person)


@tagged("post_install", "-at_install")
class TestDemoLoading(TransactionCase):
    """A demo that fails to load is only a warning in Odoo's log, and leaves a
    newcomer with an empty shop."""

    def test_load_and_load_again(self):
        loaded_before = self.env.ref("crm_segments.demo_branch_bkk", False)
        if not loaded_before:
            self.assertTrue(load(self.env, customers=70))
            self._check_loaded()
        count = self.env["sale.order"].search_count([])
        self.assertFalse(load(self.env))
        self.assertEqual(self.env["sale.order"].search_count([]), count)

    def _check_loaded(self):
        metrics = self.env["crm.customer.metric"].search(
            [("company_id", "=", self.env.company.id)]
        )
        groups = set(metrics.mapped("lifecycle"))
        self.assertLessEqual({"lapsed", "regular", "new", "occasional"}, groups)
        branch = self.env.ref("crm_segments.demo_branch_cnx")
        orders = self.env["sale.order"].search([("branch_id", "=", branch.id)])
        self.assertTrue(orders)
        self.assertLess(min(orders.mapped("date_order")), datetime.now())
        for customer in orders.partner_id.commercial_partner_id:
            self.assertTrue(customer.member_number)
        owner = self.env.ref("crm_segments.demo_user_owner")
        self.assertTrue(owner.has_group("crm_segments.crm_segments_group_manager"))
        viewer = self.env.ref("crm_segments.demo_user_viewer")
        self.assertFalse(viewer.has_group("crm_segments.crm_segments_group_officer"))
