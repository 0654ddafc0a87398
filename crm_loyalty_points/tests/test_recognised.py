from odoo.tests import tagged

from .order_common import OrderCase


@tagged("post_install", "-at_install")
class TestRecognised(OrderCase):
    """A member who orders as a guest has the points of the order on the one card."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.company.country_id = cls.env.ref("base.th")
        cls.partner.write({"phone": "081 234 5678"})
        cls.program.welcome_points = 0

    def guest(self, **values):
        return self.env["res.partner"].create(
            {"name": "Nok", "phone": "0812345678", **values}
        )

    def test_points_of_a_guest(self):
        self._post(100)
        guest = self.guest()
        order = self._order(partner=guest)
        order._update_programs_and_rewards()
        order.action_confirm()
        self.assertEqual(guest.commercial_partner_id, self.partner)
        self.assertBalance(self.card, 200)
        cards = self.Card.search(
            [
                ("partner_id.commercial_partner_id", "=", self.partner.id),
                ("program_id", "=", self.program.id),
            ]
        )
        self.assertEqual(cards, self.card)

    def test_the_customer_had_no_card(self):
        self.other_partner.phone = "0899999999"
        guest = self.guest(phone="0899999999")
        self._order(partner=guest).action_confirm()
        card = self.Card.search(
            [
                ("partner_id", "=", self.other_partner.id),
                ("program_id", "=", self.program.id),
            ]
        )
        self.assertBalance(card, 100)

    def test_one_welcome(self):
        self.program.welcome_points = 50
        member = self.env["res.partner"].create({"name": "M", "phone": "0866666666"})
        card = self._card(member)
        self.assertBalance(card, 50)
        guest = self.guest(phone="0866666666")
        self._order(partner=guest).action_confirm()
        self.assertBalance(card, 150)

    def test_possible_twin(self):
        """Whoever signed up with a known number is asked about elsewhere."""
        guest = self.guest()
        guest.possible_twin_id = self.partner
        self._order(partner=guest).action_confirm()
        self.assertEqual(guest.commercial_partner_id, guest)
        matches = self.env["crm.customer.match"]
        self.assertFalse(matches.search([("partner_id", "=", guest.id)]))
