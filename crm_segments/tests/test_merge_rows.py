from odoo import fields
from odoo.fields import Command
from odoo.tests import tagged

from .common_segments import SegmentsCase


@tagged("post_install", "-at_install")
class TestMergeRows(SegmentsCase):
    """Two records of one person become one, and every row of both is there once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.one, cls.two = cls.people[:2]

    def merge(self):
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((self.one | self.two).ids, self.one)
        self.env.invalidate_all()
        self.assertFalse(self.two.exists())

    def check(self, rows, fname="partner_id"):
        """The same rows as before, all of the survivor."""
        self.merge()
        self.assertEqual(rows.exists(), rows)
        self.assertEqual(rows[fname], self.one)
        found = rows.search([(fname, "=", self.one.id)])
        self.assertEqual(found.sorted("id"), rows.sorted("id"))

    def test_orders(self):
        orders = self.order(partner_id=self.one.id) | self.order(partner_id=self.two.id)
        self.check(orders)
        self.assertEqual(orders.partner_invoice_id, self.one)
        self.assertEqual(orders.partner_shipping_id, self.one)
        rows = self.env["crm.customer.order"].search(
            [("customer_id", "=", self.one.id)]
        )
        self.assertEqual(len(rows), 2)

    def test_consents(self):
        for partner in (self.one, self.two):
            partner._crm_record_consent("marketing_sms")
        consents = self.env["crm.consent"].search(
            [("partner_id", "in", (self.one | self.two).ids)]
        )
        self.assertEqual(len(consents), 2)
        self.check(consents)
        self.assertTrue(self.one.consent_marketing_sms)

    def test_identities(self):
        identities = self.env["crm.partner.identity"].create(
            [
                {
                    "partner_id": partner.id,
                    "company_id": self.env.company.id,
                    "source": "shopee",
                    "external_id": f"buyer{partner.id}",
                }
                for partner in (self.one, self.two)
            ]
        )
        self.check(identities)

    def test_segment_members(self):
        segment = self.segment(("gender", "=", "male"))
        self.refresh()
        self.assertEqual(len(self.current(segment)), 6)
        self.merge()
        self.refresh()
        self.assertEqual(len(self.current(segment)), 5)
        rows = self.members.search(
            [("segment_id", "=", segment.id), ("partner_id", "=", self.one.id)]
        )
        self.assertEqual(len(rows), 1)

    def test_calls(self):
        calls = self.env["crm.contact.call"].create(
            [{"partner_id": partner.id} for partner in (self.one, self.two)]
        )
        self.check(calls)

    def test_privacy_requests(self):
        requests = self.env["crm.privacy.request"].create(
            [{"partner_id": partner.id} for partner in (self.one, self.two)]
        )
        self.check(requests)

    def test_tags_and_their_change(self):
        """Each tag once; undoing a change of tags of before passes over who is gone."""
        other = self.env["res.partner.category"].create({"name": "Other"})
        (self.one | self.two).category_id = self.tag
        self.two.category_id = other
        change = (
            self.env["crm.tag.change"]
            .with_context(
                active_model="res.partner", active_ids=(self.one | self.two).ids
            )
            .create({"add_ids": [Command.set(self.tag.ids)]})
        )
        change.action_apply()
        lines = self.env["crm.tag.change.line"].search([("change_id", "=", change.id)])
        self.merge()
        self.assertEqual(self.one.category_id, self.tag | other)
        self.assertEqual(lines.exists(), lines)
        change.action_undo()
        self.assertEqual(self.one.category_id, self.tag | other)

    def test_log_of_exports(self):
        entry = self.env["crm.export.log"].create(
            {
                "event": "made",
                "company_id": self.env.company.id,
                "row_count": 2,
                "date": fields.Datetime.now(),
            }
        )
        self.merge()
        self.assertEqual((entry.exists(), entry.row_count), (entry, 2))

    def test_album_and_messages(self):
        self.two.message_post(body="Hello")
        photo = self.env["ir.attachment"].create(
            {"name": "p", "res_model": "res.partner", "res_id": self.two.id}
        )
        self.merge()
        self.assertEqual(photo.res_id, self.one.id)
        self.assertIn("Hello", "".join(self.one.message_ids.mapped("body")))

    def test_who_is_this(self):
        three = self.people[2]
        matches = self.env["crm.customer.match"]
        about_two, about_three, about_others = (
            matches._add(
                self.env.company, newcomer, "several", [c.id for c in candidates]
            )
            for newcomer, candidates in (
                (self.two, (self.one, three)),
                (three, (self.one, self.two)),
                (self.people[3], (self.two, three)),
            )
        )
        self.merge()
        self.assertEqual((about_two.state, about_two.customer_id), ("done", self.one))
        self.assertEqual(about_three.state, "open")
        self.assertEqual(about_three.line_ids.partner_id, self.one)
        self.assertEqual(len(about_three.line_ids), 1)
        self.assertEqual(about_others.line_ids.partner_id, self.one | three)

    def test_recognised_contact(self):
        """The contact of an order is merged with the customer it was attached to."""
        order = self.order(partner_id=self.two.id)
        self.two._attach_to(self.one)
        self.merge()
        self.assertEqual(order.partner_id, self.one)
        self.assertFalse(self.one.recognised_contact)
        self.assertFalse(self.one.parent_id)

    # -- finding them ------------------------------------------------------------------

    def duplicates(self, **values):
        """:return: list of sets of ids that Odoo's own search proposes to merge"""
        self.env.flush_all()
        wizard = self.env["base.partner.merge.automatic.wizard"].create(values)
        wizard.action_start_manual_process()
        return [
            set(map(int, line.aggr_ids.strip("[]").split(",")))
            for line in wizard.line_ids
        ]

    def test_same_phone(self):
        thailand = self.env.ref("base.th")
        self.people.country_id = thailand
        self.one.phone, self.two.phone = "081 999 0001", "+66 81 999 0001"
        contact = self.people[2]
        contact.write({"phone": "0819990001", "country_id": thailand.id})
        contact._attach_to(self.one)
        found = self.duplicates(group_by_phone_sanitized=True)
        self.assertIn({self.one.id, self.two.id}, found)
        for group in found:
            self.assertNotIn(self.people[3].id, group, "no phone is no phone")
        self.one.email = self.two.email = "same@example.com"
        found = self.duplicates(group_by_phone_sanitized=True, group_by_email=True)
        self.assertEqual(found, [{self.one.id, self.two.id}])
        self.assertIn({self.one.id, self.two.id}, self.duplicates(group_by_email=True))

    def test_menu(self):
        menu = self.env.ref("crm_segments.crm_deduplicate_menu")
        self.assertEqual(menu.action, self.env.ref("base.action_partner_deduplicate"))
        view = self.env["base.partner.merge.automatic.wizard"].get_view()
        self.assertIn("group_by_phone_sanitized", view["arch"])
