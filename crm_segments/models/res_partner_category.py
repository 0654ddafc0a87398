from odoo import fields, models


class ResPartnerCategory(models.Model):
    _inherit = "res.partner.category"

    customer_count = fields.Integer("Customers", compute="_compute_customer_count")

    def _compute_customer_count(self):
        """By one query, whatever the number of tags; customers as in their list."""
        groups = self.env["res.partner"]._read_group(
            [("category_id", "in", self.ids), ("member_number", "!=", False)],
            ["category_id"],
            ["__count"],
        )
        counts = {tag.id: count for tag, count in groups}
        for tag in self:
            tag.customer_count = counts.get(tag._origin.id, 0)

    def action_open_customers(self):
        """:return: action that lists the customers with this tag"""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_segments.res_partner_customer_action"
        )
        action["domain"] = [
            ("member_number", "!=", False),
            ("category_id", "in", self.ids),
        ]
        action["display_name"] = self.name
        return action
