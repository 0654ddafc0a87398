import os
from datetime import timedelta
from functools import partial

from freezegun import freeze_time

from odoo import fields
from odoo.fields import Command
from odoo.service.model import retrying
from odoo.tests.common import BaseCase, tagged

from odoo.addons.crm_segments.tests.database import (
    cloned_database,
    committed,
    run_together,
)

FULL = bool(os.environ.get("CRM_SUITE_FULL"))
CARDS = 6
SESSIONS = 12 if FULL else 4
ORDERS = 6 if FULL else 3  # that each session confirms, one request each
RUNS = 6 if FULL else 2  # of each job meanwhile
JOBS = (
    "crm_loyalty_points.loyalty_point_cron_lapse",
    "crm_loyalty_points.loyalty_point_cron_prove",
    "crm_segments.crm_customer_metric_cron_refresh",
    "crm_segments.crm_customer_metric_cron_rebuild",
)


@tagged("standard", "post_install", "-at_install")
class TestLedgerCronRaces(BaseCase):
    """The night's jobs run while people buy: a job never takes what a till has just
    given, never stops a sale, and never ends with an error that nobody reads."""

    def setUp(self):
        super().setUp()
        self.database = self.enterContext(cloned_database())
        with committed(self.database) as env:
            self.prepare(env)

    def prepare(self, env):
        """Cards with 50 points that ended days ago and 100 without end."""
        env["loyalty.program"].search([]).action_archive()
        rule = {"reward_point_mode": "order", "reward_point_amount": 10}
        program = env["loyalty.program"].create(
            {
                "name": "Busy",
                "program_type": "loyalty",
                "trigger": "auto",
                "applies_on": "both",
                "rule_ids": [
                    Command.clear(),
                    Command.create({**rule, "minimum_qty": 0}),
                ],
            }
        )
        product = env["product.product"].create({"name": "Tea", "type": "service"})
        self.card_ids = []
        for number in range(CARDS):
            partner = env["res.partner"].create({"name": f"Busy {number}"})
            values = {"program_id": program.id, "partner_id": partner.id}
            self.card_ids.append(env["loyalty.card"].create(values).id)
        today = fields.Date.today()
        with freeze_time(today - timedelta(days=9)):
            self.post(env, "ends", 50, expiry=today - timedelta(days=3))
            self.post(env, "stays", 100)
        partners = env["loyalty.card"].browse(self.card_ids).partner_id
        lines = [Command.create({"product_id": product.id})]
        orders = env["sale.order"].create(
            [
                {"partner_id": partners[number % CARDS].id, "order_line": lines}
                for number in range(SESSIONS * ORDERS)
            ]
        )
        for order in orders:
            order._update_programs_and_rewards()
        self.order_ids = orders.ids

    def post(self, env, name, points, card_ids=None, **values):
        vals_list = [
            {
                "card_id": card_id,
                "kind": "earn" if points > 0 else "redeem",
                "points": points,
                "key": f"{name}:{card_id}",
                **values,
            }
            for card_id in card_ids or self.card_ids
        ]
        env["loyalty.point.entry"]._post(vals_list)

    def send(self, function):
        """Send a request until it is answered, as a client does that lost a race."""
        for _ in range(20):
            try:
                with committed(self.database) as env:
                    return retrying(partial(function, env), env)
            except Exception as error:
                if getattr(error, "pgcode", None) != "40001":
                    raise
        raise AssertionError("never answered")

    def session(self, number):
        """:return: function for `run_together`: confirm orders, and spend between"""

        def work(_env):
            for order_id in self.order_ids[number::SESSIONS]:
                self.send(
                    lambda env, id_=order_id: (
                        env["sale.order"].browse(id_).action_confirm()
                    )
                )
            card_ids = [self.card_ids[number % CARDS]]
            self.send(
                lambda env: self.post(env, f"spend {number}", -20, card_ids=card_ids)
            )
            return "served"

        return work

    def job(self, name):
        """:return: function for `run_together`: run a job as the scheduler does"""

        def work(_env):
            for _ in range(RUNS):
                with committed(self.database) as env:
                    env.ref(name).method_direct_trigger()
            return "ran"

        return work

    def test_jobs_against_requests(self):
        results = run_together(
            self.database,
            *map(self.session, range(SESSIONS)),
            *map(self.job, JOBS),
            timeout=300,
        )
        self.assertEqual(results, ["served"] * SESSIONS + ["ran"] * len(JOBS))
        self.job(JOBS[0])(None)
        with committed(self.database) as env:
            self.assertEqual(env["loyalty.point.award"]._check_ledger(), [])
            orders = env["sale.order"].browse(self.order_ids)
            self.assertEqual(set(orders.mapped("state")), {"sale"})
            cards = env["loyalty.card"].browse(self.card_ids)
            for number, card in enumerate(cards):
                points = {}
                for entry in card.point_entry_ids:
                    points.setdefault(entry.kind, []).append(entry.points)
                bought = sum(order.partner_id == card.partner_id for order in orders)
                spent = len(range(number, SESSIONS, CARDS))
                self.assertEqual(points.pop("lapse"), [-50])
                self.assertEqual(points.pop("redeem", []), [-20] * spent)
                self.assertEqual(
                    sorted(points.pop("earn")), [10] * bought + [50] + [100]
                )
                self.assertEqual(points, {})
                self.assertEqual(card.points, 100 + 10 * bought - 20 * spent)
