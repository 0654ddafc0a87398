from odoo import api, fields, models


class LoyaltyCard(models.Model):
    _inherit = "loyalty.card"

    member_since = fields.Date(
        copy=False,
        help="When the customer joined, if before this card was made: members who "
        "came from another system.",
        prefetch="tier",
    )

    @api.model
    def _view_members(self, name, domain):
        """:param name: title of the page, translated
        :param domain: which cards
        :return: action of the members, customers first and readable on a phone"""
        views = "crm_loyalty_points.loyalty_card_view"
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": self._name,
            "views": [[False, "list"], [False, "kanban"], [False, "form"]],
            # Odoo adds this to stored actions only
            "mobile_view_mode": "kanban",
            "domain": list(domain),
            "context": {
                "create": False,
                "list_view_ref": f"{views}_list_member",
                "kanban_view_ref": f"{views}_kanban_member",
            },
        }
