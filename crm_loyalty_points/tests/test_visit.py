from datetime import date, datetime, timedelta

from freezegun import freeze_time
from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, TransactionCase, new_test_user, tagged
from odoo.tools import mute_logger

NOON = datetime(2026, 5, 20, 5, 0)  # 12:00 in Bangkok


class VisitCase(TransactionCase):
    """Two branches, staff, three customers, and an officer who serves them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env.company
        cls.company.customer_tz = "Asia/Bangkok"
        cls.env["crm.branch"].search([]).active = False
        cls.siam, cls.ari = cls.env["crm.branch"].create(
            [{"name": "Siam"}, {"name": "Ari"}]
        )
        cls.officer = new_test_user(
            cls.env, "visit_officer", "crm_segments.crm_segments_group_officer"
        )
        cls.officer.default_branch_id = cls.siam
        cls.suda = cls.env["crm.branch.staff"].create(
            {
                "name": "Suda",
                "branch_ids": (cls.siam | cls.ari).ids,
                "role": "Therapist",
                "user_id": cls.officer.id,
            }
        )
        cls.massage = cls.env["product.product"].create(
            {"name": "Massage", "type": "service"}
        )
        cls.somchai, cls.malee, cls.nok = cls.env["res.partner"].create(
            [{"name": "Somchai"}, {"name": "Malee"}, {"name": "Nok"}]
        )
        cls.Visit = cls.env["crm.visit"].with_user(cls.officer)

    def visit(self, start=NOON, partner=None, **values):
        return self.Visit.create(
            {
                "partner_id": (partner or self.somchai).id,
                "branch_id": self.siam.id,
                "start": start,
                **values,
            }
        )

    def check_in(self, partner=None, branch=None, **values):
        return self.Visit._check_in(
            partner or self.somchai, branch or self.siam, **values
        )


@tagged("post_install", "-at_install")
class TestVisit(VisitCase):
    """Visits are counted: for tiers, for the footfall of a branch, for who is told
    "we miss you". A visit noted twice, or on the wrong day, is a wrong figure in each
    of them (P6)."""

    # -- from planned to done --------------------------------------------------------

    @freeze_time(NOON)
    def test_planned_visit_takes_place(self):
        visit = self.visit(product_id=self.massage.id, staff_id=self.suda.id)
        self.assertEqual((visit.state, visit.kind), ("planned", "planned"))
        self.assertEqual(visit.stop, NOON + timedelta(hours=1))
        self.assertEqual(visit.user_id, self.officer)
        self.assertEqual(visit.display_name, "Somchai · Massage")
        visit.action_arrive()
        self.assertEqual((visit.state, visit.arrived_at), ("arrived", NOON))
        with freeze_time(NOON + timedelta(hours=1)):
            visit.action_done()
        self.assertEqual(visit.state, "done")
        self.assertEqual(visit.done_at, NOON + timedelta(hours=1))
        self.assertEqual(visit.arrived_at, NOON)

    @freeze_time(NOON)
    def test_moves(self):
        """From each state, what is possible and what is not."""
        allowed = {
            ("planned", "planned"): {"arrived", "no_show", "cancelled"},
            ("planned", "arrived"): {"done", "planned"},
            ("planned", "done"): {"arrived"},
            ("planned", "no_show"): {"arrived", "planned"},
            ("planned", "cancelled"): {"planned"},
            ("walk_in", "arrived"): {"done", "cancelled"},
            ("walk_in", "done"): {"arrived"},
            ("walk_in", "cancelled"): {"arrived"},
        }
        states = {"planned", "arrived", "done", "no_show", "cancelled"}
        for (kind, before), after in allowed.items():
            for state in states - {before}:
                visit = self.visit(kind=kind, state=before)
                if state in after:
                    visit.state = state
                    self.assertEqual(visit.state, state)
                else:
                    with self.assertRaises(UserError, msg=(kind, before, state)):
                        visit.state = state

    @freeze_time(NOON)
    def test_times_follow_the_state(self):
        visit = self.visit()
        visit.action_arrive()
        visit.action_done()
        visit.action_undo()
        self.assertEqual((visit.state, visit.done_at), ("arrived", False))
        self.assertEqual(visit.arrived_at, NOON)
        visit.action_undo()
        self.assertEqual((visit.state, visit.arrived_at), ("planned", False))
        walk_in = self.check_in(self.malee)
        walk_in.action_undo()
        self.assertEqual((walk_in.state, walk_in.arrived_at), ("cancelled", False))
        walk_in.action_undo()
        self.assertEqual(walk_in.state, "arrived")

    @freeze_time(NOON)
    def test_too_early_for_a_no_show(self):
        visit = self.visit(NOON + timedelta(hours=1))
        with self.assertRaises(UserError):
            visit.action_no_show()
        self.assertFalse(self.visit(NOON - timedelta(minutes=30)).is_overdue)
        late = self.visit(NOON - timedelta(hours=2))
        self.assertTrue(late.is_overdue)
        late.action_no_show()
        self.assertFalse(late.is_overdue)
        late.action_arrive()
        self.assertEqual(late.state, "arrived")

    @freeze_time(NOON)
    def test_several_at_once(self):
        visits = self.visit() | self.visit(partner=self.malee)
        visits.action_arrive()
        self.assertEqual(visits.mapped("state"), ["arrived", "arrived"])
        visits[0].action_done()
        visits.write({"state": "done", "note": "both"})
        self.assertEqual(visits.mapped("state"), ["done", "done"])
        self.assertEqual(visits.mapped("note"), ["both", "both"])

    @freeze_time(NOON)
    def test_entered_afterwards(self):
        yesterday = NOON - timedelta(days=1)
        visit = self.visit(yesterday, state="done", duration=2)
        self.assertEqual(visit.arrived_at, yesterday)
        self.assertEqual(visit.done_at, yesterday + timedelta(hours=2))
        self.assertEqual(visit.day, date(2026, 5, 19))
        for state in ("arrived", "done"):
            with self.assertRaises(UserError):
                self.visit(NOON + timedelta(days=1), state=state)

    @freeze_time(NOON)
    def test_moments_are_noted_not_chosen(self):
        visit = self.visit()
        for name in ("arrived_at", "done_at"):
            with self.assertRaises(AccessError):
                visit[name] = NOON
            with self.assertRaises(AccessError):
                self.visit(**{name: NOON})
        forged = self.Visit.with_context(default_arrived_at="2020-01-01 00:00:00")
        made = forged.create({"partner_id": self.nok.id, "branch_id": self.siam.id})
        self.assertFalse(made.arrived_at)

    def test_calendar_moves_and_stretches(self):
        visit = self.visit()
        later = NOON + timedelta(hours=3)
        visit.write({"start": later, "stop": later + timedelta(hours=2)})
        self.assertEqual((visit.start, visit.duration), (later, 2))
        visit.start = NOON
        self.assertEqual(visit.stop, NOON + timedelta(hours=2))
        visit.duration = 0.5
        self.assertEqual(visit.stop, NOON + timedelta(minutes=30))

    @mute_logger("odoo.sql_db")
    def test_a_visit_is_somebodys(self):
        with self.assertRaises(IntegrityError), self.cr.savepoint():
            self.Visit.create({"branch_id": self.siam.id})

    def test_copy_is_a_new_plan(self):
        with freeze_time(NOON):
            visit = self.visit()
            visit.action_arrive()
            again = visit.copy()
        self.assertEqual(again.state, "planned")
        self.assertFalse(again.arrived_at or again.check_in_key)

    # -- whose day it is -------------------------------------------------------------

    def test_day_of_the_customers(self):
        """17:00 UTC is midnight in Bangkok: the minute before is the day before."""
        midnight = datetime(2026, 5, 19, 17, 0)
        visit = self.visit(midnight - timedelta(minutes=1))
        self.assertEqual(visit.day, date(2026, 5, 19))
        visit.start = midnight
        self.assertEqual(visit.day, date(2026, 5, 20))
        with freeze_time(midnight - timedelta(seconds=1)):
            visit.action_arrive()
        self.assertEqual(visit.day, date(2026, 5, 19), "when the customer came")
        visit.action_undo()
        self.assertEqual(visit.day, date(2026, 5, 20))

    def test_day_follows_the_time_zone_of_the_company(self):
        visit = self.visit(datetime(2026, 5, 19, 18, 0))
        self.assertEqual(visit.day, date(2026, 5, 20))
        self.company.customer_tz = "Europe/London"
        visit.invalidate_recordset()
        self.assertEqual(visit.day, date(2026, 5, 19))

    def test_today_in_filters_is_the_shops(self):
        """Whoever looks, from wherever: at midnight in Bangkok the next day begins."""
        midnight = datetime(2026, 5, 19, 17, 0)
        late = self.visit(midnight - timedelta(minutes=1))
        early = self.visit(midnight)
        today = [("day", "=", "today"), ("partner_id", "=", self.somchai.id)]
        for zone in (False, "America/New_York", "Asia/Tokyo"):
            self.officer.tz = zone
            with freeze_time(midnight - timedelta(seconds=1)):
                self.assertEqual(self.Visit.search(today), late, zone)
            with freeze_time(midnight):
                self.assertEqual(self.Visit.search(today), early, zone)
                groups = self.Visit.formatted_read_group(today, ["state"], ["__count"])
                self.assertEqual([group["__count"] for group in groups], [1], zone)

    def test_two_check_ins_around_midnight_are_two_visits(self):
        midnight = datetime(2026, 5, 19, 17, 0)
        with freeze_time(midnight - timedelta(minutes=1)):
            first = self.check_in()
        with freeze_time(midnight):
            second = self.check_in()
        self.assertNotEqual(first, second)
        self.assertEqual((second.day - first.day).days, 1)

    # -- check-in --------------------------------------------------------------------

    @freeze_time(NOON)
    def test_who_walks_in(self):
        visit = self.check_in(staff_id=self.suda.id)
        self.assertEqual((visit.kind, visit.state), ("walk_in", "arrived"))
        self.assertEqual(visit.branch_id, self.siam)
        self.assertEqual(visit.staff_id, self.suda)
        self.assertTrue(self.somchai.member_number, "who comes in is a customer")

    @freeze_time(NOON)
    def test_once_per_customer_branch_and_day(self):
        first = self.check_in()
        self.assertEqual(self.check_in(), first)
        self.assertEqual(self.check_in(key="request 2"), first)
        first.action_done()
        self.assertEqual(self.check_in(), first)
        self.assertNotEqual(self.check_in(branch=self.ari), first)
        self.assertNotEqual(self.check_in(self.malee), first)
        second = self.check_in(again=True, key="again")
        self.assertNotEqual(second, first)
        self.assertEqual(self.check_in(again=True, key="again"), second)
        with self.assertRaises(UserError):
            self.check_in(self.nok, key="again")

    @freeze_time(NOON)
    def test_check_in_begins_the_planned_visit(self):
        afternoon = self.visit(NOON + timedelta(hours=3))
        morning = self.visit(NOON - timedelta(hours=1))
        self.visit(NOON + timedelta(days=1))
        self.visit(branch_id=self.ari.id)
        self.visit(partner=self.malee)
        self.assertEqual(self.check_in(key="one"), morning)
        self.assertEqual(self.check_in(key="one"), morning)
        self.assertEqual(self.check_in(), morning, "still here")
        morning.action_done()
        self.assertEqual(self.check_in(), afternoon)
        afternoon.action_done()
        self.assertEqual(self.check_in(), afternoon)

    @freeze_time(NOON)
    def test_planned_without_branch_gets_the_one_where_the_customer_came(self):
        visit = self.visit(branch_id=False)
        self.assertEqual(self.check_in(branch=self.ari), visit)
        self.assertEqual(visit.branch_id, self.ari)

    @freeze_time(NOON)
    def test_wrong_check_in_undone_and_done_right(self):
        wrong = self.check_in(key="tap")
        wrong.action_undo()
        right = self.check_in(key="tap")
        self.assertNotEqual(right, wrong)
        self.assertEqual((wrong.state, right.state), ("cancelled", "arrived"))

    @freeze_time(NOON)
    def test_checked_in_at_the_wrong_branch(self):
        """Corrected by hand, the visit does not stop one at the branch it left."""
        corrected = self.check_in()
        corrected.branch_id = self.ari
        other = self.check_in()
        self.assertNotEqual(other, corrected)
        self.assertEqual(other.branch_id, self.siam)
        self.assertEqual(self.check_in(branch=self.ari), corrected)

    @freeze_time(NOON)
    def test_check_in_from_the_customer_page(self):
        customer = self.somchai.with_user(self.officer)
        action = customer.action_check_in()
        visit = self.Visit.browse(action["res_id"])
        self.assertEqual(visit.branch_id, self.siam, "where the officer works")
        self.assertEqual(customer.action_check_in()["res_id"], visit.id)
        self.officer.default_branch_id = False
        with self.assertRaises(UserError):
            customer.action_check_in()
        self.suda.branch_ids = self.ari
        other = self.Visit.browse(customer.action_check_in()["res_id"])
        self.assertEqual(other.branch_id, self.ari, "the only one on the staff list")

    # -- forms -----------------------------------------------------------------------

    @freeze_time(NOON)
    def test_form(self):
        view = "crm_loyalty_points.crm_visit_view_form"
        with Form(self.Visit, view=view) as form:
            form.partner_id = self.somchai
            self.assertEqual(form.branch_id, self.siam)
            form.product_id = self.massage
            form.start = NOON + timedelta(days=1)
        self.assertEqual(form.record.state, "planned")
        with Form(self.Visit, view=view) as form:
            form.partner_id = self.malee
            form.kind = "walk_in"
        self.assertEqual(form.record.state, "arrived")
        self.assertEqual(form.record.arrived_at, NOON)
        with self.assertRaises(AssertionError), Form(self.Visit, view=view) as form:
            form.partner_id = self.malee
            form.branch_id = self.env["crm.branch"]

    # -- with which card -------------------------------------------------------------

    @freeze_time(NOON)
    def test_card_type_is_noted_at_check_in(self):
        soon, later, used_up, ended = self.env["loyalty.program"].create(
            [
                {"name": name, "program_type": "ewallet", "applies_on": "future"}
                for name in ("Soon", "Later", "Used up", "Ended")
            ]
        )
        values = [
            (later, 500, date(2026, 12, 31)),
            (soon, 100, date(2026, 6, 30)),
            (ended, 100, date(2026, 5, 19)),
            (used_up, 100, date(2026, 5, 31)),
        ]
        cards = self.env["loyalty.card"].create(
            [
                {"program_id": program.id, "partner_id": self.somchai.id}
                for program, _value, _end in values
            ]
        )
        entries = self.env["loyalty.point.entry"]
        with freeze_time(NOON - timedelta(days=30)):
            entries._post(
                [
                    {
                        "card_id": card.id,
                        "kind": "earn",
                        "points": value,
                        "expiry": end,
                        "key": f"visit:{card.id}",
                    }
                    for card, (_program, value, end) in zip(cards, values, strict=True)
                ]
            )
        entries._post(
            [
                {
                    "card_id": cards[3].id,
                    "kind": "redeem",
                    "points": -100,
                    "key": "visit:use",
                }
            ]
        )
        visit = self.visit()
        self.assertFalse(visit.card_program_id)
        visit.action_arrive()
        self.assertEqual(visit.card_program_id, soon)
        self.assertFalse(self.check_in(self.malee).card_program_id)
        visit.action_undo()
        self.assertFalse(visit.card_program_id)

    @freeze_time(NOON)
    def test_tier_is_noted_at_check_in(self):
        """The highest, as it was on that day."""
        program = self.env["loyalty.program"].create(
            {"name": "Points", "program_type": "loyalty", "applies_on": "both"}
        )
        silver, gold = self.env["loyalty.tier"].create(
            [
                {"name": name, "threshold": threshold, "program_id": program.id}
                for name, threshold in (("Silver", 100), ("Gold", 500))
            ]
        )
        card = self.env["loyalty.card"].create(
            {"program_id": program.id, "partner_id": self.somchai.id}
        )
        card.tier_id = gold
        visit = self.check_in()
        self.assertEqual(visit.tier_id, gold)
        card.tier_id = silver
        visit.action_done()
        self.assertEqual(visit.tier_id, gold)
        self.assertFalse(self.check_in(self.malee).tier_id)
