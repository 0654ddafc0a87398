from odoo import models

CUSTOMER_DOCUMENTS = ("out_invoice", "out_refund")
CREDITED = "credit_note"


class AccountMove(models.Model):
    """A posted credit note takes the points of its goods along; reset or cancelled it
    gives them back. Invoices count too: goods invoiced again did not come back."""

    _inherit = "account.move"

    def write(self, vals):
        if "state" not in vals:
            return super().write(vals)
        orders = self._get_credited_orders()
        before = orders._get_due_before_ledger()
        res = super().write(vals)
        if orders:
            # What was credited happened: it may leave a debt, but is not refused.
            orders._settle_points(before, CREDITED, owe=True)
        return res

    def _get_credited_orders(self):
        """:return: the confirmed sale orders, as superuser, whose goods these credit
        notes give money for, or these invoices charge again after a credit note"""
        documents = self.filtered(lambda move: move.move_type in CUSTOMER_DOCUMENTS)
        lines = documents.sudo().line_ids.sale_line_ids
        if documents and not any(move.move_type == "out_refund" for move in documents):
            lines = lines.filtered(
                lambda line: any(
                    item.move_type == "out_refund" or item.quantity < 0
                    for item in line.invoice_lines
                )
            )
        return lines.order_id.filtered(lambda order: order.state == "sale")
