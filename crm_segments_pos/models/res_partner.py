from odoo import api, fields, models

RECENT_ORDERS = 20


class ResPartner(models.Model):
    _inherit = "res.partner"

    recent_pos_order_ids = fields.Many2many(
        "pos.order",
        string="Recent Till Orders",
        compute="_compute_recent_pos_order_ids",
    )

    @api.depends_context("company")
    def _compute_recent_pos_order_ids(self):
        for partner in self:
            customer = partner._origin.commercial_partner_id
            partner.recent_pos_order_ids = self.env["pos.order"].search(
                [
                    ("partner_id", "child_of", customer.ids),
                    ("company_id", "=", self.env.company.id),
                ],
                limit=RECENT_ORDERS,
            )
