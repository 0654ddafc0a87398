from odoo import api, models
from odoo.tools import SQL


class PaymentTransaction(models.Model):
    _name = "payment.transaction"
    _inherit = ["payment.transaction", "crm.metric.source"]

    # From an order's payment to the parts that really moved money.
    _customer_metric_idx = models.Index("(COALESCE(source_transaction_id, id))")
    # What was paid in a month.
    _customer_payment_idx = models.Index(
        "(COALESCE(last_state_change, create_date)) WHERE state = 'done'"
    )

    def _metric_trigger_fields(self):
        return super()._metric_trigger_fields() | {
            "state",
            "amount",
            "currency_id",
            "operation",
            "last_state_change",
            "source_transaction_id",
        }

    def _metric_owner_fields(self):
        # the customer is the order's, whoever pays
        return set()

    def _metric_link_fields(self):
        return super()._metric_link_fields() | {"sale_order_ids"}

    @api.model
    def _metric_customers(self, ids):
        """The customers of the orders paid; a refund is linked by its payment."""
        return SQL(
            """SELECT p.commercial_partner_id, o.company_id
                 FROM payment_transaction t
                 JOIN sale_order_transaction_rel link
                   ON link.transaction_id IN (t.id, t.source_transaction_id)
                 JOIN sale_order o ON o.id = link.sale_order_id
                 JOIN res_partner p ON p.id = o.partner_id
                WHERE t.id = ANY(%s)""",
            ids,
        )
