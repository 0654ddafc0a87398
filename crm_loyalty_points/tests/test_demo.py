from odoo.tests import TransactionCase, tagged

from odoo.addons.crm_segments.demo.loader import load as load_shop

from ..demo.loader import load


@tagged("post_install", "-at_install")
class TestPointsDemo(TransactionCase):
    """The demo must show a ledger that adds up: it is where a shopkeeper learns
    whether to trust the points."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        load_shop(cls.env, customers=60)
        load(cls.env)

    def test_points_of_the_demo(self):
        program = self.env.ref("crm_loyalty_points.demo_program")
        entries = self.env["loyalty.point.entry"].search(
            [("program_id", "=", program.id)]
        )
        self.assertLessEqual(
            {"welcome", "earn", "redeem", "reversal"}, set(entries.mapped("kind"))
        )
        for card, movements in entries.grouped("card_id").items():
            self.assertAlmostEqual(sum(movements.mapped("points")), card.points)
            self.assertEqual(len(movements.filtered(lambda e: e.kind == "welcome")), 1)
        for kind in ("welcome", "redeem"):
            entry = entries.filtered(lambda e, kind=kind: e.kind == kind)[:1]
            self.assertRegex(entry.why, r"\d points$")
        self.assertFalse(load(self.env))
        visits = self.env["crm.visit"].search([("staff_id.name", "!=", False)])
        self.assertLessEqual({"planned", "done"}, set(visits.mapped("state")))
        self.assertEqual(set(visits.mapped("product_id.type")), {"service"})
        self.assertTrue(all(visits.branch_id.mapped("hours_text")))

    def test_every_page_shows_something(self):
        program = self.env.ref("crm_loyalty_points.demo_program")
        with self.subTest("members joined over the year and moved between tiers"):
            cards = self.env["loyalty.card"].search([("program_id", "=", program.id)])
            self.assertTrue(all(cards.mapped("member_since")))
            self.assertGreater(len(set(cards.mapped("member_since"))), 20)
            self.assertTrue(cards.partner_id.mapped("joined_branch_id"))
            history = program.env["loyalty.tier.history"].search(
                [("program_id", "=", program.id)]
            )
            self.assertLessEqual(
                {"rise", "month_end", "manual"}, set(history.mapped("reason"))
            )
            self.assertTrue(program.tier_warning_days)
        with self.subTest("rewards of each kind, in each state"):
            redeemed = self.env["loyalty.redemption"].search(
                [("program_id", "=", program.id)]
            )
            self.assertEqual(
                set(redeemed.mapped("fulfilment")), {"code", "delivery", "own_code"}
            )
            self.assertEqual(
                set(redeemed.mapped("state")),
                {"issued", "used", "expired", "cancelled"},
            )
            self.assertTrue(redeemed.filtered("used_document"))
            orders = redeemed.order_id
            self.assertFalse(any(orders.mapped("points_earned")))
            codes = redeemed.reward_id.code_ids
            self.assertEqual(set(codes.mapped("state")), {"free", "given"})
        with self.subTest("prepaid cards sold, used, taken back, given, ended"):
            purchases = self.env["loyalty.prepaid.purchase"].search([])
            self.assertEqual(
                set(purchases.mapped("state")),
                {"unused", "part", "used", "ended", "returned"},
            )
            self.assertLessEqual({"earn", "bonus"}, set(purchases.mapped("kind")))
            self.assertGreater(len(set(purchases.mapped("date"))), 5)
        with self.subTest("points that end make a liability that knows its history"):
            action = self.env["loyalty.liability"].action_open()
            liability = self.env["loyalty.liability"].browse(action["res_id"])
            self.assertGreater(liability.value, 0)
            self.assertGreater(liability.points_lapsing, 0)
            self.assertGreaterEqual(liability.history_months, 9)
        self.assertEqual(self.env["loyalty.point.award"]._check_ledger(), [])
