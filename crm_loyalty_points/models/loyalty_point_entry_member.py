from odoo import models

EXPLAINED = ("rules", "rewards", "welcome_points")


class LoyaltyPointEntry(models.Model):
    """What a member reads about an entry: words only, nothing of how it is kept."""

    _inherit = "loyalty.point.entry"

    def _get_member_why(self):
        """:return: {entry id: why these points, in sentences; empty when nothing but
        the snapshot of the rules could say it}"""
        reasons = self._why_reason()
        return {
            entry.id: entry.why
            if entry.id in reasons
            or any((entry.policy or {}).get(name) for name in EXPLAINED)
            else ""
            for entry in self
        }

    def _get_member_kind(self):
        """:return: what happened, in a word or two"""
        self.ensure_one()
        if self.kind == "unattributed":
            return self.env._("Adjustment")
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        return kinds[self.kind]
