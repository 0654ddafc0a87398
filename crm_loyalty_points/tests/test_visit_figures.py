import os
import random
from collections import defaultdict
from datetime import date, datetime, timedelta

from freezegun import freeze_time

from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tests import Form, new_test_user, tagged

from .test_visit import NOON, VisitCase

CUSTOMERS = 5000 if os.environ.get("CRM_SUITE_FULL") else 150
START = datetime(2026, 1, 1)


@tagged("post_install", "-at_install")
class TestVisitFigures(VisitCase):
    """Counts of visits decide on tiers and on whom a shop writes to; the footfall
    decides on opening hours and staff. All are compared with counting by hand."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.random = random.Random(20260520)
        cls.other = cls.env["res.company"].create(
            {"name": "Second Shop", "customer_tz": "Europe/London"}
        )
        cls.env.user.company_ids |= cls.other
        cls.crowd = cls.env["res.partner"].create(
            [{"name": f"Customer {number}"} for number in range(CUSTOMERS)]
        )
        cls.contacts = cls.env["res.partner"].create(
            [
                {"name": f"Contact {number}", "parent_id": customer.id}
                for number, customer in enumerate(cls.crowd[: CUSTOMERS // 10])
            ]
        )
        cls.visits = cls._make_visits()

    @classmethod
    def _make_visits(cls):
        """Committed to no rule but chance: all states, both companies, all hours."""
        people = (cls.crowd[: CUSTOMERS * 2 // 3] | cls.contacts).ids
        vals_list = []
        for _number in range(CUSTOMERS * 3):
            start = START + timedelta(minutes=cls.random.randrange(139 * 24 * 60))
            here = cls.random.random() < 0.8
            branch = cls.random.choice([cls.siam.id, cls.ari.id]) if here else False
            vals_list.append(
                {
                    "partner_id": cls.random.choice(people),
                    "company_id": cls.company.id if here else cls.other.id,
                    "branch_id": branch,
                    "start": start,
                    "kind": cls.random.choice(["planned", "walk_in"]),
                    "state": cls.random.choice(
                        ["planned", "arrived", "done", "done", "no_show", "cancelled"]
                    ),
                }
            )
        with freeze_time(NOON):
            quiet = cls.env["crm.visit"].with_context(tracking_disable=True)
            return quiet.create(vals_list)

    def _by_hand(self):
        """:return: {customer: [days]} of the visits that took place here"""
        days = defaultdict(list)
        for visit in self.visits:
            if visit.state in ("arrived", "done") and visit.company_id == self.company:
                local = visit.arrived_at + timedelta(hours=7)
                days[visit.partner_id.commercial_partner_id].append(local.date())
        return days

    # -- fields of the customer ------------------------------------------------------

    def test_figures_of_customers(self):
        days = self._by_hand()
        for customer in self.crowd:
            mine = days.get(customer, [])
            self.assertEqual(customer.visit_count, len(mine))
            self.assertEqual(customer.last_visit_date, max(mine, default=False))
        contact = next(c for c in self.contacts if days.get(c.parent_id))
        self.assertEqual(contact.visit_count, len(days[contact.parent_id]))
        there = self.crowd.with_company(self.other)
        self.assertNotEqual(
            there.mapped("visit_count"), self.crowd.mapped("visit_count")
        )

    def test_searches_equal_brute_force(self):
        days = self._by_hand()
        count = {customer: len(days.get(customer, [])) for customer in self.crowd}
        last = {
            customer: max(days.get(customer, []), default=None) for customer in count
        }
        compare = {
            "=": lambda a, b: a == b,
            "!=": lambda a, b: a != b,
            "<": lambda a, b: a < b,
            "<=": lambda a, b: a <= b,
            ">": lambda a, b: a > b,
            ">=": lambda a, b: a >= b,
        }
        for operator, check in compare.items():
            for number in (-1, 0, 1, 2, 5):
                wanted = {c for c, n in count.items() if check(n, number)}
                self._assert_found([("visit_count", operator, number)], wanted)
            for day in (START.date(), date(2026, 4, 30), date(2026, 5, 21)):
                wanted = {
                    c
                    for c, d in last.items()
                    if (check(d, day) if d else operator == "!=")
                }
                self._assert_found([("last_visit_date", operator, day)], wanted)
        never = {c for c, d in last.items() if not d}
        some = date(2026, 5, 1)
        seen = {c for c, d in last.items() if d == some}
        self._assert_found([("last_visit_date", "=", False)], never)
        self._assert_found([("last_visit_date", "!=", False)], set(count) - never)
        self._assert_found([("last_visit_date", "in", [False, some])], never | seen)
        self._assert_found(
            [("visit_count", "in", [0, 3])],
            {c for c, n in count.items() if n in (0, 3)},
        )
        self._assert_found(
            [("visit_count", "not in", [0, 3])],
            {c for c, n in count.items() if n not in (0, 3)},
        )

    def _assert_found(self, domain, wanted):
        inside = Domain("id", "in", self.crowd.ids)
        found = self.env["res.partner"].search(inside & Domain(domain))
        self.assertEqual(set(found), wanted, domain)

    def test_filters_with_dates_in_words(self):
        with freeze_time(NOON):
            partners = self.env["res.partner"].search(
                [
                    ("id", "in", self.crowd.ids),
                    ("last_visit_date", ">=", "today -30d"),
                ]
            )
        days = self._by_hand()
        wanted = {
            c
            for c, d in days.items()
            if c in self.crowd and max(d) >= date(2026, 4, 20)
        }
        self.assertEqual(set(partners), wanted)

    # -- who came in -----------------------------------------------------------------

    def test_footfall_equals_brute_force(self):
        came = defaultdict(set)
        visits = defaultdict(int)
        hours = defaultdict(set)
        for visit in self.visits:
            if (
                visit.state not in ("arrived", "done")
                or visit.company_id != self.company
            ):
                continue
            local = visit.arrived_at + timedelta(hours=7)
            customer = visit.partner_id.commercial_partner_id
            came[local.date(), visit.branch_id].add(customer)
            visits[local.date(), visit.branch_id] += 1
            hours[f"{local:%H}:00", str(local.isoweekday())].add(customer)
        report = self.env["crm.visit.footfall"]
        mine = [("id", "in", self.visits.ids), ("company_id", "=", self.company.id)]
        rows = report._read_group(
            mine, ["day:day", "branch_id"], ["customers:count_distinct", "__count"]
        )
        found = {(day, branch): (n, count) for day, branch, n, count in rows}
        wanted = {key: (len(came[key]), visits[key]) for key in came}
        self.assertEqual(found, wanted)
        rows = report._read_group(
            mine, ["hour", "weekday"], ["customers:count_distinct"]
        )
        self.assertEqual(
            {(hour, weekday): n for hour, weekday, n in rows},
            {key: len(who) for key, who in hours.items()},
        )

    @freeze_time(NOON)
    def test_erased_customers_stay_in_the_footfall(self):
        visits = self.check_in() | self.check_in(self.malee)
        day = [("id", "in", visits.ids)]
        report = self.env["crm.visit.footfall"]
        measure = ["customers:count_distinct"]
        before = report._read_group(day, [], measure)
        self.malee.unlink()
        self.assertEqual(report._read_group(day, [], measure), before)

    # -- history ---------------------------------------------------------------------

    def _prepaid(self, partner):
        """:return: a card bought for 4,000 in January and used twice"""
        program = self.env["loyalty.program"].create(
            {"name": "Prepaid", "program_type": "ewallet", "applies_on": "future"}
        )
        card = self.env["loyalty.card"].create(
            {"program_id": program.id, "partner_id": partner.id}
        )
        self.env["loyalty.point.entry"]._post(
            [
                {
                    "card_id": card.id,
                    "kind": kind,
                    "points": points,
                    "date": day,
                    "key": f"history:{card.id}:{number}",
                    "branch_id": self.siam.id,
                }
                for number, (kind, points, day) in enumerate(
                    [
                        ("earn", 4000, date(2026, 1, 5)),
                        ("redeem", -500, date(2026, 2, 5)),
                        ("redeem", -700, date(2026, 5, 20)),
                    ]
                )
            ]
        )
        return card

    @freeze_time(NOON)
    def test_history_of_a_customer(self):
        """P5: planned and done work, cards sold and used, by date; a click opens it."""
        card = self._prepaid(self.somchai)
        self._prepaid(self.malee)
        contact = self.env["res.partner"].create(
            {"name": "Daughter", "parent_id": self.somchai.id}
        )
        done = self.visit(NOON - timedelta(days=60), state="done")
        plan = self.visit(
            NOON + timedelta(days=7), partner=contact, product_id=self.massage.id
        )
        self.visit(partner=self.nok)
        self.env.flush_all()
        rows = self.somchai.with_user(self.officer).history_ids
        self.assertEqual(
            [(row.date, row.kind, row.summary) for row in rows],
            [
                (date(2026, 5, 27), "planned", "Massage"),
                (date(2026, 5, 20), "card_used", "Prepaid -700"),
                (date(2026, 3, 21), "came", "Visit"),
                (date(2026, 2, 5), "card_used", "Prepaid -500"),
                (date(2026, 1, 5), "card_sold", "Prepaid +4,000"),
            ],
        )
        opened = [row.action_open() for row in rows]
        self.assertEqual(
            [(action["res_model"], action["res_id"]) for action in opened],
            [
                ("crm.visit", plan.id),
                ("loyalty.card", card.id),
                ("crm.visit", done.id),
                ("loyalty.card", card.id),
                ("loyalty.card", card.id),
            ],
        )
        self.assertEqual(contact.history_ids, self.somchai.history_ids)
        action = self.somchai.action_view_history()
        listed = self.env["crm.customer.history"].search(action["domain"])
        self.assertEqual(listed, rows.with_env(self.env))

    def test_history_without_points(self):
        """Points have a ledger of their own; here only prepaid cards appear."""
        program = self.env["loyalty.program"].create(
            {"name": "Points", "program_type": "loyalty", "applies_on": "both"}
        )
        card = self.env["loyalty.card"].create(
            {"program_id": program.id, "partner_id": self.nok.id}
        )
        self.env["loyalty.point.entry"]._post(
            [{"card_id": card.id, "kind": "earn", "points": 5, "key": "nok"}]
        )
        self.assertFalse(self.nok.history_ids)

    def test_history_and_footfall_of_one_company(self):
        manager = new_test_user(
            self.env, "history_boss", "crm_segments.crm_segments_group_manager"
        )
        theirs = self.visits.filtered(lambda v: v.company_id == self.other)
        self.assertTrue(theirs)
        for model in ("crm.customer.history", "crm.visit.footfall"):
            records = self.env[model].with_user(manager)
            companies = records.search([]).company_id
            self.assertNotIn(self.other, companies)
        clerk = new_test_user(self.env, "history_clerk", "base.group_user")
        for model in ("crm.customer.history", "crm.visit.footfall"):
            with self.assertRaises(AccessError):
                self.env[model].with_user(clerk).search([])

    def test_customer_form_shows_it(self):
        view = "crm_segments.res_partner_view_form_customer"
        customer = self.visits[0].partner_id.with_user(self.officer)
        with Form(customer, view=view) as form:
            self.assertEqual(form.visit_count, customer.visit_count)
            self.assertTrue(form.history_ids)

    # -- merging ---------------------------------------------------------------------

    @freeze_time(NOON)
    def test_merged_customers(self):
        kept, gone = self.somchai, self.nok
        visits = self.check_in(kept) | self.check_in(gone)
        wizard = self.env["base.partner.merge.automatic.wizard"].create(
            {"partner_ids": (kept | gone).ids, "dst_partner_id": kept.id}
        )
        wizard.action_merge()
        self.assertEqual(visits.partner_id, kept)
        self.assertEqual(kept.visit_count, 2)
        report = self.env["crm.visit.footfall"]
        self.assertEqual(
            report._read_group(
                [("id", "in", visits.ids)], [], ["customers:count_distinct"]
            ),
            [(1,)],
        )
        self.assertEqual(self.check_in(kept), visits[0])

    # -- no-shows --------------------------------------------------------------------

    def test_no_shows_at_night(self):
        """Yesterday's plans, in the company's time zone, where the company wants it."""
        self.visits.unlink()
        midnight = datetime(2026, 5, 19, 17, 0)  # in Bangkok, 18:00 in London
        before, after = (
            self.visit(midnight - timedelta(minutes=1)),
            self.visit(midnight),
        )
        here = self.visit(midnight - timedelta(hours=5))
        there = self.env["crm.visit"].create(
            {
                "partner_id": self.nok.id,
                "company_id": self.other.id,
                "start": midnight - timedelta(minutes=1),
            }
        )
        with freeze_time(midnight + timedelta(hours=1)):
            here.action_arrive()
            visits = self.env["crm.visit"]
            forgotten = visits.search(visits._get_forgotten_domain())
            self.assertFalse(forgotten, "the company did not ask for it")
            (self.company | self.other).visit_auto_no_show = True
            cron = self.env.ref("crm_loyalty_points.crm_visit_cron_no_show")
            with self.enter_registry_test_mode():
                cron.method_direct_trigger()
            states = (before | after | here | there).sudo().mapped("state")
        self.assertEqual(states, ["no_show", "planned", "arrived", "planned"])
