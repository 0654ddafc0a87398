"""What LINE SHOPPING answers becomes rows: each order once, only ever newer."""

import copy
import itertools
from datetime import datetime, timedelta
from decimal import Decimal

from odoo.tests import BaseCase, TransactionCase, tagged

from odoo.addons.crm_lineshopping_connector.tools import myshop_order

ORDER = {
    "orderNumber": "2026112300001",
    "orderStatus": "FINALIZED",
    "paymentStatus": "PAID",
    "paymentMethod": "PAYMENT_LS_QR_PROMPTPAY",
    "shipmentStatus": "SHIPMENT_READY",
    "checkoutAt": "2026-11-22T17:30:00Z",
    "paidAt": "2026-11-22T17:31:05.250Z",
    "lastUpdatedAt": "2026-11-23T00:31:06+07:00",
    "subtotalPrice": 299.9,
    "shipmentPrice": 40,
    "discountAmount": 20,
    "totalPrice": 319.9,
    "isGift": False,
    "shippingAddress": {
        "recipientName": "สมหญิง ใจดี",
        "phoneNumber": "๐๘๑-๒๓๔-๕๖๗๘",
        "address": "99 Sukhumvit",
        "province": "Bangkok",
    },
    "orderItems": [
        {
            "productId": 11,
            "sku": "",
            "name": "Soap",
            "quantity": 2,
            "price": 120,
            "discountedPrice": 99.95,
            "variants": [{"name": "Colour", "value": "Red"}],
        },
        {"productId": 12, "quantity": 1, "price": 100, "discountedPrice": None},
    ],
}


def changed(**values):
    return {**copy.deepcopy(ORDER), **values}


def head(**values):
    """:return: the order as a list tells it, without goods"""
    order = changed(**values)
    del order["orderItems"]
    return order


@tagged("post_install", "-at_install")
class TestNormal(BaseCase):
    def test_values(self):
        values = myshop_order.normal(ORDER)
        self.assertEqual(values["number"], "2026112300001")
        self.assertEqual(values["updated_at"], datetime(2026, 11, 22, 17, 31, 6))
        self.assertEqual(values["paid_at"], datetime(2026, 11, 22, 17, 31, 5))
        self.assertEqual(values["subtotal"], Decimal("299.9"))
        self.assertEqual(values["recipient_phone"], "+66812345678")
        self.assertEqual(values["findings"], [])
        soap, other = values["items"]
        self.assertEqual(soap["unit_price"], Decimal("99.95"))
        self.assertEqual((soap["sku"], soap["variant"]), (None, "Red"))
        self.assertEqual(other["unit_price"], Decimal(100))

    def test_anything_may_be_missing_or_strange(self):
        """No key and no type of an answer is certain, and none stops the import."""
        for key in ORDER:
            if key == "orderNumber":
                continue
            for value in (None, "", 0, -1, "x", [], {}, [None], {"a": 1}, 1e400, True):
                myshop_order.normal(changed(**{key: value}))
            order = changed()
            del order[key]
            myshop_order.normal(order)
        for part in (None, "x", 3, {}, {"quantity": "x", "variants": "y"}):
            myshop_order.normal(changed(orderItems=[part]))
        for broken in (None, [], "x", {}, {"orderNumber": None}, {"orderNumber": " "}):
            with self.assertRaises(ValueError):
                myshop_order.normal(broken)

    def test_words(self):
        for told, word in (
            ("CANCELLED", "CANCELED"),
            ("CONFIRMED", "FINALIZED"),
            ("canceled", "CANCELED"),
        ):
            values = myshop_order.normal(changed(orderStatus=told))
            self.assertEqual((values["order_status"], values["findings"]), (word, []))
        values = myshop_order.normal(changed(paymentStatus="ON_HOLD"))
        self.assertEqual(values["payment_status"], "ON_HOLD")
        self.assertEqual(values["findings"], ["payment_status=ON_HOLD"])
        values = myshop_order.normal(changed(paymentStatus="FAILED_REFUND"))
        self.assertEqual(values["findings"], ["payment=FAILED_REFUND"])
        values = myshop_order.normal(changed(paymentMethod="PAYMENT_LS_NEW_BANK"))
        self.assertEqual(values["findings"], [])

    def test_sum_and_zone_are_looked_at(self):
        self.assertEqual(
            myshop_order.normal(changed(subtotalPrice=1))["findings"], ["sum"]
        )
        values = myshop_order.normal(changed(paidAt="2026-11-22T17:31:05"))
        self.assertEqual(values["findings"], ["zone"])
        self.assertEqual(values["paid_at"], datetime(2026, 11, 22, 17, 31, 5))

    def test_phone_numbers(self):
        for text in (
            "0812345678",
            "+66812345678",
            "66-81-234-5678",
            " 081 234 5678 ",
            "๐๘๑๒๓๔๕๖๗๘",
        ):
            self.assertEqual(myshop_order.phone_number(text), "+66812345678")
        for text in (None, "", "x", "0812", "08********78"):
            self.assertIsNone(myshop_order.phone_number(text))

    def test_hash_says_what_is_said(self):
        same = myshop_order.payload_hash(ORDER)
        self.assertEqual(
            myshop_order.payload_hash(changed(remarkBuyer=None, shipmentPrice=40.0)),
            same,
        )
        self.assertNotEqual(myshop_order.payload_hash(changed(isGift=True)), same)


@tagged("post_install", "-at_install")
class TestTake(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.shop = cls.env["crm.lineshopping.shop"].create({"name": "Soap Shop"})
        cls.orders = cls.env["crm.lineshopping.order"]

    def take(self, *payloads, **kwargs):
        return self.orders._take(self.shop, payloads, **kwargs)

    def test_new_order(self):
        order = self.take(ORDER)
        self.assertEqual(order.number, ORDER["orderNumber"])
        self.assertEqual(order.company_id, self.shop.company_id)
        self.assertEqual(order.payload, ORDER)
        self.assertEqual((order.subtotal, order.total), (299.9, 319.9))
        self.assertTrue(order.dirty and order.has_items)
        self.assertEqual((order.points_state, order.source), ("none", "pull"))
        self.assertFalse(order.flag or order.flag_open)

    def test_same_again_changes_nothing(self):
        order = self.take(ORDER)
        order.dirty = False
        self.assertFalse(self.take(changed(remarkBuyer=None)))
        self.assertFalse(order.dirty)

    def test_older_is_ignored(self):
        order = self.take(changed(orderStatus="COMPLETED"))
        late = changed(lastUpdatedAt="2026-11-22T17:31:05Z", paymentStatus="PENDING")
        self.assertFalse(self.take(late))
        self.assertEqual(order.payment_status, "PAID")

    def test_same_moment_later_answer_wins(self):
        now = datetime(2026, 11, 23, 12)
        order = self.take(ORDER, fetched_at=now)
        refund = changed(paymentStatus="REFUND")
        before = now - timedelta(seconds=1)
        self.assertFalse(self.take(refund, fetched_at=before))
        self.assertEqual(self.take(refund, fetched_at=now), order)
        self.assertEqual(order.payment_status, "REFUND")

    def test_moment_not_told(self):
        """Without a moment of change the answer counts as of now."""
        order = self.take(ORDER)
        self.assertEqual(self.take(changed(lastUpdatedAt=None, isGift=True)), order)
        self.assertTrue(order.is_gift)
        self.assertEqual(order.updated_at, datetime(2026, 11, 22, 17, 31, 6))

    def test_head_keeps_goods(self):
        order = self.take(ORDER)
        self.assertFalse(self.take(head()))
        self.assertEqual(
            self.take(
                head(orderStatus="CANCELED", lastUpdatedAt="2026-11-23T09:00:00Z")
            ),
            order,
        )
        self.assertEqual(order.order_status, "CANCELED")
        self.assertTrue(order.has_items)
        self.assertEqual(order.payload["orderItems"], ORDER["orderItems"])
        self.assertFalse(self.take(changed()), "what is older than the head")

    def test_head_first(self):
        order = self.take(head())
        self.assertFalse(order.has_items)
        self.assertEqual(self.take(ORDER), order)
        self.assertTrue(order.has_items)

    def test_twice_in_one_answer(self):
        new = changed(orderStatus="COMPLETED", lastUpdatedAt="2026-11-23T09:00:00Z")
        for payloads in itertools.permutations((ORDER, new, head())):
            order = self.take(*payloads)
            self.assertEqual(order.order_status, "COMPLETED")
            self.assertTrue(order.has_items)
            order.unlink()

    def test_any_order_of_arrival(self):
        """However answers are shuffled and repeated, the newest one stands."""
        story = [
            head(paymentStatus="PENDING", lastUpdatedAt="2026-11-23T01:00:00Z"),
            changed(lastUpdatedAt="2026-11-23T02:00:00Z"),
            changed(orderStatus="COMPLETED", lastUpdatedAt="2026-11-23T03:00:00Z"),
            head(paymentStatus="REFUND", lastUpdatedAt="2026-11-23T04:00:00Z"),
        ]
        for payloads in itertools.permutations(story):
            for payload in (*payloads, payloads[0]):
                self.take(payload)
            order = self.orders.search([("shop_id", "=", self.shop.id)])
            self.assertEqual(order.payment_status, "REFUND")
            self.assertEqual(order.updated_at, datetime(2026, 11, 23, 4))
            order.unlink()

    def test_flag_opens_once(self):
        order = self.take(changed(orderStatus="LOST"))
        self.assertEqual((order.flag, order.flag_open), ("order_status=LOST", True))
        order.flag_open = False
        self.take(changed(orderStatus="LOST", isGift=True))
        self.assertFalse(order.flag_open, "somebody has looked at it")
        self.take(changed(orderStatus="FOUND"))
        self.assertTrue(order.flag_open)
        self.take(changed(orderStatus="COMPLETED"))
        self.assertFalse(order.flag_open or order.flag)

    def test_two_shops_have_the_same_number(self):
        other = self.shop.create({"name": "Other Shop"})
        first, second = self.take(ORDER), self.orders._take(other, [ORDER])
        self.assertNotEqual(first, second)

    def test_gone(self):
        order = self.take(ORDER)
        order.dirty = False
        self.orders._mark_gone(self.shop, order.number)
        self.assertTrue(order.gone and order.dirty)
        self.assertEqual(self.take(ORDER), order)
        self.assertFalse(order.gone)

    def test_exception(self):
        order = self.take(ORDER)
        trouble = self.env["crm.lineshopping.exception"]
        waits = []
        for _time in range(8):
            trouble._note_exception(self.shop, order.number, "No such product")
            noted = trouble.search([("shop_id", "=", self.shop.id)])
            waits.append((noted.next_try_at - noted.last_error_at).total_seconds() / 60)
        self.assertEqual(waits, [5, 15, 60, 240, 720, 1440, 1440, 1440])
        self.assertEqual((len(noted), noted.tries), (1, 8))
        self.assertEqual(noted.company_id, self.shop.company_id)
        self.assertFalse(order.dirty)
        trouble._clear(self.shop, [order.number])
        self.assertFalse(noted.exists())
