import signal
from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.fields import Command
from odoo.tests.common import BaseCase, tagged

from odoo.addons.crm_segments.tests.database import cloned_database, committed

from .common_kill import KilledWorker

CARDS = 7  # of the lapse: four batches


@tagged("standard", "post_install", "-at_install")
class TestKillPoints(KilledWorker, BaseCase):
    """The power may fail at any moment, and whoever asked asks again. Points are then
    given, taken or lapsed once, and never by half."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.database = cls.enterClassContext(cloned_database())
        with committed(cls.database) as env:
            env["loyalty.program"].search([]).action_archive()
            rule = {"reward_point_mode": "money", "minimum_qty": 0}
            reward = {"discount_mode": "per_order", "discount": 10}
            program = env["loyalty.program"].create(
                {
                    "name": "Killed",
                    "program_type": "loyalty",
                    "trigger": "auto",
                    "applies_on": "both",
                    "currency_id": env.company.currency_id.id,
                    "rule_ids": [Command.clear(), Command.create(rule)],
                    "reward_ids": [
                        Command.clear(),
                        Command.create({**reward, "required_points": 100}),
                    ],
                }
            )
            product = env["product.product"].create(
                {"name": "Tea", "list_price": 60, "taxes_id": False, "type": "service"}
            )
        cls.program_id, cls.product_id = program.id, product.id
        cls.start_worker()

    def tearDown(self):
        self.prove()
        super().tearDown()

    def prove(self):
        with committed(self.database) as env:
            self.assertEqual(env["loyalty.point.award"]._check_ledger(), [])

    def new_card(self, env, points=0, **values):
        partner = env["res.partner"].create({"name": "Killed"})
        card = env["loyalty.card"].create(
            {"program_id": self.program_id, "partner_id": partner.id}
        )
        if points:
            vals = {"kind": "earn", "points": points, "key": f"start:{card.id}"}
            vals["card_id"] = card.id
            env["loyalty.point.entry"]._post([{**vals, **values}])
        return card

    def new_order(self, spend):
        """:return: (order id, card id) of a quotation that earns 60, or spends 100"""
        with committed(self.database) as env:
            card = self.new_card(env, 100)
            line = {"product_id": self.product_id, "product_uom_qty": 1}
            order = env["sale.order"].create(
                {
                    "partner_id": card.partner_id.id,
                    "order_line": [Command.create(line)],
                }
            )
            order._update_programs_and_rewards()
            if spend:
                order._apply_program_reward(card.program_id.reward_ids, card)
                order._update_programs_and_rewards()
            return order.id, card.id

    def state(self, order_id, card_id):
        """:return: (state of the order, balance, [points of the order's entries])"""
        with committed(self.database) as env:
            order = env["sale.order"].browse(order_id)
            entries = env["loyalty.point.entry"].search(
                [("source_model", "=", "sale.order"), ("source_id", "=", order_id)],
                order="id",
            )
            card = env["loyalty.card"].browse(card_id)
            return order.state, card.points, entries.mapped("points")

    def kill_requests(self, job, new, before, after):
        """Kill a request at each point, look, send it again and look again.

        :param new: makes an order and its card, returns their ids
        :param before: what `state` gives when nothing was done
        :param after: what it gives when all was done
        """
        points = self.points_of(job, lambda: new()[:1])
        self.assertGreater(len(points), 5)
        seen = []
        for point in points:
            with self.subTest(point=point):
                ids = new()
                self.assertEqual(self.state(*ids), before)
                answer = self.worker.run(job, ids[:1], point)
                self.assertEqual(answer, {"signal": signal.SIGKILL})
                seen.append(self.state(*ids))
                self.assertIn(seen[-1], (before, after))
                if seen[-1] == before:
                    self.worker.run(job, ids[:1])
                self.assertEqual(self.state(*ids), after)
        self.assertIn(before, seen)
        self.assertIn(after, seen)

    def test_earn(self):
        self.kill_requests(
            "confirm",
            lambda: self.new_order(spend=False),
            ("draft", 100, []),
            ("sale", 160, [60]),
        )

    def test_redeem(self):
        # A programme's own reward does not lessen what it gives, as in Odoo.
        self.kill_requests(
            "confirm",
            lambda: self.new_order(spend=True),
            ("draft", 100, []),
            ("sale", 60, [60, -100]),
        )

    def test_cancel(self):
        def new():
            ids = self.new_order(spend=True)
            with committed(self.database) as env:
                env["sale.order"].browse(ids[0]).action_confirm()
            return ids

        self.kill_requests(
            "cancel",
            new,
            ("sale", 60, [60, -100]),
            ("cancel", 100, [60, -100, 100, -60]),
        )

    def due_cards(self):
        """:return: ids of cards whose points ended yesterday; half have others"""
        today = fields.Date.today()
        with freeze_time(today - timedelta(days=9)), committed(self.database) as env:
            cards = env["loyalty.card"]
            for number in range(CARDS):
                cards += self.new_card(env, 50, expiry=today - timedelta(days=3))
                if number % 2:
                    vals = {"kind": "earn", "points": 7, "key": f"more:{cards[-1].id}"}
                    vals["card_id"] = cards[-1].id
                    env["loyalty.point.entry"]._post([vals])
            return cards.ids

    def lapsed(self, card_ids):
        """:return: (points lapsed per card, balances)"""
        with committed(self.database) as env:
            cards = env["loyalty.card"].browse(card_ids)
            entries = env["loyalty.point.entry"].search(
                [("card_id", "in", card_ids), ("kind", "=", "lapse")]
            )
            found = entries.grouped("card_id")
            return [
                [
                    found[card].mapped("points") if card in found else []
                    for card in cards
                ],
                cards.mapped("points"),
            ]

    def test_lapse(self):
        points = self.points_of("lapse", self.due_cards)
        self.assertGreater(len([point for point in points if point[0] == "commit"]), 8)
        for point in points:
            with self.subTest(point=point):
                card_ids = self.due_cards()
                answer = self.worker.run("lapse", kill=point)
                self.assertEqual(answer, {"signal": signal.SIGKILL})
                self.prove()
                half, _balances = self.lapsed(card_ids)
                self.assertLessEqual({tuple(row) for row in half}, {(), (-50,)})
                self.worker.run("lapse")
                expected = [7 if number % 2 else 0 for number in range(CARDS)]
                self.assertEqual(
                    self.lapsed(card_ids), [[[-50]] * CARDS, expected], point
                )
