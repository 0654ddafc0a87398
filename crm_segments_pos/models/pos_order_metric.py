from odoo import api, models
from odoo.tools import SQL


class PosOrder(models.Model):
    _name = "pos.order"
    _inherit = ["pos.order", "crm.metric.source"]

    # Most orders of a till are nobody's: the index is small.
    _customer_metric_idx = models.Index(
        "(company_id, partner_id)"
        " INCLUDE (state, date_order, amount_total, currency_rate)"
        " WHERE partner_id IS NOT NULL"
    )

    def _metric_trigger_fields(self):
        return super()._metric_trigger_fields() | {
            "state",
            "date_order",
            "amount_total",
            "amount_paid",
            "currency_rate",
            "account_move",
        }


class PosOrderLine(models.Model):
    _name = "pos.order.line"
    _inherit = ["pos.order.line", "crm.metric.source"]

    # Who ever bought a product: answered from the index alone.
    _crm_product_bought_idx = models.Index(
        "(product_id, order_id) WHERE qty > 0 AND sale_order_origin_id IS NULL"
        " AND refunded_orderline_id IS NULL"
    )

    def _metric_owner_fields(self):
        return {"order_id"}

    def _metric_trigger_fields(self):
        return super()._metric_trigger_fields() | {
            "sale_order_origin_id",
            "refunded_orderline_id",
            "price_subtotal_incl",
            "qty",
        }

    def _metric_creates_matter(self):
        # they come with their order, which counts from its payment on
        return False

    @api.model
    def _metric_customers(self, ids):
        return _customers_of_orders(self, "order_id", ids)


class PosPayment(models.Model):
    _name = "pos.payment"
    _inherit = ["pos.payment", "crm.metric.source"]

    def _metric_owner_fields(self):
        return {"pos_order_id"}

    def _metric_trigger_fields(self):
        return super()._metric_trigger_fields() | {"amount", "payment_method_id"}

    @api.model
    def _metric_customers(self, ids):
        return _customers_of_orders(self, "pos_order_id", ids)


class AccountMove(models.Model):
    _inherit = "account.move"

    @api.model
    def _metric_customers(self, ids):
        """Also the customers of invoiced till orders, whom the invoice may not name."""
        return SQL(
            """%s
            UNION
               SELECT p.commercial_partner_id, o.company_id
                 FROM pos_order o JOIN res_partner p ON p.id = o.partner_id
                WHERE o.account_move = ANY(%s)""",
            super()._metric_customers(ids),
            ids,
        )


def _customers_of_orders(model, name, ids):
    """:return: SQL as ``_metric_customers``, through the field that names the order"""
    return SQL(
        """SELECT p.commercial_partner_id, o.company_id
             FROM %s s
             JOIN pos_order o ON o.id = %s
             JOIN res_partner p ON p.id = o.partner_id
            WHERE s.id = ANY(%s)""",
        SQL.identifier(model._table),
        SQL.identifier("s", name),
        ids,
    )
