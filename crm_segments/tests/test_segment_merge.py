from datetime import datetime

from freezegun import freeze_time

from odoo.tests import tagged

from .common_segments import SegmentsCase


@tagged("post_install", "-at_install")
class TestSegmentMerge(SegmentsCase):
    """Two customers become one: the history must not say that he was in twice."""

    def merge(self, source, target):
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((source | target).ids, target)
        self.env.invalidate_all()

    def times(self, segment, partner):
        rows = self.members.search(
            [("segment_id", "=", segment.id), ("partner_id", "=", partner.id)],
            order="entered",
        )
        return [(row.entered.day, row.left and row.left.day) for row in rows]

    def switch(self, day, *female):
        """On a day of May, exactly these people are women."""
        with freeze_time(datetime(2024, 5, day, 5)):
            for person in self.people:
                person.gender = "female" if person in female else "male"
            self.refresh()

    def test_both_in(self):
        one, two = self.people[:2]
        segment = self.segment(("gender", "=", "female"))
        self.switch(1, one)
        self.switch(2, one, two)
        self.merge(two, one)
        self.assertEqual(self.times(segment, one), [(1, False)])
        self.assertEqual(segment.member_count, 1)
        self.refresh()
        self.assertEqual(self.times(segment, one), [(1, False)])
        self.assertFalse(segment.member_ids.filtered(lambda row: not row.partner_id))

    def test_times_that_touch_become_one(self):
        one, two, three = self.people[:3]
        segment = self.segment(("gender", "=", "female"))
        self.switch(1, one)
        self.switch(3, one, two)
        self.switch(5, two)
        self.switch(7)
        self.switch(9, one, three)
        self.switch(11, three)
        self.merge(two, one)
        self.assertEqual(self.times(segment, one), [(1, 7), (9, 11)])
        self.assertEqual(self.times(segment, three), [(9, False)])
        self.assertEqual(segment.member_count, 1)

    def test_survivor_who_does_not_fit_leaves(self):
        one, two = self.people[:2]
        segment = self.segment(("id", "=", two.id))
        self.merge(two, one)
        self.assertEqual(len(self.times(segment, one)), 1)
        self.refresh()
        self.assertFalse(self.current(segment))
        self.assertEqual(segment.member_count, 0)

    def test_erased_person(self):
        one = self.people[0]
        segment = self.segment()
        sections = one._crm_all_personal_data()
        self.assertIn("segments", [section.key for section in sections])
        one._crm_erase("asked")
        self.assertEqual(segment.member_count, 5)
        self.assertFalse(self.members.search([("partner_id", "=", one.id)]))
        self.assertEqual(len(segment.member_ids), 6)
        self.refresh()
        self.assertEqual(self.current(segment), self.people[1:])
