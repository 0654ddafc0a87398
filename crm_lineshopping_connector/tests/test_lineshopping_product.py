"""Which product it is: by code, by barcode, or as staff say once for all orders."""

from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .common_sale import SaleCase, item, paid, payload


@tagged("post_install", "-at_install")
class TestLineshoppingProduct(SaleCase):
    def rows(self):
        return self.env["crm.lineshopping.product"].search(
            [("shop_id", "=", self.shop.id)], order="id"
        )

    def test_by_code_and_barcode(self):
        self.other.barcode = "8850001"
        sale = self.sale(
            payload(
                "A1",
                [item("S1"), item("", barcode="8850001"), item("8850001", name="x")],
            )
        )
        found = [line.product_id.default_code for line in sale.order_line]
        self.assertEqual(found, ["S1", "S2", "S2"])
        self.assertEqual(
            self.rows().mapped("matched_by"), ["sku", "barcode", "barcode"]
        )

    def test_unknown_is_asked_once_and_follows_everywhere(self):
        quoted, sold = self.sale(
            payload("A1", [item("NEW", 2, 10)]), paid("A2", [item("NEW", 1, 10.5)])
        )
        placeholder = self.shop.placeholder_product_id
        self.assertEqual((quoted | sold).order_line.product_id, placeholder)
        row = self.rows()
        self.assertEqual(len(row.activity_ids), 1)
        self.assertEqual(row.activity_ids.user_id, self.shop.user_id)
        self.sale(payload("A3", [item("NEW", 1, 10)]))
        self.assertEqual(len(row.activity_ids), 1)
        row.product_id = self.other
        self.assertFalse(row.activity_ids)
        orders = self.env["crm.lineshopping.order"].search(
            [("shop_id", "=", self.shop.id), ("dirty", "=", True)]
        )
        self.assertEqual(len(orders), 3)
        orders._settle()
        for sale, total in ((quoted, 20), (sold, 10.5)):
            self.assertEqual(sale.order_line.product_id, self.other)
            self.assertEqual(sale.amount_total, total)
        if "picking_ids" in sold._fields:
            self.assertEqual(sold.picking_ids.move_ids.product_id, self.other)
            self.assertFalse(quoted.picking_ids)
        self.assertFalse(orders.filtered("dirty"))

    def test_another_code_of_the_same_variant(self):
        self.sale(payload("A1", [item("NEW")]))
        self.rows().product_id = self.service
        renamed = {**item("NEW"), "sku": "NEWER"}
        sale = self.sale(payload("A2", [renamed]))
        self.assertEqual(sale.order_line.product_id, self.service)

    def test_look_again(self):
        self.sale(payload("A1", [item("LATER")]))
        row = self.rows()
        row.action_find()
        self.assertFalse(row.product_id)
        product = self.env["product.product"].create(
            {"name": "Later", "default_code": "LATER"}
        )
        row.action_find()
        self.assertEqual(row.product_id, product)
        self.assertEqual(row.matched_by, "sku")

    def test_rights(self):
        self.sale(payload("A1", [item("NEW")]))
        group = "crm_segments.crm_segments_group_%s"
        viewer = new_test_user(self.env, "line-v", groups=group % "viewer")
        officer = new_test_user(self.env, "line-o", groups=group % "officer")
        row = self.rows()
        for action in ("action_find", "action_apply"):
            with self.assertRaises(AccessError):
                getattr(row.with_user(viewer), action)()
        with self.assertRaises(AccessError):
            row.with_user(viewer).product_id = self.service
        row.with_user(officer).product_id = self.service
        self.assertEqual(row.matched_by, "staff")

    def test_job_works_off_what_products_changed(self):
        row = self.take(paid("A1", [item("NEW")]))
        self.rows().product_id = self.service
        self.env.flush_all()
        self.assertTrue(row.dirty)
        cron = self.env.ref("crm_lineshopping_connector.crm_lineshopping_settle_cron")
        with self.enter_registry_test_mode():
            cron.method_direct_trigger()
        row.invalidate_recordset()
        self.assertFalse(row.dirty)
        self.assertEqual(row.sale_order_id.order_line.product_id, self.service)
