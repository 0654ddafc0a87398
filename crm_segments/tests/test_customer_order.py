from datetime import date

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import SQL

from . import reference
from .common_metrics import MetricsCase


@tagged("post_install", "-at_install")
class TestCustomerOrder(MetricsCase):
    """The history of orders is what the shopkeeper checks the figures against: both
    must count the same orders, on the shop's days and not on those of London."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.orders = cls.env["crm.customer.order"]
        cls.contact = cls.env["res.partner"].create(
            {"name": "Nok", "parent_id": cls.customer.id}
        )
        cls.viewer = new_test_user(
            cls.env, "order_viewer", "crm_segments.crm_segments_group_viewer"
        )

    def history(self, customer=None, user=None):
        self.env.flush_all()
        self.env.invalidate_all()
        return (customer or self.customer).with_user(user or self.env.user)[
            "customer_order_ids"
        ]

    def who(self, *conditions):
        """:return: whether the customer has an order that meets the conditions"""
        found = self.env["res.partner"].search(
            [
                ("customer_order_ids", "any", list(conditions)),
                ("id", "in", (self.customer | self.contact).ids),
            ]
        )
        return self.customer in found

    def test_orders_of_every_state_and_contact(self):
        orders = [
            self.order("2024-05-01 05:00:00", 100),
            self.order("2024-05-03 05:00:00", 30, partner_id=self.contact.id),
            self.order("2024-05-02 05:00:00", 20, confirm=False),
        ]
        orders[2].action_cancel()
        self.settle()
        history = self.history()
        self.assertEqual(
            history.mapped("name"), [orders[i].name for i in (1, 2, 0)], "newest first"
        )
        self.assertEqual(
            history.mapped("status"), ["confirmed", "cancelled", "confirmed"]
        )
        self.assertEqual(history.mapped("amount_total"), [30, 20, 100])
        self.assertEqual(history[0].partner_id, self.contact)
        self.assertEqual(history.customer_id, self.customer)
        self.assertEqual(history.product_ids, self.product)
        self.assertEqual(len(history), self.customer.customer_order_count_all)
        self.assertFalse(self.history(self.contact), "they are the customer's")

    def test_agrees_with_the_figures(self):
        for day in range(1, 29):
            order = self.order(f"2024-02-{day:02} 20:00:00", day, confirm=day % 3)
            if not day % 5:
                order._action_cancel()
        self.order("2999-01-01 00:00:00", 7)
        self.settle()
        history, row = self.history(), self.row()
        self.assertEqual(len(history), row["order_count_all"])
        confirmed = history.filtered(lambda order: order.status == "confirmed")
        self.assertEqual(len(confirmed), row["order_count"])
        self.assertEqual(
            reference.cents(repr(sum(history.mapped("amount_total")))),
            row["amount_total_all"],
        )
        self.assertEqual(confirmed[:1].order_day, row["last_order_date"])
        self.assertEqual(confirmed[-1:].order_day, row["first_order_date"])

    def test_calendar_of_the_shop(self):
        self.order("2024-05-05 17:30:00")  # Monday, 00:30 in Bangkok
        order = self.history()
        self.assertEqual(
            (order.order_day, order.weekday, order.hour), (date(2024, 5, 6), "1", 0)
        )
        self.company.customer_tz = "America/New_York"
        order = self.history()
        self.assertEqual(
            (order.order_day, order.weekday, order.hour), (date(2024, 5, 5), "7", 13)
        )

    def test_order_in_another_currency(self):
        order = self.order(amount=100)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE sale_order SET currency_rate = 0.25 WHERE id = %s", [order.id]
        )
        self.assertEqual(self.history().amount_total, 400)
        self.assertEqual(self.history().currency_id, self.company.currency_id)

    def test_note_without_markup(self):
        self.order(note="<p>No <b>onions</b></p>")
        self.assertEqual(self.history().note.split(), ["No", "onions"])

    # -- rights ----------------------------------------------------------------------

    def test_viewer_reads_but_does_not_open(self):
        self.order()
        order = self.history(user=self.viewer)
        self.assertTrue(order.name)
        self.assertEqual(order.amount_total, 100)
        with self.assertRaises(AccessError):
            order.sudo(False).write({"note": "x"})
        with self.assertRaisesRegex(AccessError, "not open it"):
            order.action_open_order()
        action = self.history().action_open_order()
        self.assertEqual(action["res_model"], "sale.order")
        self.assertEqual(
            self.env["sale.order"].browse(action["res_id"]).partner_id, self.customer
        )

    def test_stranger(self):
        stranger = new_test_user(self.env, "order_stranger", "base.group_user")
        self.order()
        with self.assertRaises(AccessError):
            self.orders.with_user(stranger).search([])
        with self.assertRaises(AccessError):
            self.env["res.partner"].with_user(stranger).search(
                [("customer_order_ids", "any", [("hour", "=", 12)])]
            )

    def test_other_company(self):
        company = self.env["res.company"].create({"name": "Second"})
        self.env.user.company_ids |= company
        self.order()
        self.order("2024-05-02 05:00:00", 70, company_id=company.id)
        self.assertEqual(self.history().mapped("amount_total"), [100])
        self.assertEqual(
            self.history(self.customer.with_company(company)).amount_total, 70
        )
        self.assertFalse(self.who(("amount_total", "=", 70)))
        both = self.orders.with_context(
            allowed_company_ids=[self.company.id, company.id]
        )
        mine = [("customer_id", "=", self.customer.id)]
        self.assertEqual(both.search_count(mine), 2)
        self.assertEqual(self.orders.with_user(self.viewer).search_count(mine), 1)

    # -- searching customers ---------------------------------------------------------

    def test_one_order_meets_all(self):
        self.order("2024-05-03 08:00:00", 100)  # a Friday, 15:00
        self.order("2024-05-04 08:00:00", 900)
        friday = ("weekday", "=", "5")
        self.assertTrue(self.who(friday, ("hour", ">=", 15), ("hour", "<", 16)))
        self.assertFalse(self.who(friday, ("amount_total", ">", 500)))
        self.assertTrue(self.who(friday, ("order_day", "=", "2024-05-03")))
        self.assertTrue(self.who(friday, ("order_day", "<=", "2024-05-03")))
        self.assertFalse(self.who(friday, ("order_day", "<", "2024-05-03")))
        self.assertTrue(self.who(friday, ("order_day", ">=", "2024-05-03")))
        self.assertFalse(self.who(friday, ("order_day", ">", "2024-05-03")))
        self.assertFalse(self.who(("order_day", ">", "-90d")))

    def test_products(self):
        coffee, never = self.env["product.product"].create(
            [{"name": "Coffee"}, {"name": "Never"}]
        )
        self.order("2024-05-03 08:00:00", 100)
        order = self.order("2024-05-05 08:00:00", 100, confirm=False)
        order.order_line.product_id = coffee
        self.assertTrue(self.who(("product_ids", "in", self.product.ids)))
        self.assertTrue(self.who(("product_ids", "=", "Tea")))
        self.assertTrue(self.who(("product_ids", "in", (coffee | never).ids)))
        self.assertFalse(self.who(("product_ids", "in", never.ids)))
        confirmed = ("status", "=", "confirmed")
        self.assertFalse(self.who(confirmed, ("product_ids", "in", coffee.ids)))
        drinks = self.env["product.category"].create({"name": "Drinks"})
        hot = drinks.create({"name": "Hot", "parent_id": drinks.id})
        self.product.categ_id = hot
        category = ("product_ids.categ_id", "child_of", drinks.ids)
        self.assertTrue(self.who(confirmed, category))
        found = self.orders.search(
            [
                ("customer_id", "=", self.customer.id),
                ("product_ids", "in", coffee.ids),
            ]
        )
        self.assertEqual(found.res_id, order.id)

    def test_area_of_the_branch(self):
        branch = self.env["crm.branch"].create({"name": "River", "area": "West"})
        self.order(branch_id=branch.id)
        self.assertTrue(self.who(("branch_id.area", "in", ["West", "East"])))
        self.assertFalse(self.who(("branch_id.area", "in", ["East"])))

    def test_totals_of_such_orders(self):
        for day, amount in enumerate((100, 200, 300), 1):
            self.order(f"2024-05-0{day} 08:00:00", amount)
        since = ("order_day", ">=", "2024-05-02")
        self.assertTrue(self.who(since, ("matching_count", "=", 2)))
        self.assertTrue(self.who(since, ("matching_amount", ">=", 500)))
        self.assertFalse(self.who(since, ("matching_amount", ">", 500)))
        self.assertTrue(self.who(("matching_count", ">", 2)))
        later = ("order_day", ">", "2024-06-01")
        self.assertTrue(self.who(later, ("matching_count", "<", 1)))
        self.assertTrue(self.who(later, ("matching_amount", "=", 0)))
        self.assertFalse(self.who(since, ("matching_count", "<=", 1)))
        either = self.who(
            "|",
            *("&", later, ("matching_count", ">=", 1)),
            *("&", since, ("matching_count", ">=", 2)),
        )
        self.assertTrue(either)
        with self.assertRaises(UserError):
            self.orders.search([("matching_count", ">", 1)])

    def test_without_orders(self):
        other = self.env["res.partner"].create({"name": "No orders"})
        self.order()
        ours = [("id", "in", (self.customer | other).ids)]
        partners = self.env["res.partner"]
        for domain, expected in (
            ([("customer_order_ids", "=", False)], other),
            ([("customer_order_ids", "!=", False)], self.customer),
            ([("customer_order_ids", "not any", [("hour", "=", 12)])], other),
            (["!", ("customer_order_ids", "any", [("hour", "=", 12)])], other),
            ([("customer_order_ids", "in", self.history().ids)], self.customer),
            ([("customer_order_ids", "not in", self.history().ids)], other),
        ):
            self.assertEqual(partners.search(ours + domain), expected, domain)
            self.assertEqual(partners.sudo().search(ours + domain), expected, domain)

    def test_one_customer_is_found_by_indexes(self):
        """Whatever the size of the shop."""
        self.order()
        self.env.flush_all()
        self.env.cr.execute("SET LOCAL enable_seqscan = off")
        query = self.orders._search([("customer_id", "=", self.customer.id)])
        self.env.cr.execute(SQL("EXPLAIN %s", query.select("id")))
        plan = "\n".join(row[0] for row in self.env.cr.fetchall())
        self.assertNotIn("Seq Scan", plan)
        self.assertIn("commercial_partner_id", plan)
