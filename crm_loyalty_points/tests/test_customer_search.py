from ast import literal_eval

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo import Command
from odoo.tests import tagged

from odoo.addons.crm_segments.tests.reference_search import found, within

from .test_partner_fields import FULL, TODAY, TestPartnerFields, timedelta

CRITERIA = {
    "tier_ids",
    *("points_from", "points_to", "points_end_days", "rewards"),
    *("prepaid_from", "prepaid_to"),
    *("visit_from", "visit_to", "visit_within", "visit_before"),
}
EXAMPLES = 300 if FULL else 40
GENDERS = ("female", "male", "other", False)
LIMITS = {
    "points": "points_balance",
    "prepaid": "prepaid_balance",
    "visit": "last_visit_date",
}


@tagged("post_install", "-at_install")
class TestCustomerSearchPoints(TestPartnerFields):
    """What the advanced search finds of members, customer by customer."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for number, gender in enumerate(GENDERS):
            cls.customers[number :: len(GENDERS)].gender = gender
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

    # -- any combination ---------------------------------------------------------------

    def examples(self):
        """:return: dict of each criterion to a strategy of its values"""
        days = st.integers(1, 70)
        past = days.map(lambda number: TODAY - timedelta(number))
        points = st.integers(-10, 60).filter(bool).map(lambda tens: tens * 10)
        some = st.lists(st.sampled_from(self.tiers.ids), min_size=1, unique=True)
        return {
            "tier_ids": some,
            "gender_ids": st.lists(
                st.sampled_from(GENDERS[:3]), min_size=1, max_size=2, unique=True
            ),
            "rewards": st.sampled_from(["some", "none"]),
            **dict.fromkeys(("points_from", "points_to"), points),
            **dict.fromkeys(("prepaid_from", "prepaid_to"), points),
            **dict.fromkeys(("visit_from", "visit_to"), past),
            **dict.fromkeys(("points_end_days", "visit_within", "visit_before"), days),
        }

    def forms(self, **more):
        examples = self.examples()
        names = st.lists(st.sampled_from(sorted(examples)), max_size=4, unique=True)
        more["match"] = st.sampled_from(["all", "any"])
        return names.flatmap(
            lambda chosen: st.fixed_dictionaries(
                {**more, **{name: examples[name] for name in chosen}}
            )
        )

    def values_of(self, form):
        values = {name: form[name] for name in form if name != "blocks"}
        if genders := values.get("gender_ids"):
            choices = [("criterion", "=", "gender"), ("value", "in", genders)]
            values["gender_ids"] = self.env["crm.search.choice"].search(choices).ids
        return values

    def test_any_form(self):
        self.assertEqual(self.examples().keys(), CRITERIA | {"gender_ids"})
        blocks = st.lists(
            self.forms(joiner=st.sampled_from(["and", "or", "not"])), max_size=2
        )

        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(form=self.forms(), blocks=blocks)
        def check(form, blocks):
            commands = [Command.create(self.values_of(block)) for block in blocks]
            search = self.env["crm.customer.search"].create(
                {**self.values_of(form), "block_ids": commands}
            )
            domain = [("id", "in", self.customers.ids), *literal_eval(search.domain)]
            ids = set(self.env["res.partner"].search(domain).ids)
            asked = {**form, "blocks": blocks}
            wanted = found(self.customers, asked, TODAY, _answers_of)
            self.assertEqual(ids, wanted, search.domain)

        check()


def _answers_of(customer, form, today):
    """:return: list of booleans, one per criterion that is filled in"""
    get = form.get
    answers = []
    if get("tier_ids"):
        answers.append(bool(set(customer.loyalty_tier_ids.ids) & set(get("tier_ids"))))
    if get("gender_ids"):
        answers.append(customer.gender in get("gender_ids"))
    if get("rewards"):
        redeemed = customer.rewards_redeemed_count > 0
        answers.append(redeemed == (get("rewards") == "some"))
    for name, field in LIMITS.items():
        limits, value = (get(f"{name}_from"), get(f"{name}_to")), customer[field]
        if any(limits):
            answers.append(value is not False and within(value, *limits))
    last, end = customer.last_visit_date, customer.points_end_date
    if days := get("visit_within"):
        answers.append(bool(last) and last >= today - timedelta(days))
    if days := get("visit_before"):
        answers.append(bool(last) and last <= today - timedelta(days))
    if days := get("points_end_days"):
        answers.append(bool(end) and end <= today + timedelta(days))
    return answers
