"""An order as the service tells it, turned into plain values.

Nothing in an answer is certain: any field may be missing, null, empty or of another
type. What cannot be understood is None, and what staff should look at is listed.
"""

import hashlib
import json
from datetime import datetime, timezone
from decimal import Decimal, InvalidOperation

from dateutil.parser import isoparse

from odoo.addons.phone_validation.tools.phone_validation import phone_format

from . import myshop_words as words

AMOUNTS = {
    "subtotal": "subtotalPrice",
    "shipping": "shipmentPrice",
    "discount": "discountAmount",
    "total": "totalPrice",
}
TIMES = {
    "checkout_at": "checkoutAt",
    "paid_at": "paidAt",
    "updated_at": "lastUpdatedAt",
}
WORDS = {
    words.ORDER: "orderStatus",
    words.PAYMENT: "paymentStatus",
    words.SHIPMENT: "shipmentStatus",
    words.METHOD: "paymentMethod",
}
ADDRESS = {
    "street": "address",
    "sub_district": "subDistrict",
    "district": "district",
    "province": "province",
    "postal_code": "postalCode",
    "country": "country",
}
PARCEL = {
    "name": "name",
    "kind": "type",
    "company": "shipmentCompanyNameEn",
    "company_thai": "shipmentCompanyNameTh",
    "tracking_number": "trackingNumber",
    "tracking_url": "trackingUrl",
}
CENT = Decimal("0.01")


def normal(payload):
    """:param dict payload: an order as the service answered, with or without goods
    :return: dict with
        number (text), order_status, payment_status, payment_method, shipment_status
        (words, known ones in their usual form, or None);
        checkout_at, paid_at, updated_at (UTC without zone, or None);
        subtotal, shipping, discount, total (Decimal or None);
        is_gift (bool), recipient_name, recipient_phone (+66...), recipient_email,
        remark_buyer, remark_recipient (text or None);
        address ({street, sub_district, district, province, postal_code, country});
        parcel ({name, kind, company, company_thai, tracking_number, tracking_url});
        items (list, see `normal_item`), has_items (bool);
        findings (list of text: "order_status=WORD", "payment=FAILED_REFUND", "sum",
        "zone"), what staff should look at
    :raise ValueError: it is no order
    """
    if not isinstance(payload, dict) or not _text(payload.get("orderNumber")):
        raise ValueError("order without number")
    findings = []
    values = {"number": _text(payload["orderNumber"]), "findings": findings}
    for name, key in WORDS.items():
        values[name], known = words.known_word(name, _text(payload.get(key)))
        if not known:
            findings.append(f"{name}={values[name][:40]}")
    if values[words.PAYMENT] in words.TO_LOOK_AT:
        findings.append(f"payment={values[words.PAYMENT]}")
    for name, key in TIMES.items():
        values[name], has_zone = parse_time(payload.get(key))
        if not has_zone and "zone" not in findings:
            findings.append("zone")
    for name, key in AMOUNTS.items():
        values[name] = _number(payload.get(key))
    values["is_gift"] = payload.get("isGift") in (True, "true", "True", 1)
    values["remark_buyer"] = _text(payload.get("remarkBuyer"))
    values["remark_recipient"] = _text(payload.get("remarkRecipient"))
    values.update(_recipient(_dict(payload.get("shippingAddress"))))
    parcel = _dict(payload.get("shipmentDetail"))
    values["parcel"] = {name: _text(parcel.get(key)) for name, key in PARCEL.items()}
    items = [normal_item(item) for item in goods_of(payload)]
    values.update(items=items, has_items=bool(items))
    if items and not _adds_up(items, values["subtotal"]):
        findings.append("sum")
    return values


# the name by which the parts of this module agreed on it
_normal = normal


def goods_of(payload):
    """:return: list of dicts, what was ordered; empty when the answer does not tell"""
    items = payload.get("orderItems")
    return [item for item in items if item] if isinstance(items, list) else []


def normal_item(item):
    """:return: dict with product_id, variant_id (int or None), sku, barcode, name
    (text or None), quantity, price (Decimal), unit_price (Decimal, what one piece cost
    after its own discount), image_url, variant (text, "Red, L")"""
    item = _dict(item)
    price = _number(item.get("price"))
    discounted = _number(item.get("discountedPrice"))
    unit_price = discounted if discounted is not None else price
    quantity = _number(item.get("quantity"))
    chosen = item.get("variants")
    names = [
        _text(_dict(variant).get("value"))
        for variant in (chosen if isinstance(chosen, list) else [])
    ]
    return {
        "product_id": _whole(item.get("productId")),
        "variant_id": _whole(item.get("variantId")),
        "sku": _text(item.get("sku")),
        "barcode": _text(item.get("barcode")),
        "name": _text(item.get("name")),
        "quantity": Decimal(1) if quantity is None else quantity,
        "price": price if price is not None else unit_price or Decimal(0),
        "unit_price": unit_price if unit_price is not None else Decimal(0),
        "image_url": _text(item.get("imageURL")),
        "variant": ", ".join(name for name in names if name) or None,
    }


def merged(old, new):
    """:param dict old: the stored answer, or None
    :param dict new: an answer that came now
    :return: the new one, with the goods of the old one if it does not tell any"""
    if old and not goods_of(new) and goods_of(old):
        return {**new, "orderItems": old["orderItems"]}
    return new


def payload_hash(payload):
    """:return: text, the same for answers that say the same; null and missing are"""
    text = json.dumps(_plain(payload), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def parse_time(value):
    """:param value: ISO 8601 text, or seconds or milliseconds since 1970
    :return: (UTC without zone or None, False when the text did not name a zone)"""
    if isinstance(value, bool) or value in (None, "", 0):
        return None, True
    try:
        if isinstance(value, int | float):
            seconds = value / 1000 if value > 1e11 else value
            moment = datetime.fromtimestamp(seconds, timezone.utc)
        else:
            moment = isoparse(str(value).strip())
        has_zone = moment.tzinfo is not None
        if has_zone:
            moment = moment.astimezone(timezone.utc).replace(tzinfo=None)
    except (ValueError, OverflowError, OSError):
        return None, False
    return moment.replace(microsecond=0), has_zone


def phone_number(text):
    """:return: the number in international form, or None; without a country it is read
    as a Thai one, and its digits may be Thai"""
    digits = (text or "").strip()
    if not digits:
        return None
    number = phone_format(digits, "TH", 66, force_format="E164", raise_exception=False)
    return number if number.startswith("+") and len(number) > 8 else None


def _recipient(address):
    return {
        "recipient_name": _text(address.get("recipientName")),
        "recipient_phone": phone_number(_text(address.get("phoneNumber"))),
        "recipient_email": _text(address.get("email")),
        "address": {name: _text(address.get(key)) for name, key in ADDRESS.items()},
    }


def _adds_up(items, subtotal):
    if subtotal is None:
        return True
    goods = sum(item["quantity"] * item["unit_price"] for item in items)
    return abs(goods - subtotal) < CENT


def _plain(value):
    """:return: the value without nulls, empty texts and the like; 100 and 100.0 are
    the same"""
    if isinstance(value, dict):
        pairs = ((key, _plain(part)) for key, part in value.items())
        return {key: part for key, part in pairs if part not in (None, "", [], {})}
    if isinstance(value, list):
        return [_plain(part) for part in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def _dict(value):
    return value if isinstance(value, dict) else {}


def _text(value):
    """:return: text without spaces around it and without what the database refuses"""
    if value is None or isinstance(value, dict | list):
        return None
    return str(value).replace("\x00", "").strip() or None


def _number(value):
    if value is None or isinstance(value, bool | dict | list):
        return None
    try:
        number = Decimal(str(value).strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number) < 10**12 else None


def _whole(value):
    number = _number(value)
    return int(number) if number is not None else None
