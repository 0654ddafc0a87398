from datetime import datetime, timedelta
from unittest.mock import patch

from odoo.tests import tagged

from .redeem_common import RedeemCase


@tagged("post_install", "-at_install")
class TestSegmentEvents(RedeemCase):
    """Who reaches the points of a segment is in it within a minute, not tomorrow."""

    def _rule(self, *condition):
        """:return: a segment of those of both customers who meet the condition"""
        both = ("id", "in", (self.partner | self.other_partner).ids)
        self.other_partner._ensure_member_number()
        segment = self.env["crm.segment"].create(
            {"name": "Rule", "domain": repr([both, condition])}
        )
        self._refresh()
        return segment

    def _refresh(self):
        self.env.flush_all()
        self.env["crm.segment"]._refresh_all()
        self.env.invalidate_all()

    def _times(self, segment, partner=None):
        """:return: how often the customer entered, and whether he is in"""
        rows = self.env["crm.segment.member"].search(
            [
                ("segment_id", "=", segment.id),
                ("partner_id", "=", (partner or self.partner).id),
            ]
        )
        return len(rows), any(row.is_member for row in rows)

    def test_points(self):
        segment = self._rule("points_balance", ">=", 600)
        self.assertEqual(self._times(segment), (0, False))
        self._post(100)
        self._refresh()
        self.assertEqual(self._times(segment), (1, True))
        self._post(10)
        self._refresh()
        self.assertEqual(self._times(segment), (1, True), "he enters once")
        self._post(-300)
        self._refresh()
        self.assertEqual(self._times(segment), (1, False))
        self.assertEqual(self._times(segment, self.other_partner), (0, False))

    def test_points_for_many_at_once(self):
        segment = self._rule("points_balance", ">=", 600)
        with patch("odoo.addons.crm_loyalty_points.tools.ledger_bulk.BULK_FROM", 1):
            self._post(100)
        self._refresh()
        self.assertEqual(self._times(segment), (1, True))

    def test_prepaid_value(self):
        segment = self._rule("prepaid_balance", ">", 0)
        card = self._card(self.partner, self.wallet)
        self._post(500, card=card)
        self._refresh()
        self.assertEqual(self._times(segment), (1, True))

    def test_tier(self):
        gold = self.env["loyalty.tier"].create(
            {"name": "Gold", "program_id": self.program.id, "threshold": 700}
        )
        segment = self._rule("loyalty_tier_id", "=", gold.id)
        self._post(200)
        self.assertEqual(self.card.tier_id, gold)
        self._refresh()
        self.assertEqual(self._times(segment), (1, True))
        self.card.tier_id = False
        self._refresh()
        self.assertEqual(self._times(segment), (1, False))

    def test_card_that_is_archived(self):
        segment = self._rule("points_balance", ">=", 400)
        self.assertEqual(self._times(segment), (1, True))
        self.card.active = False
        self._refresh()
        self.assertEqual(self._times(segment), (1, False))

    def test_visits(self):
        segment = self._rule("visit_count", ">=", 1)
        visit = self.env["crm.visit"].create(
            {
                "partner_id": self.partner.id,
                "branch_id": self.silom.id,
                "start": datetime.now() - timedelta(hours=1),
            }
        )
        self._refresh()
        self.assertEqual(self._times(segment), (0, False), "planned only")
        visit.state = "arrived"
        self._refresh()
        self.assertEqual(self._times(segment), (1, True))
        visit.partner_id = self.other_partner
        self._refresh()
        self.assertEqual(self._times(segment), (1, False))
        self.assertEqual(self._times(segment, self.other_partner), (1, True))

    def test_rewards(self):
        segment = self._rule("rewards_redeemed_count", ">=", 1)
        redemption = self.redeem(self.coffee)
        self._refresh()
        self.assertEqual(self._times(segment), (1, True))
        redemption.action_cancel()
        self._refresh()
        self.assertEqual(self._times(segment), (1, False))

    def test_a_posting_costs_one_query_where_segments_ask(self):
        noted = self.env["crm.segment.dirty"]._pending()["partners"]
        self._rule("name", "!=", False)
        alone = self._count_queries()
        self.assertFalse(noted, "nobody asks")
        self._rule("points_balance", ">=", 0)
        noted = self.env["crm.segment.dirty"]._pending()["partners"]
        self.assertEqual(self._count_queries(), alone + 1)
        self.assertEqual(noted, set(self.partner.ids))

    def _count_queries(self):
        """:return: queries of one posting, after another one filled the caches"""
        self._post(1)
        self.env["crm.segment.dirty"]._pending()["partners"].clear()
        before = self.env.cr.sql_log_count
        self._post(1)
        return self.env.cr.sql_log_count - before
