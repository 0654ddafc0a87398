"""Messages sent through the real sender to a real little HTTP server."""

import tempfile
from pathlib import Path

from odoo.tests import TransactionCase

from .emulators.simulator_server import SimulatorServer

KEY = "s3cret"


def make_gateway(env, server, company, **values):
    """:return: crm.sms.gateway that speaks to a SimulatorServer"""
    return env["crm.sms.gateway"].create(
        {
            "name": "Gateway",
            "company_id": company.id,
            "provider": "http",
            "sender": "SHOP",
            "key": KEY,
            "base_url": f"{server.url}/messages",
            "http_query_url": f"{server.url}/messages/{{uuid}}",
            **values,
        }
    )


def fill_wallet(env, company, credits, mode="own", key="first"):
    """:return: crm.sms.wallet with so many credits of 0.75 each"""
    wallet = env["crm.sms.wallet"]._of(company)
    price = round(credits * 0.75)
    if mode == "resold" and wallet.mode != "resold":
        seller = env["res.company"].create({"name": f"Seller to {company.name}"})
        seller.currency_id = company.currency_id
        wallet.write({"mode": "resold", "seller_company_id": seller.id})
    if mode == "resold":
        wallet._topup(f"money:{key}", price)
    wallet._purchase(key, credits, price)
    return wallet


def assert_wallet_whole(test, env, company):
    """Nothing is held but what open batches hold, and every credit that left is the
    cost of a message."""
    env.invalidate_all()
    wallet = env["crm.sms.wallet"]._of(company)
    batches = env["sms.batch"].search([("company_id", "=", company.id)])
    deliveries = env["sms.delivery"].search([("company_id", "=", company.id)])
    test.assertEqual(wallet.held, sum(batches.mapped("open_credits")))
    lots = env["crm.sms.credit.lot"].search([("wallet_id", "=", wallet.id)])
    paid = deliveries.filtered(lambda d: d.settle_key and not d.refunded)
    bought = sum(lots.mapped("credits"))
    used = sum(paid.mapped("parts"))
    test.assertEqual(wallet.credits + wallet.held + used, bought)
    for delivery in paid:
        test.assertGreater(delivery.cost, 0)
    return deliveries


class DeliveryCase(TransactionCase):
    """A company with a gateway and 1,000 credits."""

    def setUp(self):
        super().setUp()
        self.company = self.env["res.company"].create({"name": "Sending Shop"})
        self.env.user.company_ids += self.company
        self.env = self.env(
            context={**self.env.context, "allowed_company_ids": self.company.ids}
        )
        self.server = self.start_server()
        self.gateway = make_gateway(self.env, self.server, self.company)
        self.wallet = fill_wallet(self.env, self.company, 1000)

    def start_server(self, **behaviour):
        folder = self.enterContext(tempfile.TemporaryDirectory())
        path = Path(folder) / "accepted.jsonl"
        return self.enterContext(SimulatorServer(path, key=KEY, **behaviour))

    def queue(self, *texts, **values):
        """:return: one delivery per text, to numbers of their own"""
        return self.env["sms.delivery"]._queue(
            [
                {
                    "company_id": self.company.id,
                    "number": f"+66812{number:06}",
                    "text": text,
                    **values,
                }
                for number, text in enumerate(texts, 345678)
            ]
        )

    def send(self):
        """Run the sender once. :return: number of messages it handled"""
        count = self.env["sms.delivery"]._send_waiting(lambda *_a, **_k: 1)
        self.env.invalidate_all()
        return count

    def reconcile(self):
        """Ask the gateways about everything that is open, now."""
        batches = self.env["sms.batch"].search([("company_id", "=", self.company.id)])
        for batch in batches.sudo().filtered(lambda b: b.state != "settled"):
            batch._reconcile(lambda *_a, **_k: 1)
        self.env.invalidate_all()

    def states(self, deliveries):
        deliveries.invalidate_recordset()
        return deliveries.mapped("state")

    def check_wallet(self):
        assert_wallet_whole(self, self.env, self.company)
