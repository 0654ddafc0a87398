from odoo import fields, models


class CrmLineUser(models.Model):
    """Somebody on LINE who wrote to the shop, follows it or opened its member page.

    LINE's user id is the same in all channels of one provider. The customer is set when
    it is known who that is; several LINE accounts may be one customer's.
    """

    _name = "crm.line.user"
    _description = "LINE Account of a Customer"
    _rec_name = "line_name"

    channel_id = fields.Many2one(
        "crm.line.channel", required=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="channel_id.company_id", store=True, index=True
    )
    user_id = fields.Char("LINE User ID", required=True, readonly=True)
    partner_id = fields.Many2one(
        "res.partner", "Customer", index="btree_not_null", ondelete="set null"
    )
    linked_at = fields.Datetime("Linked On", readonly=True)
    line_name = fields.Char("Name on LINE", readonly=True)
    picture_url = fields.Char(readonly=True)
    friend_state = fields.Selection(
        [("unknown", "Unknown"), ("friend", "Friend"), ("blocked", "Blocked")],
        required=True,
        readonly=True,
        default="unknown",
    )
    friend_at = fields.Datetime("Since", readonly=True)
    last_seen_at = fields.Datetime(readonly=True)

    _user_uniq = models.UniqueIndex("(channel_id, user_id)")
