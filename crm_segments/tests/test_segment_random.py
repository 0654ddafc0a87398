import os
import random
from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .common_segments import SegmentsCase

EVENTS = 500 if os.environ.get("CRM_SUITE_FULL") else 60
START = datetime(2024, 3, 1, 5)


@tagged("post_install", "-at_install")
class TestSegmentRandom(SegmentsCase):
    """A shop's life at random. After each event the stored memberships are those that
    plain Python computes, and nobody's times overlap or touch."""

    def test_random_events(self):
        self.dice = random.Random(19)  # noqa: S311
        self.alive = list(self.people)
        self.orders = []
        self.moment = START
        self.log = {}
        self.merged = set()
        with freeze_time(START, tick=False) as self.clock:
            self.make_segments()
            for number in range(EVENTS):
                self.pass_time(timedelta(minutes=self.dice.choice((0, 1, 7, 600))))
                event = self.dice.choice(self.events())
                event()
                self.refresh()
                self.check(f"event {number}: {event.__name__}")
        self.check_history()

    def pass_time(self, time):
        """The job of the night runs when a day of the shop begins."""
        before = self.today()
        self.moment += time
        self.clock.move_to(self.moment)
        if self.today() != before:
            self.metrics._rebuild_new_day(self.company.id)
            self.refresh()

    def today(self):
        return (self.moment + timedelta(hours=7)).date()

    def make_segments(self):
        """Rules, samples, lists, and segments made of them, two deep."""
        self.women = self.segment(("gender", "=", "female"), name="Women")
        self.recent = self.segment(
            ("customer_last_order_date", ">=", "today -10d"), name="Recent"
        )
        self.rich = self.segment(("customer_amount_total", ">=", 200), name="Rich")
        self.tagged = self.segment(("category_id", "in", self.tag.ids), name="Tagged")
        self.list = self.segment(kind="fixed", name="List")
        self.mixed = self.segment(
            ("gender", "=", "male"),
            name="Mixed",
            include_ids=self.rich.ids,
            exclude_ids=(self.tagged | self.list).ids,
        )
        self.deep = self.segment(("segment_ids", "in", self.mixed.ids), name="Deep")
        self.drawn = self.segment(name="Drawn", sample="count", sample_count=3)
        self.all = (self.women | self.recent | self.rich | self.tagged | self.list) | (
            self.mixed | self.deep | self.drawn
        )
        self.listed = set()
        self.women_rule = "female"
        self.rich_from = 200

    # -- what may happen -------------------------------------------------------------

    def events(self):
        return [
            *[self.sell, self.sell, self.cancel, self.change_gender, self.change_tag],
            *[self.pass_days, self.archive, self.merge, self.come, self.change_list],
            *[self.edit_rule, self.delete, self.tag_side],
        ]

    def anybody(self):
        return self.dice.choice(self.alive)

    def sell(self):
        person = self.anybody()
        if person.active:
            back = timedelta(days=self.dice.randrange(15))
            amount = self.dice.choice((50, 150, 300))
            order = self.order(self.moment - back, amount=amount, partner_id=person.id)
            self.orders.append(order)

    def cancel(self):
        if self.orders:
            self.orders.pop(self.dice.randrange(len(self.orders)))._action_cancel()

    def change_gender(self):
        self.anybody().gender = self.dice.choice(("female", "male", False))

    def change_tag(self):
        self.anybody().category_id = self.dice.choice((self.tag, False))

    def tag_side(self):
        self.tag.partner_ids = self.env["res.partner"].union(
            *self.dice.sample(self.alive, 2)
        )

    def pass_days(self):
        self.pass_time(timedelta(days=self.dice.randrange(1, 6)))

    def archive(self):
        person = self.anybody()
        person.active = not person.active
        if not person.active:
            self.listed.discard(person.id)

    def merge(self):
        if len(self.alive) > 4:
            source, target = self.dice.sample(self.alive, 2)
            if source.active and target.active:
                if source.id in self.listed:
                    self.listed.add(target.id)
                self.forget(source)
                self.merged.add(target.id)
                wizard = self.env["base.partner.merge.automatic.wizard"].create({})
                wizard._merge((source | target).ids, target)

    def come(self):
        person = self.env["res.partner"].with_context(crm_customer=True)
        person = person.create({"name": "New", "gender": "female"}).with_context(
            crm_customer=False
        )
        self.alive.append(person)
        self.extend_rules(person)

    def delete(self):
        person = self.anybody()
        orders = self.env["sale.order"].search_count([("partner_id", "=", person.id)])
        if len(self.alive) > 4 and not orders:
            self.forget(person)
            person.unlink()

    def change_list(self):
        person = self.anybody()
        if person.id in self.listed:
            self.list._remove_customers([("id", "=", person.id)])
            self.listed.discard(person.id)
        elif person.active:
            self.list._add_customers([("id", "=", person.id)])
            self.listed.add(person.id)

    def edit_rule(self):
        self.rich_from = self.dice.choice((100, 200, 400))
        self.rich.domain = repr(
            [self.ids_rule(), ("customer_amount_total", ">=", self.rich_from)]
        )
        if self.dice.random() < 0.3:
            with self.assertRaises(ValidationError), self.env.cr.savepoint():
                self.rich.exclude_ids = self.deep
            self.env.invalidate_all()

    def forget(self, person):
        self.alive.remove(person)
        self.listed.discard(person.id)

    def ids_rule(self):
        return ("id", "in", [person.id for person in self.alive])

    def extend_rules(self, person):
        """The rules name the customers of this test: the newcomer, too."""
        for segment in self.all - self.list:
            conditions = segment._parse_rule()
            segment.domain = repr(
                [
                    self.ids_rule() if condition.field_expr == "id" else condition_
                    for condition in conditions.iter_conditions()
                    for condition_ in [tuple(*condition)]
                ]
            )

    # -- what must hold --------------------------------------------------------------

    def expected(self):
        """:return: {segment: set of ids}, computed without SQL"""
        today = self.today()
        known = {person.id for person in self.alive if person.active}
        total = dict.fromkeys(known, 0)
        last = {}
        orders = self.env["sale.order"].search([("state", "=", "sale")])
        for order in orders:
            customer = order.partner_id.commercial_partner_id.id
            day = (order.date_order + timedelta(hours=7)).date()
            if customer in known and day <= today:
                total[customer] += order.amount_total
                last[customer] = max(last.get(customer, day), day)
        people = [person for person in self.alive if person.active]
        women = {person.id for person in people if person.gender == "female"}
        men = {person.id for person in people if person.gender == "male"}
        rich = {id_ for id_, amount in total.items() if amount >= self.rich_from}
        tagged_ = {person.id for person in people if self.tag in person.category_id}
        listed = self.listed & known
        mixed = (men | rich) - tagged_ - listed
        since = today - timedelta(days=10)
        return {
            self.women: women,
            self.recent: {id_ for id_, day in last.items() if day >= since},
            self.rich: rich,
            self.tagged: tagged_,
            self.list: listed,
            self.mixed: mixed,
            self.deep: mixed,
            self.drawn: self.draw(known, 3),
        }

    def draw(self, ids, number):
        self.env.cr.execute(
            """SELECT id FROM unnest(%s) AS id
             ORDER BY left(md5(%s || ':' || id), 8) COLLATE "C", id LIMIT %s""",
            [list(ids), str(self.drawn.id), number],
        )
        return {id_ for (id_,) in self.env.cr.fetchall()}

    def check(self, when):
        self.log[self.moment] = self.expected()
        for segment, expected in self.log[self.moment].items():
            stored = set(self.current(segment).ids)
            self.assertEqual(stored, expected, f"{segment.name} after {when}")
            self.assertEqual(segment.member_count, len(expected), when)
            self.assertEqual(segment.state, "ready", when)
        self.env.cr.execute(
            """SELECT a.id, b.id FROM crm_segment_member a
                 JOIN crm_segment_member b
                   ON b.segment_id = a.segment_id AND b.partner_id = a.partner_id
                  AND b.id > a.id
                WHERE tsrange(a.entered, a."left", '[)')
                      && tsrange(b.entered, b."left", '[)')"""
        )
        self.assertFalse(self.env.cr.fetchall(), f"overlap after {when}")

    def check_history(self):
        """At each moment of the past the times say who was in; what a merged customer
        was, is nobody's to say."""
        survivors = {person.id for person in self.alive} - self.merged
        self.assertTrue(survivors)
        rows = self.members.search([("segment_id", "in", self.all.ids)])
        times = [
            (row.segment_id, row.partner_id.id, row.entered, row.left or datetime.max)
            for row in rows
        ]
        for moment, expected in self.log.items():
            found = {segment: set() for segment in self.all}
            for segment, partner_id, entered, left in times:
                if entered <= moment < left:
                    found[segment].add(partner_id)
            for segment in self.all:
                self.assertEqual(
                    found[segment] & survivors, expected[segment] & survivors, moment
                )
