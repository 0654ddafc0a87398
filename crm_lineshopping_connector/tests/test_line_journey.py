import json
from unittest.mock import patch

from odoo import Command
from odoo.tests import common, tagged
from odoo.tools import file_open

from odoo.addons.crm_loyalty_points.controllers.member_common import LANGUAGE_COOKIE

from .common_line_member import LINE_AGENT, LineMemberCase

RUNNER = "crm_loyalty_points/static/tests/member/journey.js"
RANDOM = "odoo.addons.crm_loyalty_points.models.crm_one_time_code.secrets.randbelow"


class LineBrowser(common.ChromeBrowser):
    """LINE's own browser, by its name."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        params = {"userAgent": LINE_AGENT}
        self._websocket_request("Emulation.setUserAgentOverride", params=params)


@tagged("post_install", "-at_install")
class TestLineJourney(LineMemberCase):
    """Somebody taps the rich menu of the shop's LINE account, in a real browser as wide
    as a phone; LINE is played by the emulator, its script included."""

    browser_size = "390x844"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("th_TH")
        cls.reward = cls.program.reward_ids[:1]
        cls.reward.write({"fulfilment": "code", "required_points": 10})
        rule = {"reward_point_mode": "money", "reward_point_amount": 1}
        cls.program.rule_ids = [
            Command.clear(),
            Command.create({**rule, "minimum_qty": 0}),
        ]
        cls.home = f"/member/{cls.shop.slug}"

    def walk(self, steps, lang="en_US"):
        with file_open(RUNNER) as file:
            runner = file.read()
        code = f"const STEPS = {json.dumps(steps)}; const WIDTH = 390;"
        browser = LineBrowser if self.login.in_client else common.ChromeBrowser
        with (
            patch(RANDOM, return_value=123456),
            patch.object(common, "ChromeBrowser", browser),
        ):
            self.browser_js(
                f"{self.home}/worker.js",
                f"(() => {{{code}\n{runner}}})()",
                cookies={LANGUAGE_COOKIE: lang},
                timeout=120,
            )
        self.env.invalidate_all()

    def open_in_line(self, user, to):
        """:return: steps of tapping the menu"""
        self.login.acting = user
        return [["go", self.login.open_url(to=to)]]

    def paid_order(self):
        """:return: (number, last digits of the phone) of an order that came in"""
        payload = next(
            row
            for row in self.server.truth().values()
            if row.get("paymentStatus") == "PAID"
            and row.get("orderStatus") in ("FINALIZED", "COMPLETED")
            and (row.get("shippingAddress") or {}).get("phoneNumber")
            and row.get("orderItems")
        )
        orders = self.env["crm.lineshopping.order"]
        order = orders._take(self.line_shop, [payload], "pull")
        order._settle()
        return order, order.recipient_phone[-4:]

    def sign_up(self):
        return [
            *self.join_as_ploy(),
            ["see", ".o_member_balance strong", "50"],
            ["see", "[role=status]", "LINE"],
            ["fits"],
        ]

    def join_as_ploy(self):
        return [
            *self.open_in_line(self.ploy, "card"),
            ["click", ".o_line_join"],
            ["see", "form[data-member-once]"],
            ["fits"],
            ["type", "[name=first_name]", "พลอย"],
            ["type", "[name=phone]", "089 111 2222"],
            ["type", "[name=email]", "ploy@example.com"],
            ["check", "[name=agree]"],
            ["click", "form[data-member-once] button[type=submit]"],
            ["type", "#code", "123456"],
            ["fits"],
            ["click", "form button:not([name])"],
        ]

    def test_from_the_menu_to_a_claimed_order(self):
        order, digits = self.paid_order()
        self.walk(
            [
                *self.sign_up(),
                *self.open_in_line(self.ploy, "rewards"),
                ["click", f"[data-reward='{self.reward.id}'] a"],
                ["click", ".o_member_once button"],
                ["see", ".o_member_code_text"],
                ["fits"],
                *self.open_in_line(self.ploy, "claim"),
                ["type", "[name=number]", order.number],
                ["type", "[name=digits]", digits],
                ["fits"],
                ["click", ".o_member_line_claim button"],
                ["see", "main", order.number],
                ["fits"],
            ]
        )
        partner = self.line_user(self.ploy).partner_id
        self.assertEqual(order.partner_id, partner)
        self.assertEqual(order.match_method, "claim")
        card = self.shop._get_member_card(partner)
        self.assertEqual(card.redemption_count, 1)
        self.assertGreater(card.points, 40)

    def test_thai(self):
        self.walk(self.sign_up(), "th_TH")
        partner = self.line_user(self.ploy).partner_id
        self.assertEqual(partner.lang, "th_TH")
        # who comes back another day sees the card at once
        self.walk(
            [
                *self.open_in_line(self.ploy, "card"),
                ["see", ".o_member_balance strong", "50"],
            ],
            "th_TH",
        )

    def test_refused_tokens_say_so_once(self):
        """Expired, forged, for somebody else: one more try, then a way without LINE."""
        for values in (
            {"expires": -10},
            {"forged": True},
            {"audience": "1650009999"},
        ):
            self.login.id_token_values = values
            self.walk(
                [
                    *self.open_in_line(self.ploy, "card"),
                    ["see", "[data-line-state=refused]", "could not confirm"],
                    ["see", ".o_line_else a"],
                    ["fits"],
                ]
            )
        self.assertFalse(self.line_user(self.ploy))

    def test_browser_outside_line_logs_in_at_line(self):
        self.env["crm.line.user"]._of(self.channel, [self.tan])._link(self.anna)
        self.login.in_client = self.login.logged_in = False
        self.walk(
            [
                *self.open_in_line(self.tan, "history"),
                ["see", ".o_member_points", "+50"],
            ]
        )

    def test_browser_outside_line_asks_whose_account_it_is(self):
        self.login.in_client = self.login.logged_in = False
        name = self.server.users[self.ploy]["displayName"]
        self.walk(
            [
                *self.join_as_ploy(),
                ["see", ".o_member_card_box b", name],
                ["fits"],
                ["click", ".o_line_connect button"],
                ["see", "[role=status]", "connected"],
                ["see", ".o_line_disconnect button"],
                ["fits"],
            ]
        )
        self.assertTrue(self.line_user(self.ploy).partner_id)
