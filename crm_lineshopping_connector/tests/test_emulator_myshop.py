import json
from collections import Counter

import requests

from odoo.tests import tagged

from .common_emulator import EmulatorCase
from .emulators import openapi_check
from .emulators.faults import Faults
from .emulators.http_server import Request
from .emulators.line_server import LineServer


@tagged("standard", "post_install", "-at_install")
class TestMyShopEmulator(EmulatorCase):
    """The shop's server answers as LINE SHOPPING's does, and refuses what it refuses;
    otherwise what passes against it proves nothing."""

    def test_truth_is_what_is_served(self):
        self.start(quirks=0.5)
        self.server.step(5)
        truth = self.server.truth()
        rows = self.orders().json()["data"]
        self.assertEqual({row["orderNumber"] for row in rows}, set(truth))
        for row in rows:
            detail = self.order(row["orderNumber"]).json()
            self.assertEqual(detail, truth[row["orderNumber"]])
            detail.pop("orderItems")
            self.assertEqual(row, detail)
        self.assert_rules_kept()

    def test_same_seed_same_shop(self):
        self.start(seed=7)
        other = self.enterContext(LineServer(seed=7, orders=30))
        self.assertEqual(
            [order.moves for order in self.server.book.orders.values()],
            [order.moves for order in other.book.orders.values()],
        )
        self.server.step(10)
        other.step(10)
        statuses = [
            [(row["orderStatus"], row["paymentStatus"]) for row in truth.values()]
            for truth in (self.server.truth(), other.truth())
        ]
        self.assertEqual(*statuses)

    def test_orders_add_up(self):
        self.start(orders=200, quirks=0)
        for row in self.server.truth().values():
            goods = sum(
                item["quantity"] * item.get("discountedPrice", item["price"])
                for item in row["orderItems"]
            )
            self.assertAlmostEqual(goods, row["subtotalPrice"])
            self.assertAlmostEqual(
                row["totalPrice"], goods + row["shipmentPrice"] - row["discountAmount"]
            )

    def test_every_state_is_reached(self):
        self.start(orders=300, quirks=0)
        self.server.step(200)
        truth = self.server.truth().values()
        for name, wanted in (
            ("orderStatus", 4),
            ("paymentStatus", 8),
            ("paymentMethod", 6),
            ("shipmentStatus", 4),
        ):
            self.assertEqual(len({row[name] for row in truth}), wanted, name)
        happened = {m for o in self.server.book.orders.values() for m in o.moves}
        self.assertEqual(len(happened), 14, happened)

    def test_odd_answers(self):
        self.start(orders=400, quirks=1.0)
        truth = self.server.truth().values()
        words = Counter(row["shipmentStatus"] for row in truth)
        self.assertTrue(words["WAITING_FOR_RIDER"])
        self.assertTrue(any("weight" not in row for row in truth))
        self.assertTrue(any(row.get("weight", 1) is None for row in truth))
        self.assertTrue(any(row["shippingAddress"] is None for row in truth))
        self.assertTrue(any("+07:00" in row["checkoutAt"] for row in truth))
        self.assertTrue(
            any(item["sku"] == "" for row in truth for item in row["orderItems"])
        )

    def test_pages_move_while_they_are_read(self):
        """The trap of the real service: an order that changes leaves its window, and
        the next page has skipped one."""
        self.start(orders=120, quirks=0, days=10)
        end = self.server.now().strftime("%Y-%m-%dT%H:%M:%SZ")
        query = {"sortBy": "UPDATED_AT", "orderBy": "ASC", "perPage": 50, "endAt": end}
        first = self.orders(**query).json()
        self.assertEqual((first["totalRow"], first["totalPage"]), (120, 3))
        number = next(
            row["orderNumber"]
            for row in first["data"]
            if self.server.book._possible(self.server.book.orders[row["orderNumber"]])
        )
        self.server.skew += 10
        self.server.step(number=number)
        rest = [self.orders(page=page, **query).json() for page in (2, 3)]
        seen = {row["orderNumber"] for page in (first, *rest) for row in page["data"]}
        self.assertEqual(len(seen), 119)
        self.assertEqual(rest[0]["totalRow"], 119)

    def test_wrong_requests_are_refused(self):
        self.start()
        for wrong in (
            {"perPage": 101},
            {"page": 0},
            {"startAt": ""},
            {"endAt": "yesterday"},
            {"sortBy": "PRICE"},
            {"orderStatus": "CONFIRMED"},
            {"colour": "red"},
        ):
            with self.subTest(wrong=wrong):
                self.server.violations.clear()
                self.assertEqual(self.orders(**wrong).status_code, 400)
                self.assertEqual(len(self.server.violations), 1)

    def test_filter_words_of_the_printed_file(self):
        self.start(official=True)
        self.assertEqual(self.orders(orderStatus="CONFIRMED").status_code, 200)
        self.assertEqual(self.orders(orderStatus="FINALIZED").status_code, 400)
        self.assertEqual(self.orders().json()["totalRow"], 30)

    def test_words_of_the_printed_file_in_answers(self):
        self.start(orders=100, words="spec", quirks=0)
        words = {row["orderStatus"] for row in self.orders().json()["data"]}
        self.assertEqual(words, {"CONFIRMED", "COMPLETED", "CANCELLED", "EXPIRED"})
        self.assert_rules_kept()

    def test_key_and_gone_orders(self):
        self.start()
        headers = {"X-API-KEY": "other"}
        answer = self.call("GET", "/myshop/v1/orders/1", headers=headers)
        self.assertEqual(answer.status_code, 401)
        self.assertEqual(answer.json()["code"], "UNAUTHORIZED")
        number = next(iter(self.server.truth()))
        self.server.book.gone.add(number)
        self.assertEqual(self.order(number).status_code, 404)
        self.assertNotIn(number, self.server.truth())
        self.assertEqual(self.orders().json()["totalRow"], 29)

    def test_rate(self):
        self.start(limits=(5, 7))
        answers = [self.orders() for _n in range(6)]
        self.assertEqual([row.status_code for row in answers], [200] * 5 + [429])
        self.assertEqual(answers[0].headers["x-ratelimit-remaining-second"], "4")
        self.assertEqual(len(self.server.rate_violations), 1)
        number = next(iter(self.server.truth()))
        self.assertEqual(self.order(number).status_code, 200, "counted by itself")

    def test_moves_while_it_is_read(self):
        self.start(moving=2)
        before = self.server.truth()
        for _n in range(8):
            self.orders()
        after = self.server.truth()
        changed = [n for n, row in after.items() if before.get(n) != row]
        self.assertTrue(1 <= len(changed) <= 4, changed)

    def test_faults(self):
        self.start()
        number = next(iter(self.server.truth()))
        statuses = {"429": 429, "429-text": 429, "500": 500, "503": 503}
        for kind, status in statuses.items():
            self.server.faults = Faults(1, (kind,))
            self.assertEqual(self.order(number).status_code, status)
        for kind in ("cut", "cut_before", "timeout"):
            self.server.faults = Faults(1, (kind,), hold=0.01)
            with self.assertRaises(requests.RequestException, msg=kind):
                self.order(number)
        self.server.faults = Faults(1, ("short",))
        with self.assertRaises(ValueError):
            self.order(number).json()
        self.server.faults = Faults(0.2, seed=3, hold=0.01)
        good = 0
        for _n in range(40):
            try:
                good += "data" in self.orders().json()
            except (requests.RequestException, ValueError):
                continue
        self.assertTrue(25 <= good <= 40, good)
        self.assertEqual(good + self.server.faults.done - self.slow_ones(), 40)
        self.assertEqual(self.server.rate_violations, [], "a fault is no violation")

    def slow_ones(self):
        """Faults of the last 40 requests that did no harm."""
        faults = Faults(0.2, seed=3)
        request = Request("GET", "/", {}, {}, b"")
        return [faults.throw(request) for _n in range(40)].count("slow")

    def test_webhooks(self):
        self.start(quirks=0)
        self.server.step(20)
        events = list(self.server.book.events)
        rows = self.server.shop_deliveries(shuffled=True, repeated=0.5)
        self.assertGreater(len(rows), len(events))
        self.assertEqual(
            {row.json()["orderNumber"] for row in rows}, set(self._n(events))
        )
        self.assertNotEqual(self._n(row.json() for row in rows), self._n(events))
        for row in rows:
            signature = self.server.sign_shop(row.body)
            self.assertEqual(row.headers["x-myshop-signature"], signature)
        keys = {row.headers["x-request-id"] for row in rows}
        self.assertEqual(len(keys), len(events), "one that comes again is the same")
        self.assertFalse(self.server.shop_deliveries(), "told once")

    def test_webhooks_are_as_described(self):
        self.start(quirks=0)
        self.server.step(20)
        folder = openapi_check.folder()
        if not (folder and openapi_check.OpenAPI):
            return
        from jsonschema import Draft202012Validator

        schema = json.loads((folder / "myshop-webhook.schema.json").read_text())
        for row in self.server.shop_deliveries():
            errors = Draft202012Validator(schema).iter_errors(row.json())
            self.assertEqual([error.message for error in errors], [])

    def _n(self, events):
        return [event["orderNumber"] for event in events]
