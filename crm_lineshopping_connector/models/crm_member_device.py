from odoo import fields, models


class CrmMemberDevice(models.Model):
    """Phones on which a member is known by LINE."""

    _inherit = "crm.member.device"

    line_user_id = fields.Many2one(
        "crm.line.user",
        readonly=True,
        index="btree_not_null",
        ondelete="cascade",
        help="Signed in by this LINE account: ends with its link to the member.",
    )
