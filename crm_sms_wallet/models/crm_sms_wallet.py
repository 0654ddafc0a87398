from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import SQL

ADMINISTRATOR = "base.group_system"
PROJECTIONS = (
    *("balance", "credits", "held", "uncovered", "uncovered_cost"),
    *("entry_seq", "low_state"),
)


class CrmSmsWallet(models.Model):
    """Money and SMS credits of one company.

    Everything that moves is an entry (`crm.sms.wallet.entry`, append-only), written by
    the methods of `crm_sms_wallet_writer` alone. The numbers here are projections of
    the entries; they change in SQL, never by a write of the ORM.
    """

    _name = "crm.sms.wallet"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _description = "SMS Wallet"
    _rec_name = "company_id"
    _order = "company_id"

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, ondelete="cascade"
    )
    mode = fields.Selection(
        [
            ("own", "Own account at a gateway"),
            ("resold", "Bought from another company"),
        ],
        required=True,
        default="own",
        tracking=True,
        help="Own account: the gateway sells the credits and decides what is enough; "
        "purchases are recorded here with their receipt.\n"
        "Bought: another company of this database sells credits from its own account.",
    )
    seller_company_id = fields.Many2one(
        "res.company",
        "Bought From",
        index="btree_not_null",
        tracking=True,
        help="The company that sells SMS credits to this one.",
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    balance = fields.Monetary(
        "Money", readonly=True, required=True, default=0, copy=False
    )
    credits = fields.Integer(
        "Free Credits",
        readonly=True,
        required=True,
        default=0,
        copy=False,
        help="SMS credits that can be used: one part of a message costs one credit.",
    )
    held = fields.Integer(
        "Held Credits",
        readonly=True,
        required=True,
        default=0,
        copy=False,
        help="Credits set aside for messages that are being sent.",
    )
    uncovered = fields.Integer(
        "Credits Used Without Purchase",
        readonly=True,
        required=True,
        default=0,
        copy=False,
        help="Used from the gateway's account, and no recorded purchase covers them. "
        "The next recorded purchase does.",
    )
    uncovered_cost = fields.Float(
        digits=(16, 6), readonly=True, required=True, default=0, copy=False
    )
    entry_seq = fields.Integer(
        "Entries", readonly=True, required=True, default=0, copy=False
    )
    low_credits = fields.Integer(
        "Tell Below",
        default=500,
        tracking=True,
        help="Managers are told when fewer credits than these are free.",
    )
    low_state = fields.Selection(
        [("enough", "Enough"), ("low", "Low"), ("told", "Low, managers told")],
        required=True,
        readonly=True,
        default="enough",
        copy=False,
    )
    entry_ids = fields.One2many("crm.sms.wallet.entry", "wallet_id", readonly=True)
    lot_ids = fields.One2many("crm.sms.credit.lot", "wallet_id", readonly=True)

    _company_uniq = models.UniqueIndex("(company_id)")

    @api.constrains("mode", "seller_company_id", "company_id")
    def _check_seller(self):
        for wallet in self.filtered(lambda wallet: wallet.mode == "resold"):
            seller = wallet.seller_company_id
            if not seller or seller == wallet.company_id:
                raise ValidationError(
                    self.env._("Choose the other company that sells the SMS credits.")
                )
            if seller.currency_id != wallet.company_id.currency_id:
                raise ValidationError(
                    self.env._(
                        "%(seller)s and %(buyer)s must use the same currency.",
                        seller=seller.name,
                        buyer=wallet.company_id.name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._refuse_projections(vals)
        return super().create(vals_list)

    def write(self, vals):
        self._refuse_projections(vals)
        self._refuse_own_terms(vals)
        return super().write(vals)

    def _refuse_projections(self, vals):
        if any(name in vals for name in PROJECTIONS):
            raise UserError(
                self.env._("Balances of the SMS wallet change by its movements only.")
            )

    def _refuse_own_terms(self, vals):
        """A buyer that made its wallet one of its own account could send on, and the
        seller's gateway would be charged."""
        changed = vals.keys() & {"mode", "seller_company_id", "company_id"}
        if changed and not (self.env.su or self.env.user.has_group(ADMINISTRATOR)):
            raise AccessError(
                self.env._("Only administrators choose where SMS credits come from.")
            )

    @api.model
    def _of(self, company):
        """:return: the wallet of a company (sudo), made when it is missing"""
        company.ensure_one()
        wallets = self.sudo()
        wallet = wallets.search([("company_id", "=", company.id)])
        if wallet:
            return wallet
        # Two that come first at once: one of them is repeated and finds the other's.
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO crm_sms_wallet (company_id, mode, balance, credits, held,
                    uncovered, uncovered_cost, entry_seq, low_credits, low_state,
                    create_uid, create_date, write_uid, write_date)
                VALUES (%(company)s, 'own', 0, 0, 0, 0, 0, 0, 500, 'enough',
                    %(user)s, now() AT TIME ZONE 'UTC',
                    %(user)s, now() AT TIME ZONE 'UTC')
                ON CONFLICT (company_id) DO NOTHING
                """,
                company=company.id,
                user=self.env.uid,
            )
        )
        return wallets.search([("company_id", "=", company.id)])

    @api.model
    def _load_sms_demo(self):
        """Let the demo shop send messages; called by the demo XML only."""
        # what the demo needs is no load on a shop of real data
        from ..demo.loader import load  # pylint: disable=import-outside-toplevel

        load(self.env)
