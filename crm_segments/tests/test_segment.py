from datetime import datetime
from unittest.mock import patch

from freezegun import freeze_time

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .common_segments import SegmentsCase

REFRESH = "odoo.addons.crm_segments.models.crm_segment_refresh"


@tagged("post_install", "-at_install")
class TestSegment(SegmentsCase):
    """A campaign goes to whoever a segment says: one customer too many is a message to
    the wrong person, one too few is a sale that was not made."""

    # -- who is in -------------------------------------------------------------------

    def test_filled_when_saved(self):
        self.people[:2].gender = "female"
        segment = self.segment(("gender", "=", "female"))
        self.assertEqual(self.current(segment), self.people[:2])
        self.assertEqual((segment.state, segment.member_count), ("ready", 2))

    def test_only_customers(self):
        """No contacts without a member number, no contact persons, nobody archived and
        nobody of another company."""
        contact = self.env["res.partner"].create({"name": "Contact"})
        archived, other, person = self.people[:3]
        archived.active = False
        other.company_id = self.env["res.company"].create({"name": "Other"})
        firm = self.env["res.partner"].create({"name": "Firm", "is_company": True})
        person.parent_id = firm
        segment = self.segment(
            domain=repr([("id", "in", [contact.id, *self.people.ids])])
        )
        self.assertEqual(self.current(segment), self.people[3:])

    def test_figures_are_those_of_the_company(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.order(partner_id=self.people[0].id, amount=500)
        self.order(partner_id=self.people[1].id, company_id=other.id, amount=500)
        rule = repr([self.inside, ("customer_amount_total", ">=", 500)])
        here = self.segment(domain=rule)
        there = self.segment(domain=rule, company_id=other.id)
        self.refresh()
        self.assertEqual(self.current(here), self.people[0])
        self.assertEqual(self.current(there), self.people[1])

    def test_enters_after_an_order_and_leaves(self):
        segment = self.segment(("customer_order_count", ">", 0))
        self.assertFalse(self.current(segment))
        order = self.order(partner_id=self.people[0].id)
        self.refresh()
        self.assertEqual(self.current(segment), self.people[0])
        self.assertEqual(segment.member_count, 1)
        order._action_cancel()
        self.refresh()
        self.assertFalse(self.current(segment))
        self.assertEqual(segment.member_count, 0)
        self.assertEqual(len(segment.member_ids), 1)
        self.assertTrue(segment.member_ids.left)

    def test_follows_a_tag(self):
        """Tags are links, not columns: given on the customer or on the tag."""
        segment = self.segment(("category_id", "in", self.tag.ids))
        self.people[0].category_id = self.tag
        self.refresh()
        self.assertEqual(self.current(segment), self.people[0])
        self.people[0].category_id = False
        self.tag.partner_ids = [Command.link(self.people[1].id)]
        self.refresh()
        self.assertEqual(self.current(segment), self.people[1])

    def test_follows_a_consent(self):
        segment = self.segment(("consent_marketing_sms", "=", True))
        self.refresh()
        self.people[0]._crm_record_consent("marketing_sms", source="test")
        self.refresh()
        self.assertEqual(self.current(segment), self.people[0])
        self.people[0]._crm_record_consent("marketing_sms", given=False, source="test")
        self.refresh()
        self.assertFalse(self.current(segment))

    def test_time_passes(self):
        """Relative dates count in the shop's day, also after midnight there."""
        with freeze_time("2024-05-31 16:00:00"):
            segment = self.segment(("customer_last_order_date", ">=", "today -30d"))
            self.order("2024-05-01 05:00:00", partner_id=self.people[0].id)
            self.refresh()
            self.assertEqual(self.current(segment), self.people[0])
        with freeze_time("2024-05-31 17:10:00"):
            self.metrics._rebuild_new_day(self.company.id)
            self.refresh()
            self.assertFalse(self.current(segment))
            self.assertEqual(segment.member_ids.left, datetime(2024, 5, 31, 17, 10))

    def test_deleted_customer(self):
        segment = self.segment()
        self.people[0].unlink()
        self.refresh()
        self.assertEqual(segment.member_count, 5)
        self.assertEqual(len(segment.member_ids), 6)
        gone = segment.member_ids.filtered(lambda row: not row.partner_id)
        self.assertTrue(gone.left)

    # -- samples ---------------------------------------------------------------------

    def test_sample_is_stable(self):
        percent = self.segment(sample="percent", sample_percent=50)
        number = self.segment(sample="count", sample_count=2)
        drawn = [self.current(percent), self.current(number)]
        self.assertEqual(len(drawn[1]), 2)
        for segment in percent | number:
            segment.action_refresh()
        self.refresh()
        self.assertEqual([self.current(percent), self.current(number)], drawn)
        self.assertEqual(len(percent.member_ids), len(drawn[0]))
        (drawn[1][0]).active = False
        self.refresh()
        self.assertEqual(len(self.current(number)), 2)
        self.assertIn(drawn[1][1], self.current(number))

    def test_large_shop_draws_a_number_at_night(self):
        """A draw looks at everybody; a till that sells all day must not cause it."""
        number = self.segment(sample="count", sample_count=2)
        self.refresh()
        [first, second] = self.current(number)
        with patch.object(type(self.segments), "_is_small", lambda segments: False):
            first.active = False
            self.refresh()
            self.assertEqual(self.current(number), first | second)
            self.segments._queue_company(self.company.id)
            self.refresh()
            drawn = self.current(number)
            self.assertEqual(len(drawn), 2)
            self.assertNotIn(first, drawn)
            drawn[0].active = False
            number.action_refresh()
            self.refresh()
            self.assertNotIn(drawn[0], self.current(number))

    def test_sample_draws_the_percentage(self):
        many = (
            self.env["res.partner"]
            .with_context(crm_customer=True)
            .create([{"name": f"Many {n}"} for n in range(400)])
        )
        rule = repr([("id", "in", many.ids)])
        for percent, low, high in ((100, 400, 400), (25, 60, 140), (0.01, 0, 3)):
            segment = self.segment(
                domain=rule, sample="percent", sample_percent=percent
            )
            self.assertTrue(low <= segment.member_count <= high, segment.member_count)

    # -- other segments --------------------------------------------------------------

    def test_include_and_exclude(self):
        listed = self.segment(("id", "in", self.people[:2].ids))
        tagged_ = self.segment(("id", "in", self.people[1:4].ids))
        both = self.segment(domain="[]", include_ids=(listed | tagged_).ids)
        less = self.segment(
            ("id", "=", self.people[5].id),
            include_ids=tagged_.ids,
            exclude_ids=listed.ids,
        )
        self.assertEqual(self.current(both), self.people[:4])
        self.assertEqual(self.current(less), self.people[2:4] | self.people[5])
        listed.domain = repr([("id", "in", self.people[2:3].ids)])
        self.refresh()
        self.assertEqual(self.current(both), self.people[1:4])
        self.assertEqual(
            self.current(less), self.people[1] | self.people[3] | self.people[5]
        )

    def test_changed_rule_reaches_those_who_read_it(self):
        child = self.segment(("gender", "=", "female"))
        parent = self.segment(domain="[]", include_ids=child.ids)
        self.refresh()
        child.domain = repr([self.inside])
        self.refresh()
        self.assertEqual(self.current(parent), self.people)

    def test_segment_named_in_the_rule(self):
        child = self.segment(("gender", "=", "female"))
        parent = self.segment(("segment_ids", "in", child.ids))
        self.people[0].gender = "female"
        self.refresh()
        self.assertEqual(self.current(parent), self.people[0])

    def test_cycles(self):
        one = self.segment(name="One")
        two = self.segment(name="Two", include_ids=one.ids)
        three = self.segment(("segment_ids", "in", two.ids), name="Three")
        with self.assertRaisesRegex(ValidationError, "One → Three → Two → One"):
            one.exclude_ids = three
        with self.assertRaisesRegex(ValidationError, "One → One"):
            one.include_ids = one

    # -- what a rule may be ----------------------------------------------------------

    def test_refused_rules(self):
        for rule, message in (
            ("[('gender', '=', 'female'", "cannot be read"),
            ("[('birthdate', '>', context_today())]", "cannot be read"),
            ("[('nothing', '=', 1)]", "“nothing”, which does not exist"),
            ("[('parent_id.nothing', '=', 1)]", "does not exist"),
            ("[('gender', 'sort of', 'female')]", "does not work"),
            ("[('birthdate', '>', 'soon')]", "does not work"),
            ("[('parent_id', '=', 'x', 'y')]", "cannot be read|does not work"),
            ("[('user_ids.password', '!=', False)]", "may not ask"),
            ("[('user_ids', 'any', [('login', '=', 'admin')])]", "may not ask"),
            ("[('user_id', 'ilike', 'admin')]", "may not ask"),
            ("[('sale_order_ids.access_token', '=like', 'a%')]", "may not ask"),
            (
                "[('sale_order_ids', 'any', [('user_id.login', '=', 'x')])]",
                "may not ask",
            ),
        ):
            with self.subTest(rule), self.assertRaisesRegex(ValidationError, message):
                self.segment(domain=rule)

    def test_asks_only_what_the_writer_may_read(self):
        editor = self.editor()
        rule = [("invoice_ids", "any", [("amount_total", ">", 0)])]
        with self.assertRaisesRegex(ValidationError, "may not ask"):
            self.segments.with_user(editor).create(
                {"name": "Invoices", "domain": repr(rule)}
            )
        self.segments.with_user(editor).create(
            {"name": "Mine", "domain": repr([("user_id", "=", editor.id)])}
        )

    # -- a rule that stops working ---------------------------------------------------

    @mute_logger(REFRESH)
    def test_broken_rule(self):
        """Keeps its members, says why, tells who looks after it once, and does not stop
        the others."""
        author = self.editor()
        broken = self.segment(name="Broken", user_id=author.id)
        healthy = self.segment(("gender", "=", "female"))
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE crm_segment SET domain = %s WHERE id = %s",
            ["[('uninstalled', '=', 1)]", broken.id],
        )
        self.env.invalidate_all()
        for gender in ("female", "male", "female"):
            self.people[0].gender = gender
            self.refresh()
        self.segments._queue_company(self.company.id)
        self.refresh()
        self.assertEqual(broken.state, "broken")
        self.assertIn("“uninstalled”, which does not exist", broken.error_message)
        self.assertEqual(self.current(broken), self.people)
        self.assertEqual(self.current(healthy), self.people[0])
        self.assertEqual(broken.activity_ids.user_id, author)
        self.assertEqual(len(broken.activity_ids), 1)
        broken.domain = repr([self.inside, ("gender", "=", "female")])
        self.assertEqual(broken.state, "ready")
        self.assertFalse(broken.error_message or broken.activity_ids)
        self.assertEqual(self.current(broken), self.people[0])

    # -- rights ----------------------------------------------------------------------

    def editor(self, group="editor", **values):
        return new_test_user(
            self.env,
            f"segment-{group}",
            groups=f"crm_segments.crm_segments_group_{group}",
            **values,
        )

    def test_rights(self):
        segment = self.segment()
        editor, officer, viewer = map(self.editor, ("editor", "officer", "viewer"))
        for user in (viewer, officer):
            mine = segment.with_user(user)
            self.assertEqual(mine.member_count, 6)
            self.assertEqual(self.people[0].with_user(user).segment_ids, segment)
            for action in (
                lambda mine=mine: mine.write({"name": "Mine"}),
                lambda mine=mine: mine.copy(),
                lambda mine=mine: mine.unlink(),
                lambda mine=mine: mine.action_refresh(),
                lambda mine=mine: mine.member_ids.unlink(),
            ):
                self.assertRaises(AccessError, action)
        mine = segment.with_user(editor)
        mine.name = "Mine"
        mine.action_refresh()
        with self.assertRaises(UserError):
            mine.member_count = 5
        with self.assertRaises(AccessError):
            mine.member_ids.write({"left": "2024-01-01 00:00:00"})
        mine.unlink()

    def test_other_company_is_invisible(self):
        other = self.env["res.company"].create({"name": "Other"})
        theirs = self.segment(name="Theirs", company_id=other.id)
        user = self.editor()
        segments = self.segments.with_user(user)
        self.assertFalse(segments.search([("id", "=", theirs.id)]))
        self.assertFalse(
            self.members.with_user(user).search([("segment_id", "=", theirs.id)])
        )
        self.assertFalse(self.people[0].with_user(user).segment_ids)
        found = self.env["res.partner"].with_user(user)
        self.assertFalse(found.search([("segment_ids", "in", theirs.ids)]))
        with self.assertRaises(ValidationError):
            self.segment(include_ids=theirs.ids)
        with self.assertRaises(UserError):
            theirs.company_id = self.company

    # -- using it --------------------------------------------------------------------

    def test_searching_customers(self):
        segment = self.segment(("id", "in", self.people[:2].ids))
        other = self.segment(("id", "in", self.people[1:3].ids), name="Second")
        partners = self.env["res.partner"]

        def found(*condition):
            return partners.search([self.inside, condition], order="id")

        self.assertEqual(found("segment_ids", "in", segment.ids), self.people[:2])
        self.assertEqual(found("segment_ids", "=", other.id), self.people[1:3])
        self.assertEqual(found("segment_ids", "not in", segment.ids), self.people[2:])
        self.assertEqual(found("segment_ids", "=", False), self.people[3:])
        self.assertEqual(found("segment_ids", "!=", False), self.people[:3])
        self.assertEqual(found("segment_ids", "ilike", "second"), self.people[1:3])
        self.assertEqual(
            found("segment_ids", "any", [("name", "=", "Second")]), self.people[1:3]
        )
        self.assertEqual(
            partners.search(segment._get_customers_domain(), order="id"),
            self.people[:2],
        )
        self.assertEqual(self.people[1].segment_ids, segment | other)

    def test_used_segment_stays(self):
        used = self.segment(name="Used")
        user = self.segment(name="User", include_ids=used.ids)
        with self.assertRaisesRegex(UserError, "User"):
            used.unlink()
        (used | user).unlink()

    def test_cancel(self):
        segment = self.segment()
        segment.action_refresh()
        self.assertEqual(segment.state, "running")
        self.env.flush_all()
        self.env["crm.segment.dirty"]._queue_pending()
        segment.action_cancel()
        self.assertEqual(segment.state, "ready")
        waiting = self.env["crm.segment.dirty"]._waiting_segments()
        self.assertNotIn(segment.id, waiting)

    def test_cron(self):
        segment = self.segment(("gender", "=", "female"))
        self.people[0].gender = "female"
        self.env.flush_all()
        self.env.cr.precommit.run()
        cron = self.env.ref("crm_segments.crm_segment_cron_refresh")
        with self.enter_registry_test_mode():
            cron.method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual(self.current(segment), self.people[0])
        self.assertFalse(self.env["crm.segment.dirty"].search_count([]))

    def test_growth(self):
        with freeze_time("2024-05-01 05:00:00"):
            segment = self.segment(("gender", "=", "female"))
        with freeze_time("2024-05-01 18:00:00"):  # the next day in Bangkok
            self.people[:3].gender = "female"
            self.refresh()
        with freeze_time("2024-05-04 05:00:00"):
            self.people[0].gender = "male"
            self.refresh()
            rows = self.env["crm.segment.growth"].search(
                [("segment_id", "=", segment.id)], order="day"
            )
            found = rows.mapped(
                lambda row: (row.entered_count, row.left_count, row.member_count)
            )
        self.assertEqual(found, [(0, 0, 0), (3, 0, 3), (0, 0, 3), (0, 1, 2)])
