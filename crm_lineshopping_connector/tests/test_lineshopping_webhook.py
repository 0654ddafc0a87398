"""What LINE SHOPPING tells by webhook: only it is heard, each event is kept once, and
the order is read, never believed."""

import json

from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from ..controllers.lineshopping_webhook import MAX_BYTES, TRIES
from ..tools import myshop_signature
from .common_pull import PullCase
from .emulators import webhooks

ROUTE = "odoo.addons.crm_lineshopping_connector.controllers.lineshopping_webhook"


@tagged("post_install", "-at_install")
class TestLineshoppingWebhook(PullCase, HttpCase):
    server_values = {"limits": (10**6, 10**6), "orders": 6, "quirks": 0}

    def setUp(self):
        super().setUp()
        self.secret = self.server.shop.secret
        self.events = self.env["crm.lineshopping.event"]
        self.authenticate(None, None)

    def post(self, delivery, token=None):
        token = token or self.line_shop.webhook_token
        return self.url_open(
            f"/lineshopping/webhook/{token}",
            data=delivery.body,
            headers=delivery.headers,
            method="POST",
        )

    def told(self, count=3):
        """:return: deliveries of so many things that happened in the shop"""
        book = self.server.book
        while len(book.events) < count:
            book.step()
        payloads, book.events[:] = book.events[:count], []
        return [webhooks.shop_delivery(payload, self.secret) for payload in payloads]

    def test_event_makes_the_order_come(self):
        number = self.server.book.add(0)
        self.server.book.step(move="pay", number=number)
        payload = self.server.book.events[-1]
        self.assertEqual(payload["orderNumber"], number)
        # what it says is not believed
        payload = {**payload, "orderStatus": "CANCELED", "totalPrice": 1}
        answer = self.post(webhooks.shop_delivery(payload, self.secret))
        self.assertEqual((answer.status_code, answer.content), (200, b""))
        event = self.events.search([])
        self.assertEqual((event.order_number, event.state), (number, "new"))
        self.assertFalse(self.orders.search([]))
        self.work()
        order = self.orders.search([])
        self.assertEqual((order.number, order.source), (number, "webhook"))
        self.assertNotEqual(order.order_status, "CANCELED")
        self.assertEqual(event.state, "done")

    @mute_logger(ROUTE)
    def test_only_the_service_is_heard(self):
        (delivery,) = self.told(1)
        key, name = self.line_shop.api_key, myshop_signature.HEADER
        for signature in (
            "",
            "x",
            "ü",
            myshop_signature.signature("wrong", delivery.body),
            # some read it so; nobody may sign with the key
            myshop_signature.signature(key, delivery.body),
            myshop_signature.signature(self.secret, delivery.body + b" "),
        ):
            headers = {**delivery.headers, name: signature.encode()}
            answer = self.post(webhooks.Delivery(delivery.body, headers))
            self.assertEqual(answer.status_code, 403)
        self.line_shop.webhook_secret = False
        self.assertEqual(self.post(delivery).status_code, 403)
        empty = {**delivery.headers, name: myshop_signature.signature("", b"{}")}
        answer = self.post(webhooks.Delivery(b"{}", empty))
        self.assertEqual(answer.status_code, 403)
        self.assertFalse(self.events.search([]))
        self.line_shop.webhook_secret = self.secret
        self.assertEqual(self.post(delivery).status_code, 200)
        self.assertEqual(len(self.events.search([])), 1)

    def test_wrong_address(self):
        """Guessing is throttled; the right address is heard all the same."""
        (delivery,) = self.told(1)
        found = {self.post(delivery, f"guess{n}").status_code for n in range(TRIES)}
        self.assertEqual(found, {404})
        self.assertEqual(self.post(delivery, "another").status_code, 429)
        self.assertEqual(self.post(delivery).status_code, 200)

    def test_told_again(self):
        deliveries = self.told(4)
        for delivery in webhooks.disorder(deliveries, shuffled=True, repeated=0.9):
            self.assertEqual(self.post(delivery).status_code, 200)
        for delivery in deliveries:  # the same event, asked for anew
            again = webhooks.shop_delivery(json.loads(delivery.body), self.secret)
            self.assertEqual(self.post(again).status_code, 200)
        self.assertEqual(len(self.events.search([])), len(deliveries))

    def test_what_is_no_order(self):
        for body in (b"", b"[]", b"{", b"\xff\x00", b'{"orderNumber": null}', b"null"):
            headers = {
                "Content-Type": "application/json",
                myshop_signature.HEADER: myshop_signature.signature(self.secret, body),
            }
            answer = self.post(webhooks.Delivery(body, headers))
            self.assertEqual(answer.status_code, 200, body)
        self.assertFalse(self.events.search([]))
        body = b" " * (MAX_BYTES + 1)
        answer = self.post(webhooks.Delivery(body, {"Content-Type": "text/plain"}))
        self.assertEqual(answer.status_code, 413)

    def test_paused_shop_keeps_events(self):
        self.line_shop.action_pause()
        (delivery,) = self.told(1)
        self.assertEqual(self.post(delivery).status_code, 200)
        self.work()
        self.assertEqual(self.events.search([]).state, "new")
        self.line_shop.action_resume()
        self.work()
        self.assertEqual(self.events.search([]).state, "done")

    def test_order_that_nobody_knows(self):
        payload = {"orderNumber": "0", "event": {"name": "X", "timestamp": 1}}
        self.post(webhooks.shop_delivery(payload, self.secret))
        self.work(2)
        self.assertEqual(self.events.search([]).state, "done")
        self.assertFalse(self.orders.search([]) or self.troubles.search([]))

    def test_same_text_without_its_time(self):
        """Without a time of the event, the request's own number tells two apart."""
        payload = {"orderNumber": "1", "event": {"name": "ORDER.COMPLETED"}}
        for request_id in ("a", "b", "a"):
            self.post(webhooks.shop_delivery(payload, self.secret, request_id))
        self.assertEqual(len(self.events.search([])), 2)
