from datetime import timedelta

from odoo import Command, fields
from odoo.tests import Form, tagged

from .common_metrics import MetricsCase


@tagged("post_install", "-at_install")
class TestMetricQueue(MetricsCase):
    """A change that does not reach the queue shows wrong figures until the night.

    Each test makes one kind of change the way users and Odoo make it, and looks at
    who is in the queue afterwards.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.mine = (cls.customer.id, cls.company.id)

    def setUp(self):
        super().setUp()
        self.queued()

    def test_order_created(self):
        self.order(confirm=False)
        self.assertEqual(self.queued(), {self.mine})

    def test_order_confirmed(self):
        order = self.order(confirm=False)
        self.queued()
        order.action_confirm()
        self.assertEqual(self.queued(), {self.mine})

    def test_order_cancelled(self):
        order = self.order()
        self.queued()
        order._action_cancel()
        self.assertEqual(self.queued(), {self.mine})

    def test_order_deleted(self):
        order = self.order(confirm=False)
        self.queued()
        order.unlink()
        self.assertEqual(self.queued(), {self.mine})

    def test_order_date(self):
        order = self.order()
        self.queued()
        order.date_order = "2024-01-01"
        self.assertEqual(self.queued(), {self.mine})

    def test_line_edited(self):
        """The total is a stored computed field: no write() on the order tells."""
        order = self.order()
        self.queued()
        order.order_line.price_unit = 7
        self.assertEqual(self.queued(), {self.mine})

    def test_line_added_and_deleted_in_the_form(self):
        order = self.order(confirm=False)
        self.queued()
        with Form(order) as form, form.order_line.new() as line:
            line.product_id = self.product
        self.assertEqual(self.queued(), {self.mine})
        order.order_line[0].unlink()
        self.assertEqual(self.queued(), {self.mine})

    def test_currency_rate(self):
        """Another currency changes the amount in company currency."""
        order = self.order(confirm=False)
        currency = self.env["res.currency"].create(
            {
                "name": "XTS",
                "symbol": "X",
                "rate_ids": [Command.create({"name": "2020-01-01", "rate": 0.5})],
            }
        )
        pricelist = self.env["product.pricelist"].create(
            {"name": "X", "currency_id": currency.id}
        )
        self.queued()
        order.pricelist_id = pricelist
        self.assertEqual(self.queued(), {self.mine})

    def test_other_customer(self):
        """Both the one who loses the order and the one who gets it."""
        other = self.env["res.partner"].create({"name": "Malee"})
        order = self.order(confirm=False)
        self.queued()
        order.partner_id = other
        self.assertEqual(self.queued(), {self.mine, (other.id, self.company.id)})

    def test_irrelevant_change(self):
        order = self.order()
        self.queued()
        order.client_order_ref = "PO 17"
        order.note = "Thank you"
        self.assertEqual(self.queued(), set())

    def test_customer_of_a_contact(self):
        """The customer of a contact person is the company behind it."""
        company = self.env["res.partner"].create({"name": "Co", "is_company": True})
        person = self.env["res.partner"].create(
            {"name": "Person", "parent_id": company.id}
        )
        self.order(partner_id=person.id)
        self.assertEqual(self.queued(), {(company.id, self.company.id)})

    def test_contact_moves_to_another_company(self):
        first, second = self.env["res.partner"].create(
            [{"name": name, "is_company": True} for name in ("First", "Second")]
        )
        person = self.env["res.partner"].create(
            {"name": "Person", "parent_id": first.id}
        )
        self.order(partner_id=person.id, amount=300)
        self.settle()
        self.assertEqual(self.row(first)["amount_total"], 300)
        person.parent_id = second
        self.assertEqual(self.queued(), {(first.id, None), (second.id, None)})
        person.parent_id = first
        self.settle()
        person.parent_id = False
        self.settle()
        self.assertIsNone(self.row(first))
        self.assertIsNone(self.row(second))
        self.assertEqual(self.row(person)["amount_total"], 300)

    def test_new_contacts_cost_nothing(self):
        self.env["res.partner"].create([{"name": "A"}, {"name": "B"}])
        self.assertEqual(self.queued(), set())

    def test_rolled_back_savepoint(self):
        """What a rolled-back part queued goes with it, what came before stays."""
        order = self.order(confirm=False)
        with self.assertRaises(ValueError), self.env.cr.savepoint():
            self.order(partner_id=self.env["res.partner"].create({"name": "X"}).id)
            raise ValueError("undo")
        self.assertEqual(self.queued(), {self.mine})
        self.assertEqual(order.state, "draft")

    def test_one_statement_per_transaction(self):
        """A hundred changed orders are queued by one INSERT."""
        orders = self.env["sale.order"].union(*(self.order() for _ in range(3)))
        self.env.flush_all()
        self.env["ir.cron"].search([]).mapped("active")
        with self.assertQueryCount(2):  # queue, cron trigger
            self.queue._queue_pending()
        self.assertEqual(set(self.queue._take()), {self.mine})
        self.assertEqual(len(orders), 3)

    def test_wakes_the_cron(self):
        cron = self.env.ref("crm_segments.crm_customer_metric_cron_refresh")
        triggers = self.env["ir.cron.trigger"]
        before = triggers.search([("cron_id", "=", cron.id)])
        self.order()
        self.queued()
        added = triggers.search([("cron_id", "=", cron.id)]) - before
        self.assertEqual(len(added), 1)
        self.assertLessEqual(added.call_at, fields.Datetime.now())
        self.queue._queue_pending()
        self.assertEqual(triggers.search([("cron_id", "=", cron.id)]), before | added)

    def test_commit_hook(self):
        """The change is queued by the commit itself (here: its precommit hooks)."""
        self.order()
        self.env.cr.flush()
        self.assertIn(self.mine, set(self.queue._take()))

    def test_settings_move_everybody(self):
        """New limits regroup all customers of that company, and only that."""
        self.order(when=fields.Datetime.now() - timedelta(days=20))
        self.settle()
        self.assertEqual(self.row()["lifecycle"], "new")
        self.company.new_customer_days = 10
        self.assertEqual(self.queued(), {(None, self.company.id)})
        self.company.new_customer_days = 15
        self.settle()
        self.assertEqual(self.row()["lifecycle"], "occasional")
        self.company.name = "Other name"
        self.assertEqual(self.queued(), set())
