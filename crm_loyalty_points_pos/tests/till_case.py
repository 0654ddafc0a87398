from odoo.fields import Command

from odoo.addons.point_of_sale.tests.test_frontend import TestPointOfSaleHttpCommon


class TillCase(TestPointOfSaleHttpCommon):
    """A till, a member with 350 points, and a programme of a point for 25 baht whose
    points are worth ten satang each."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["loyalty.program"].search([]).active = False
        cls.program = cls.env["loyalty.program"].create(
            {
                "name": "Shop Points",
                "program_type": "loyalty",
                "applies_on": "both",
                "trigger": "auto",
                "portal_visible": True,
                "portal_point_name": "points",
                "thb_per_point": 25,
                "rule_ids": [
                    Command.create({"reward_point_mode": "money", "minimum_qty": 0})
                ],
                "reward_ids": [
                    Command.create(
                        {
                            "discount_mode": "per_point",
                            "discount": 0.1,
                            "required_points": 1,
                        }
                    )
                ],
            }
        )
        cls.tea = cls.env["product.product"].create(
            {
                "name": "Points Tea",
                "list_price": 99,
                "available_in_pos": True,
                "taxes_id": False,
            }
        )
        cls.member = cls.env["res.partner"].create({"name": "Somsri"})
        cls.card = cls.env["loyalty.card"].create(
            {"partner_id": cls.member.id, "program_id": cls.program.id}
        )
        cls.env["loyalty.point.entry"]._post(
            [
                {
                    "card_id": cls.card.id,
                    "kind": "adjust",
                    "points": 350,
                    "key": "till:start",
                    "reason": "test",
                }
            ]
        )

    def setUp(self):
        super().setUp()
        self.main_pos_config.write({"use_pricelist": False})
        self.main_pos_config.with_user(self.pos_user).open_ui()
