"""Orders as the server of LINE SHOPPING writes them, with what is odd about some."""

import copy
import random
from datetime import datetime, timedelta, timezone

BANGKOK = timezone(timedelta(hours=7))
UTC = timezone.utc
PLACES = (
    ("สีลม", "บางรัก", "กรุงเทพมหานคร", "10500"),
    ("ศรีภูมิ", "เมืองเชียงใหม่", "เชียงใหม่", "50200"),
    ("ตลาดใหญ่", "เมืองภูเก็ต", "ภูเก็ต", "83000"),
)
UNKNOWN = {
    "shipmentStatus": "WAITING_FOR_RIDER",
    "paymentMethod": "PAYMENT_LS_TRUEMONEY",
    "paymentStatus": "ON_HOLD",
    "orderStatus": "UNDER_REVIEW",
}
# words of the enums that LINE's file prints for filters, for those who meet them
SPEC_WORDS = {
    "orderStatus": {"CANCELED": "CANCELLED", "FINALIZED": "CONFIRMED"},
    "paymentStatus": {"REFUND": "REFUNDED", "FAILED_AFTER_PAID": "FAILED"},
    "paymentMethod": {"BANK": "BANK_TRANSFER", "PAYMENT_LS_RLP": "WALLET"},
    "shipmentStatus": {
        "SHIPMENT_READY": "PROCESSING",
        "ON_DELIVERY": "SHIPPED",
        "SHIPPED_ALL": "DELIVERED",
    },
}


class Served:
    """For OrderBook: what is served of an order. The same order is odd in the same way
    each time."""

    def truth(self):
        """:return: {order number: what its detail answers now}"""
        return {
            number: self.served(order)
            for number, order in self.orders.items()
            if number not in self.gone
        }

    def served(self, order):
        """:return: an order as it is served, with what is odd about it"""
        data = self.plain(order)
        dice = random.Random(f"quirk:{self.seed}:{order.number}")
        for name, words in SPEC_WORDS.items() if self.words == "spec" else ():
            data[name] = words.get(data[name], data[name])
        self._phone(data["shippingAddress"], dice.randrange(6))
        if dice.random() < self.quirks:
            kind = dice.choice(("null", "missing", "word", "zone", "naive", "address"))
            getattr(self, f"_quirk_{kind}")(data, dice)
        return data

    def plain(self, order):
        """:return: an order with every field, as LINE's file describes it"""
        place = PLACES[order.place]
        person = self.people[order.recipient]
        data = {
            "orderNumber": order.number,
            "orderStatus": order.status,
            "paymentStatus": order.payment,
            "paymentMethod": order.method,
            "shipmentStatus": order.shipment,
            "checkoutAt": stamp(order.checkout),
            "lastUpdatedAt": stamp(order.updated),
            "subtotalPrice": baht(order.subtotal),
            "shipmentPrice": baht(order.shipping),
            "discountAmount": baht(order.discount),
            "totalPrice": baht(order.subtotal + order.shipping - order.discount),
            "isGift": order.gift,
            "remarkBuyer": "",
            "remarkRecipient": "",
            "weight": 0.5,
            "shippingAddress": {
                "recipientName": person.name,
                "phoneNumber": person.phone,
                "email": person.email,
                "address": f"{order.house}/{order.number[-3:]} ถนนสุขใจ",
                "subDistrict": place[0],
                "district": place[1],
                "province": place[2],
                "postalCode": place[3],
                "country": "TH",
            },
            "shipmentDetail": {
                "name": "Standard delivery",
                "type": "COD" if order.cod else "STANDARD",
                "isCod": order.cod,
                "isAutoTracking": False,
                "description": "",
                "shipmentCompanyId": 1,
                "shipmentCompanyNameTh": "ไปรษณีย์ไทย",
                "shipmentCompanyNameEn": "Thailand Post",
                "trackingNumber": order.tracking,
                "trackingUrl": "",
            },
            "orderItems": [_item(row) for row in order.items],
        }
        if order.paid:
            data["paidAt"] = stamp(order.paid)
        return data

    def _phone(self, address, style):
        """Write a phone as people do."""
        local = "0" + address["phoneNumber"][3:]
        thai = str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙")
        address["phoneNumber"] = (
            local,
            f"+66{local[1:]}",
            f"66-{local[1:3]}-{local[3:6]}-{local[6:]}",
            f"{local[:3]} {local[3:6]} {local[6:]}",
            local.translate(thai),
            f"{local[:3]}-{local[3:]}",
        )[style]

    def _quirk_null(self, data, _dice):
        for name in ("weight", "remarkBuyer", "remarkRecipient", "shipmentDetail"):
            data[name] = None
        data.setdefault("paidAt", None)
        data["shippingAddress"]["email"] = None
        for item in data["orderItems"]:
            item.setdefault("discountedPrice", None)
            item["barcode"] = None

    def _quirk_missing(self, data, _dice):
        for name in ("isGift",) if not data["isGift"] else ():
            del data[name]
        for name in ("remarkBuyer", "weight", "shipmentDetail"):
            del data[name]
        for name in ("email", "country"):
            del data["shippingAddress"][name]

    def _quirk_word(self, data, dice):
        names = ("shipmentStatus", "paymentMethod", "paymentStatus", "orderStatus")
        name = dice.choices(names, (6, 6, 1, 1))[0]
        data[name] = UNKNOWN[name]

    def _quirk_zone(self, data, _dice):
        for name in ("checkoutAt", "paidAt", "lastUpdatedAt"):
            if data.get(name):
                at = datetime.fromisoformat(data[name].replace("Z", "+00:00"))
                data[name] = at.astimezone(BANGKOK).isoformat(timespec="milliseconds")

    def _quirk_naive(self, data, _dice):
        for name in ("checkoutAt", "paidAt", "lastUpdatedAt"):
            if data.get(name):
                data[name] = data[name].rstrip("Z")

    def _quirk_address(self, data, _dice):
        data["shippingAddress"] = None

    def head(self, order):
        """:return: an order as lists serve it"""
        data = copy.copy(self.served(order))
        data.pop("orderItems", None)
        return data


def baht(satang):
    return satang // 100 if satang % 100 == 0 else satang / 100


def stamp(at):
    text = at.astimezone(UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


def _item(row):
    data = {
        "productId": row["id"],
        "variantId": row["id"] * 10,
        "sku": row["sku"],
        "barcode": f"885{row['id']:010d}",
        "name": row["name"],
        "quantity": row["quantity"],
        "price": baht(row["price"]),
        "weight": 0.1,
        "imageURL": "",
        "variants": [],
    }
    if row["reduced"]:
        data["discountedPrice"] = baht(row["reduced"])
    return data
