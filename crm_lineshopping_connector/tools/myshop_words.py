"""The words in which LINE SHOPPING says how an order stands."""

ORDER, PAYMENT, SHIPMENT = "order_status", "payment_status", "shipment_status"
METHOD = "payment_method"

KNOWN = {
    ORDER: {"FINALIZED", "COMPLETED", "EXPIRED", "CANCELED"},
    PAYMENT: {
        *("NO_PAYMENT", "PENDING", "PAID", "REFUND", "PENDING_REFUND"),
        *("FAILED_REFUND", "FAILED_AFTER_PAID", "REJECTED_REFUND"),
    },
    SHIPMENT: {
        *("NO_SHIPMENT", "PENDING", "SHIPMENT_READY", "ON_DELIVERY", "SHIPPED_ALL"),
    },
    METHOD: {"COD", "BANK", "RLP", "CREDIT_CARD", "WALLET"},
}
# Other names of the same, as the official description of the service prints them.
SYNONYMS = {
    ORDER: {
        "PENDING": "FINALIZED",
        "CONFIRMED": "FINALIZED",
        "SHIPPED": "FINALIZED",
        "CANCELLED": "CANCELED",
    },
    PAYMENT: {"FAILED": "NO_PAYMENT", "REFUNDED": "REFUND"},
    SHIPMENT: {
        "PROCESSING": "SHIPMENT_READY",
        "SHIPPED": "ON_DELIVERY",
        "DELIVERED": "SHIPPED_ALL",
    },
    METHOD: {"BANK_TRANSFER": "BANK"},
}
# Payments through LINE itself: new ones come without notice and mean nothing else.
METHOD_PREFIX = "PAYMENT_LS_"
# Known, but somebody has to look: the money is not where the order says.
TO_LOOK_AT = {"FAILED_REFUND", "FAILED_AFTER_PAID", "REJECTED_REFUND"}
# Nothing is expected to happen to such an order any more, refunds aside.
CLOSED = {"COMPLETED", "EXPIRED", "CANCELED"}


def known_word(field, value):
    """:param field: one of the four names above
    :return: (word, whether it is known); the word in its usual form, or as it came"""
    word = str(value).strip().upper() if value else ""
    word = SYNONYMS[field].get(word, word)
    known = not word or word in KNOWN[field]
    if field == METHOD and word.startswith(METHOD_PREFIX):
        known = True
    return word or None, known


REFUNDS = {"REFUND", "PENDING_REFUND", "FAILED_REFUND", "REJECTED_REFUND"}
REFUNDS |= {"FAILED_AFTER_PAID"}


def stage_of(values):
    """:param values: dict with order_status, payment_status and shipment_status in
        their usual form
    :return: the one word for lists: cancelled, refund, done, shipped, paid, unpaid, or
        unknown"""
    order, payment = values[ORDER], values[PAYMENT]
    if order in ("CANCELED", "EXPIRED"):
        return "cancelled"
    if payment in REFUNDS:
        return "refund"
    if order == "COMPLETED":
        return "done"
    if order != "FINALIZED":
        return "unknown"
    if values[SHIPMENT] in ("ON_DELIVERY", "SHIPPED_ALL"):
        return "shipped"
    if payment == "PAID":
        return "paid"
    return "unpaid" if payment in (None, "NO_PAYMENT", "PENDING") else "unknown"
