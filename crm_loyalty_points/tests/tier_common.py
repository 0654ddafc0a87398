from freezegun import freeze_time

from odoo.fields import Command

SILVER, GOLD = 100, 300


class TierMixin:
    """Silver from 100 and Gold from 300 points, on 15 May 2025 in Bangkok."""

    @classmethod
    def _make_tiers(cls, **policy):
        cls.env.company.customer_tz = "Asia/Bangkok"
        cls.program.write(policy)
        cls.program.tier_ids = [
            Command.create({"name": "Silver", "threshold": SILVER}),
            Command.create({"name": "Gold", "threshold": GOLD}),
        ]
        cls.silver, cls.gold = cls.program.tier_ids.sorted("threshold")

    def _freeze(self, moment="2025-05-15 05:00:00"):
        frozen = freeze_time(moment)
        clock = frozen.start()
        self.addCleanup(frozen.stop)
        return clock

    def _history(self, card=None):
        """:return: [(reason, tier)] of a card, oldest first"""
        rows = self.env["loyalty.tier.history"].search(
            [("card_id", "=", (card or self.card).id)], order="id"
        )
        return [(row.reason, row.to_tier_id.name or None) for row in rows]
