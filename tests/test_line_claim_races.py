import os
from functools import partial

from odoo import fields
from odoo.fields import Command
from odoo.tests.common import BaseCase, tagged

from odoo.addons.crm_segments.tests.database import (
    cloned_database,
    committed,
    run_together,
    with_retry,
)
from odoo.addons.crm_segments.tools.order_import_guard import importing_orders

PHONE, STRANGE = "+66812345678", "+66855554321"


@tagged("standard", "post_install", "-at_install")
class TestLineClaimRaces(BaseCase):
    """Two claim one order of LINE SHOPPING, or the schedule settles it meanwhile: one
    member has the points, once."""

    ROUNDS = 5 if os.environ.get("CRM_SUITE_FULL") else 1

    def _prepare(self, env):
        env["loyalty.program"].search([]).active = False
        program = env["loyalty.program"].create(
            {
                "name": "Race",
                "program_type": "loyalty",
                "applies_on": "both",
                "trigger": "auto",
                "rule_ids": [
                    Command.clear(),
                    Command.create({"reward_point_mode": "money", "minimum_qty": 0}),
                ],
            }
        )
        env["crm.shop"].search([]).unlink()
        account = env["crm.shop"].create({"name": "Race", "program_id": program.id})
        env["crm.line.channel"].search([]).active = False
        channel = env["crm.line.channel"].create({"name": "Race"})
        people = env["res.partner"].create(
            [{"name": "Anna", "phone": PHONE}, {"name": "Bert"}, {"name": "Cora"}]
        )
        env["crm.line.user"].create(
            [
                {"channel_id": channel.id, "user_id": f"U{n}", "partner_id": each.id}
                for n, each in enumerate(people)
            ]
        )
        cards = env["loyalty.card"].create(
            [{"program_id": program.id, "partner_id": each.id} for each in people]
        )
        return account.id, people.ids, cards.ids

    def _make_order(self, env, number, **values):
        """:return: id of a paid order with its sale order; nobody has settled it"""
        shop = env["crm.lineshopping.shop"].search([("name", "=", "Race")])
        shop = shop or shop.create({"name": "Race"})
        product = env["product.product"].create(
            {"name": "Tea", "list_price": 100, "taxes_id": False}
        )
        order = env["crm.lineshopping.order"].create(
            {
                "shop_id": shop.id,
                "number": number,
                "order_status": "FINALIZED",
                "payment_status": "PAID",
                "paid_at": fields.Datetime.now(),
                "checkout_at": fields.Datetime.now(),
                "recipient_phone": STRANGE,
                "has_items": False,
                **values,
            }
        )
        with importing_orders(points=False):
            sale = env["sale.order"].create(
                {
                    "partner_id": env["res.partner"].create({"name": "Guest"}).id,
                    "lineshopping_order_id": order.id,
                    "order_line": [Command.create({"product_id": product.id})],
                }
            )
            order.sale_order_id = sale
            sale.action_confirm()
        return order.id

    def _claim(self, account_id, partner_id, number, digits, env):
        account = env["crm.shop"].browse(account_id)
        partner = env["res.partner"].browse(partner_id)
        return account._claim_line_order(partner, number, digits).id

    def _settle(self, order_id, values, env):
        order = env["crm.lineshopping.order"].browse(order_id)
        order.write(values)
        order._settle_buyers()
        order._settle_points()

    def _net(self, env, order_id):
        """:return: {partner id: points} of an order, without those who have none"""
        order = env["crm.lineshopping.order"].browse(order_id)
        entries = env["loyalty.point.entry"].search(
            [
                ("source_model", "=", "sale.order"),
                ("source_id", "=", order.sale_order_id.id),
            ]
        )
        net = {}
        for entry in entries:
            owner = entry.card_id.partner_id.id
            net[owner] = net.get(owner, 0) + entry.points
        return {owner: points for owner, points in net.items() if points}

    def _run(self, name, *calls):
        for result in run_together(name, *map(with_retry, calls)):
            if isinstance(result, Exception):
                raise result

    def test_one_order_one_member(self):
        with cloned_database() as name:
            with committed(name) as env:
                account, (anna, bert, cora), _cards = self._prepare(env)
            for turn in range(self.ROUNDS):
                self._two_members(name, account, (bert, cora), f"10{turn:04d}")
                self._claim_while_settled(name, account, anna, bert, f"20{turn:04d}")
                self._claim_while_refunded(name, account, bert, f"30{turn:04d}")
                self._twice_at_once(name, bert, f"40{turn:04d}")
            with committed(name) as env:
                self.assertEqual(env["loyalty.point.award"]._check_ledger(), [])

    def _two_members(self, name, account, members, number):
        with committed(name) as env:
            order_id = self._make_order(env, number)
        digits = STRANGE[-4:]
        self._run(
            name,
            *(
                partial(self._claim, account, member, number, digits)
                for member in members * 2
            ),
        )
        with committed(name) as env:
            order = env["crm.lineshopping.order"].browse(order_id)
            self.assertIn(order.partner_id.id, members)
            self.assertEqual(self._net(env, order_id), {order.partner_id.id: 100})

    def _claim_while_settled(self, name, account, anna, bert, number):
        """By phone it is Anna's; Bert claims it."""
        with committed(name) as env:
            order_id = self._make_order(env, number, recipient_phone=PHONE)
        self._run(
            name,
            partial(self._settle, order_id, {"shipment_status": "SHIPPED_ALL"}),
            partial(self._claim, account, bert, number, PHONE[-4:]),
            partial(self._settle, order_id, {"order_status": "COMPLETED"}),
        )
        with committed(name) as env:
            self.assertEqual(self._net(env, order_id), {bert: 100})

    def _claim_while_refunded(self, name, account, bert, number):
        with committed(name) as env:
            order_id = self._make_order(env, number)
        self._run(
            name,
            partial(self._settle, order_id, {"payment_status": "PENDING_REFUND"}),
            partial(self._claim, account, bert, number, STRANGE[-4:]),
            partial(self._settle, order_id, {"shipment_status": "ON_DELIVERY"}),
        )
        with committed(name) as env:
            order = env["crm.lineshopping.order"].browse(order_id)
            self.assertEqual(order.partner_id.id, bert)
            self.assertEqual(self._net(env, order_id), {})

    def _twice_at_once(self, name, bert, number):
        with committed(name) as env:
            order_id = self._make_order(env, number)
            env["crm.lineshopping.order"].browse(order_id).write(
                {"partner_id": bert, "match_method": "claim"}
            )
        self._run(name, *[partial(self._settle, order_id, {})] * 3)
        with committed(name) as env:
            self.assertEqual(self._net(env, order_id), {bert: 100})
