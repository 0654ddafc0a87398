from ast import literal_eval

from odoo.tests import tagged

from .test_partner_fields import TODAY, TestPartnerFields, timedelta

CRITERIA = {
    "tier_ids",
    *("points_from", "points_to", "points_end_days", "rewards"),
    *("prepaid_from", "prepaid_to"),
    *("visit_from", "visit_to", "visit_within", "visit_before"),
}


@tagged("post_install", "-at_install")
class TestCustomerSearchPoints(TestPartnerFields):
    """What the advanced search finds of members, customer by customer."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customers._ensure_member_number(cls.env["crm.branch"])
        cls.env.flush_all()
        cls.env.invalidate_all()

    def find(self, **values):
        search = self.env["crm.customer.search"].create(values)
        self.assertNotEqual(search.sentence, "All customers")
        domain = literal_eval(search.domain)
        found = self.env["res.partner"].search(
            [("id", "in", self.customers.ids), *domain]
        )
        self.asked |= set(values) & CRITERIA
        self.assertTrue(found, values)
        self.assertLess(len(found), len(self.customers), values)
        return found

    asked = frozenset()

    def assertFound(self, test, **values):
        self.assertEqual(self.find(**values), self.customers.filtered(test), values)

    def test_criteria(self):
        soon = TODAY + timedelta(days=20)
        then = TODAY - timedelta(days=30)
        self.assertFound(lambda c: c.points_balance >= 100, points_from=100)
        self.assertFound(lambda c: c.points_balance <= 100, points_to=100)
        self.assertFound(
            lambda c: c.points_end_date and c.points_end_date <= soon,
            points_end_days=20,
        )
        self.assertFound(lambda c: c.rewards_redeemed_count > 0, rewards="some")
        self.assertFound(lambda c: not c.rewards_redeemed_count, rewards="none")
        self.assertFound(lambda c: c.prepaid_balance >= 50, prepaid_from=50)
        self.assertFound(lambda c: c.prepaid_balance <= 50, prepaid_to=50)
        self.assertFound(
            lambda c: c.last_visit_date and c.last_visit_date >= then, visit_from=then
        )
        self.assertFound(
            lambda c: c.last_visit_date and c.last_visit_date <= then, visit_to=then
        )
        self.assertFound(
            lambda c: c.last_visit_date and c.last_visit_date >= then, visit_within=30
        )
        self.assertFound(
            lambda c: c.last_visit_date and c.last_visit_date <= then, visit_before=30
        )
        self.assertFound(
            lambda c: c.loyalty_tier_ids & self.tiers[:1], tier_ids=self.tiers[:1].ids
        )
        self.assertFound(
            lambda c: c.points_balance >= 100 and not c.rewards_redeemed_count,
            points_from=100,
            rewards="none",
        )
        self.assertFound(
            lambda c: c.points_balance >= 100 or not c.rewards_redeemed_count,
            points_from=100,
            rewards="none",
            match="any",
        )
        self.assertEqual(self.asked, CRITERIA)
        fields = self.env["crm.customer.search"]._fields
        ours = {n for n, f in fields.items() if f._module == "crm_loyalty_points"}
        self.assertEqual(ours, CRITERIA)
