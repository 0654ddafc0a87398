from odoo import api, models


class CrmLineshoppingShop(models.Model):
    _inherit = "crm.lineshopping.shop"

    @api.model
    def _load_line_demo(self):
        """Let the demo shop be on LINE; called by the demo XML only."""
        # what the demo needs is no load on a shop of real data
        from ..demo.loader import load  # pylint: disable=import-outside-toplevel

        load(self.env)
