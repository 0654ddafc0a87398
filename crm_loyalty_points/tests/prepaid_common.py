from freezegun import freeze_time

from odoo.fields import Command
from odoo.tests import Form, new_test_user

from .common import LedgerCase

NOON = "05:00:00"  # in Bangkok, as the server's clock says it
PREPAID_VIEW = "crm_loyalty_points.loyalty_prepaid_type_view_form"


class PrepaidCase(LedgerCase):
    """A spa with six services and two prepaid cards: 3,500 for 4,000 to spend on
    anything, and one limited to four of the services, both valid for six months.

    It is 5 January 2026 in Bangkok, until a test moves on. Prices without tax.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        freezer = freeze_time(f"2026-01-05 {NOON}")
        cls.clock = freezer.start()
        cls.addClassCleanup(freezer.stop)
        cls.env["loyalty.program"].search([]).active = False
        cls.salesperson = new_test_user(
            cls.env,
            "prepaid_sales",
            "sales_team.group_sale_salesman_all_leads,"
            "crm_segments.crm_segments_group_officer",
        )
        cls.editor = new_test_user(
            cls.env, "prepaid_editor", "crm_segments.crm_segments_group_editor"
        )
        cls.services = cls.env["product.product"].create(
            [
                {"name": name, "list_price": price, "type": "service", **NO_TAX}
                for name, price in SERVICES
            ]
        )
        cls.massage, cls.scrub, cls.facial, cls.sauna, cls.nails, cls.hair = (
            cls.services
        )
        cls.four = cls.massage + cls.scrub + cls.facial + cls.sauna
        cls.open_type = cls._make_type(name="Spa card", price=3500, value=4000)
        cls.four_type = cls._make_type(
            name="Body card", price=9000, value=None, services=cls.four
        )

    def setUp(self):
        super().setUp()
        self._on("2026-01-05")

    def tearDown(self):
        self.assertEqual(self.env["loyalty.point.award"]._check_ledger(), [])
        super().tearDown()

    @classmethod
    def _form(cls, record=None):
        """:return: the form of a card type, as the programme editor has it"""
        types = cls.env["loyalty.program"].with_user(cls.editor)
        types = types.with_context(
            default_is_prepaid=True, default_program_type="ewallet"
        )
        return Form(record.with_env(types.env) if record else types, view=PREPAID_VIEW)

    @classmethod
    def _make_type(cls, name, price, value, services=None):
        """:return: a card type filled in on its form; no value leaves the suggestion"""
        with cls._form() as form:
            form.name = name
            form.prepaid_price = price
            if services:
                form.prepaid_scope = "chosen"
                for service in services:
                    form.prepaid_service_ids.add(service)
            if value:
                form.prepaid_value = value
        return form.record.with_env(cls.env)

    def _on(self, day):
        self.clock.move_to(f"{day} {NOON}")
        self.env.invalidate_all()

    def _allowed(self, card_type):
        """:return: the services that a card pays for"""
        return self.env["product.product"].search(
            card_type.reward_ids._get_discount_product_domain(), order="id"
        )

    def _order(self, *products, partner=None):
        """:return: a quotation of one unit of each product"""
        orders = self.env["sale.order"].with_user(self.salesperson)
        return orders.create(
            {
                "partner_id": (partner or self.partner).id,
                "order_line": [
                    Command.create({"product_id": product.id}) for product in products
                ],
            }
        )

    def _buy(self, card_type, partner=None):
        """Sell a card by a sale order. :return: the order"""
        order = self._order(card_type.prepaid_product_id, partner=partner)
        order.action_confirm()
        return order

    def _wallet(self, card_type, partner=None):
        """:return: the customer's card of a type"""
        return self.Card.search(
            [
                ("partner_id", "=", (partner or self.partner).id),
                ("program_id", "=", card_type.id),
            ]
        )

    def _use(self, order, card_type):
        """Use the customer's card on an order as its Reward button does."""
        order._update_programs_and_rewards()
        card = self._wallet(card_type, order.partner_id)
        error = order._apply_program_reward(card_type.reward_ids, card)
        return error.get("error")

    def _purchases(self, card_type, partner=None):
        """:return: what was bought on the customer's card, the first one first"""
        self.env.invalidate_all()
        card = self._wallet(card_type, partner)
        return card.prepaid_purchase_ids.sorted("id")


NO_TAX = {"taxes_id": False, "invoice_policy": "order"}
SERVICES = (
    ("Massage", 500),
    ("Scrub", 400),
    ("Facial", 300),
    ("Sauna", 150),
    ("Nails", 250),
    ("Hair", 1000),
)
