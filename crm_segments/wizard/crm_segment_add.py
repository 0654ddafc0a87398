from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain


class CrmSegmentAdd(models.TransientModel):
    """Add customers to a fixed list: those chosen in the list of customers, however
    many they are, or some picked here."""

    _name = "crm.segment.add"
    _description = "Add to a Segment"

    segment_id = fields.Many2one(
        "crm.segment", "Add To", domain=[("kind", "=", "fixed")]
    )
    name = fields.Char("Or New List")
    domain = fields.Json(
        "Customers", readonly=True, default=lambda self: self._default_domain()
    )
    partner_ids = fields.Many2many(
        "res.partner",
        string="Customers to Add",
        domain=[("member_number", "!=", False)],
    )
    customer_count = fields.Integer("Chosen", compute="_compute_customer_count")

    @api.model
    def _default_domain(self):
        if self.env.context.get("active_model") != "res.partner":
            return False
        return list(self.env["res.partner"]._get_selected_domain())

    @api.depends("domain", "partner_ids")
    def _compute_customer_count(self):
        for wizard in self:
            wizard.customer_count = self.env["res.partner"].search_count(
                wizard._chosen_domain() & Domain("member_number", "!=", False)
            )

    def _chosen_domain(self):
        """:return: Domain on res.partner"""
        if self.domain:
            return Domain(self.domain)
        return Domain("id", "in", self.partner_ids.ids)

    def action_add(self):
        """Add them, making the new list first.

        :return: action, the segment
        """
        self.ensure_one()
        segment = self.segment_id
        if not segment:
            if not self.name:
                raise UserError(self.env._("Choose a list, or name a new one."))
            segment = segment.create({"name": self.name, "kind": "fixed"})
        # as the user finds them: the segment itself counts as superuser
        found = self.env["res.partner"]._search(self._chosen_domain())
        added = segment._add_customers(Domain("id", "in", found))
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._(
                    "%(count)s customers added to %(segment)s.",
                    count=added,
                    segment=segment.name,
                ),
                "next": {
                    "type": "ir.actions.act_window",
                    "res_model": segment._name,
                    "res_id": segment.id,
                    "views": [(False, "form")],
                },
            },
        }
