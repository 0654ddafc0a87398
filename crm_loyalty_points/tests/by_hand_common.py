from odoo.tests import new_test_user

from .common import LedgerCase

OFFICER = "crm_segments.crm_segments_group_officer"
MANAGER = "crm_segments.crm_segments_group_manager"


class ByHandCase(LedgerCase):
    """An officer and two managers of a company with limits."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env.company
        cls.program.company_id = cls.company
        cls.company.write({"points_limit_movement": 100, "points_limit_day": 300})
        cls.officer = new_test_user(cls.env, "by_hand_officer", OFFICER)
        cls.manager = new_test_user(cls.env, "by_hand_manager", MANAGER)
        cls.second = new_test_user(cls.env, "by_hand_second", MANAGER)
        cls.Approval = cls.env["loyalty.point.approval"]
        cls.gift = cls.env.ref("crm_loyalty_points.loyalty_point_reason_gift")
        cls.mistake = cls.env.ref("crm_loyalty_points.loyalty_point_reason_correction")
        cls.family = cls.env.ref("crm_loyalty_points.loyalty_point_reason_family")

    def tearDown(self):
        self.assertEqual(self.env["loyalty.point.award"]._check_ledger(), [])
        super().tearDown()

    def _adjust(self, points, user=None, card=None, reason=None, **values):
        """:return: the wizard, as the user fills it on the card; points signed"""
        card = card or self.card
        wizards = self.env["loyalty.card.adjust"].with_user(user or self.officer)
        wizards = wizards.with_context(active_model=card._name, active_ids=card.ids)
        return wizards.create(
            {
                "direction": "give" if points > 0 else "take",
                "points": abs(points),
                "reason_id": (reason or self.mistake).id,
                "note": "Called on Monday",
                **values,
            }
        )

    def _give(self, points, user=None, card=None, **values):
        self._adjust(points, user, card, **values).action_apply()

    def _pending(self):
        return self.Approval.search([("state", "=", "pending")])

    def _transfer(self, points, user=None, to=None, **values):
        wizards = self.env["loyalty.card.transfer"].with_user(user or self.officer)
        wizards = wizards.with_context(
            active_model="loyalty.card", active_ids=self.card.ids
        )
        return wizards.create(
            {
                "to_partner_id": (to or self.other_partner).id,
                "points": points,
                "reason_id": self.family.id,
                **values,
            }
        )
