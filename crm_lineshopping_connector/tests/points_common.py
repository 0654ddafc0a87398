from odoo import fields
from odoo.fields import Command

from odoo.addons.crm_loyalty_points.tests.order_common import OrderCase
from odoo.addons.crm_segments.tools.order_import_guard import importing_orders

PHONE = "+66812345678"
OTHER_PHONE = "+66898765432"


class LinePointsCase(OrderCase):
    """A shop on LINE SHOPPING that gives a point per baht, the members Somchai and
    Suda, and orders as if the shop's server had told them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["crm.shop"].search([]).unlink()
        cls.account = cls.env["crm.shop"].create(
            {"name": "Shop", "slug": "line-shop", "program_id": cls.program.id}
        )
        cls.shop = cls.env["crm.lineshopping.shop"].create({"name": "LINE Shop"})
        cls.partner.phone, cls.other_partner.phone = PHONE, OTHER_PHONE
        cls.other_card = cls._card(cls.other_partner)
        cls.guest = cls.env["res.partner"].create({"name": "Guest"})
        cls.numbers = iter(range(1, 10000))

    @classmethod
    def _line_order(cls, quantity=1, sold=True, extras=(), **values):
        """:param extras: (kind of line, price) of what is no goods
        :return: crm.lineshopping.order of some teas at 100.00, paid, with its
            confirmed sale order"""
        order = (
            cls.env["crm.lineshopping.order"]
            .sudo()
            .create(
                {
                    "shop_id": cls.shop.id,
                    "number": f"26{next(cls.numbers):010d}",
                    "order_status": "FINALIZED",
                    "payment_status": "PAID",
                    "checkout_at": fields.Datetime.now(),
                    "paid_at": fields.Datetime.now(),
                    "updated_at": fields.Datetime.now(),
                    "recipient_phone": PHONE,
                    "has_items": False,
                    **values,
                }
            )
        )
        if sold:
            lines = [("goods", cls.product, quantity, 100)]
            lines += [
                (kind, cls.shop._own_product("discount"), 1, price)
                for kind, price in extras
            ]
            order.sale_order_id = cls._sale_of(order, lines)
        return order

    @classmethod
    def _sale_of(cls, order, lines):
        with importing_orders(points=False):
            sale = cls.env["sale.order"].create(
                {
                    "partner_id": cls.guest.id,
                    "client_order_ref": order.number,
                    "lineshopping_order_id": order.id,
                    "order_line": [
                        Command.create(
                            {
                                "lineshopping_kind": kind,
                                "product_id": product.id,
                                "product_uom_qty": quantity,
                                "price_unit": price,
                                "tax_ids": False,
                            }
                        )
                        for kind, product, quantity, price in lines
                    ],
                }
            )
            sale.action_confirm()
        return sale

    def _settle(self, orders, **values):
        """Settle buyers and points after some values have changed."""
        if values:
            orders.write(values)
        orders._settle_buyers()
        orders._settle_points()

    def _line_entries(self, order):
        """:return: [(card, kind, points, reason)], oldest first"""
        return [
            (entry.card_id, entry.kind, entry.points, entry.reason)
            for entry in self._entries(order.sale_order_id)
        ]
