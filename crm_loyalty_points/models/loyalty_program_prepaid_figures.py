from odoo import fields, models


class LoyaltyProgram(models.Model):
    """What became of a prepaid card type: sold, held, still to be served."""

    _inherit = "loyalty.program"

    prepaid_sold_count = fields.Integer(
        "Sold", compute="_compute_prepaid_figures", compute_sudo=True
    )
    prepaid_holder_count = fields.Integer(
        "Customers with Value",
        compute="_compute_prepaid_figures",
        compute_sudo=True,
    )
    prepaid_outstanding = fields.Monetary(
        "Value Left",
        currency_field="currency_id",
        compute="_compute_prepaid_figures",
        compute_sudo=True,
        help="What customers can still spend; of cards with a percentage nothing.",
    )

    def _compute_prepaid_figures(self):
        purchases = self.env["loyalty.prepaid.purchase"]
        mine = [("program_id", "in", self._origin.ids)]
        sold = dict(
            purchases._read_group(
                [*mine, ("kind", "=", "earn"), ("state", "!=", "returned")],
                ["program_id"],
                ["__count"],
            )
        )
        held = {
            program: (holders, left)
            for program, holders, left in purchases._read_group(
                [*mine, ("remaining", ">", 0)],
                ["program_id"],
                ["card_id:count_distinct", "remaining:sum"],
            )
        }
        for program in self:
            holders, left = held.get(program._origin, (0, 0))
            program.prepaid_sold_count = sold.get(program._origin, 0)
            program.prepaid_holder_count = holders
            value = program.prepaid_kind == "value"
            program.prepaid_outstanding = left if value else 0

    def action_view_prepaid_purchases(self):
        """:return: the list of what was sold of this type"""
        return self._open_prepaid("loyalty_prepaid_purchase_action")

    def action_view_prepaid_cards(self):
        """:return: the customers' cards of this type"""
        return self._open_prepaid("loyalty_prepaid_card_action")

    def _open_prepaid(self, name):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            f"crm_loyalty_points.{name}"
        )
        action["domain"] = [("program_id", "=", self.id)]
        action["context"] = {}
        return action

    def action_sell_prepaid(self):
        """:return: the form to sell a card of this type"""
        return self._open_prepaid_wizard("loyalty_prepaid_sell_action")

    def action_give_prepaid(self):
        """:return: the form to give a card of this type"""
        return self._open_prepaid_wizard("loyalty_prepaid_give_action")

    def _open_prepaid_wizard(self, name):
        action = self._open_prepaid(name)
        action.pop("domain")
        action["context"] = {"default_program_id": self.id}
        return action
