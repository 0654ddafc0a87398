from odoo import fields, models


class AccountMove(models.Model):
    _inherit = "account.move"

    sms_topup_id = fields.Many2one(
        "crm.sms.topup",
        "SMS Top-Up",
        readonly=True,
        copy=False,
        ondelete="restrict",
        index="btree_not_null",
    )
