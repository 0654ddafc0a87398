from odoo import fields, models


class CrmSmsCreditLot(models.Model):
    """Credits that were bought together: what is left of them, and at what price.

    What is left and what was spent are projections of the draws.
    """

    _name = "crm.sms.credit.lot"
    _inherit = "crm.sms.locked"
    _description = "SMS Credits Bought"
    _order = "expires_on, id"
    _log_access = False

    wallet_id = fields.Many2one(
        "crm.sms.wallet", required=True, readonly=True, ondelete="restrict", index=True
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, ondelete="restrict", index=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    entry_id = fields.Many2one(
        "crm.sms.wallet.entry",
        required=True,
        readonly=True,
        ondelete="restrict",
        index=True,
    )
    credits = fields.Integer("Credits Bought", required=True, readonly=True)
    price = fields.Float(digits=(16, 6), required=True, readonly=True)
    expires_on = fields.Date(
        "Valid Until",
        readonly=True,
        help="Last day on which the credits can be used; empty: without end.",
    )
    remaining = fields.Integer("Credits Left", required=True, readonly=True)
    spent = fields.Float(
        "Cost So Far",
        digits=(16, 6),
        required=True,
        readonly=True,
        help="What the credits that were used have cost. All of them cost the price.",
    )
    date = fields.Date(related="entry_id.date", string="Bought On")
    source_name = fields.Char(related="entry_id.source_name", string="Bought As")
    receipt_ids = fields.One2many(
        "ir.attachment",
        "res_id",
        "Receipts",
        domain=[("res_model", "=", "crm.sms.credit.lot")],
        readonly=True,
    )
    unit_price = fields.Float(
        "Per Credit", digits=(16, 4), compute="_compute_unit_price", aggregator=None
    )

    _open_idx = models.Index("(wallet_id) WHERE remaining > 0")

    def _compute_unit_price(self):
        for lot in self:
            lot.unit_price = lot.price / lot.credits if lot.credits else 0

    def _compute_display_name(self):
        for lot in self:
            lot.display_name = self.env._(
                "%(credits)s credits of %(date)s",
                credits=f"{lot.credits:,}",
                date=lot.date,
            )
