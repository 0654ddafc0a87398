import json
import os

from odoo.fields import Command, Domain
from odoo.tests import tagged

from .till_case import TillCase

BASKETS = 300 if os.environ.get("CRM_SUITE_FULL") else 10


@tagged("post_install", "-at_install")
class TestTillParity(TillCase):
    """The cashier reads points from the till's screen, with a connection or without.
    Random baskets are counted by its JavaScript in a real browser; the server's engine
    has to find the same points for the same orders."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tax = cls.env["account.tax"].create(
            {
                "name": "Parity VAT",
                "amount": 7,
                "price_include_override": "tax_excluded",
            }
        )
        cls.included = cls.env["account.tax"].create(
            {"name": "Parity in", "amount": 7, "price_include_override": "tax_included"}
        )
        common = {"available_in_pos": True, "type": "consu"}
        cls.products = cls.env["product.product"].create(
            [
                {
                    **common,
                    "name": "Parity Plain",
                    "list_price": 100,
                    "taxes_id": False,
                },
                {
                    **common,
                    "name": "Parity Taxed",
                    "list_price": 59,
                    "taxes_id": cls.tax,
                },
                {
                    **common,
                    "name": "Parity Included",
                    "list_price": 9.99,
                    "taxes_id": cls.included,
                    "loyalty_points": 2.5,
                },
                {
                    **common,
                    "name": "Parity Points",
                    "list_price": 35.5,
                    "taxes_id": False,
                    "loyalty_points": 0.33,
                },
            ]
        )
        cls.tag = cls.env["res.partner.category"].create({"name": "Parity tag"})
        cls.members = cls.env["res.partner"].create(
            [
                {"name": "Parity One", "category_id": cls.tag.ids},
                {"name": "Parity Two"},
            ]
        )
        cls.programs = cls._make_programs()
        cls.cards = cls.env["loyalty.card"].create(
            [
                {"partner_id": member.id, "program_id": program.id}
                for member in cls.members
                for program in cls.programs
            ]
        )
        # the first member's tier beats the campaign, the other has one elsewhere
        cls.cards[0].sudo().tier_id = cls.programs[0].tier_ids[1]
        cls.cards[3].sudo().tier_id = cls.programs[1].tier_ids
        cls.env["loyalty.point.entry"]._post(
            [
                {
                    "card_id": card.id,
                    "kind": "adjust",
                    "points": 40,
                    "key": f"parity:{card.id}",
                    "reason": "test",
                }
                for card in cls.cards
            ]
        )

    @classmethod
    def _make_segment(cls, partners):
        partners.sudo()._ensure_member_number()
        segments = cls.env["crm.segment"].sudo()
        segment = segments.create({"name": "Parity", "kind": "fixed"})
        segment._add_customers(Domain("id", "in", partners.ids))
        return segment

    @classmethod
    def _make_programs(cls):
        common = {
            "program_type": "loyalty",
            "applies_on": "both",
            "trigger": "auto",
            "portal_visible": True,
        }
        first, second = cls.products[:2].ids, cls.products[2:].ids
        programs = (
            cls.env["loyalty.program"]
            .sudo()
            .create(
                [
                    {
                        **common,
                        "name": "Steps and products",
                        "thb_per_point": 25,
                        "max_points_order": 90,
                        "rule_ids": [
                            Command.create(
                                {"reward_point_mode": "money", "minimum_qty": 0}
                            ),
                            Command.create(
                                {"reward_point_mode": "product", "max_points": 20}
                            ),
                        ],
                        "campaign_ids": [
                            Command.create({"name": "Tag", "factor": 1.5}),
                            Command.create({"name": "Segment", "factor": 1.25}),
                        ],
                        "tier_ids": [
                            Command.create(
                                {
                                    "name": name,
                                    "threshold": threshold,
                                    "earn_factor": factor,
                                }
                            )
                            for name, threshold, factor in (
                                ("Parity Silver", 100000, 3),
                                ("Parity Gold", 200000, 1.75),
                            )
                        ],
                        "reward_ids": [
                            Command.create(
                                {
                                    "discount_mode": "per_point",
                                    "discount": 0.3,
                                    "required_points": 1,
                                }
                            )
                        ],
                    },
                    {
                        **common,
                        "name": "Minimums",
                        "tier_ids": [
                            Command.create(
                                {
                                    "name": "Parity Tier",
                                    "threshold": 100000,
                                    "earn_factor": 2.25,
                                }
                            )
                        ],
                        "rule_ids": [
                            Command.create(
                                {
                                    "reward_point_mode": "money",
                                    "reward_point_amount": 0.333,
                                    "minimum_amount": 100,
                                    "minimum_amount_tax_mode": "excl",
                                    "product_ids": [Command.set(first)],
                                }
                            ),
                            Command.create(
                                {
                                    "reward_point_mode": "unit",
                                    "reward_point_amount": 1.5,
                                    "minimum_qty": 2,
                                    "product_ids": [Command.set(second)],
                                    "condition_tag_ids": [Command.set(cls.tag.ids)],
                                }
                            ),
                            Command.create(
                                {
                                    "reward_point_mode": "order",
                                    "reward_point_amount": 7,
                                    "mode": "with_code",
                                    "code": "PARITY",
                                }
                            ),
                        ],
                        "reward_ids": [
                            Command.create(
                                {
                                    "reward_type": "product",
                                    "reward_product_id": second[0],
                                    "required_points": 10,
                                }
                            )
                        ],
                    },
                ]
            )
        )
        of_tag, of_segment = programs[0].campaign_ids.sorted("id")
        of_tag.condition_tag_ids = cls.tag
        of_segment.sudo().condition_segment_ids = cls._make_segment(cls.members[1])
        cls.env["loyalty.program"].create(
            {
                "name": "Ten percent",
                "program_type": "promotion",
                "trigger": "auto",
                "rule_ids": [Command.create({"minimum_amount": 300})],
                "reward_ids": [Command.create({"discount": 10})],
            }
        )
        return programs

    def test_same_points_as_the_server(self):
        self.program.active = False
        self.browser_js(
            self._get_url(),
            "odoo.loader.modules"
            ".get('@crm_loyalty_points_pos/../tests/tours/till_parity')"
            f".countBaskets({BASKETS}, 20261122)"
            ".then(() => console.log('test successful'))"
            ".catch((error) => console.error(error.message || String(error)))",
            "Boolean(window.posmodel?.session)",
            login="pos_user",
            timeout=60 + 6 * BASKETS,
        )
        orders = self.env["pos.order"].search(
            [("partner_id", "in", self.members.ids)], order="id"
        )
        self.assertEqual(len(orders), BASKETS)
        earned = 0
        for order in orders:
            counted = order.sudo()._count_points(self.programs)
            expected = {
                str(program.id): float(outcome.points)
                for program, outcome in counted.items()
            }
            shown = json.loads(order.general_customer_note)
            shown = {**dict.fromkeys(expected, 0), **shown}
            lines = [
                (line.full_product_name, line.qty, line.price_subtotal_incl)
                for line in order.lines
            ]
            self.assertEqual(shown, expected, lines)
            earned += sum(expected.values())
        self.assertTrue(earned, "baskets that earn nothing prove nothing")
