from odoo import fields, models


class ResPartner(models.Model):
    """Campaigns that a customer was chosen for."""

    _inherit = "res.partner"

    campaign_assignment_ids = fields.One2many(
        "mailing.assignment",
        "partner_id",
        "Campaigns",
        groups="crm_segments.crm_segments_group_viewer",
    )
