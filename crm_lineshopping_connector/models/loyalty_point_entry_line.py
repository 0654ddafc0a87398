from odoo import models


class LoyaltyPointEntry(models.Model):
    """Why points of an order of LINE SHOPPING were taken back, in words."""

    _inherit = "loyalty.point.entry"

    def _get_reason_texts(self):
        values = {"document": self.source_name or self.env._("an order")}
        return {
            **super()._get_reason_texts(),
            "line_cancelled": self.env._(
                "%(document)s was cancelled on LINE SHOPPING", **values
            ),
            "line_expired": self.env._(
                "%(document)s expired on LINE SHOPPING", **values
            ),
            "line_refunded": self.env._("%(document)s was refunded", **values),
            "line_refund_pending": self.env._(
                "Frozen until the refund of %(document)s is decided", **values
            ),
            "line_failed": self.env._(
                "The payment of %(document)s failed afterwards", **values
            ),
            "line_unpaid": self.env._("%(document)s is not paid any more", **values),
            "line_unknown": self.env._(
                "Frozen until it is clear how %(document)s stands", **values
            ),
            "line_refused": self.env._(
                "Staff refused the points of %(document)s", **values
            ),
            "line_other_buyer": self.env._(
                "%(document)s was bought by somebody else", **values
            ),
        }
