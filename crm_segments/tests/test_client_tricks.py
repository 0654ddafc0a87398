import base64

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .common_import import ImportCase
from .test_order_import_security import FILE, MANAGER


@tagged("post_install", "-at_install")
class TestClientTricks(ImportCase):
    """Fields that forms show read-only can be written by remote calls all the same. A
    swapped member number, or an import run in another's name, is a breach."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clerk = new_test_user(
            cls.env,
            "tricky_clerk",
            "crm_segments.crm_segments_group_officer,"
            "sales_team.group_sale_salesman_all_leads",
        )
        cls.manager = new_test_user(cls.env, "tricky_manager", MANAGER)
        cls.customer = (
            cls.env["res.partner"]
            .with_context(crm_customer=True)
            .create({"name": "Customer"})
        )

    def test_member_number_is_the_managers(self):
        customer = self.customer.with_user(self.clerk)
        number = customer.member_number
        for new in ("X-1", False):
            with self.assertRaises(AccessError):
                customer.member_number = new
        partners = self.env["res.partner"].with_user(self.clerk)
        with self.assertRaises(AccessError):
            partners.create({"name": "New", "member_number": "X-2"})
        made = partners.with_context(default_member_number="X-3").create({"name": "N"})
        self.assertFalse(made.member_number)
        self.assertEqual(customer.member_number, number)
        customer.with_user(self.manager).member_number = "OLD-7"
        self.assertEqual(customer.member_number, "OLD-7")

    def test_import_marks_of_an_order(self):
        orders = self.env["sale.order"].with_user(self.clerk)
        product = self.env["product.product"].create({"name": "Tea"})
        values = {
            "partner_id": self.customer.id,
            "order_line": [Command.create({"product_id": product.id})],
        }
        forged = {"import_source": "file", "import_number": "1001"}
        with self.assertRaises(AccessError):
            orders.create({**values, **forged})
        keys = {f"default_{name}": value for name, value in forged.items()}
        order = orders.with_context(**keys, default_returned_qty=1).create(values)
        self.assertFalse(order.import_number)
        self.assertFalse(order.order_line.returned_qty)
        for record, vals in (
            (order, forged),
            (order.order_line, {"returned_qty": -1}),
        ):
            with self.assertRaises(AccessError):
                record.write(vals)

    def test_import_in_another_name(self):
        imports = self.imports.with_user(self.manager)
        admin = self.env.ref("base.user_admin")
        values = {"file": base64.b64encode(FILE.encode()), "file_name": "x.csv"}
        for forged in ({"user_id": admin.id}, {"state": "running"}):
            with self.assertRaises(AccessError):
                imports.create({**values, **forged})
        keys = {"default_user_id": admin.id, "default_state": "running"}
        record = imports.with_context(**keys).create(values)
        self.assertEqual((record.user_id, record.state), (self.manager, "draft"))
        for forged in ({"user_id": admin.id}, {"state": "running"}):
            with self.assertRaises(AccessError):
                record.write(forged)
        # without the keys in the context, which would otherwise make the lines
        record = imports.browse(record.id)
        self.run_import(record)
        self.assertEqual(self.orders(record)["1001"].create_uid, self.manager)

    def test_import_that_breaks_lets_others_pass(self):
        """Its user left the company between two turns of the job."""
        other = self.env["res.company"].create({"name": "Left"})
        self.manager.company_ids = [Command.link(other.id)]
        mine = self.imports.with_user(self.manager).with_company(other)
        values = {"file": base64.b64encode(FILE.encode()), "file_name": "x.csv"}
        broken = mine.create(values)
        fine = self.imports.create(values)
        for record in broken, fine:
            record.action_check()
            record.action_import()
        self.manager.company_ids = [Command.unlink(other.id)]
        self.run_cron()
        self.assertEqual(fine.state, "done")
        broken = broken.sudo()
        self.assertEqual(broken.state, "paused")
        self.assertTrue(broken.error_message)
