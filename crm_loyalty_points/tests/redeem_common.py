import base64
from uuid import uuid4

from odoo.addons.crm_segments.tools.local_date import local_today

from .common import LedgerCase


class RedeemCase(LedgerCase):
    """A member with 500 points, two branches, and a reward of each kind: a free coffee
    by code (100), a parcel (200), a shared code (50) and a list of codes (50)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        env = cls.env
        env["loyalty.program"].search(
            [("id", "not in", (cls.program + cls.wallet).ids)]
        ).active = False
        env.company.customer_tz = "Asia/Bangkok"
        cls.today = local_today(env)
        cls.silom, cls.ari, cls.thonglor, cls.sathorn = env["crm.branch"].create(
            [{"name": name} for name in ("Silom", "Ari", "Thonglor", "Sathorn")]
        )
        cls.cup, cls.tea = env["product.product"].create(
            [
                {
                    "name": name,
                    "list_price": 40,
                    "standard_price": 12,
                    "taxes_id": False,
                }
                for name in ("Cup", "Tea")
            ]
        )
        cls.offered = env["loyalty.reward"].create(
            [
                {
                    "program_id": cls.program.id,
                    "reward_type": "product",
                    "reward_product_id": cls.cup.id,
                    **values,
                }
                for values in (
                    {
                        "description": "Free coffee",
                        "fulfilment": "code",
                        "required_points": 100,
                    },
                    {
                        "description": "Cup by parcel",
                        "fulfilment": "delivery",
                        "required_points": 200,
                    },
                    {
                        "description": "10 off in the web shop",
                        "fulfilment": "own_code",
                        "shared_code": "SAVE10",
                        "platform": "Web shop",
                        "required_points": 50,
                    },
                    {
                        "description": "Single code",
                        "fulfilment": "own_code",
                        "own_code_kind": "list",
                        "required_points": 50,
                    },
                )
            ]
        )
        cls.coffee, cls.parcel, cls.shared, cls.listed = cls.offered
        cls.Entry._post(
            [{"card_id": cls.card.id, "kind": "earn", "points": 500, "key": "start"}]
        )

    def tearDown(self):
        self.assertEqual(self.env["loyalty.point.award"]._check_ledger(), [])
        super().tearDown()

    def redeem(self, reward, card=None, key=None, **options):
        """:return: loyalty.redemption"""
        return reward._redeem(card or self.card, key=key or uuid4().hex, **options)

    def upload(self, content, reward=None):
        """Upload codes to the list reward, as its wizard does."""
        content = content.encode() if isinstance(content, str) else content
        self.env["loyalty.reward.code.upload"].create(
            {
                "reward_id": (reward or self.listed).id,
                "file": base64.b64encode(content),
            }
        ).action_upload()
