from odoo import models


class ResPartner(models.Model):
    _inherit = "res.partner"

    def action_adjust_points(self):
        """:return: the form to give points to these customers, or to take some"""
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Give or Take"),
            "res_model": "loyalty.card.adjust",
            "view_mode": "form",
            "target": "new",
            "context": {"active_model": self._name, "active_ids": self.ids},
        }

    def action_transfer_points(self):
        """:return: the form to move points of this customer to another member"""
        self.ensure_one()
        program = self.env["loyalty.card.adjust"]._usual_program()
        cards = self.env["loyalty.card"]._cards_of_customers(self, program)
        return cards.action_transfer_points()
