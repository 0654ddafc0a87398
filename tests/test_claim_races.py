from functools import partial

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.service.model import retrying
from odoo.tests.common import BaseCase, tagged

from odoo.addons.crm_segments.tests.database import (
    cloned_database,
    committed,
    run_together,
)


@tagged("standard", "post_install", "-at_install")
class TestClaimRaces(BaseCase):
    """One receipt, two members (or one who presses twice) at the same moment."""

    def _prepare(self, env):
        env["loyalty.program"].search([]).active = False
        program = env["loyalty.program"].create(
            {
                "name": "Race",
                "program_type": "loyalty",
                "applies_on": "both",
                "trigger": "with_code",
                "rule_ids": [
                    Command.clear(),
                    Command.create({"reward_point_mode": "money", "minimum_qty": 0}),
                ],
            }
        )
        env["crm.shop"].search([]).unlink()
        shop = env["crm.shop"].create({"name": "Race", "program_id": program.id})
        product = env["product.product"].create(
            {"name": "Tea", "list_price": 100, "taxes_id": False}
        )
        guest, anna, bert = env["res.partner"].create(
            [{"name": name} for name in ("Guest", "Anna", "Bert")]
        )
        orders = env["sale.order"].create(
            [
                {
                    "partner_id": guest.id,
                    "order_line": [Command.create({"product_id": product.id})],
                }
                for _turn in range(3)
            ]
        )
        orders.action_confirm()
        program.trigger = "auto"
        cards = env["loyalty.card"].create(
            [
                {"program_id": program.id, "partner_id": partner.id}
                for partner in (anna, bert)
            ]
        )
        return shop.id, orders.ids, cards.ids

    def _claim(self, shop_id, order_id, card_id, env):
        def claim():
            shop = env["crm.shop"].browse(shop_id)
            partner = env["loyalty.card"].browse(card_id).partner_id
            order = env["sale.order"].browse(order_id)
            try:
                return shop._claim_receipt(partner, order)
            except UserError:
                return None

        return retrying(claim, env)

    def test_exactly_one_gets_the_points(self):
        with cloned_database() as name:
            with committed(name) as env:
                shop, orders, (anna, bert) = self._prepare(env)
            for order in orders:
                calls = [
                    partial(self._claim, shop, order, card)
                    for card in (anna, bert, anna, bert)
                ]
                run_together(name, *calls)
            with committed(name) as env:
                cards = env["loyalty.card"].browse((anna, bert))
                self.assertEqual(sum(cards.mapped("points")), 100 * len(orders))
                for order in env["sale.order"].browse(orders):
                    entries = env["loyalty.point.entry"].search(
                        [
                            ("source_model", "=", "sale.order"),
                            ("source_id", "=", order.id),
                        ]
                    )
                    self.assertEqual(entries.mapped("points"), [100])
                self.assertEqual(env["loyalty.point.award"]._check_ledger(), [])
