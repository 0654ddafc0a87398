from odoo import Command
from odoo.tests import TransactionCase

from ..tools.service_url import LOOPBACK_PARAMETER
from .emulators.line_server import LineServer


class LineMixin:
    """Starts LINE and LINE SHOPPING on this machine and connects a company to them.

    ``server`` is the emulator, fresh for each test. Of the class are ``channel``,
    ``line_shop``, ``shop`` (crm.shop, the member page) and ``program``.
    """

    server_values = {}

    @classmethod
    def set_up_line(cls):
        """Records that point at an emulator; its address is set by each test."""
        parameters = cls.env["ir.config_parameter"].sudo()
        parameters.set_param(LOOPBACK_PARAMETER, "1")
        cls.program = cls.env["loyalty.program"].create(
            {
                "name": "LINE points",
                "program_type": "loyalty",
                "applies_on": "both",
                "company_id": cls.env.company.id,
                "rule_ids": [
                    Command.create(
                        {
                            "reward_point_mode": "money",
                            "reward_point_amount": 1,
                            "minimum_qty": 0,
                        }
                    )
                ],
            }
        )
        cls.env["crm.shop"].search([]).unlink()
        cls.shop = cls.env["crm.shop"].create(
            {"name": "Ruean", "slug": "ruean-line", "program_id": cls.program.id}
        )
        cls.env["crm.line.channel"].search([]).active = False
        cls.channel = cls.env["crm.line.channel"].create({"name": "LINE"})
        cls.line_shop = cls.env["crm.lineshopping.shop"].create(
            {"name": "LINE SHOPPING"}
        )

    @classmethod
    def connect_line(cls, server):
        """Let the records point at a server."""
        messaging, login = server.messaging, server.login
        cls.channel.write(
            {
                "channel_id": messaging.channel_id,
                "channel_secret": messaging.secret,
                "access_token": messaging.token,
                "basic_id": messaging.bot["basicId"],
                "login_channel_id": login.channel_id,
                "liff_id": login.liff_id,
                "api_url": server.url,
                "data_url": server.url,
                "sdk_url": f"{server.url}/liff/sdk.js",
            }
        )
        cls.line_shop.write(
            {
                "api_key": server.shop.key,
                "api_url": server.url,
                "webhook_secret": server.shop.secret,
            }
        )

    def start_server(self, **values):
        """:return: LineServer that ends with the test, nobody points at it yet"""
        return self.enterContext(LineServer(**{**self.server_values, **values}))

    def assert_rules_kept(self, server=None):
        """Nothing that was asked broke LINE's rules, and no answer of the emulator."""
        server = server or self.server
        self.assertEqual(server.violations, [])
        self.assertEqual(server.rate_violations, [])

    def member_of(self, person, **values):
        """:param person: of ``server.people``
        :return: res.partner with the person's phone and a card of the programme"""
        partner = self.env["res.partner"].create(
            {"name": person.name, "phone": person.phone, **values}
        )
        self.env["loyalty.card"].create(
            {"program_id": self.program.id, "partner_id": partner.id}
        )
        return partner


class LineCase(LineMixin, TransactionCase):
    """See LineMixin; after each test LINE's rules must not have been broken, except
    where `breaks_rules` is set."""

    breaks_rules = False

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.set_up_line()

    def setUp(self):
        super().setUp()
        self.server = self.start_server()
        self.connect_line(self.server)

    def tearDown(self):
        if not self.breaks_rules:
            self.assert_rules_kept()
        super().tearDown()
