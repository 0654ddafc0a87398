"""Orders of LINE SHOPPING become sale orders, which follow whatever happens there."""

from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .common_sale import ADDRESS, SaleCase, item, paid, payload


@tagged("post_install", "-at_install")
class TestLineshoppingSale(SaleCase):
    def test_unpaid_is_a_quotation(self):
        goods = [item("S1", 2, 120.5), item("S2", 1, 99.95, discountedPrice=89.9)]
        sale = self.sale(payload("A1", goods, shipping=40, discount=20.55))
        self.assertEqual(sale.state, "sent")
        self.assertAlmostEqual(sale.amount_total, 241 + 89.9 + 40 - 20.55)
        self.assertEqual(sale.client_order_ref, "A1")
        self.assertEqual(sale.team_id, self.shop.team_id)
        self.assertTrue(sale.team_id)
        kinds = sale.order_line.mapped("lineshopping_kind")
        self.assertEqual(kinds, ["goods", "goods", "shipping", "discount"])
        self.assertEqual(sale.order_line[:2].product_id, self.service | self.other)
        self.assertFalse(sale.lineshopping_paid_at)
        self.assertFalse(self.troubles())

    def test_paid_is_confirmed_on_its_day(self):
        order = paid("A1", checkoutAt="2026-03-04T18:30:00Z")
        sale = self.sale(order)
        self.assertEqual(sale.state, "sale")
        self.assertEqual(str(sale.date_order), "2026-03-04 18:30:00")
        self.assertTrue(sale.lineshopping_paid_at)

    def test_settled_again_changes_nothing(self):
        sale = self.sale(paid("A1"))
        lines = sale.order_line.ids
        sale.lineshopping_order_id._settle()
        again = self.sale(paid("A1"))
        self.assertEqual(again, sale)
        self.assertEqual(again.order_line.ids, lines)

    def test_quotation_follows_changes(self):
        sale = self.sale(payload("A1"))
        moved = {**ADDRESS, "address": "1 ถนนใหม่"}
        sale = self.sale(
            paid("A1", [item("S2", 3, 50)], shipping=10, shippingAddress=moved)
        )
        self.assertEqual(sale.amount_total, 160)
        self.assertEqual(sale.order_line[0].product_id, self.other)
        self.assertEqual(sale.state, "sale")
        self.assertEqual(sale.partner_shipping_id.street, "1 ถนนใหม่")
        self.assertEqual(sale.partner_shipping_id.parent_id, sale.partner_id)

    def test_confirmed_keeps_its_amount_and_tells(self):
        sale = self.sale(paid("A1"))
        moved = {**ADDRESS, "address": "1 ถนนใหม่"}
        self.sale(paid("A1", [item("S1", 2, 100)], shippingAddress=moved))
        self.assertEqual(sale.amount_total, 100)
        self.assertIn(sale.name, self.troubles().error)
        self.assertEqual(sale.partner_shipping_id.street, "1 ถนนใหม่")
        self.sale(paid("A1"))
        self.assertFalse(self.troubles())

    def test_expired_and_cancelled(self):
        quoted, confirmed = self.sale(payload("A1"), paid("A2"))
        self.sale(
            payload("A1", orderStatus="EXPIRED"), paid("A2", orderStatus="CANCELED")
        )
        self.assertEqual((quoted | confirmed).mapped("state"), ["cancel", "cancel"])
        # paid after all
        self.sale(paid("A1", [item("S1", 4, 100)]))
        self.assertEqual(quoted.state, "sale")
        self.assertEqual(quoted.amount_total, 400)

    def test_first_seen_cancelled(self):
        sale = self.sale(payload("A1", orderStatus="EXPIRED"))
        self.assertEqual(sale.state, "cancel")

    def test_delivered_goods_are_not_cancelled(self):
        sale = self.sale(paid("A1", [item("S2", 1, 100)]))
        line = sale.order_line
        if "picking_ids" in sale._fields:
            sale.picking_ids.move_ids.quantity = 1
            sale.picking_ids.button_validate()
        else:
            line.qty_delivered = 1
        self.sale(paid("A1", [item("S2", 1, 100)], orderStatus="CANCELED"))
        self.assertEqual(sale.state, "sale")
        self.assertIn("take them back", self.troubles().error)

    def test_cancelled_by_staff_is_told(self):
        sale = self.sale(paid("A1"))
        sale._action_cancel()
        self.sale(paid("A1", remarkBuyer="x"))
        self.assertEqual(sale.state, "cancel")
        self.assertIn("cancelled here", self.troubles().error)

    def test_cash_on_delivery(self):
        cod = {"paymentMethod": "COD", "paymentStatus": "NO_PAYMENT"}
        ready = {**cod, "shipmentStatus": "SHIPMENT_READY"}
        sale = self.sale(payload("A1", **cod))
        self.assertEqual(sale.state, "sent")
        self.sale(payload("A1", **ready))
        self.assertEqual(sale.state, "sale")
        self.assertFalse(sale.lineshopping_paid_at)
        self.shop.confirm_cod = "paid"
        sale = self.sale(payload("A2", **ready))
        self.assertEqual(sale.state, "sent")
        self.sale(paid("A2", paymentMethod="COD", orderStatus="COMPLETED"))
        self.assertEqual(sale.state, "sale")
        self.assertTrue(sale.lineshopping_paid_at)

    def test_sums_that_do_not_fit(self):
        order = paid("A1", [item("S1", 1, 100)], shipping=10)
        order["subtotalPrice"], order["totalPrice"] = 95, 105
        row = self.take(order)
        self.assertEqual(row.sale_order_id.amount_total, 105)
        self.assertIn("sum", row.flag)
        line = row.sale_order_id.order_line[-1]
        self.assertEqual(line.lineshopping_kind, "difference")
        self.assertEqual(line.price_total, -5)

    def test_head_without_goods_waits(self):
        head = paid("A1")
        head.pop("orderItems")
        row = self.take(head)
        self.assertFalse(row.sale_order_id)
        self.assertFalse(row.dirty)
        self.assertEqual(self.sale(paid("A1")).state, "sale")

    def test_goods_and_head_in_one_answer(self):
        whole = paid("A1")
        head = {key: value for key, value in whole.items() if key != "orderItems"}
        Order = self.env["crm.lineshopping.order"]
        row = Order._take(self.shop, [whole, head])
        self.assertTrue(row.has_items)
        row._settle()
        self.assertEqual(row.sale_order_id.state, "sale")

    def test_one_bad_order_stops_no_other(self):
        bad = paid("A2", [item("S1", 10**11, 10**11)])
        bad["totalPrice"] = 1
        rows = self.take(payload("A1"), bad, paid("A3"))
        self.assertEqual(rows.mapped("sale_order_id.state"), ["sent", "sale"])
        self.assertFalse(rows[1].sale_order_id)
        self.assertEqual(self.troubles().number, "A2")
        self.assertEqual(self.sale(paid("A2")).state, "sale")
        self.assertFalse(self.troubles())

    def test_clients_cannot_forge(self):
        seller = new_test_user(
            self.env, "seller", groups="sales_team.group_sale_salesman_all_leads"
        )
        sale = self.sale(payload("A1"))
        sales = self.env["sale.order"].with_user(seller)
        for vals in (
            {"lineshopping_paid_at": "2026-01-01"},
            {"lineshopping_order_id": sale.lineshopping_order_id.id},
        ):
            with self.assertRaises(AccessError):
                sales.browse(sale.id).write(vals)
            with self.assertRaises(AccessError):
                sales.create({"partner_id": sale.partner_id.id, **vals})
        with self.assertRaises(AccessError):
            sale.order_line.with_user(seller).write({"lineshopping_kind": "shipping"})
        plain = sales.with_context(default_lineshopping_paid_at="2026-01-01").create(
            {"partner_id": sale.partner_id.id}
        )
        self.assertFalse(plain.lineshopping_paid_at)
