import operator
import os
from collections import defaultdict
from datetime import date, timedelta
from random import Random

from freezegun import freeze_time

from odoo.tests import tagged

from .common import LedgerCase

FULL = bool(os.environ.get("CRM_SUITE_FULL"))
MEMBERS = 5000 if FULL else 200
TODAY = date(2026, 11, 20)
COMPARE = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


@tagged("post_install", "-at_install")
class TestPartnerFields(LedgerCase):
    """A segment that leaves out a customer, or finds one too many, spends the shop's
    money on the wrong people: every figure that is searched equals the one counted
    customer by customer, on random members of two companies."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        freezer = freeze_time(f"{TODAY} 05:00:00")
        cls.addClassCleanup(freezer.stop)
        freezer.start()
        cls.random = Random(42)
        cls.company = cls.env.company
        cls.company.points_ending_days = 30
        cls.elsewhere = cls.env["res.company"].create({"name": "Elsewhere"})
        cls.customers = cls.env["res.partner"].create(
            [{"name": f"Member {number}"} for number in range(MEMBERS)]
        )
        contacts = cls.env["res.partner"].create(
            [
                {"name": f"Contact {number}", "parent_id": customer.id}
                for number, customer in enumerate(cls.customers[::7])
            ]
        )
        cls.people = cls.customers | contacts
        cls._make_programs()
        cls._make_cards()
        cls._make_visits()
        cls._make_redemptions()
        cls.env.flush_all()
        cls.env.invalidate_all()

    @classmethod
    def _make_programs(cls):
        programs = cls.env["loyalty.program"]
        cls.programs = programs.create(
            [
                {
                    "name": f"{kind} {company.name or 'shared'}",
                    "program_type": kind,
                    "applies_on": "both" if kind == "loyalty" else "future",
                    "company_id": company.id,
                    "currency_id": cls.company.currency_id.id,
                }
                for kind in ("loyalty", "ewallet")
                for company in (cls.company, cls.env["res.company"], cls.elsewhere)
            ]
        )
        cls.tiers = cls.env["loyalty.tier"].create(
            [
                {"name": name, "program_id": cls.programs[0].id, "threshold": points}
                for name, points in (("Silver", 150), ("Gold", 400))
            ]
        )

    @classmethod
    def _make_cards(cls):
        chance = cls.random
        cls.cards = cls.Card.create(
            [
                {"partner_id": person.id, "program_id": program.id}
                for person in cls.people
                for program in cls.programs
                if chance.random() < 0.35
            ]
        )
        movements = []
        for card in cls.cards:
            for turn in range(chance.randrange(4)):
                end = TODAY + timedelta(days=chance.randrange(-40, 80))
                movements.append(
                    {
                        "card_id": card.id,
                        "kind": "earn",
                        "points": chance.randrange(1, 40) * 10,
                        "date": TODAY - timedelta(days=60),
                        "expiry": chance.choice((None, end)),
                        "key": f"fields:{card.id}:{turn}",
                    }
                )
        movements += [
            {
                "card_id": card.id,
                "kind": "redeem",
                "points": -chance.randrange(1, 20) * 10,
                "key": f"fields:use:{card.id}",
                "may_owe": True,
            }
            for card in cls.cards
            if chance.random() < 0.3
        ]
        cls.Entry._post(movements, bulk=True)
        # awards made long ago lapse when they are touched; these have not been since
        cls.Entry._post(
            [
                {
                    "card_id": card.id,
                    "kind": "earn",
                    "points": 50,
                    "expiry": TODAY - timedelta(days=1),
                    "key": f"fields:due:{card.id}",
                }
                for card in cls.cards
                if chance.random() < 0.2
            ],
            bulk=True,
        )

    @classmethod
    def _make_visits(cls):
        chance = cls.random
        branches = cls.env["crm.branch"].create(
            [
                {"name": company.name, "company_id": company.id}
                for company in (cls.company, cls.elsewhere)
            ]
        )
        states = ("planned", "arrived", "done", "no_show", "cancelled")
        visits = []
        for person in cls.people:
            for _turn in range(chance.randrange(4)):
                branch = chance.choice(branches)
                start = TODAY - timedelta(days=chance.randrange(60))
                visits.append(
                    {
                        "partner_id": person.id,
                        "branch_id": branch.id,
                        "company_id": branch.company_id.id,
                        "start": f"{start} 04:00:00",
                        "stop": f"{start} 05:00:00",
                        "state": chance.choice(states),
                    }
                )
        cls.visits = cls.env["crm.visit"].sudo().create(visits)

    @classmethod
    def _make_redemptions(cls):
        chance = cls.random
        rewards = {
            program: cls.env["loyalty.reward"].create(
                {"program_id": program.id, "required_points": 10}
            )
            for program in cls.programs[:3]
        }
        states = ("issued", "used", "expired", "cancelled")
        cls.redemptions = (
            cls.env["loyalty.redemption"]
            .sudo()
            .create(
                [
                    {
                        "reward_id": rewards[card.program_id].id,
                        "program_id": card.program_id.id,
                        "card_id": card.id,
                        "partner_id": card.partner_id.id,
                        "company_id": (card.company_id or cls.company).id,
                        "fulfilment": "own_code",
                        "state": chance.choice(states),
                        "points": 10,
                        "date": TODAY,
                        "key": f"fields:{card.id}",
                    }
                    for card in cls.cards
                    if card.program_id in rewards and chance.random() < 0.4
                ]
            )
        )

    # -- counted one by one ----------------------------------------------------------

    def _cards_here(self, kind):
        """:return: the cards of the company one works in, with the customer"""
        return [
            (card, card.partner_id.commercial_partner_id.id)
            for card in self.cards
            if card.program_id.program_type == kind
            and card.company_id in (self.company, self.env["res.company"])
        ]

    def _sums(self, pairs):
        sums = defaultdict(float)
        for customer_id, amount in pairs:
            sums[customer_id] += amount
        return {c.id: round(sums[c.id], 2) for c in self.customers}

    def _awards(self, kind):
        by_card = self.env["loyalty.point.award"].search([]).grouped("card_id")
        none = self.env["loyalty.point.award"]
        for card, customer_id in self._cards_here(kind):
            for award in by_card.get(card, none):
                yield customer_id, award

    def _balances(self, kind):
        entries = self.env["loyalty.point.entry"].search([]).grouped("card_id")
        none = self.env["loyalty.point.entry"]
        pairs = [
            (customer_id, sum(entries.get(card, none).mapped("points")))
            for card, customer_id in self._cards_here(kind)
        ]
        pairs += [
            (customer_id, -award.remaining)
            for customer_id, award in self._awards(kind)
            if award.expiry and award.expiry < TODAY and award.remaining > 0
        ]
        return self._sums(pairs)

    def _visits_here(self):
        return [
            (visit.partner_id.commercial_partner_id.id, visit)
            for visit in self.visits
            if visit.company_id == self.company and visit.state in ("arrived", "done")
        ]

    # -- searched --------------------------------------------------------------------

    def _check(self, name, wanted, values):
        """:param wanted: {customer id: value}; False compares with nothing"""
        found = {customer.id: customer[name] for customer in self.customers}
        self.assertEqual(found, wanted)
        self.assertGreater(len(set(wanted.values())), 2, "too few to tell apart")
        for sign, compare in COMPARE.items():
            for value in values:
                with self.subTest(field=name, sign=sign, value=value):
                    expected = {
                        id_
                        for id_, own in wanted.items()
                        if _holds(compare, own, value, sign)
                    }
                    self.assertEqual(self._search(name, sign, value), expected)
        with self.subTest(field=name, sign="in"):
            expected = {id_ for id_, own in wanted.items() if own in values}
            self.assertEqual(self._search(name, "in", values), expected)
            rest = set(wanted) - expected
            self.assertEqual(self._search(name, "not in", values), rest)

    def _search(self, name, sign, value):
        domain = [(name, sign, value), ("id", "in", self.customers.ids)]
        return set(self.env["res.partner"].search(domain).ids)

    def test_points_balance(self):
        wanted = self._balances("loyalty")
        self._check("points_balance", wanted, [0, 100, -50, 250.5])

    def test_points_ending_soon(self):
        last = TODAY + timedelta(days=30)
        wanted = self._sums(
            (customer_id, award.remaining)
            for customer_id, award in self._awards("loyalty")
            if award.expiry and TODAY <= award.expiry <= last and award.remaining > 0
        )
        self._check("points_ending_soon", wanted, [0, 100, 150])

    def test_points_end_date(self):
        wanted = {customer.id: False for customer in self.customers}
        for customer_id, award in self._awards("loyalty"):
            if award.expiry and award.expiry >= TODAY and award.remaining > 0:
                first = wanted[customer_id] or date.max
                wanted[customer_id] = min(first, award.expiry)
        days = [TODAY + timedelta(days=number) for number in (0, 10, 30)]
        self._check("points_end_date", wanted, days)
        nobody = {id_ for id_, day in wanted.items() if not day}
        self.assertEqual(self._search("points_end_date", "=", False), nobody)

    def test_prepaid_balance(self):
        self._check("prepaid_balance", self._balances("ewallet"), [0, 100, -20])

    def test_visits(self):
        here = self._visits_here()
        wanted = self._sums((customer_id, 1) for customer_id, _visit in here)
        self._check("visit_count", wanted, [0, 1, 2])
        last = {customer.id: False for customer in self.customers}
        for customer_id, visit in here:
            last[customer_id] = max(last[customer_id] or date.min, visit.day)
        days = [TODAY - timedelta(days=number) for number in (0, 10, 30)]
        self._check("last_visit_date", last, days)
        nobody = {id_ for id_, day in last.items() if not day}
        self.assertEqual(self._search("last_visit_date", "=", False), nobody)

    def test_rewards_redeemed(self):
        wanted = self._sums(
            (redemption.partner_id.commercial_partner_id.id, 1)
            for redemption in self.redemptions
            if redemption.company_id == self.company and redemption.state != "cancelled"
        )
        self._check("rewards_redeemed_count", wanted, [0, 1, 2])

    def test_tiers(self):
        found = defaultdict(set)
        for card, customer_id in self._cards_here("loyalty"):
            if card.tier_id:
                found[customer_id].add(card.tier_id)
        self.assertGreater(len(found), MEMBERS / 20)
        for tier in self.tiers:
            expected = {id_ for id_, tiers in found.items() if tier in tiers}
            for value in (tier.ids, tier.id):
                sign = "in" if isinstance(value, list) else "="
                self.assertEqual(self._search("loyalty_tier_id", sign, value), expected)
        nobody = set(self.customers.ids) - set(found)
        self.assertEqual(self._search("loyalty_tier_id", "=", False), nobody)
        for customer in self.customers:
            tiers = found[customer.id]
            highest = max(tiers, key=lambda tier: tier.threshold, default=False)
            self.assertEqual(customer.loyalty_tier_id.id, highest and highest.id)


def _holds(compare, own, value, sign):
    if own is False:
        return sign == "!="
    return compare(own, value)
