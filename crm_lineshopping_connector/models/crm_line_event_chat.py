from odoo import api, models


class CrmLineEvent(models.Model):
    """Events of LINE that belong to conversations."""

    _inherit = "crm.line.event"

    @api.model
    def _event_handlers(self):
        return {
            **super()._event_handlers(),
            "message": "_on_message",
            "unsend": "_on_unsend",
        }
