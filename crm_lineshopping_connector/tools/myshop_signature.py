"""What shows that a webhook comes from LINE SHOPPING, and which event it is."""

import base64
import hashlib
import hmac
import json

from .myshop_order import _text

HEADER = "x-myshop-signature"


def signature(secret, body):
    """:param str secret: the webhook's secret key
    :param bytes body: exactly as it came
    :return: text, as the header carries it"""
    digest = hmac.new(secret.encode(), body, hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


def is_signed(secret, body, header):
    """:return: whether the header is the signature of the body; never without secret"""
    if not secret or not header:
        return False
    expected = signature(secret, body).encode()
    return hmac.compare_digest(expected, header.strip().encode("utf-8", "replace"))


def event_of(body, request_id=None):
    """:param bytes body: of a webhook whose signature is good
    :return: (key, kind, number of the order); the key is the same when the same event
        is told again. None for what names no order
    """
    try:
        told = json.loads(body)
    except ValueError:
        return None
    number = _text(told.get("orderNumber")) if isinstance(told, dict) else None
    if not number:
        return None
    event = told.get("event")
    event = event if isinstance(event, dict) else {}
    key = hashlib.sha256(body).hexdigest()
    if not _text(event.get("timestamp")) and request_id:
        # without its time, a second event may look like the first one
        key += f" {request_id[:64]}"
    return key, (_text(event.get("name")) or "")[:64], number[:64]
