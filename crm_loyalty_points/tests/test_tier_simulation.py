from odoo.exceptions import UserError
from odoo.tests import Form, new_test_user, tagged

from .common import LedgerCase
from .tier_common import SILVER, TierMixin


@tagged("post_install", "-at_install")
class TestTierSimulation(TierMixin, LedgerCase):
    """A shop tries other thresholds before its members feel them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.program.company_id = cls.env.company
        cls._make_tiers()
        cls.program.tier_grace_months = 1
        cls.editor = new_test_user(
            cls.env, "tier_editor", "crm_segments.crm_segments_group_editor"
        )

    def setUp(self):
        super().setUp()
        self._freeze()

    def _draft(self):
        draft = Form(
            self.env["loyalty.tier.simulation"]
            .with_user(self.editor)
            .with_context(default_program_id=self.program.id)
        )
        return draft

    def test_who_would_move(self):
        partners = self.env["res.partner"].create(
            [{"name": f"Draft {number}"} for number in range(4)]
        )
        cards = [self._card(partner) for partner in partners]
        for card, points in zip(cards, (50, 120, 250, 400), strict=True):
            self._post(points, card=card)
        cards[3].write({"tier_id": self.gold.id, "tier_until": "2026-01-31"})
        with self._draft() as form:
            with form.line_ids.edit(0) as line:
                self.assertEqual((line.current, line.threshold), (SILVER, SILVER))
                line.threshold = 200
            with form.line_ids.edit(1) as line:
                line.threshold = 240
        draft = form.record
        with self.assertRaises(UserError):
            draft.action_apply()
        draft.action_count()
        moves = {
            move.card_id: (move.to_tier_id.name, move.direction)
            for move in draft.move_ids
        }
        self.assertEqual(moves, {cards[1]: (False, "down"), cards[2]: ("Gold", "up")})
        self.assertEqual((draft.up_count, draft.down_count), (1, 1))
        self.assertIn("Silver → Gold: 1", draft.summary)
        self.assertEqual(self.silver.threshold, SILVER, "a draft saves nothing")
        self.assertEqual(cards[2].tier_id, self.silver)
        draft.action_apply()
        self.assertEqual(self.gold.threshold, 240)
        self.assertEqual(
            [card.tier_id.name for card in cards], [False, "Silver", "Gold", "Gold"]
        )
        self.assertEqual(self._history(cards[2])[-1], ("policy", "Gold"))

    def test_counting_again_replaces(self):
        self._post(150)
        with self._draft() as form:
            with form.line_ids.edit(0) as line:
                line.threshold = 160
        draft = form.record
        draft.action_count()
        self.assertEqual(len(draft.move_ids), 1)
        draft.line_ids[0].threshold = 140
        draft.action_count()
        self.assertFalse(draft.move_ids)
