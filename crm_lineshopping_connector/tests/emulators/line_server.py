"""LINE and LINE SHOPPING on this machine, for tests and for the demo.

    python line_server.py --port 0 [--seed 1] [--orders 50] [--moving 5] [--demo]

prints "PORT <number>" when it listens. What tests do with the object can be asked for
at ``/_control/<what>`` as well, see control.py. With --demo it reads one line of JSON
from its input, see lively.py, and ends when its input ends. Knows nothing of Odoo.
"""

import sys

if not __package__:  # started as a program
    from pathlib import Path

    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    __package__ = "emulators"  # pylint: disable=redefined-builtin

import argparse
import json
import threading
import time
from collections import deque
from datetime import datetime, timedelta

from . import faults as fault
from . import lively, openapi_check, webhooks
from .control import Control
from .http_server import Answer, Server
from .login import Login
from .messaging import Messaging
from .myshop import MyShop
from .shop_orders import OrderBook
from .shop_served import UTC


class Limit:
    """So many requests in each second and each minute, for each resource."""

    def __init__(self, second, minute):
        self.rows = ((1.0, second), (60.0, minute))
        self.times = {}

    def take(self, resource):
        """:return: dict of the headers that tell what is left, None when it is over"""
        now = time.monotonic()
        times = self.times.setdefault(resource, deque())
        while times and times[0] <= now - 60:
            times.popleft()
        left = {}
        for seconds, most in self.rows:
            used = self._used(times, now - seconds)
            if used >= most:
                return None
            name = "second" if seconds == 1 else "minute"
            left[f"x-ratelimit-limit-{name}"] = str(most)
            left[f"x-ratelimit-remaining-{name}"] = str(most - used - 1)
        times.append(now)
        return left

    def _used(self, times, since):
        used = 0
        for at in reversed(times):
            if at <= since:
                break
            used += 1
        return used


class LineServer:
    """Context manager; ``url`` is where it listens.

    ``violations`` lists {"service", "method", "path", "errors"} of wrong requests, and
    of wrong answers of its own under "answer"; ``rate_violations`` those above the
    limit; ``requests`` (method, path, status). ``faults`` is a Faults or None.
    ``skew`` seconds is what its clock is ahead of this machine's.

    :param int seed: of everything
    :param int orders: in the shop at the beginning; further arguments: of OrderBook
    :param int moving: after so many requests to MyShop something happens to an order
    :param limits: requests for each second and minute, for each resource of MyShop
    :param bool official: hold filters against LINE's file as it is printed, with its
        wrong words
    """

    def __init__(
        self,
        seed=1,
        orders=50,
        faults=None,
        moving=0,
        limits=(50, 1000),
        skew=0.0,
        official=False,
        port=0,
        **book,
    ):
        self.skew = skew
        self.faults = faults
        self.moving = moving
        self.official = official
        self.violations = []
        self.rate_violations = []
        self.requests = []
        self.lock = threading.RLock()
        self._limit = Limit(*limits)
        self._moved = self.changes = 0
        self.book = OrderBook(seed, orders, now=self.now, **book)
        self.users = {row.user_id: _user(row.name) for row in self.book.people}
        self.shop = MyShop(self.book)
        self.messaging = Messaging(self.users, self.now)
        self.login = Login(self.users, self.now)
        self.events = webhooks.EventMaker(seed, self.messaging.bot["userId"], self.now)
        self.services = (self.shop, self.login, self.messaging)
        self.control = Control(self)
        self._server = Server(("127.0.0.1", port), self)
        self.port = self._server.server_address[1]
        self.url = self.login.url = f"http://127.0.0.1:{self.port}"
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.02,), daemon=True
        )

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_error):
        self._server.shutdown()
        self._server.server_close()

    def now(self):
        """:return: the server's time, with zone"""
        return datetime.now(UTC) + timedelta(seconds=self.skew)

    # -- answers -----------------------------------------------------------------------

    def serve(self, handler, request):
        """Answer a request, well or badly."""
        if request.path.startswith("/_control/"):
            with self.lock:
                answer = self.control.handle(request)
            handler.reply(answer)
            return
        service = next((s for s in self.services if s.owns(request.path)), None)
        if not service:
            handler.reply(Answer(404, "Nothing here", "text/plain"))
            return
        with self.lock:
            kind = self.faults.throw(request) if self.faults else ""
            answer = self._answer(service, request, kind)
            self.requests.append((request.method, request.path, answer.status))
        self._reply(handler, answer, kind, service)

    def _answer(self, service, request, kind):
        limit = None
        if service is self.shop:
            limit = self._limit.take(service.resource(request))
            if limit is None:
                self.rate_violations.append((request.method, request.path))
                return service.busy()
        errors = self._request_errors(service, request)
        if errors:
            self._note(service, request, errors)
            return service.bad("; ".join(errors)[:500])
        wrong = service.login_error(request)
        if wrong:
            return wrong
        if kind in fault.BEFORE:
            return fault.answer_of(kind, service, self.faults.retry_after)
        if service is self.shop:
            self._move()
        answer = service.handle(request)
        answer.headers.update(limit or {})
        self._check_answer(service, request, answer)
        return answer

    def _reply(self, handler, answer, kind, service):
        if kind in ("cut", "cut_before"):
            handler.cut()
        elif kind in ("timeout", "timeout_before"):
            handler.hold(self.faults.hold)
        elif kind == "short":
            handler.reply(answer, cut_at=0.6)
        elif kind in ("500_after", "garbage"):
            handler.reply(fault.answer_of(kind, service))
        else:
            if kind == "slow":
                time.sleep(self.faults.hold)
            handler.reply(answer)

    def _move(self):
        """Let time pass for the shop."""
        self._moved += 1
        if self.moving and self._moved % self.moving == 0:
            self.changes += len(self.book.step())

    # -- checks ------------------------------------------------------------------------

    def _spec(self, service, request):
        name, patch = service.spec_of(request)
        return name and openapi_check.load(name, None if self.official else patch)

    def _request_errors(self, service, request):
        errors = service.rule_errors(request)
        spec = self._spec(service, request)
        return errors + (spec.request_errors(request) if spec else [])

    def _check_answer(self, service, request, answer):
        """An emulator that answers otherwise than LINE would prove nothing."""
        spec = self._spec(service, request)
        if spec and answer.status < 400:
            described = service.as_described(answer)
            errors = spec.answer_errors(request, described)
            if errors:
                self._note(service, request, errors, answer=True)

    def _note(self, service, request, errors, **more):
        row = {"service": type(service).__name__, "method": request.method}
        self.violations.append({**row, "path": request.path, "errors": errors, **more})

    # -- short ways --------------------------------------------------------------------

    @property
    def people(self):
        """Who buys: list of Person, whose `user_id` is theirs on LINE."""
        return self.book.people

    @property
    def accepted(self):
        return self.messaging.accepted

    @property
    def quota(self):
        return self.messaging.quota

    def truth(self):
        """:return: {order number: what its detail answers now}"""
        with self.lock:
            return self.book.truth()

    def step(self, count=1, move=None, number=None):
        """See OrderBook.step."""
        with self.lock:
            return self.book.step(count, move, number)

    def id_token(self, user, **values):
        """See Login.id_token."""
        return self.login.id_token(user, **values)

    def add_user(self, name="Somebody", friend=True):
        """:return: id of a new user of LINE"""
        with self.lock:
            user_id = f"U{len(self.users) + 1:032x}"
            self.users[user_id] = _user(name, friend)
        return user_id

    def line_event(self, kind, user_id, *args, **values):
        """An event of the Official Account, and what follows from it here.

        :param kind: text, image, sticker, location, postback: see EventMaker; or
            follow, unfollow and others
        :return: dict"""
        with self.lock:
            make = getattr(self.events, kind, None)
            event = (
                make(user_id, *args, **values)
                if make
                else self.events.event(kind, user_id, *args, **values)
            )
            self._happen(kind, user_id, event)
        return event

    def _happen(self, kind, user_id, event):
        user = self.users.setdefault(user_id, _user("Somebody"))
        if kind in ("follow", "unfollow"):
            user.update(friend=True, blocked=kind == "unfollow")
        if event.get("replyToken"):
            self.messaging.reply_tokens[event["replyToken"]] = user_id
        if kind == "image":
            content = (webhooks.PICTURE, "image/png")
            self.messaging.contents[event["message"]["id"]] = content

    # -- webhooks ----------------------------------------------------------------------

    def sign_shop(self, body):
        """:return: value of the header x-myshop-signature"""
        return webhooks.sign(self.shop.secret, body)

    def sign_line(self, body):
        """:return: value of the header x-line-signature"""
        return webhooks.sign(self.messaging.secret, body)

    def shop_deliveries(self, secret=None, **disorder):
        """What MyShop has to tell since the last time.

        :param disorder: see webhooks.disorder
        :return: list of Delivery"""
        with self.lock:
            events, self.book.events = self.book.events, []
        secret = secret or self.shop.secret
        rows = [webhooks.shop_delivery(event, secret) for event in events]
        return webhooks.disorder(rows, **disorder)

    def line_deliveries(self, events, together=1, **disorder):
        """:param together: so many events in one post
        :return: list of Delivery"""
        events = list(events)
        parts = [events[n : n + together] for n in range(0, len(events), together)]
        secret, bot = self.messaging.secret, self.messaging.bot["userId"]
        rows = [webhooks.line_delivery(part, secret, bot) for part in parts]
        return webhooks.disorder(rows, **disorder)

    def webhooks(self, url, secret=None, **disorder):
        """Post what MyShop has to tell.

        :return: list of the answers' statuses"""
        rows = self.shop_deliveries(secret, **disorder)
        return [webhooks.post(url, row)[0] for row in rows]

    def line_webhooks(self, url, events, **disorder):
        """Post events of the Official Account.

        :return: list of the answers' statuses"""
        rows = self.line_deliveries(events, **disorder)
        return [webhooks.post(url, row)[0] for row in rows]


def _user(name, friend=True):
    return {
        "displayName": name,
        "pictureUrl": "",
        "language": "th",
        "friend": friend,
        "blocked": False,
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    for name, default in (("port", 0), ("seed", 1), ("orders", 50), ("moving", 0)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--demo", action="store_true")
    parsed = parser.parse_args()
    values = json.loads(sys.stdin.readline()) if parsed.demo else {}
    server = LineServer(
        parsed.seed,
        parsed.orders,
        moving=parsed.moving,
        port=parsed.port,
        **values.pop("book", {}),
    )
    with server:
        print(f"PORT {server.port}", flush=True)  # pylint: disable=print-used
        if parsed.demo:
            lively.Lively(server, **values).run(sys.stdin)
        else:
            server._thread.join()


if __name__ == "__main__":
    main()
