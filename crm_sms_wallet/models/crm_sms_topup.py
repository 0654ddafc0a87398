from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

MANAGER = "crm_segments.crm_segments_group_manager"


class CrmSmsTopup(models.Model):
    """Money on its way into the wallet of a company that buys its SMS credits.

    Paid by a payment provider of the seller, or by transfer with a slip that the
    seller's staff checks. Records change by their methods alone, never by a client.
    """

    _name = "crm.sms.topup"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _description = "SMS Top-Up"
    _order = "id desc"
    _mail_post_access = "read"

    name = fields.Char("Reference", compute="_compute_name")
    wallet_id = fields.Many2one(
        "crm.sms.wallet", required=True, readonly=True, ondelete="restrict", index=True
    )
    company_id = fields.Many2one(
        "res.company", "Buyer", required=True, readonly=True, ondelete="restrict"
    )
    seller_company_id = fields.Many2one(
        "res.company", "Seller", required=True, readonly=True, ondelete="restrict"
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    amount = fields.Integer(
        required=True, readonly=True, help="Whole amounts: some providers round down."
    )
    state = fields.Selection(
        [
            ("draft", "To pay"),
            ("waiting", "Slip to check"),
            ("done", "Paid"),
            ("refused", "Refused"),
        ],
        required=True,
        readonly=True,
        default="draft",
        tracking=True,
    )
    requested_by_id = fields.Many2one("res.users", readonly=True, required=True)
    entry_id = fields.Many2one("crm.sms.wallet.entry", readonly=True)
    transaction_ids = fields.One2many(
        "payment.transaction", "sms_topup_id", "Payments", readonly=True
    )
    page_url = fields.Char(compute="_compute_page_url")

    _amount_positive = models.Constraint(
        "CHECK (amount > 0)", "A top-up has an amount."
    )

    def _compute_name(self):
        for topup in self:
            topup.name = f"SMS-{topup.id:05d}" if topup.id else False

    @api.depends("name")
    def _compute_display_name(self):
        for topup in self:
            topup.display_name = topup.name or self.env._("New top-up")

    def _compute_page_url(self):
        for topup in self:
            topup.page_url = f"/sms_wallet/topup/{topup.id}"

    @api.model
    def _start(self, wallet, amount):
        """:return: a new top-up (sudo) asked for by the user
        :raises UserError: the wallet's credits are not bought from another company"""
        if wallet.mode != "resold":
            raise UserError(
                self.env._("This company pays its gateway directly; nothing to top up.")
            )
        if amount <= 0 or amount != int(amount):
            raise UserError(self.env._("Enter a whole amount above zero."))
        return self.sudo().create(
            {
                "wallet_id": wallet.id,
                "company_id": wallet.company_id.id,
                "seller_company_id": wallet.seller_company_id.id,
                "amount": int(amount),
                "requested_by_id": self.env.user.id,
            }
        )

    @api.model
    def _check_manages(self, company):
        """:raises AccessError: the user is no manager of the company"""
        user = self.env.user
        if not user.has_group(MANAGER) or company not in user.company_ids:
            raise AccessError(
                self.env._(
                    "Only managers of %(company)s may do this.",
                    company=company.sudo().name,
                )
            )

    def action_open_page(self):
        """:return: the page where it is paid"""
        self.ensure_one()
        self._check_manages(self.sudo().company_id)
        return {"type": "ir.actions.act_url", "url": self.page_url, "target": "self"}

    # -- payments --------------------------------------------------------------------

    def _credit_payment(self, transaction):
        """Put the money of a confirmed payment into the wallet: once, whoever asks."""
        self.ensure_one()
        if transaction.currency_id != self.currency_id:
            raise UserError(self.env._("The payment has another currency."))
        if not transaction.is_live and not self.seller_company_id.sms_test_payments:
            return
        entry = self.wallet_id._topup(
            f"payment:{transaction.id}", transaction.amount, source=self
        )
        self._is_paid(entry)

    def _take_back_payment(self, refund):
        """Take out what a provider paid back, though the money may be used already."""
        self.ensure_one()
        paid = self.env["crm.sms.wallet.entry"].search_count(
            [
                ("wallet_id", "=", self.wallet_id.id),
                ("key", "=", f"payment:{refund.source_transaction_id.id}"),
            ]
        )
        if paid:
            self.wallet_id._take_back(
                f"payment:{refund.id}", -refund.amount, source=self
            )
            self._to_invoice()

    def _is_paid(self, entry):
        self.filtered(lambda topup: topup.state != "done").write(
            {"state": "done", "entry_id": entry.id}
        )
        self._to_invoice()

    def _to_invoice(self):
        """Hook: what was paid has changed."""
