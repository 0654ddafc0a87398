import re

from odoo.fields import Command
from odoo.tests import HttpCase, tagged

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@tagged("standard", "post_install", "-at_install")
class TestConditionsOnTheWeb(HttpCase):
    """D5: the web shop refuses what the shop refuses. Its visitor sees no salesperson
    who would explain, so nothing may be promised that is taken away at the payment."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["loyalty.program"].search([]).active = False
        cls.tea, cls.cup = cls.env["product.product"].create(
            [
                {
                    "name": name,
                    "list_price": 500,
                    "is_published": True,
                    "sale_ok": True,
                    "type": "service",
                    "taxes_id": False,
                }
                for name in ("Hourly tea", "Hourly cup")
            ]
        )
        cls.coupons, cls.gift = cls.env["loyalty.program"].create(
            [
                {
                    "name": "Coupons",
                    "program_type": "coupons",
                    "applies_on": "current",
                    "trigger": "with_code",
                    "rule_ids": [Command.create({})],
                    "reward_ids": [Command.create({"discount": 10})],
                },
                {
                    "name": "Buy 1 get 1",
                    "program_type": "buy_x_get_y",
                    "applies_on": "current",
                    "trigger": "auto",
                    "rule_ids": [
                        Command.create(
                            {
                                "product_ids": cls.tea.ids,
                                "reward_point_mode": "unit",
                            }
                        )
                    ],
                    "reward_ids": [
                        Command.create(
                            {
                                "reward_type": "product",
                                "reward_product_id": cls.cup.id,
                            }
                        )
                    ],
                },
            ]
        )
        cls.coupon = cls.env["loyalty.card"].create(
            {"program_id": cls.coupons.id, "points": 1}
        )

    def setUp(self):
        super().setUp()
        self.authenticate(None, None)

    def _hold(self, programs, holds):
        """Let programmes hold on the shop's present weekday only, or on all others."""
        today = self.env.company._get_local_moment().weekday()
        programs.write(
            {name: (day == today) == holds for day, name in enumerate(WEEKDAYS)}
        )

    def _fill_cart(self):
        self.make_jsonrpc_request(
            "/shop/cart/add",
            {
                "product_template_id": self.tea.product_tmpl_id.id,
                "product_id": self.tea.id,
                "quantity": 1,
            },
        )
        order = self.env["sale.order"].search([], order="id desc", limit=1)
        self.assertIn(self.tea, order.order_line.product_id)
        return order

    def _rewards(self, order):
        order.invalidate_recordset()
        return order.order_line.reward_id.program_id

    def _post_code(self):
        page = self.url_open("/shop/cart").text
        token = re.search(r'csrf_token: "([^"]+)"', page).group(1)
        values = {"promo": self.coupon.code, "csrf_token": token}
        self.url_open("/shop/pricelist", data=values)

    def test_code(self):
        self._hold(self.gift, False)
        self._hold(self.coupons, False)
        order = self._fill_cart()
        self._post_code()
        self.assertFalse(self._rewards(order))
        self.assertFalse(order.applied_coupon_ids)
        self._hold(self.coupons, True)
        self._post_code()
        self.assertEqual(self._rewards(order), self.coupons)
        self.assertEqual(order.amount_total, 450)

    def test_gift_in_the_cart(self):
        self._hold(self.gift, True)
        order = self._fill_cart()
        self.assertEqual(self._rewards(order), self.gift)
        # the hour passes while the customer looks around
        self._hold(self.gift, False)
        order._recompute_cart()
        self.assertFalse(self._rewards(order))

    def test_claimed_by_its_address(self):
        self.gift.reward_ids = [
            Command.create({"reward_type": "product", "reward_product_id": self.tea.id})
        ]
        self._hold(self.gift, True)
        order = self._fill_cart()
        reward = self.gift.reward_ids[0]
        self._hold(self.gift, False)
        self.url_open(f"/shop/claimreward?reward_id={reward.id}")
        self.assertFalse(self._rewards(order))
        self._hold(self.gift, True)
        order._update_programs_and_rewards()
        self.url_open(f"/shop/claimreward?reward_id={reward.id}")
        self.assertEqual(self._rewards(order), self.gift)
