"""What is known while a batch of orders of one shop becomes sale orders."""

from functools import cached_property

from . import sale_plan
from .myshop_order import normal


class SaleBatch:
    """Orders of one shop, with what they say and what is looked up once for all.

    :ivar values: {row: as ``myshop_order.normal``}
    :ivar lines: {row: [sale_plan.PlanLine]}
    """

    def __init__(self, shop, rows):
        self.env = rows.env
        self.shop = shop
        self.rows = rows
        self.values = {row: normal(row.payload) for row in rows}
        self.lines = {
            row: sale_plan.plan_lines(values) for row, values in self.values.items()
        }
        self.taxes, self.prices = {}, {}

    @cached_property
    def goods(self):
        """{key: crm.lineshopping.product} of all goods of these orders"""
        items = [item for values in self.values.values() for item in values["items"]]
        now = self.env.cr.now()
        return self.env["crm.lineshopping.product"]._of_items(self.shop, items, now)

    @cached_property
    def importer(self):
        """The import of order files, which knows how customers are found and made"""
        return self.env["crm.order.import"].new(
            {
                "company_id": self.shop.company_id.id,
                "source": self.shop._source_name(),
            }
        )

    def product(self, key):
        """:return: product.product that stands for goods in a sale order"""
        goods = self.goods[key]
        return goods.product_id or self.shop._own_product("placeholder")

    def wanted_state(self, row):
        """:return: state of the sale order as the row stands, see ``sale_plan``"""
        return sale_plan.wanted_state(
            row.order_status,
            row.payment_status,
            row.payment_method,
            row.shipment_status,
            self.shop.confirm_cod == "ready",
        )
