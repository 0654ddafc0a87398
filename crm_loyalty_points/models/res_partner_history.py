from odoo import api, fields, models

RECENT = 40


class ResPartner(models.Model):
    _inherit = "res.partner"

    history_ids = fields.Many2many(
        "crm.customer.history", compute="_compute_history_ids"
    )

    @api.depends_context("company")
    def _compute_history_ids(self):
        """The latest, plans first; the whole is behind the link below the list."""
        history = self.env["crm.customer.history"]
        if not history.has_access("read"):
            self.history_ids = False
            return
        for partner in self:
            domain = partner._get_history_domain()
            partner.history_ids = history.search(domain, limit=RECENT)

    def _get_history_domain(self):
        """:return: domain of the history of the customer and its contacts"""
        customer = self._origin.commercial_partner_id
        contacts = self.with_context(active_test=False).search(
            [("id", "child_of", customer.ids)]
        )
        return [("partner_id", "in", contacts.ids)]

    def action_view_history(self):
        """:return: everything that was planned and done, and the prepaid cards"""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_loyalty_points.crm_customer_history_action"
        )
        action["domain"] = self._get_history_domain()
        action["context"] = {}
        return action
