"""What LINE's Messaging API demands beyond its OpenAPI file, or without that file."""

import re
import uuid

USER = re.compile(r"U[0-9a-f]{32}$")
SENDS = {
    "/v2/bot/message/push": "push",
    "/v2/bot/message/multicast": "multicast",
    "/v2/bot/message/narrowcast": "narrowcast",
    "/v2/bot/message/broadcast": "broadcast",
}
REPLY = "/v2/bot/message/reply"
KINDS = {"text", "textV2", "sticker", "image", "video", "audio", "location"}
KINDS |= {"imagemap", "template", "flex", "coupon"}
NEEDED = {
    "text": ("text",),
    "image": ("originalContentUrl", "previewImageUrl"),
    "sticker": ("packageId", "stickerId"),
    "location": ("title", "address", "latitude", "longitude"),
    "flex": ("altText", "contents"),
    "template": ("altText", "template"),
}
BUBBLE, CAROUSEL, WHOLE = 30_000, 50_000, 2_000_000


def errors_of(request):
    """:return: list of texts, what is wrong with a request"""
    errors = []
    key = request.headers.get("x-line-retry-key")
    if key is not None:
        errors += _key_errors(key, request.path in SENDS)
    if len(request.body) > WHOLE and request.content_type == "application/json":
        errors.append("body is above 2 MB")
    if request.method in ("POST", "PUT") and request.content_type == "application/json":
        try:
            body = request.json() if request.body else {}
        except ValueError:
            return [*errors, "body is no JSON"]
        if not isinstance(body, dict):
            return [*errors, "body is no object"]
        errors += _body_errors(request.path, body)
    return errors


def _key_errors(key, allowed):
    if not allowed:
        return ["X-Line-Retry-Key is not for this call"]
    try:
        uuid.UUID(key)
    except ValueError:
        return ["X-Line-Retry-Key is no UUID"]
    return []


def _body_errors(path, body):
    errors = []
    kind = SENDS.get(path)
    if kind == "push" and not USER.match(str(body.get("to"))):
        errors.append("to: no user id")
    if kind == "multicast":
        targets = body.get("to")
        if not isinstance(targets, list) or not 1 <= len(targets) <= 500:
            errors.append("to: 1 to 500 user ids")
        elif not all(USER.match(str(row)) for row in targets):
            errors.append("to: no user id")
        elif len(set(targets)) < len(targets):
            errors.append("to: a user id stands there twice")
    if kind or path == REPLY or path.startswith("/v2/bot/message/validate/"):
        errors += _messages_errors(body.get("messages"))
    return errors


def _messages_errors(messages):
    if not isinstance(messages, list) or not 1 <= len(messages) <= 5:
        return ["messages: 1 to 5 of them"]
    errors = []
    for number, message in enumerate(messages):
        errors += [f"messages[{number}]: {text}" for text in _message_errors(message)]
    return errors


def _message_errors(message):
    if not isinstance(message, dict) or message.get("type") not in KINDS:
        return ["type is unknown"]
    kind = message["type"]
    errors = [
        f"{name} is missing" for name in NEEDED.get(kind, ()) if name not in message
    ]
    if kind == "text" and not 1 <= len(message.get("text", "")) <= 5000:
        errors.append("text has 1 to 5000 characters")
    if (
        kind in ("flex", "template")
        and not 1 <= len(message.get("altText", "")) <= 1500
    ):
        errors.append("altText has 1 to 1500 characters")
    if kind == "image":
        urls = [message.get(name, "") for name in NEEDED["image"]]
        errors += [f"{url} is no https" for url in urls if not url.startswith("https:")]
    if kind == "flex":
        errors += _flex_errors(message.get("contents"))
    return errors


def _flex_errors(contents):
    size = len(str(contents).encode())
    if not isinstance(contents, dict):
        return ["contents: no bubble and no carousel"]
    if contents.get("type") == "bubble":
        return ["bubble is too large"] if size > BUBBLE else []
    if contents.get("type") != "carousel":
        return ["contents: no bubble and no carousel"]
    errors = ["carousel is too large"] if size > CAROUSEL else []
    if not 1 <= len(contents.get("contents") or ()) <= 12:
        errors.append("a carousel has 1 to 12 bubbles")
    return errors
