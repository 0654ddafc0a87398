from odoo.tests import new_test_user, tagged

from .test_pos_metrics import PosMetricsCase


@tagged("post_install", "-at_install")
class TestPosCustomerOrder(PosMetricsCase):
    """A sale that the history shows twice makes the shopkeeper doubt every figure."""

    def history(self, user=None):
        self.env.flush_all()
        self.env.invalidate_all()
        customer = self.customer.with_user(user or self.env.user)
        return customer.customer_order_ids

    def assertHistory(self, *amounts):
        history = self.history()
        self.assertCountEqual(history.mapped("amount_total"), amounts)
        self.settle()
        self.assertEqual(len(history), self.row()["order_count_all"])

    def who(self, *conditions):
        self.env.flush_all()
        return self.customer in self.env["res.partner"].search(
            [("customer_order_ids", "any", list(conditions))]
        )

    def test_both_channels(self):
        order = self.sell(3)
        self.order(amount=50)
        self.assertHistory(300, 50)
        mine = self.history()[0]
        self.assertEqual((mine.res_model, mine.res_id), ("pos.order", order.id))
        self.assertEqual(
            (mine.status, mine.branch_id, mine.name),
            ("confirmed", self.branch, order.name),
        )
        self.assertEqual(mine.product_ids, self.product)
        action = mine.action_open_order()
        self.assertEqual(action["res_model"], "pos.order")

    def test_unfinished_and_cancelled(self):
        data = self.till.data(
            [self.till.line(self.product)], self.customer, state="draft", payments=[]
        )
        order = self.till.sync(data)
        self.assertEqual(self.history().status, "draft")
        order.action_pos_order_cancel()
        self.assertEqual(self.history().status, "cancelled")
        self.assertHistory(100)

    def test_a_refund_is_no_order(self):
        order = self.sell(3)
        self.till.refund(order, {order.lines: 1})
        self.assertHistory(300)

    def test_a_settled_quotation_comes_once(self):
        order = self.order(amount=250, confirm=False)
        self.sell(lines=[self.settling(order)])
        self.assertHistory(250)
        order = self.order(amount=30, confirm=False)
        self.sell(lines=[self.settling(order), self.till.line(self.product)])
        self.assertHistory(250, 30, 100)

    def test_viewer(self):
        viewer = new_test_user(
            self.env, "till_viewer", "crm_segments.crm_segments_group_viewer"
        )
        self.sell()
        self.assertEqual(self.history(viewer).amount_total, 100)

    def test_search_counts_both_channels(self):
        other = self.env["product.product"].create({"name": "Cake", "lst_price": 70})
        self.sell(lines=[self.till.line(other)])
        self.order("2024-05-03 08:00:00", 100)
        self.assertTrue(self.who(("product_ids", "in", other.ids)))
        self.assertTrue(self.who(("product_ids", "in", self.product.ids)))
        self.assertFalse(
            self.who(("product_ids", "in", other.ids), ("order_day", "<", "2024-06-01"))
        )
        self.assertTrue(self.who(("matching_count", "=", 2)))
        self.assertTrue(self.who(("branch_id", "=", self.branch.id)))
        found = self.env["crm.customer.order"].search(
            [("customer_id", "=", self.customer.id), ("product_ids", "in", other.ids)]
        )
        self.assertEqual(found.res_model, "pos.order")

    def test_returned_and_settled_goods_are_no_purchase_of_the_till(self):
        other = self.env["product.product"].create({"name": "Cake", "lst_price": 70})
        bought = self.sell(lines=[self.till.line(other)])
        back = self.till.refund_lines(bought)
        self.till.sell([*back, self.till.line(self.product)], self.customer)
        orders = self.env["crm.customer.order"].search(
            [("customer_id", "=", self.customer.id), ("product_ids", "in", other.ids)]
        )
        self.assertEqual(orders.res_id, bought.id)
