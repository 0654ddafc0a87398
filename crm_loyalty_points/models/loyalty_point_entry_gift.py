from odoo import models


class LoyaltyPointEntry(models.Model):
    _inherit = "loyalty.point.entry"

    def _get_reason_texts(self):
        return {
            **super()._get_reason_texts(),
            "profile_gift": self.env._("Gift for filling in the whole profile"),
        }
