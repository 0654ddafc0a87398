import logging

from odoo import api, fields, models

_logger = logging.getLogger(__name__)


class CrmSmsTopup(models.Model):
    """The tax invoice of a top-up, from the seller to the buyer.

    A job compares what was paid with what was invoiced and makes the invoice or the
    credit note of the difference, so it may run again or late. It is no part of the
    payment: a missing account must not keep money from the wallet.
    """

    _inherit = "crm.sms.topup"

    invoice_due = fields.Boolean(readonly=True, copy=False, index="btree_not_null")
    invoice_error = fields.Char(readonly=True, copy=False)
    invoice_ids = fields.One2many(
        "account.move", "sms_topup_id", "Invoices", readonly=True
    )

    def _to_invoice(self):
        if self.seller_company_id.sms_invoice_topups:
            self.filtered(lambda topup: not topup.invoice_due).invoice_due = True
            self.env.ref("crm_sms_wallet.crm_sms_topup_cron_invoice")._trigger()
        return super()._to_invoice()

    @api.model
    def _cron_invoice(self):
        """Make the invoices that are due; what fails is noted and tried again."""
        due = self.sudo().search([("invoice_due", "=", True)])
        cron = self.env["ir.cron"]
        cron._commit_progress(remaining=len(due))
        for topup in due:
            try:
                with self.env.cr.savepoint():
                    topup._invoice()
            except Exception as error:
                _logger.warning("No invoice for %s: %s", topup.name, error)
                topup.invoice_error = str(error)[:200]
            if not cron._commit_progress(1):
                break

    def _invoice(self):
        """Make what is missing, the invoice or the credit note."""
        self.ensure_one()
        company = self.seller_company_id
        journal = self.env["account.journal"].search(
            [("type", "=", "sale"), ("company_id", "=", company.id)], limit=1
        )
        missing = self._paid_amount() - self._invoiced_amount()
        if journal and not self.currency_id.is_zero(missing):
            move = self.with_company(company)._make_invoice(journal, missing)
            move.action_post()
            self._settle_invoice(move)
        self.write({"invoice_due": False, "invoice_error": False})

    def _paid_amount(self):
        """:return: what is in the wallet of this top-up, refunds taken off"""
        entries = self.env["crm.sms.wallet.entry"].search(
            [("source_model", "=", self._name), ("source_id", "=", self.id)]
        )
        return sum(entries.mapped("money"))

    def _invoiced_amount(self):
        moves = self.invoice_ids.filtered(lambda move: move.state != "cancel")
        return sum(moves.mapped("amount_total_in_currency_signed"))

    def _make_invoice(self, journal, amount):
        """:param amount: tax included; negative for a credit note
        :return: the draft"""
        taxes = self.seller_company_id.sms_sale_tax_id
        taxes = taxes or self.seller_company_id.account_sale_tax_id
        line = {
            "name": self.env._("SMS top-up %(name)s", name=self.name),
            "account_id": journal.default_account_id.id,
            "quantity": 1,
            "price_unit": self._net(taxes, abs(amount)),
            "tax_ids": [(6, 0, taxes.ids)],
        }
        move = self.env["account.move"].create(
            {
                "move_type": "out_invoice" if amount > 0 else "out_refund",
                "partner_id": self.company_id.partner_id.id,
                "company_id": self.seller_company_id.id,
                "journal_id": journal.id,
                "currency_id": self.currency_id.id,
                "invoice_date": fields.Date.context_today(self),
                "sms_topup_id": self.id,
                "reversed_entry_id": self.invoice_ids[:1].id if amount < 0 else False,
                "invoice_line_ids": [(0, 0, line)],
            }
        )
        self._correct_tax(move, abs(amount))
        return move

    def _correct_tax(self, move, amount):
        """Some totals cannot be reached by rounding a tax of 7 %: 12 baht, for one. The
        tax takes the satang, the buyer has paid this amount and no other."""
        missing = self.currency_id.round(amount - move.amount_total)
        tax_line = move.line_ids.filtered("tax_line_id")[:1]
        if missing and tax_line:
            sign = -1 if move.move_type == "out_invoice" else 1
            tax_line.amount_currency += sign * missing
        if self.currency_id.compare_amounts(move.amount_total, amount):
            raise ValueError(f"invoice of {move.amount_total} instead of {amount}")

    def _net(self, taxes, amount):
        """:return: the price whose total, with these taxes, is `amount`"""
        if not taxes or all(tax.price_include for tax in taxes):
            return amount
        details = taxes._get_tax_details(
            price_unit=amount,
            quantity=1.0,
            precision_rounding=self.currency_id.rounding,
            special_mode="total_included",
        )
        return self.currency_id.round(details["total_excluded"])

    def _settle_invoice(self, move):
        """Mark it paid by the provider's payment, when accounting has made one."""
        payments = self.transaction_ids.filtered(lambda tx: tx.state == "done")
        if move.move_type != "out_invoice" or "payment_id" not in payments._fields:
            return
        lines = (payments.payment_id.move_id + move).line_ids.filtered(
            lambda line: (
                line.account_type == "asset_receivable"
                and line.company_id == move.company_id
                and not line.reconciled
            )
        )
        if len(lines.account_id) == 1 and len(lines) > 1:
            lines.reconcile()
