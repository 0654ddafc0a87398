from odoo import fields, models

from ..tools import append_only


class CrmSmsCreditDraw(models.Model):
    """Credits that an entry took from a lot (negative: gave back), with their cost.

    Without a lot: credits used from a gateway's account that no purchase covered.
    """

    _name = "crm.sms.credit.draw"
    _inherit = "crm.sms.locked"
    _description = "SMS Credits Used"
    _order = "id desc"
    _log_access = False

    entry_id = fields.Many2one(
        "crm.sms.wallet.entry",
        required=True,
        readonly=True,
        ondelete="restrict",
        index=True,
    )
    wallet_id = fields.Many2one(
        "crm.sms.wallet", required=True, readonly=True, ondelete="restrict", index=True
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, ondelete="restrict"
    )
    lot_id = fields.Many2one(
        "crm.sms.credit.lot",
        readonly=True,
        ondelete="restrict",
        index="btree_not_null",
    )
    credits = fields.Integer(required=True, readonly=True)
    cost = fields.Float(digits=(16, 6), required=True, readonly=True)

    def init(self):
        append_only.protect(self.env.cr, self._table)
