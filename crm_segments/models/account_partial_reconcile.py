from odoo import api, fields, models
from odoo.tools import SQL
from odoo.tools.sql import column_exists


class AccountPartialReconcile(models.Model):
    _inherit = "account.partial.reconcile"

    # An index finds the payments of a month, which would otherwise hang on the dates of
    # two entries.
    customer_payment_day = fields.Date(
        compute="_compute_customer_payment_day",
        store=True,
        precompute=True,
        index=True,
        help="The day of the payment that is matched with an invoice; the later day "
        "when two invoices are matched.",
    )

    @api.depends("debit_move_id.date", "credit_move_id.date")
    def _compute_customer_payment_day(self):
        for partial in self:
            lines = partial.debit_move_id | partial.credit_move_id
            payments = lines.filtered(
                lambda line: not line.move_id.is_invoice(include_receipts=True)
            )
            dated = payments if len(payments) == 1 else lines
            partial.customer_payment_day = max(dated.mapped("date"))

    def _auto_init(self):
        """Fill the column by one statement: Odoo would compute it row by row."""
        if not column_exists(self.env.cr, self._table, "customer_payment_day"):
            self._fill_customer_payment_day()
        return super()._auto_init()

    def _fill_customer_payment_day(self):
        documents = self.env["account.move"].get_invoice_types(include_receipts=True)
        self.env.cr.execute(
            SQL(
                """ALTER TABLE account_partial_reconcile
                           ADD COLUMN customer_payment_day date;
                   UPDATE account_partial_reconcile r
                      SET customer_payment_day = CASE
                          WHEN a.move_type = ANY(%(documents)s)
                               AND NOT b.move_type = ANY(%(documents)s) THEN credit.date
                          WHEN b.move_type = ANY(%(documents)s)
                               AND NOT a.move_type = ANY(%(documents)s) THEN debit.date
                          ELSE GREATEST(debit.date, credit.date) END
                     FROM account_move_line debit, account_move a,
                          account_move_line credit, account_move b
                    WHERE debit.id = r.debit_move_id AND a.id = debit.move_id
                      AND credit.id = r.credit_move_id AND b.id = credit.move_id""",
                documents=documents,
            )
        )
