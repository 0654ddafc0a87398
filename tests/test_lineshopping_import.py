import os
import time
import unittest
from collections import Counter

from odoo.tests import tagged
from odoo.tests.common import BaseCase

from odoo.addons.crm_segments.tests.database import cloned_database, committed

from .common_kill import FULL, KilledWorker

try:
    from odoo.addons.crm_lineshopping_connector.tests import (
        lineshopping_oracle as oracle,
    )
    from odoo.addons.crm_lineshopping_connector.tests.emulators.faults import Faults
    from odoo.addons.crm_lineshopping_connector.tests.emulators.line_server import (
        LineServer,
    )
    from odoo.addons.crm_lineshopping_connector.tests.emulators.shop_orders import GOODS
except ImportError as error:  # a package without its tests
    raise unittest.SkipTest("the emulator of LINE is not here") from error

ORDERS = int(os.environ.get("CRM_SUITE_LINE_ORDERS") or (10000 if FULL else 150))
PEOPLE = 400 if FULL else 20
STEP = 10  # so much money is a point
# All limits are so many times as high as at LINE, and so is the pace of who reads.
SPEED = 40
RATE = 16
LIMITS = (50 * SPEED, 1000 * SPEED)
# The server's clock is behind, so what changes while we read lies in what we read.
BEHIND = 900.0


@tagged("standard", "post_install", "-at_install")
class TestLineshoppingImport(KilledWorker, BaseCase):
    """A shop's orders change while they are read. Afterwards Odoo says what the shop's
    server says, order by order, and each member has the points of that; nothing that
    was asked broke LINE's rules."""

    def setUp(self):
        super().setUp()
        self.clock = 0.0
        self.database = self.enterContext(cloned_database())
        type(self).database = self.database
        self.start_worker()

    def start(self, **values):
        """Start the shop's server and connect a company to it."""
        self.server = self.enterContext(
            LineServer(
                seed=11,
                orders=ORDERS,
                people=PEOPLE,
                same_time=110,
                skew=-BEHIND,
                limits=LIMITS,
                **values,
            )
        )
        with committed(self.database) as env:
            self._connect(env)

    def _connect(self, env):
        parameters = env["ir.config_parameter"].sudo()
        parameters.set_param("crm_lineshopping_connector.loopback", "1")
        env["crm.lineshopping.shop"].search([]).active = False
        env["crm.shop"].search([]).unlink()
        program = env["loyalty.program"].create(
            {
                "name": "Members",
                "program_type": "loyalty",
                "applies_on": "both",
                "trigger": "auto",
                "thb_per_point": STEP,
                "company_id": env.company.id,
                "currency_id": env.company.currency_id.id,
            }
        )
        env["crm.shop"].create(
            {"name": "Ruean", "slug": "ruean-import", "program_id": program.id}
        )
        env["product.product"].create(
            [
                {"name": name, "default_code": sku, "type": "service", "taxes_id": []}
                for sku, name, _price in GOODS[:-2]
            ]
        )
        self._create_members(env, program)
        shop = env["crm.lineshopping.shop"].create(
            {
                "name": "LINE SHOPPING",
                "api_key": self.server.shop.key,
                "api_url": self.server.url,
                "calls_per_second": RATE,
            }
        )
        env.flush_all()
        env.cr.execute(
            """UPDATE crm_lineshopping_shop
                  SET cursor_at = now() AT TIME ZONE 'UTC' - interval '40 days'
                WHERE id = %s""",
            [shop.id],
        )
        self.shop_id = shop.id

    def _create_members(self, env, program):
        """Everybody who buys is a member but one; two have the same phone."""
        people = [row for n, row in enumerate(self.server.people) if n != 3]
        partners = env["res.partner"].create(
            [{"name": person.name, "phone": person.phone} for person in people]
        )
        env["loyalty.card"].create(
            [{"program_id": program.id, "partner_id": row.id} for row in partners]
        )
        self.members = {}
        for person, partner in zip(people, partners, strict=True):
            self.members.setdefault(person.phone, []).append(partner.id)

    # -- reading -----------------------------------------------------------------------

    def read(self, kills=()):
        """Read all that is due, as the job does; what waits after an error does not."""
        kills = list(kills)
        for _turn in range(60):
            kill = kills.pop(0) if kills else None
            self._be_due()
            begin = time.monotonic()
            answer = self.worker.run("read_line_shops", [SPEED], kill)
            self.clock += time.monotonic() - begin
            if kill:
                self.assertIn("signal", answer, f"was done before {kill}")
            elif not self._left():
                return
        self.fail("does not come to an end")

    def _be_due(self):
        with committed(self.database) as env:
            # by SQL: the server that was killed must not have left a lock
            env.cr.execute(
                "UPDATE crm_lineshopping_shop SET wait_until = NULL WHERE id = %s",
                [self.shop_id],
            )
            env.cr.execute(
                """UPDATE crm_lineshopping_exception
                      SET next_try_at = now() AT TIME ZONE 'UTC' - interval '1 day'"""
            )

    def _left(self):
        """:return: whether something is still to be done"""
        with committed(self.database) as env:
            shop = env["crm.lineshopping.shop"].browse(self.shop_id)
            self.assertEqual(shop.state, "active", shop.last_error)
            return (
                shop._running_pulls()
                or env["crm.lineshopping.exception"].search_count([])
                or env["crm.lineshopping.order"].search_count([("dirty", "=", True)])
            )

    def begin(self):
        """Let the schedule say that it is time to read."""
        with committed(self.database) as env:
            env.cr.execute(
                """UPDATE crm_lineshopping_shop
                      SET next_pull_at = now() AT TIME ZONE 'UTC' - interval '1 day'
                    WHERE id = %s""",
                [self.shop_id],
            )

    def read_while_it_changes(self, kills=()):
        self.begin()
        self.read(kills)
        with committed(self.database) as env:
            self.assertGreater(
                env["crm.lineshopping.order"].search_count([]), ORDERS * 0.8
            )
        # the shop closes; some minutes later all of it is told
        self.server.moving = 0
        self.server.skew = 0.0
        self.begin()
        self.read()

    # -- what came of it ---------------------------------------------------------------

    def check(self):
        server = self.server
        self.assertEqual(server.violations, [])
        self.assertEqual(server.rate_violations, [])
        truth = server.truth()
        self.assertGreaterEqual(len(truth), ORDERS)
        with committed(self.database) as env:
            self._check_orders(env, truth)
            self._check_points(env, truth)
        count = len(server.requests)
        faults = server.faults.done if server.faults else 0
        print(
            f"{len(truth)} orders, {count} requests, {server.changes} changes, "
            f"{faults} faults, {self.clock:.0f} s of reading"
        )

    def _check_orders(self, env, truth):
        rows = env["crm.lineshopping.order"].search([("shop_id", "=", self.shop_id)])
        self.assertEqual(
            Counter(rows.mapped("number")), Counter(dict.fromkeys(truth, 1))
        )
        sales = Counter(rows.sale_order_id.mapped("client_order_ref"))
        self.assertEqual(set(sales.values()), {1})
        env.cr.execute(
            """SELECT count(*) FROM sale_order
                WHERE lineshopping_order_id IS NOT NULL"""
        )
        self.assertEqual(env.cr.fetchone()[0], len(rows.sale_order_id))
        for row in rows:
            self._check_order(row, truth[row.number])

    def _check_order(self, row, payload):
        self.assertEqual(row.payload, payload)
        self.assertEqual(row.order_status, payload["orderStatus"])
        self.assertEqual(row.payment_status, payload["paymentStatus"])
        sale, status = row.sale_order_id, oracle.word(payload, "orderStatus")
        if status in ("CANCELED", "EXPIRED"):
            self.assertIn(sale.state, (False, "cancel"), payload)
        elif oracle.gives_points(payload):
            self.assertEqual(sale.state, "sale", payload)
            self.assertAlmostEqual(sale.amount_total, payload["totalPrice"])
        buyer = oracle.buyer_of(payload, self.members)
        self.assertEqual(row.partner_id.id or None, buyer, payload)
        points = oracle.points_of(payload, STEP) if buyer else 0
        self.assertEqual(row.points, points, payload)

    def _check_points(self, env, truth):
        expected = oracle.balances(truth, self.members, STEP)
        self.assertGreater(sum(expected.values()), 0)
        ids = [member for rows in self.members.values() for member in rows]
        cards = env["loyalty.card"].search([("partner_id", "in", ids)])
        entries = dict(
            env["loyalty.point.entry"]._read_group(
                [("card_id", "in", cards.ids)], ["card_id"], ["points:sum"]
            )
        )
        for card in cards:
            self.assertEqual(card.points, expected[card.partner_id.id])
            self.assertEqual(entries.get(card, 0), expected[card.partner_id.id])

    # -- tests -------------------------------------------------------------------------

    def test_orders_change_while_they_are_read(self):
        self.start(moving=3)
        self.read_while_it_changes()
        self.check()

    def test_faults_and_a_process_that_dies_three_times(self):
        self.start(moving=3)
        self.server.faults = Faults(
            0.2,
            ("429", "429-text", "500", "503", "cut", "short", "timeout", "garbage"),
            hold=0.02,
            retry_after="0.05",
            only="/myshop",
        )
        step = max(ORDERS // 50, 4)
        kills = [
            ["commit", step * 2, "after"],
            ["statement", step * 60],
            ["commit", step, "before"],
        ]
        self.read_while_it_changes(kills)
        self.assertGreater(self.server.faults.done, ORDERS * 0.1)
        self.check()
