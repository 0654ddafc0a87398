from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, new_test_user, tagged

from .by_hand_common import ByHandCase


@tagged("post_install", "-at_install")
class TestAdjust(ByHandCase):
    """Every complaint at the counter ends with a few points: quickly, with a reason,
    and with the name of who gave them."""

    def test_form_of_the_card(self):
        wizards = self.env["loyalty.card.adjust"].with_user(self.officer)
        action = self.card.with_user(self.officer).action_adjust_points()
        form = Form(wizards.with_context(**action["context"]))
        self.assertEqual(form.partner_id, self.partner)
        form.points = 40.5
        self.assertEqual((form.balance, form.balance_after), (0, 40.5))
        form.reason_id = self.gift
        form.note = "Happy new year, Khun Somchai"
        wizard = form.save()
        wizard.action_apply()
        wizard.action_apply()  # a double click
        self.assertBalance(self.card, 40.5)
        entry = self.card.point_entry_ids
        self.assertEqual(
            (entry.kind, entry.reason, entry.operator_id),
            ("bonus", "gift", self.officer.id),
        )
        self.assertIn("Khun Somchai", entry.note_ids.note)
        self.assertFalse(self._pending())

    def test_points_end_as_the_programme_says(self):
        self.program.write({"expiry_policy": "date", "expiry_date": "2090-12-31"})
        wizard = self._adjust(5)
        self.assertEqual(str(wizard.expiry), "2090-12-31")
        wizard.action_apply()
        self._give(101)
        self.program.expiry_date = "2091-12-31"
        self._pending().with_user(self.manager).action_approve()
        self.assertEqual(
            [
                str(day)
                for day in self.card.point_entry_ids.sorted("seq").mapped("expiry")
            ],
            ["2090-12-31", "2091-12-31"],
        )

    def test_taking_never_leaves_a_debt(self):
        self._give(50)
        self._give(-30)
        self.assertBalance(self.card, 20)
        with self.assertRaises(UserError):
            self._give(-21)
        self.assertBalance(self.card, 20)

    def test_what_the_form_refuses(self):
        for values in (
            {"points": 0},
            {"points": -5},
            {"reason_id": self.family.id},
            {"note": " "},
        ):
            wizard = self._adjust(5)
            wizard.write(values)
            with self.assertRaises(UserError, msg=values):
                wizard.action_apply()
        with self.assertRaises(UserError):
            self._give(-5, reason=self.gift)
        self.assertBalance(self.card, 0)
        with self.assertRaises(ValidationError):
            self.gift.direction = "both"

    def test_many_customers_at_once(self):
        self.company.write({"points_limit_movement": 0, "points_limit_day": 0})
        third = self.env["res.partner"].create({"name": "Third"})
        customers = self.partner | self.other_partner | third
        self._card(self.other_partner)
        wizards = self.env["loyalty.card.adjust"].with_user(self.officer)
        action = customers.with_user(self.officer).action_adjust_points()
        form = Form(wizards.with_context(**action["context"]))
        form.program_id = self.program
        self.assertEqual((form.target_count, form.missing_count), (2, 1))
        form.points = 20
        form.reason_id = self.gift
        self.assertEqual(form.total, 40)
        form.create_cards = True
        self.assertEqual(form.total, 60)
        form.save().action_apply()
        cards = self.Card.search([("partner_id", "in", customers.ids)])
        self.assertEqual(cards.mapped("points"), [20, 20, 20])
        self.assertEqual(set(cards.point_entry_ids.mapped("kind")), {"bonus"})

    def test_customers_without_cards(self):
        third = self.env["res.partner"].create({"name": "Third"})
        with self.assertRaises(UserError):
            self._give(5, card=third, program_id=self.program.id)
        self.assertFalse(self.Card.search([("partner_id", "=", third.id)]))

    def test_only_officers(self):
        for groups in (
            "base.group_user",
            "crm_segments.crm_segments_group_viewer",
            "sales_team.group_sale_salesman_all_leads",
        ):
            user = new_test_user(self.env, f"u_{groups}", groups)
            with self.assertRaises(AccessError, msg=groups):
                self._adjust(5, user)
            wizard = self._adjust(5)
            with self.assertRaises(AccessError, msg=groups):
                wizard.with_user(user).action_apply()
        self.assertBalance(self.card, 0)

    def test_another_company_is_out_of_reach(self):
        other = self.env["res.company"].create({"name": "Other"})
        program = self.program.create(
            {
                "name": "Theirs",
                "program_type": "loyalty",
                "applies_on": "both",
                "company_id": other.id,
            }
        )
        card = self._card(self.partner, program)
        with self.assertRaises(AccessError):
            self._give(5, card=card)
        with self.assertRaises(AccessError):
            self._give(5, card=self.partner, program_id=program.id)
        self.assertBalance(card, 0)
