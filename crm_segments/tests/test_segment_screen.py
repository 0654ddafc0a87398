from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tests import Form, new_test_user, tagged

from .common_segments import SegmentsCase


@tagged("post_install", "-at_install")
class TestSegmentScreen(SegmentsCase):
    """What the owner sees of segments."""

    def test_preview_before_saving(self):
        self.people[:2].gender = "female"
        with Form(self.segments) as form:
            form.name = "Women"
            form.domain = repr([self.inside, ("gender", "=", "female")])
            self.assertEqual((form.preview_count, form.preview_error), (2, False))
            form.domain = repr([self.inside])
            self.assertEqual(form.preview_count, 6)
            form.sample = "count"
            form.sample_count = 4
            self.assertEqual(form.preview_count, 4)
            form.domain = "[('nothing', '=', 1)]"
            self.assertIn("nothing", form.preview_error)
            form.domain = "[('color', '>', 'much')]"
            self.assertIn("does not work", form.preview_error)
            form.domain = repr([self.inside])
        self.assertEqual(form.record.member_count, 4)

    def test_preview_asks_the_database_once(self):
        """Planning a rule takes as long as answering a small one."""
        draft = self.segments.new(
            {"name": "x", "domain": repr([self.inside]), "company_id": self.company.id}
        )
        draft._preview()
        # the savepoint, its release, patience on and off, and the count
        with self.assertQueryCount(5):
            self.assertEqual(draft._preview(), (6, False))

    def test_growth_counts_whole_customers(self):
        arch = self.env["crm.segment.growth"].get_view(view_type="graph")["arch"]
        self.assertIn('widget="integer"', arch)

    def test_preview_asks_only_what_one_may_read(self):
        editor = new_test_user(
            self.env, "previewer", groups="crm_segments.crm_segments_group_editor"
        )
        with Form(self.segments.with_user(editor)) as form:
            form.name = "Spy"
            form.domain = "[('user_ids.login', '=', 'admin')]"
            self.assertIn("may not ask", form.preview_error)
            self.assertEqual(form.preview_count, 0)
            form.domain = repr([self.inside])

    def test_saved_rule_is_not_counted_again(self):
        segment = self.segment()
        viewer = new_test_user(
            self.env, "looker", groups="crm_segments.crm_segments_group_viewer"
        )
        self.env.cr.execute(
            "UPDATE crm_segment SET member_count = 77 WHERE id = %s", [segment.id]
        )
        self.env.invalidate_all()
        self.assertEqual(segment.with_user(viewer).preview_count, 77)

    def test_tabs_of_the_customers_list(self):
        """X6: each saved segment with its count, by one query however many."""
        self.segments.search([]).active = False
        women = self.segment(("id", "in", self.people[:2].ids), name="A")
        everybody = self.segment(name="B")
        other = self.env["res.company"].create({"name": "Other"})
        self.segment(name="C", company_id=other.id)
        partners = self.env["res.partner"].with_context(
            allowed_company_ids=self.company.ids
        )
        panel = partners.search_panel_select_multi_range(
            "segment_ids", enable_counters=True, expand=True
        )
        found = [
            (value["id"], value["display_name"], value["__count"])
            for value in panel["values"]
        ]
        self.assertEqual(found, [(women.id, "A", 2), (everybody.id, "B", 6)])
        self.env.invalidate_all()
        with self.assertQueryCount(1):
            partners.search_panel_select_multi_range("segment_ids")
        for segment_id, _name, count in found:
            rows = self.env["res.partner"].search_count(
                [("member_number", "!=", False), ("segment_ids", "in", segment_id)]
            )
            self.assertEqual(rows, count)

    def test_grouping_customers(self):
        one = self.segment(("id", "in", self.people[:2].ids), name="One")
        two = self.segment(("id", "in", self.people[1:3].ids), name="Two")
        groups = self.env["res.partner"]._read_group(
            [self.inside], ["segment_ids"], ["__count"]
        )
        self.assertEqual(
            {group.id: count for group, count in groups},
            {one.id: 2, two.id: 2, False: 3},
        )

    def test_fixed_list(self):
        segment = self.segment(kind="fixed", name="Guests")
        self.assertEqual(
            segment._add_customers(Domain("id", "in", self.people[:3].ids)), 3
        )
        self.assertEqual(
            segment._add_customers(Domain("id", "in", self.people[2:4].ids)), 1
        )
        self.assertEqual((segment.member_count, segment.state), (4, "ready"))
        contact = self.env["res.partner"].create({"name": "Contact"})
        self.assertEqual(segment._add_customers(Domain("id", "=", contact.id)), 0)
        rows = segment.member_ids.filtered(
            lambda row: row.partner_id in self.people[:2]
        )
        rows.action_remove()
        self.assertEqual(self.current(segment), self.people[2:4])
        self.people[2].active = False
        self.refresh()
        self.assertEqual(self.current(segment), self.people[3])
        with self.assertRaisesRegex(UserError, "follows a rule"):
            self.segment()._add_customers(Domain.TRUE)

    def test_lists_are_read_by_other_segments(self):
        listed = self.segment(kind="fixed")
        parent = self.segment(domain="[]", include_ids=listed.ids)
        listed._add_customers(Domain("id", "in", self.people[:2].ids))
        self.refresh()
        self.assertEqual(self.current(parent), self.people[:2])

    def test_add_from_the_customers_list(self):
        wizard = (
            self.env["crm.segment.add"]
            .with_context(active_model="res.partner", active_ids=self.people[:2].ids)
            .create({"name": "From the list"})
        )
        self.assertEqual(wizard.customer_count, 2)
        wizard.action_add()
        segment = self.segments.search([("name", "=", "From the list")])
        self.assertEqual(self.current(segment), self.people[:2])
        more = self.env["crm.segment.add"].create(
            {"segment_id": segment.id, "partner_ids": self.people[2].ids}
        )
        more.action_add()
        self.assertEqual(self.current(segment), self.people[:3])

    def test_officers_do_not_change_lists(self):
        segment = self.segment(kind="fixed")
        officer = new_test_user(
            self.env, "hand", groups="crm_segments.crm_segments_group_officer"
        )
        with self.assertRaises(AccessError):
            segment.with_user(officer)._add_customers(
                Domain("id", "in", self.people.ids)
            )

    def test_trend_and_uses(self):
        segment = self.segment(("gender", "=", "female"), name="Women")
        self.assertFalse(segment.used_by)
        self.segment(name="User", include_ids=segment.ids)
        with freeze_time(fields.Datetime.now() + timedelta(hours=1)):
            self.people[:3].gender = "female"
            self.refresh()
            self.people[0].gender = "male"
            self.refresh()
        self.assertEqual((segment.entered_lately, segment.left_lately), (3, 1))
        self.assertIn("User", segment.used_by)
