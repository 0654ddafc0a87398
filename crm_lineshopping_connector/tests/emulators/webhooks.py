"""What LINE and LINE SHOPPING tell by webhook, signed as they sign."""

import base64
import hashlib
import hmac
import json
import random
import urllib.error
import urllib.request
import uuid
from dataclasses import dataclass

# a picture of one point
PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJ"
    "RU5ErkJggg=="
)
ULID = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


@dataclass
class Delivery:
    """One post."""

    body: bytes
    headers: dict

    def json(self):
        return json.loads(self.body)


def sign(secret, body):
    """:return: text of the signature, as both services make it"""
    digest = hmac.new(secret.encode(), body, hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


def ulid(dice):
    return "01" + "".join(dice.choice(ULID) for _n in range(24))


def shop_delivery(payload, secret, request_id=None):
    body = json.dumps(payload, ensure_ascii=False).encode()
    return Delivery(
        body,
        {
            "Content-Type": "application/json",
            "x-myshop-signature": sign(secret, body),
            "x-request-id": request_id or str(uuid.uuid4()),
        },
    )


def line_delivery(events, secret, destination):
    """:param events: may be empty, as when LINE tries the address"""
    content = {"destination": destination, "events": list(events)}
    body = json.dumps(content, ensure_ascii=False).encode()
    headers = {
        "Content-Type": "application/json",
        "X-Line-Signature": sign(secret, body),
    }
    return Delivery(body, headers)


def disorder(rows, shuffled=False, repeated=0.0, lost=0.0, seed=1):
    """:param float repeated: share that comes again, up to nine times
    :return: list of the rows as they may arrive"""
    dice = random.Random(f"disorder:{seed}")
    kept = [row for row in rows if dice.random() >= lost]
    for row in list(kept):
        if dice.random() < repeated:
            kept += [row] * dice.randint(1, 9)
    if shuffled:
        dice.shuffle(kept)
    return kept


def post(url, delivery, timeout=20):
    """:return: (status, text) of the answer"""
    request = urllib.request.Request(url, delivery.body, delivery.headers)
    try:
        with urllib.request.urlopen(request, timeout=timeout) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


class EventMaker:
    """Events of one LINE Official Account; LINE numbers them, once each."""

    def __init__(self, seed, destination, now):
        self.dice = random.Random(f"events:{seed}")
        self.destination = destination
        self.now = now
        self.number = 0

    def event(self, kind, user_id, content=None, ago=0.0, **values):
        """:param str kind: follow, unfollow, message, postback, …
        :param dict content: of a message
        :param float ago: seconds since it happened
        :return: dict"""
        self.number += 1
        event = {
            "type": kind,
            "mode": "active",
            "timestamp": int((self.now().timestamp() - ago) * 1000),
            "source": {"type": "user", "userId": user_id},
            "webhookEventId": ulid(self.dice),
            "deliveryContext": {"isRedelivery": False},
        }
        if kind in ("follow", "message", "postback"):
            event["replyToken"] = self.dice.randbytes(16).hex()
        if kind == "follow":
            event["follow"] = {"isUnblocked": False}
        if content:
            event["message"] = {"id": self._id(), **content}
        return {**event, **values}

    def _id(self):
        return str(5 * 10**17 + self.dice.randrange(10**17))

    def text(self, user_id, text, **values):
        content = {"type": "text", "text": text, "quoteToken": self._id()}
        return self.event("message", user_id, content, **values)

    def image(self, user_id, **values):
        content = {
            "type": "image",
            "quoteToken": self._id(),
            "contentProvider": {"type": "line"},
        }
        return self.event("message", user_id, content, **values)

    def sticker(self, user_id, **values):
        content = {
            "type": "sticker",
            "quoteToken": self._id(),
            "packageId": "446",
            "stickerId": "1988",
            "stickerResourceType": "STATIC",
            "keywords": ["hello"],
        }
        return self.event("message", user_id, content, **values)

    def location(self, user_id, **values):
        content = {
            "type": "location",
            "title": "Shop",
            "address": "Bangkok",
            "latitude": 13.7563,
            "longitude": 100.5018,
        }
        return self.event("message", user_id, content, **values)

    def postback(self, user_id, data, **values):
        return self.event("postback", user_id, postback={"data": data}, **values)

    def redelivered(self, event):
        """:return: the event as LINE sends it again, later"""
        return {**event, "deliveryContext": {"isRedelivery": True}}
