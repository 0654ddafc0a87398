import signal
import time
from datetime import datetime, timedelta, timezone
from fractions import Fraction

from odoo.tests.common import BaseCase, tagged

from odoo.addons.crm_lineshopping_connector.tests import lineshopping_oracle as oracle
from odoo.addons.crm_lineshopping_connector.tests.common_line import LineMixin
from odoo.addons.crm_lineshopping_connector.tests.emulators import faults
from odoo.addons.crm_lineshopping_connector.tests.emulators.line_server import (
    LineServer,
)
from odoo.addons.crm_segments.tests.database import cloned_database, committed

from .common_kill import FULL, KilledWorker

ORDERS = 1000 if FULL else 8
CHANGES = 60 if FULL else 3
POINTS = 1000 if FULL else 3  # so many of them are tried
ROUNDS = 200 if FULL else 25
FREE = (10**6, 10**6)


@tagged("standard", "post_install", "-at_install")
class TestLineshoppingKillPoints(KilledWorker, LineMixin, BaseCase):
    """The job that reads orders dies in the middle: while it asks, between asking and
    storing, between storing and the sale order, before the cursor moves. The shop goes
    on changing, and a part of its answers fails. Afterwards Odoo says of each order
    what the shop says, each has one sale order, and the points are right."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.database = cls.enterClassContext(cloned_database())
        cls.server = cls.enterClassContext(
            LineServer(orders=ORDERS, people=6, quirks=0, limits=FREE)
        )
        with committed(cls.database) as env:
            env["ir.cron"].search([]).active = False
            cls.env = env
            cls.set_up_line()
            cls.program.rule_ids.reward_point_amount = 1
            cls.connect_line(cls.server)
            for person in cls.server.book.people[:3]:
                cls.member_of(cls, person)
            cls.shop_id, cls.program_id = cls.line_shop.id, cls.program.id
        # nothing of a closed connection is used any more
        del cls.env, cls.channel, cls.shop, cls.program, cls.line_shop
        cls.start_worker()

    def start(self, days=40):
        """The shop changes, and a reading begins."""
        self.server.book.step(CHANGES)
        time.sleep(1.01 - time.time() % 1)
        now = datetime.now(timezone.utc).replace(tzinfo=None, microsecond=0)
        with committed(self.database) as env:
            shop = env["crm.lineshopping.shop"].browse(self.shop_id)
            shop.wait_until = False
            pull = shop._start_pull("now", start=now - timedelta(days=days))
            # up to this second, without waiting until all is told
            pull.end_at = now

    def read(self, kill=None):
        return self.worker.run("read_line_orders", kill=kill)

    def finish(self):
        for _round in range(ROUNDS):
            self.read()
            with committed(self.database) as env:
                shop = env["crm.lineshopping.shop"].browse(self.shop_id)
                env["crm.lineshopping.exception"].search(
                    []
                ).next_try_at = datetime.now()
                shop.wait_until = False
                orders = env["crm.lineshopping.order"]
                orders.search([("dirty", "=", True)])._settle()
                if not shop._running_pulls() and not orders.search_count(
                    [("dirty", "=", True)]
                ):
                    return
        self.fail("still reading")

    def check(self):
        truth = self.server.book.truth()
        with committed(self.database) as env:
            rows = env["crm.lineshopping.order"].search([])
            self.assertEqual(set(rows.mapped("number")), set(truth))
            self.assertEqual(len(rows), len(truth))
            for row in rows:
                self.assertEqual(row.payload, truth[row.number])
            self.assertFalse(env["crm.lineshopping.exception"].search([]))
            self.assertEqual(len(rows.sale_order_id), len(rows))
            sales = env["sale.order"].search([("lineshopping_order_id", "!=", False)])
            self.assertEqual(sales, rows.sale_order_id)
            people = self.server.book.people
            phones = {person.phone: [person.phone] for person in people[:3]}
            # the programme gives parts of points: one for each satang here
            balances = oracle.balances(truth, phones, Fraction(1, 100))
            cards = env["loyalty.card"].search([("program_id", "=", self.program_id)])
            for card in cards:
                phone = card.partner_id.phone_sanitized
                self.assertAlmostEqual(card.points, balances[phone] / 100, 2, phone)
        self.assertEqual(self.server.violations, [])
        self.assertEqual(self.server.rate_violations, [])

    def test_reader_is_killed(self):
        self.start()
        self.finish()
        self.check()
        self.start()
        done = self.read()
        self.assertGreaterEqual(done["commits"], 3)
        points = [
            [kind, number, when]
            for kind, most in (("commit", done["commits"]), ("call", done["calls"]))
            for number in range(1, most + 1)
            for when in ("before", "after")
        ]
        self.finish()
        for point in points[:: max(len(points) // POINTS, 1)]:
            with self.subTest(point):
                self.start()
                # the shop may have done less this time: then it is not killed
                ended = self.read(point).get("signal")
                self.assertIn(ended, (signal.SIGKILL, None))
                self.finish()
                self.check()

    def test_killed_among_faults(self):
        """A fifth of the answers fails, the shop moves while it is read, and the reader
        is killed three times."""
        server = self.server
        server.faults = faults.Faults(share=0.2, hold=0.01, only="/myshop", seed=7)
        server.moving = 3
        self.start()
        for number in (1, 2, 3):
            self.read(["call", number * 2, "after"])
        self.finish()
        server.moving, server.faults = 0, None
        self.start()
        self.finish()
        self.check()
