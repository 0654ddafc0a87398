from odoo.tests import TransactionCase, tagged

from odoo.addons.crm_segments.demo.loader import load as load_shop

from ..demo.loader import load


@tagged("post_install", "-at_install")
class TestPointsDemo(TransactionCase):
    """The demo must show a ledger that adds up: it is where a shopkeeper learns
    whether to trust the points."""

    def test_points_of_the_demo(self):
        load_shop(self.env, customers=60)
        load(self.env)
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
