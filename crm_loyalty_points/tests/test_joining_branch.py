from odoo.tests import new_test_user, tagged

from .common import LedgerCase


@tagged("post_install", "-at_install")
class TestJoiningBranch(LedgerCase):
    """M2: each entry, sign-ups included, says at which branch it was made, or reports
    by branch do not add up to the whole."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["crm.branch"].search([]).active = False
        cls.siam, cls.ari, cls.silom = cls.env["crm.branch"].create(
            [{"name": "Siam"}, {"name": "Ari"}, {"name": "Silom"}]
        )
        cls.program.welcome_points = 10
        cls.officer = new_test_user(
            cls.env, "join_officer", "crm_segments.crm_segments_group_officer"
        )

    def _welcome(self, card):
        return self.Entry.search([("card_id", "=", card.id), ("kind", "=", "welcome")])

    def test_where_the_user_works(self):
        self.env.user.default_branch_id = self.ari
        partner = self.env["res.partner"].create({"name": "New"})
        card = self._card(partner)
        self.assertEqual(self._welcome(card).branch_id, self.ari)
        self.assertEqual(partner.joined_branch_id, self.ari)

    def test_order_that_makes_the_card(self):
        self.env.user.default_branch_id = self.ari
        partner = self.env["res.partner"].create({"name": "New"})
        order = self.env["sale.order"].create(
            {"partner_id": partner.id, "branch_id": self.silom.id}
        )
        card = self._card(partner, order_id=order.id)
        self.assertEqual(self._welcome(card).branch_id, self.silom)

    def test_where_the_customer_joined_the_shop(self):
        partner = self.env["res.partner"].create({"name": "New"})
        partner._ensure_member_number(self.siam)
        self.assertEqual(self._welcome(self._card(partner)).branch_id, self.siam)

    def test_branch_of_another_company_never(self):
        other = self.env["res.company"].create({"name": "Second Shop"})
        theirs = self.env["crm.branch"].create(
            {"name": "There", "company_id": other.id}
        )
        partner = self.env["res.partner"].create({"name": "New"})
        partner._ensure_member_number(theirs)
        self.assertFalse(self._welcome(self._card(partner)).branch_id)

    def test_points_by_hand_where_the_operator_works(self):
        self.officer.default_branch_id = self.siam
        wizard = (
            self.env["loyalty.card.adjust"]
            .with_user(self.officer)
            .with_context(active_model="loyalty.card", active_ids=self.card.ids)
            .create({})
        )
        self.assertEqual(wizard.branch_id, self.siam)
        wizard.branch_id = self.ari
        self.assertEqual(wizard.branch_id, self.ari)
