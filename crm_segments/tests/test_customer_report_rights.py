from datetime import datetime
from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .common_report import MONTHS, ReportCase


@tagged("post_install", "-at_install")
class TestCustomerReportRights(ReportCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        group = "crm_segments.crm_segments_group_"
        cls.viewer = new_test_user(cls.env, "report_viewer", groups=f"{group}viewer")
        cls.officer = new_test_user(cls.env, "report_officer", groups=f"{group}officer")
        cls.nobody = new_test_user(cls.env, "report_nobody", groups="base.group_user")
        order = cls.order("2024-03-05 05:00:00", 80)
        moment = datetime(2024, 3, 6)
        cls.transaction(cls, order, 80, last_state_change=moment)
        cls.settle()

    def test_edit_in_place(self):
        """R3: an officer may, a viewer may not."""
        tag = self.env["res.partner.category"].create({"name": "Friend"})
        values = {
            "name": "Somchai Dee",
            "category_id": [(4, tag.id)],
            "note_text": "likes <tea>\nand cake",
        }
        customer = self.customer.with_user(self.officer)
        customer.write(values)
        self.assertEqual(self.customer.name, "Somchai Dee")
        self.assertEqual(self.customer.category_id, tag)
        self.assertIn("&lt;tea&gt;", self.customer.comment)
        customer.invalidate_recordset()
        self.assertEqual(customer.note_text, "likes <tea>\nand cake")
        customer.note_text = False
        self.assertFalse(self.customer.comment)
        for name, value in values.items():
            with self.subTest(name), self.assertRaises(AccessError):
                self.customer.with_user(self.viewer).write({name: value})

    def test_who_sees_the_figures(self):
        first, last = MONTHS["March"]
        mine = [("id", "=", self.customer.id)]
        for user in (self.viewer, self.officer):
            report = self.report(first, last, user=user)
            self.assertEqual(report.search(mine).report_paid, 80)
            self.assertEqual(report.get_customer_report(mine)["numbers"]["paid"], 80)
            self.assertEqual(report.search_count([*mine, ("report_paid", ">", 79)]), 1)
            top = self._records(report.get_report_top_action(5), user)
            self.assertIn(self.customer, top.customer_id)
        report = self.report(first, last, user=self.nobody)
        for call in (
            lambda: report.search(mine).report_paid,
            lambda: report.search([("report_paid", ">", 79)]),
            lambda: report.search(mine, order="report_paid desc"),
            lambda: report.get_customer_report(mine),
            lambda: self._records(report.get_report_top_action(5), self.nobody),
            lambda: report.env["crm.customer.payment"].search([]),
        ):
            with self.assertRaises(AccessError):
                call()

    def _records(self, action, user):
        model = self.env[action["res_model"]].with_user(user)
        return model.with_context(**action["context"]).search(action["domain"])

    def test_another_company(self):
        """Its payments are another report; its own customers are not on the list."""
        other = self.env["res.company"].create({"name": "Other"})
        stranger = self.env["res.partner"].create(
            {"name": "Stranger", "company_id": other.id}
        )
        stranger.with_company(other)._ensure_member_number()
        moment = datetime(2024, 3, 7)
        order = self.env["sale.order"].create(
            {"partner_id": self.customer.id, "company_id": other.id}
        )
        self.transaction(
            order,
            55,
            last_state_change=moment,
            provider_id=self.provider.copy({"company_id": other.id}).id,
        )
        self.officer.company_ids |= other
        first, last = MONTHS["March"]
        report = self.report(
            first, last, user=self.officer, allowed_company_ids=self.company.ids
        )
        mine = [("id", "in", (self.customer | stranger).ids)]
        self.assertEqual(report.search(mine), self.customer)
        self.assertEqual(report.search(mine).report_paid, 80)
        here = report.env["crm.customer.payment"].search(
            [("customer_id", "=", self.customer.id)]
        )
        self.assertEqual(here.mapped("amount"), [80])
        there = report.with_company(other).browse(self.customer.id)
        self.assertEqual(there.report_paid, 55)

    def test_open_chat(self):
        """R4: the conversation of a channel, else what was said."""
        customer = self.customer.with_user(self.viewer)
        action = customer.action_open_chat()
        self.assertEqual(action["res_model"], "crm.contact.history")
        self.write_to_shop(self.customer, "line", datetime(2024, 3, 8))
        rows = self.env[action["res_model"]].search(action["domain"])
        self.assertEqual(rows.channel, "line")
        conversation = {"type": "ir.actions.client", "tag": "mail.action_discuss"}
        with patch.object(
            self.env.registry["res.partner"],
            "_get_chat_action",
            lambda self: conversation,
        ):
            self.assertEqual(customer.action_open_chat(), conversation)
