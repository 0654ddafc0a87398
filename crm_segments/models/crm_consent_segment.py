from odoo import api, models


class CrmConsent(models.Model):
    """Whoever agreed, or took it back, may enter or leave a segment."""

    _inherit = "crm.consent"

    @api.model
    def _create(self, data_list):
        consents = super()._create(data_list)
        consents.partner_id._queue_segments()
        return consents
