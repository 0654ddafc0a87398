from odoo import api, models
from odoo.tools import SQL


class AccountMove(models.Model):
    _name = "account.move"
    _inherit = ["account.move", "crm.metric.source"]

    def _metric_trigger_fields(self):
        return super()._metric_trigger_fields() | {
            "state",
            "move_type",
            "date",
            "invoice_date",
            "amount_total_signed",
            "amount_residual_signed",
        }

    def _metric_creates_matter(self):
        # only posted invoices count, and they are created as drafts
        return False

    @api.model
    def _metric_customers(self, ids):
        """The invoiced customers, and those of the orders behind the invoices:
        an order whose invoice is posted no longer counts its online payments.
        """
        return SQL(
            """%s AND s.move_type IN ('out_invoice', 'out_refund')
            UNION
               SELECT p.commercial_partner_id, o.company_id
                 FROM account_move_line entry
                 JOIN sale_order_line_invoice_rel billed
                   ON billed.invoice_line_id = entry.id
                 JOIN sale_order_line line ON line.id = billed.order_line_id
                 JOIN sale_order o ON o.id = line.order_id
                 JOIN res_partner p ON p.id = o.partner_id
                WHERE entry.move_id = ANY(%s)""",
            super()._metric_customers(ids),
            ids,
        )
