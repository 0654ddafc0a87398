from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import TransactionCase, tagged
from odoo.tools import SQL


@tagged("post_install", "-at_install")
class TestProgramCodes(TransactionCase):
    """Thousands are told a code at once: each must work, once, for nobody's member
    card."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.program = cls.env["loyalty.program"].create(
            {
                "name": "Tea for You",
                "program_type": "coupons",
                "applies_on": "current",
                "trigger": "with_code",
                "rule_ids": [Command.create({})],
                "reward_ids": [
                    Command.create({"discount": 10, "required_points": 3}),
                    Command.create({"discount": 20, "required_points": 5}),
                ],
            }
        )
        cls.people = cls.env["res.partner"].create(
            [{"name": name} for name in ("Lek", "Noi")]
        )

    def issue(self, program=None, company=None):
        rows = SQL(
            "SELECT id, 'TEA-' || id FROM res_partner WHERE id = ANY(%s)",
            self.people.ids,
        )
        program = program or self.program
        return program._crm_issue_codes(rows, company or self.env.company)

    def test_a_coupon_each(self):
        self.assertEqual(self.issue(), 2)
        cards = self.program.coupon_ids
        self.assertEqual(cards.partner_id, self.people)
        self.assertEqual(set(cards.mapped("points")), {3})
        self.assertFalse(any(cards.mapped("is_member_card")))
        self.assertEqual(self.program.coupon_count, 2)

    def test_issued_again(self):
        self.issue()
        self.program.coupon_ids[0].points = 0
        self.assertEqual(self.issue(), 0)
        self.assertEqual(len(self.program.coupon_ids), 2)
        self.assertEqual(sorted(self.program.coupon_ids.mapped("points")), [0, 3])

    def test_the_code_works_once_in_a_sale(self):
        self.issue()
        card = self.program.coupon_ids[0]
        tea = self.env["product.product"].create(
            {"name": "Tea", "list_price": 100, "taxes_id": False, "type": "service"}
        )
        first, second = self.env["sale.order"].create(
            [
                {
                    "partner_id": card.partner_id.id,
                    "order_line": [Command.create({"product_id": tea.id})],
                }
                for _order in range(2)
            ]
        )
        status = first._try_apply_code(card.code)
        self.assertNotIn("error", status)
        first._apply_program_reward(status[card][:1], card)
        first.action_confirm()
        self.assertEqual((first.amount_total, card.points), (90, 0))
        self.assertIn("error", second._try_apply_code(card.code))

    def test_refused(self):
        card = self.env["loyalty.program"].create(
            {"name": "Points", "program_type": "loyalty"}
        )
        with self.assertRaisesRegex(UserError, "no coupon programme"):
            self.issue(card)
        other = self.env["res.company"].create({"name": "Other shop"})
        self.program.company_id = self.env.company
        with self.assertRaisesRegex(UserError, "another company"):
            self.issue(company=other)
        self.program.active = False
        with self.assertRaisesRegex(UserError, "archived"):
            self.issue()
