from odoo import fields, models

from ..tools import append_only


class CrmSmsWalletEntry(models.Model):
    """One movement of a wallet. Append-only: triggers refuse UPDATE, DELETE, TRUNCATE.

    So there are no stored related or computed fields, no defaults and no log columns,
    and no foreign keys that a deletion or a merge would change. A new stored column
    needs a pre-migration that adds it with the triggers off.
    """

    _name = "crm.sms.wallet.entry"
    _inherit = "crm.sms.locked"
    _description = "SMS Wallet Entry"
    _order = "id desc"
    _rec_name = "key"
    _log_access = False

    wallet_id = fields.Many2one(
        "crm.sms.wallet", required=True, readonly=True, ondelete="restrict"
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, ondelete="restrict", index=True
    )
    seq = fields.Integer(
        "No.",
        required=True,
        readonly=True,
        aggregator=None,
        help="Number of the entry in its wallet, without gaps.",
    )
    kind = fields.Selection(
        [
            ("topup", "Top-up"),
            ("purchase", "Purchase of credits"),
            ("hold", "Held for sending"),
            ("settle", "Used"),
            ("refund", "Given back"),
            ("adjust", "Adjustment"),
            ("expire", "Expired"),
        ],
        required=True,
        readonly=True,
    )
    reason = fields.Char(required=True, readonly=True, help="A short code.")
    date = fields.Date(
        required=True, readonly=True, help="Date where the company's customers are."
    )
    posted_at = fields.Datetime("Posted On", required=True, readonly=True)
    money = fields.Float(digits=(16, 2), required=True, readonly=True)
    credits = fields.Integer(
        "Free Credits", required=True, readonly=True, help="Change of free credits."
    )
    held = fields.Integer(
        "Held Credits", required=True, readonly=True, help="Change of held credits."
    )
    cost = fields.Float(
        digits=(16, 6),
        required=True,
        readonly=True,
        help="What the credits used or expired had cost; negative when given back.",
    )
    price = fields.Float(
        digits=(16, 6), readonly=True, help="Price of the credits bought."
    )
    balance_after = fields.Float(
        "Money After",
        digits=(16, 2),
        required=True,
        readonly=True,
        aggregator=None,
    )
    credits_after = fields.Integer(
        "Free After", required=True, readonly=True, aggregator=None
    )
    held_after = fields.Integer(required=True, readonly=True, aggregator=None)
    origin_entry_id = fields.Many2one(
        "crm.sms.wallet.entry",
        "Of",
        readonly=True,
        ondelete="restrict",
        index="btree_not_null",
        help="The hold that is settled or released, the settlement that is refunded.",
    )
    source_model = fields.Char(readonly=True)
    source_id = fields.Many2oneReference(
        "Source Document", model_field="source_model", readonly=True
    )
    source_name = fields.Char("Source", readonly=True)
    operator_id = fields.Integer("User ID", readonly=True, aggregator=None)
    operator_name = fields.Char("By", required=True, readonly=True)
    detail = fields.Json(readonly=True, help="What a repeated call needs to know.")
    key = fields.Char(
        "Idempotency Key", required=True, readonly=True, help="One effect per key."
    )
    body_hash = fields.Char(required=True, readonly=True)

    currency_id = fields.Many2one(related="company_id.currency_id")
    draw_ids = fields.One2many("crm.sms.credit.draw", "entry_id", readonly=True)

    _key_uniq = models.UniqueIndex("(wallet_id, key)")
    _seq_uniq = models.UniqueIndex("(wallet_id, seq)")
    _date_idx = models.Index("(wallet_id, date)")
    _source_idx = models.Index("(source_model, source_id) WHERE source_id IS NOT NULL")

    def init(self):
        append_only.protect(self.env.cr, self._table)
