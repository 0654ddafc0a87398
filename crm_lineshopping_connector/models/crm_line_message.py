from odoo import fields, models

STATES = [
    ("draft", "Prepared"),
    ("queued", "Waiting"),
    ("sending", "Being sent"),
    ("accepted", "Sent"),
    ("failed", "Not sent"),
    ("cancelled", "Cancelled"),
    ("received", "Received"),
]


class CrmLineMessage(models.Model):
    """One message to or from a customer on LINE; rows stay, as contact history and as
    cost of campaigns."""

    _name = "crm.line.message"
    _description = "LINE Message"
    _order = "id desc"
    _log_access = False

    channel_id = fields.Many2one(
        "crm.line.channel", required=True, readonly=True, ondelete="restrict"
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="restrict"
    )
    line_user_id = fields.Many2one(
        "crm.line.user", readonly=True, index="btree_not_null", ondelete="set null"
    )
    partner_id = fields.Many2one(
        "res.partner",
        "Customer",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    direction = fields.Selection(
        [("out", "To customer"), ("in", "From customer")], required=True, readonly=True
    )
    purpose = fields.Selection(
        [
            ("service", "Notice"),
            ("marketing_line", "Marketing"),
            ("code", "One-time code"),
            ("chat", "Chat"),
        ],
        required=True,
        readonly=True,
    )
    text = fields.Text(readonly=True, help="What it says, without pictures and form.")
    content = fields.Json(
        readonly=True, help="The messages (at most 5) as LINE takes them."
    )
    retry_key = fields.Char(
        readonly=True, help="The same for each try; LINE takes it once."
    )
    state = fields.Selection(STATES, required=True, readonly=True)
    queued_at = fields.Datetime(readonly=True)
    sent_at = fields.Datetime(readonly=True)
    tries = fields.Integer(required=True, readonly=True, default=0)
    next_try_at = fields.Datetime(readonly=True)
    failure = fields.Char("Why Not", readonly=True)
    line_message_id = fields.Char("LINE Message ID", readonly=True)
    user_id = fields.Many2one(
        "res.users", "Sent By", readonly=True, ondelete="set null"
    )
    res_model = fields.Char("Document Type", readonly=True)
    res_id = fields.Many2oneReference(
        "Document", model_field="res_model", readonly=True
    )
