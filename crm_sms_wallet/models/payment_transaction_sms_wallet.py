from odoo import fields, models


class PaymentTransaction(models.Model):
    """Payments that top up an SMS wallet.

    The page that polls and the job that cleans up may process one payment at the same
    time, or again: the wallet credits each payment once by its key.
    """

    _inherit = "payment.transaction"

    sms_topup_id = fields.Many2one(
        "crm.sms.topup",
        "SMS Top-Up",
        readonly=True,
        ondelete="restrict",
        index="btree_not_null",
    )

    def _post_process(self):
        result = super()._post_process()
        for transaction in self.filtered(lambda tx: tx.state == "done"):
            transaction._move_sms_money()
        return result

    def _move_sms_money(self):
        self.ensure_one()
        topup = self.sms_topup_id or self.source_transaction_id.sms_topup_id
        if not topup:
            return
        if self.operation == "refund":
            topup.sudo()._take_back_payment(self)
            return
        # Captured in parts: each part is money, the whole is only what was reserved.
        parts = self.child_transaction_ids.filtered(
            lambda part: part.operation == self.operation
        )
        if not parts:
            topup.sudo()._credit_payment(self)
