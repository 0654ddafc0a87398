from odoo import fields, models


class CrmLineshoppingEvent(models.Model):
    """What LINE SHOPPING has told by webhook, each event once. It only says which order
    to read again."""

    _name = "crm.lineshopping.event"
    _description = "LINE SHOPPING Event"
    _order = "id"
    _log_access = False

    shop_id = fields.Many2one(
        "crm.lineshopping.shop", required=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="shop_id.company_id", store=True, index=True)
    event_key = fields.Char(required=True, readonly=True)
    kind = fields.Char(readonly=True)
    order_number = fields.Char(required=True, readonly=True)
    received_at = fields.Datetime(required=True, readonly=True)
    state = fields.Selection(
        [("new", "New"), ("done", "Done")],
        required=True,
        readonly=True,
        default="new",
    )

    _event_uniq = models.UniqueIndex("(shop_id, event_key)")
