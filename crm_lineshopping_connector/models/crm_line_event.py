from odoo import fields, models


class CrmLineEvent(models.Model):
    """What LINE has told by webhook, each event once, until it is worked off."""

    _name = "crm.line.event"
    _description = "LINE Event"
    _order = "happened_at, id"
    _log_access = False

    channel_id = fields.Many2one(
        "crm.line.channel", required=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="channel_id.company_id", store=True, index=True
    )
    event_key = fields.Char(required=True, readonly=True, help="LINE's webhookEventId.")
    kind = fields.Char(required=True, readonly=True)
    user_id = fields.Char("LINE User ID", readonly=True)
    happened_at = fields.Datetime(required=True, readonly=True)
    received_at = fields.Datetime(required=True, readonly=True)
    payload = fields.Json(readonly=True, groups="base.group_system")
    state = fields.Selection(
        [("new", "New"), ("done", "Done"), ("failed", "Failed")],
        required=True,
        readonly=True,
        default="new",
    )

    _event_uniq = models.UniqueIndex("(channel_id, event_key)")
    _todo_idx = models.Index("(happened_at, id) WHERE state = 'new'")
