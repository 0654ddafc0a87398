from odoo.tests import HttpCase, new_test_user, tagged


@tagged("post_install", "-at_install")
class TestRedeemTour(HttpCase):
    """What officers do all day, in the browser: the buttons and the words are there."""

    def test_redeem_and_use(self):
        program = self.env["loyalty.program"].create(
            {"name": "Points", "program_type": "loyalty", "applies_on": "both"}
        )
        self.env["crm.branch"].search([]).active = False
        branch = self.env["crm.branch"].create({"name": "Silom"})
        cup = self.env["product.product"].create({"name": "Cup", "list_price": 40})
        values = {
            "program_id": program.id,
            "fulfilment": "code",
            "reward_type": "product",
            "reward_product_id": cup.id,
        }
        coffee = self.env["loyalty.reward"].create(
            [
                {**values, "description": "Free coffee", "required_points": 100},
                {**values, "description": "Big gift", "required_points": 900},
            ]
        )[0]
        partner = self.env["res.partner"].create({"name": "Somchai"})
        card = self.env["loyalty.card"].create(
            {"program_id": program.id, "partner_id": partner.id}
        )
        vals = {"card_id": card.id, "kind": "earn", "points": 150, "key": "tour"}
        self.env["loyalty.point.entry"]._post([vals])
        new_test_user(
            self.env,
            "redeem_tour",
            "crm_segments.crm_segments_group_editor",
            password="redeem_tour",
        )
        self.start_tour(
            f"/odoo/loyalty.card/{card.id}",
            "crm_loyalty_points_redeem",
            login="redeem_tour",
        )
        redemption = coffee.redemption_ids
        self.assertEqual(
            (redemption.state, redemption.branch_id, redemption.used_branch_id),
            ("used", branch, branch),
        )
        self.assertEqual(redemption.operator_id.login, "redeem_tour")
        self.assertEqual(card.points, 50)
        action = self.env.ref("crm_loyalty_points.loyalty_reward_action")
        self.start_tour(
            f"/odoo/action-{action.id}",
            "crm_loyalty_points_rewards",
            login="redeem_tour",
        )
