from odoo import models


class IrUiMenu(models.Model):
    _inherit = "ir.ui.menu"

    def load_web_menus(self, debug):
        """How many people staff have to decide about stands in the menu."""
        menus = super().load_web_menus(debug)
        menu = self.env.ref("crm_segments.crm_customer_match_menu", False)
        if menu and menu.id in menus:
            waiting = self.env["crm.customer.match"].search_count(
                [("state", "=", "open")]
            )
            if waiting:
                name = menus[menu.id]["name"]
                menus[menu.id]["name"] = f"{name} ({waiting})"
        return menus
