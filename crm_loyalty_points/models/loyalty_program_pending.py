from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError


class LoyaltyProgram(models.Model):
    """When the points of an order become available."""

    _inherit = "loyalty.program"

    pending_policy = fields.Selection(
        [
            ("none", "At once"),
            ("days", "After some days"),
            ("delivered", "When the order is delivered"),
            ("paid", "When the order is paid"),
        ],
        string="Points Can Be Used",
        default="none",
        required=True,
        help="Until then the points of an order are shown apart, in no balance. They "
        "are void when the order is cancelled meanwhile, fewer when goods come back. "
        "Their validity is counted from the day on which they become available.",
    )
    pending_days = fields.Integer("Days until Available", default=14, prefetch="setup")

    @api.constrains("pending_policy", "pending_days")
    def _check_pending(self):
        for program in self:
            if program.pending_policy == "days" and not (
                0 < program.pending_days <= 3650
            ):
                raise ValidationError(
                    self.env._("Points become available after a day at least.")
                )

    def _get_pending_terms(self, day):
        """What points earned on `day` wait for.

        :return: dict with `available_on` or `wait_for` for
            ``loyalty.point.pending._hold``; empty when they are available at once
        """
        self.ensure_one()
        waits = self.program_type == "loyalty" or self.is_prepaid
        if self.pending_policy == "none" or not waits:
            return {}
        if self.pending_policy == "days":
            available_on = day + timedelta(self.pending_days)
            return (
                {"available_on": available_on}
                if available_on > self._get_local_today()
                else {}
            )
        return {"wait_for": self.pending_policy}
