from odoo import models

from ..tools import sale_plan

# What the shop should read about at the order itself.
TOLD = {"PENDING_REFUND", "REFUND", "FAILED_REFUND", "REJECTED_REFUND"} | {
    "FAILED_AFTER_PAID"
}


class CrmLineshoppingOrder(models.Model):
    """Money of the order: paid there, invoiced here, paid back."""

    _inherit = "crm.lineshopping.order"

    def _note_money(self):
        """Write when the order was paid, which the customer's figures count."""
        for row in self:
            paid_at = row.payment_status in sale_plan.BOUGHT and (
                row.paid_at or row._get_sale_moment()
            )
            if row.sale_order_id.lineshopping_paid_at != paid_at:
                row.sale_order_id.lineshopping_paid_at = paid_at

    # -- invoices ----------------------------------------------------------------------

    def _invoice_sales(self, batch):
        """Make the invoices of orders that are paid, as the shop wants them."""
        if batch.shop.invoicing not in ("draft", "paid"):
            return
        sales = self.filtered(
            lambda row: (
                row.payment_status in sale_plan.HELD
                and row.sale_order_id.state == "sale"
                and not row.sale_order_id.lineshopping_settled
                and not row.sale_order_id.invoice_ids
                and any(line.qty_to_invoice > 0 for line in row._sale_lines())
            )
        ).sale_order_id
        if not sales:
            return
        moves = sales._create_invoices(grouped=True)
        company = batch.shop.company_id
        for move in moves:
            paid_at = move.line_ids.sale_line_ids.order_id[:1].lineshopping_paid_at
            move.invoice_date = company._get_local_moment(paid_at).date()
        if batch.shop.invoicing == "paid":
            moves.action_post()
            self._pay(moves, batch.shop.payment_journal_id)

    def _sale_lines(self):
        return self.sale_order_id.order_line

    def _pay(self, moves, journal):
        """Register the payments of posted invoices or credit notes, each on its day.

        :param journal: account.journal on which the money is
        """
        for day, group in moves.grouped("invoice_date").items():
            wizard = self.env["account.payment.register"].with_context(
                active_model="account.move", active_ids=group.ids
            )
            wizard.create(
                {
                    "journal_id": journal.id,
                    "payment_date": day,
                    "group_payment": False,
                }
            )._create_payments()

    # -- refunds -----------------------------------------------------------------------

    def _refund_sales(self, troubles):
        """Take back what was paid back: by a credit note where there is an invoice,
        else by noting that the goods came back. Once."""
        for row in self:
            sale, refunded = row.sale_order_id, row.payment_status == "REFUND"
            if refunded and not sale.lineshopping_refunded_at:
                row._refund_sale()
            elif sale.lineshopping_refunded_at and not refunded:
                troubles[row] = self.env._(
                    "Paid back on LINE SHOPPING, and now it says %(status)s: look at "
                    "the returned goods or the credit note of %(order)s.",
                    status=row.payment_status or "?",
                    order=sale.name,
                )

    def _refund_sale(self):
        sale = self.sale_order_id
        sale.write(
            {
                "lineshopping_refunded_at": self.updated_at or self.env.cr.now(),
                "lineshopping_settled": True,
            }
        )
        drafts = sale.invoice_ids.filtered(lambda move: move.state == "draft")
        drafts.button_cancel()
        invoices = sale.invoice_ids.filtered(
            lambda move: (
                move.state == "posted"
                and move.move_type == "out_invoice"
                and not move.reversal_move_ids.filtered(lambda m: m.state != "cancel")
            )
        )
        if invoices:
            self._credit(invoices)
        elif sale.state == "sale":
            goods = [
                (line, line.product_uom_qty - line.returned_qty)
                for line in sale.order_line
                if line.product_uom_qty > line.returned_qty
            ]
            sale._crm_apply_return(goods, f"lineshopping:{self.id}:refund")

    def _credit(self, invoices):
        """Make posted credit notes of invoices; money that was received goes back the
        same way, else the two settle each other."""
        day = self.company_id._get_local_moment(
            self.sale_order_id.lineshopping_refunded_at
        ).date()
        for invoice in invoices:
            paid = invoice.payment_state in ("paid", "in_payment")
            values = {
                "ref": self.env._(
                    "Paid back on LINE SHOPPING: %(number)s", number=self.number
                ),
                "invoice_date": day,
                "date": day,
            }
            credit = invoice._reverse_moves([values], cancel=not paid)
            if paid:
                credit.action_post()
                self._pay(credit, self._journal_of(invoice))

    def _journal_of(self, invoice):
        """:return: account.journal on which the money of an invoice came"""
        payments = invoice._get_reconciled_payments()
        return payments.journal_id[:1] or self.shop_id.payment_journal_id

    def _tell_payment(self):
        """Write into the chatter of the sale order what became of the money."""
        words = self._payment_words()
        for row in self:
            status = row.payment_status
            if status == row.sale_payment:
                continue
            row.sale_payment = status
            if status in TOLD:
                row.sale_order_id.message_post(body=words[status])

    def _payment_words(self):
        """:return: {payment state: sentence}"""
        return {
            "PENDING_REFUND": self.env._(
                "LINE SHOPPING: the buyer has asked for the money back."
            ),
            "REFUND": self.env._("LINE SHOPPING: the money was paid back."),
            "FAILED_REFUND": self.env._(
                "LINE SHOPPING: the money could not be paid back."
            ),
            "REJECTED_REFUND": self.env._(
                "LINE SHOPPING: paying the money back was refused."
            ),
            "FAILED_AFTER_PAID": self.env._(
                "LINE SHOPPING: the payment failed after it was made."
            ),
        }
