from odoo.fields import Command
from odoo.tests import BaseCase, tagged

from .database import cloned_database, committed, run_together, with_retry


@tagged("post_install", "-at_install")
class TestSamePersonRace(BaseCase):
    """Two orders of somebody new come at the same moment, from the web shop and the
    till: one customer all the same. Tested with real connections."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.name = cls.enterClassContext(cloned_database())
        with committed(cls.name) as env:
            env.company.country_id = env.ref("base.th")
            product = env["product.product"].create({"name": "P", "type": "service"})
            cls.product_id = product.id

    def quotation(self, **values):
        with committed(self.name) as env:
            visitor = env.ref("base.public_user")
            partners = env["res.partner"].with_user(visitor).sudo()
            partner = partners.create({"name": "Nok", **values})
            order = env["sale.order"].create(
                {
                    "partner_id": partner.id,
                    "order_line": [Command.create({"product_id": self.product_id})],
                }
            )
            return order.id

    def confirm(self, order_id):
        def work(env):
            order = env["sale.order"].browse(order_id)
            order.action_confirm()
            return order.partner_id.commercial_partner_id.id

        return with_retry(work)

    def customers(self, order_ids):
        with committed(self.name) as env:
            orders = env["sale.order"].browse(order_ids)
            self.assertEqual(set(orders.mapped("state")), {"sale"})
            return orders.partner_id.commercial_partner_id.ids

    def people(self, order_ids):
        with committed(self.name) as env:
            return env["sale.order"].browse(order_ids).partner_id.ids

    def asked(self, order_id):
        """:return: ids of the customers one of whom staff say who ordered is"""
        with committed(self.name) as env:
            matches = env["crm.customer.match"].search(
                [("order_id", "=", order_id), ("state", "=", "open")]
            )
            return set(matches.line_ids.partner_id.ids)

    def test_same_new_phone(self):
        orders = [self.quotation(phone="0811110001") for _order in range(3)]
        run_together(self.name, *map(self.confirm, orders))
        self.assertEqual(len(self.customers(orders)), 1)

    def test_phone_of_one_and_email_of_the_other(self):
        orders = [
            self.quotation(phone="0811110002", email="a@example.com"),
            self.quotation(phone="0811110002", email="b@example.com"),
            self.quotation(email="b@example.com"),
        ]
        run_together(self.name, *map(self.confirm, orders))
        customers = self.customers(orders)
        if len(customers) > 1:
            # who has only the e-mail address came before the one who has both
            self.assertEqual(self.asked(orders[1]), set(self.people(orders[::2])))
