from odoo.tests import HttpCase, new_test_user, tagged


@tagged("post_install", "-at_install")
class TestByHandTour(HttpCase):
    """Two people in the browser: one asks, the other one decides."""

    def test_give_and_approve(self):
        company = self.env.company
        company.points_limit_movement = 100
        for login, group in (("officer", "officer"), ("manager", "manager")):
            new_test_user(
                self.env,
                f"by_hand_{login}",
                f"crm_segments.crm_segments_group_{group}",
                password=f"by_hand_{login}",
            )
        program = self.env["loyalty.program"].create(
            {"name": "Points", "program_type": "loyalty", "applies_on": "both"}
        )
        partner = self.env["res.partner"].create({"name": "Somchai"})
        card = self.env["loyalty.card"].create(
            {"program_id": program.id, "partner_id": partner.id}
        )
        self.start_tour(
            f"/odoo/loyalty.card/{card.id}",
            "crm_loyalty_points_give",
            login="by_hand_officer",
        )
        self.assertEqual(card.points, 0)
        self.start_tour(
            "/odoo/points-approvals",
            "crm_loyalty_points_approve",
            login="by_hand_manager",
        )
        self.assertEqual(card.points, 150)
        request = self.env["loyalty.point.approval"].search([])
        self.assertEqual(request.user_id.login, "by_hand_officer")
        self.assertEqual(request.decided_by_id.login, "by_hand_manager")
