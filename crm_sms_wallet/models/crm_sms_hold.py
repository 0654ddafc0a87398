from odoo import fields, models


class CrmSmsHold(models.Model):
    """Credits set aside for a batch, and what is left of them: a projection."""

    _name = "crm.sms.hold"
    _inherit = "crm.sms.locked"
    _description = "SMS Credits Held"
    _order = "id desc"
    _rec_name = "entry_id"
    _log_access = False

    wallet_id = fields.Many2one(
        "crm.sms.wallet", required=True, readonly=True, ondelete="restrict"
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, ondelete="restrict", index=True
    )
    entry_id = fields.Many2one(
        "crm.sms.wallet.entry", required=True, readonly=True, ondelete="restrict"
    )
    credits = fields.Integer("Credits Held", required=True, readonly=True)
    remaining = fields.Integer("Still Held", required=True, readonly=True)
    date = fields.Date("Held On", required=True, readonly=True)
    key = fields.Char(related="entry_id.key")
    source_name = fields.Char(related="entry_id.source_name")

    _entry_uniq = models.UniqueIndex("(entry_id)")
    _open_idx = models.Index("(wallet_id) WHERE remaining > 0")
