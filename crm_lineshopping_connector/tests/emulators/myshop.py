"""MyShop Open API of LINE SHOPPING: list and detail of orders.

Whether the bounds of a window belong to it nobody has documented; here they do.
"""

import re
from datetime import datetime

from .http_server import Answer
from .shop_served import SPEC_WORDS, UNKNOWN, UTC

PREFIX = "/myshop/v1"
DETAIL = re.compile(r"/myshop/v1/orders/([^/]+)$")
SORTS = {
    "ORDER_NO": lambda order: order.number,
    "CREATED_AT": lambda order: order.checkout,
    "UPDATED_AT": lambda order: order.updated,
    "CHECKED_OUT_AT": lambda order: order.checkout,
}
FILTERS = {
    "orderStatus": "status",
    "paymentStatus": "payment",
    "paymentMethod": "method",
    "shipmentStatus": "shipment",
}
ODD_WORDS = {name: {word, *SPEC_WORDS[name].values()} for name, word in UNKNOWN.items()}
KNOWN = {"search", "page", "perPage", "sortBy", "orderBy", "orderType"}
KNOWN |= {"startAt", "endAt", *FILTERS}
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?Z$")


def moment(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(UTC)


class MyShop:
    """Answers for one shop, whose key is `key`."""

    spec = "myshop-openapi.json"
    patch = "myshop-openapi.patch.json"

    def __init__(self, book, key="myshop-key", secret="myshop-secret"):
        self.book = book
        self.key = key
        self.secret = secret

    def owns(self, path):
        return path.startswith(PREFIX)

    def resource(self, request):
        """:return: what one rate limit counts"""
        return re.sub(r"/orders/.+", "/orders/{orderNo}", request.path)

    def spec_of(self, _request):
        return self.spec, self.patch

    # -- what is wrong -----------------------------------------------------------------

    def login_error(self, request):
        if request.headers.get("x-api-key") != self.key:
            return self.error(401, "UNAUTHORIZED", "API key is wrong")
        return None

    def error(self, status, code, message):
        stamp = int(self.book.now().timestamp())
        return Answer(
            status, {"code": code, "message": message, "timestamp": stamp, "info": {}}
        )

    def bad(self, text):
        return self.error(400, "BAD_REQUEST", text)

    def busy(self):
        return self.error(429, "TOO_MANY_REQUESTS", "Rate limit exceeded")

    def rule_errors(self, request):
        """:return: list of texts, what is wrong by rules that the file does not know
        or that count also without it"""
        errors = []
        if request.method != "GET":
            errors.append(f"{request.method} writes to the shop")
        if "user-agent" not in request.headers or request.headers[
            "user-agent"
        ].startswith("python-requests"):
            errors.append("User-Agent does not name the service")
        if request.path == f"{PREFIX}/orders":
            errors += self._list_errors(request.query)
        elif request.query:
            errors.append("a detail has no query")
        return errors

    def _list_errors(self, query):
        errors = [f"unknown parameter {name}" for name in set(query) - KNOWN]
        for name in ("page", "perPage"):
            text = query.get(name, ["missing"])[0]
            if not text.isdigit() or int(text) < 1:
                errors.append(f"{name} is {text}")
        if query.get("perPage", ["1"])[0].isdigit() and int(query["perPage"][0]) > 100:
            errors.append("perPage is above 100")
        for name in ("startAt", "endAt"):
            text = query.get(name, ["missing"])[0]
            if not MOMENT.match(text):
                errors.append(f"{name} is {text}: no unfiltered or odd pulls")
        return errors

    # -- answers -----------------------------------------------------------------------

    def handle(self, request):
        """:return: Answer"""
        if request.path == f"{PREFIX}/orders":
            return Answer(200, self._list(request.query))
        found = DETAIL.match(request.path)
        if not found:
            return self.error(404, "NOT_FOUND", "No such resource")
        order = self.book.orders.get(found[1])
        if not order or order.number in self.book.gone:
            return self.error(404, "NOT_FOUND", "Order not found")
        return Answer(200, self.book.served(order))

    def _list(self, query):
        query = {name: row for name, row in query.items() if row != [""]}
        start, end = (
            moment(query[name][0]) if name in query else None
            for name in ("startAt", "endAt")
        )
        orders = [
            order
            for order in self.book.find(start, end)
            if self._is_wanted(order, query)
        ]
        key = SORTS[query.get("sortBy", ["CREATED_AT"])[0]]
        descending = query.get("orderBy", ["DESC"])[0] == "DESC"
        orders.sort(key=lambda order: (key(order), order.number), reverse=descending)
        page, size = (
            int(query.get(name, [default])[0])
            for name, default in (("page", "1"), ("perPage", "25"))
        )
        part = orders[(page - 1) * size : page * size]
        return {
            "currentPage": page,
            "perPage": size,
            "totalPage": -(-len(orders) // size),
            "totalRow": len(orders),
            "data": [self.book.head(order) for order in part],
        }

    def _is_wanted(self, order, query):
        for name, attribute in FILTERS.items():
            if name in query and getattr(order, attribute) not in query[name]:
                return False
        word = query.get("search", [""])[0]
        person = self.book.people[order.recipient]
        return word in order.number or word in person.name

    def as_described(self, answer):
        """:return: Answer without what is odd on purpose; the rest is to be as LINE's
        file says"""
        if not isinstance(answer.content, dict) or answer.status != 200:
            return answer
        return Answer(200, _without_odd(answer.content), answer.kind, answer.headers)


def _without_odd(value):
    if isinstance(value, list):
        return [_without_odd(row) for row in value]
    if isinstance(value, dict):
        return {
            name: _without_odd(row)
            for name, row in value.items()
            if row is not None and row not in ODD_WORDS.get(name, ())
        }
    return value
