"""Orders of LINE SHOPPING as the service answers them, taken in and settled."""

import copy
from datetime import datetime, timedelta

from odoo.tests import TransactionCase

ADDRESS = {
    "recipientName": "สมหญิง ใจดี",
    "phoneNumber": "081-234-5678",
    "email": "somying@example.com",
    "address": "99 ถนนสุขุมวิท",
    "subDistrict": "คลองเตย",
    "district": "คลองเตย",
    "province": "กรุงเทพมหานคร",
    "postalCode": "10110",
    "country": "TH",
}


def item(sku="S1", quantity=1, price=100, **values):
    number = int.from_bytes((sku or "none").encode(), "big") % 100_000
    return {
        "productId": number,
        "variantId": number * 10,
        "sku": sku,
        "barcode": "",
        "name": f"Goods {sku}",
        "quantity": quantity,
        "price": price,
        "discountedPrice": None,
        "variants": [],
        **values,
    }


def payload(number, items=None, shipping=0, discount=0, **values):
    """:return: an order that was placed an hour ago and is not paid yet"""
    items = [item()] if items is None else items
    subtotal = round(
        sum(
            each["quantity"]
            * (
                each["price"]
                if each.get("discountedPrice") is None
                else each["discountedPrice"]
            )
            for each in items
        ),
        2,
    )
    placed = datetime.now() - timedelta(hours=1)
    return {
        "orderNumber": number,
        "orderStatus": "FINALIZED",
        "paymentStatus": "NO_PAYMENT",
        "paymentMethod": "BANK",
        "shipmentStatus": "NO_SHIPMENT",
        "checkoutAt": placed.isoformat(timespec="seconds") + "Z",
        "lastUpdatedAt": placed.isoformat(timespec="seconds") + "Z",
        "subtotalPrice": subtotal,
        "shipmentPrice": shipping,
        "discountAmount": discount,
        "totalPrice": round(subtotal + shipping - discount, 2),
        "isGift": False,
        "shippingAddress": copy.deepcopy(ADDRESS),
        "orderItems": items,
        **values,
    }


def paid(number, *args, **values):
    return payload(
        number,
        *args,
        **{
            "paymentStatus": "PAID",
            "shipmentStatus": "SHIPMENT_READY",
            "paidAt": datetime.now().isoformat(timespec="seconds") + "Z",
            **values,
        },
    )


class SaleCase(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={**cls.env.context, "tracking_disable": True})
        cls.company = cls.env.company
        cls.shop = cls.env["crm.lineshopping.shop"].create(
            {
                "name": "LINE",
                "books_from": "2020-01-01",
                "user_id": cls.env.ref("base.user_admin").id,
            }
        )
        cls.service = cls.env["product.product"].create(
            {"name": "Massage", "default_code": "S1", "type": "service"}
        )
        cls.other = cls.env["product.product"].create(
            {"name": "Soap", "default_code": "S2", "type": "consu"}
        )
        (cls.service | cls.other).taxes_id = False
        cls.clock = 0

    def take(self, *payloads):
        """Take answers in as the newest, and settle them.

        :return: the rows of all of them"""
        for each in payloads:
            type(self).clock += 1
            later = datetime.now() + timedelta(seconds=self.clock)
            each["lastUpdatedAt"] = later.isoformat(timespec="seconds") + "Z"
        Order = self.env["crm.lineshopping.order"]
        Order._take(self.shop, payloads)._settle()
        numbers = [each["orderNumber"] for each in payloads]
        return Order.search(
            [("shop_id", "=", self.shop.id), ("number", "in", numbers)], order="number"
        )

    def sale(self, *payloads):
        """:return: the sale orders of answers that were taken in"""
        rows = self.take(*payloads)
        self.assertFalse(rows.filtered("dirty"))
        return rows.sale_order_id

    def troubles(self):
        return self.env["crm.lineshopping.exception"].search(
            [("shop_id", "=", self.shop.id)]
        )
