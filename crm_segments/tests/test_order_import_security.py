import base64

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .common_import import ImportCase

FILE = "Order ID,Date,Customer ID,SKU,Quantity,Price\n1001,1/5/2024,c1,A,2,10.50\n"
MANAGER = "crm_segments.crm_segments_group_manager,sales_team.group_sale_manager"


@tagged("post_install", "-at_install")
class TestOrderImportSecurity(ImportCase):
    """Whoever may import writes orders by the thousand: managers only, with their own
    rights, and in their own company."""

    def user(self, login, groups, company=None):
        company = company or self.company
        return new_test_user(
            self.env,
            login=login,
            groups=groups,
            company_id=company.id,
            company_ids=[(6, 0, company.ids)],
        )

    def test_not_a_manager(self):
        for groups in (
            "base.group_user",
            "crm_segments.crm_segments_group_editor",
            "sales_team.group_sale_salesman_all_leads",
        ):
            user = self.user(f"u_{groups}", groups)
            with self.assertRaises(AccessError, msg=groups):
                self.upload(FILE).with_user(user).action_check()
            with self.assertRaises(AccessError, msg=groups):
                self.imports.with_user(user).create({"file_name": "x"})

    def test_manager_without_sales_rights(self):
        user = self.user("m_only", "crm_segments.crm_segments_group_manager")
        record = self.imports.with_user(user).create(
            {"file": base64.b64encode(FILE.encode()), "file_name": "x.csv"}
        )
        with self.assertRaisesRegex(UserError, "right to create"):
            record.action_check()

    def test_written_by_the_user_in_the_company(self):
        other = self.env["res.company"].create({"name": "Other", "customer_tz": "UTC"})
        user = self.user("other_manager", MANAGER, other)
        self.imports = self.imports.with_user(user).with_company(other)
        record = self.run_import(self.upload(FILE))
        order = self.orders(record)["1001"]
        self.assertEqual((order.company_id, order.create_uid), (other, user))
        self.assertEqual(str(order.date_order), "2024-05-01 12:00:00")
        mine = self.env["crm.order.import"].create(
            {"file": base64.b64encode(FILE.encode()), "file_name": "x.csv"}
        )
        mine.action_check()
        self.assertEqual(mine.known_order_count, 0, "numbers count for each company")

    def test_other_companies_are_hidden(self):
        other = self.env["res.company"].create({"name": "Other"})
        user = self.user("stranger", MANAGER, other)
        record = self.run_import(self.upload(FILE))
        order = self.orders(record)["1001"]
        for found in (
            record,
            record.column_ids,
            self.env["crm.partner.identity"].search(
                [("partner_id", "=", order.partner_id.id)]
            ),
        ):
            self.assertTrue(found)
            with self.assertRaises(AccessError):
                found.with_user(user).read(["display_name"])
        with self.assertRaises(AccessError):
            record.with_user(user).action_report()
