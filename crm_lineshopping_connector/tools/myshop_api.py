"""The Open API of LINE SHOPPING (MyShop), read only.

Plain Python: an instance holds plain values and is used while no transaction is open.
The key goes into one header and nowhere else, above all into no text of an error.
"""

import hashlib
import json
import logging
import random
import threading
import time
from collections import deque
from datetime import datetime, timedelta, timezone
from email.utils import parsedate_to_datetime

import requests

from .json_values import clean

_logger = logging.getLogger(__name__)

PATH = "/myshop/v1/orders"
PER_PAGE = 100
USER_AGENT = "crm-lineshopping-connector/19.0 (Odoo)"
TIMEOUT = 15
# Of an answer; a page of 100 orders has some 200 KB.
MAX_BYTES = 16 * 1024 * 1024
# What the service allows, with some room, for all calls of a shop together.
MOST_PER_SECOND = 45
MOST_PER_MINUTE = 950
# Seconds before a call is tried again, each with some chance in it.
PAUSES = (0.5, 1.0, 2.0, 4.0)
TRIES = 5
CHECK_TRIES = 2
LONGEST_PAUSE = 30.0
# No further try of a call after so many seconds.
GIVE_UP_SECONDS = 40.0


class MyshopError(Exception):
    """Something about the service of LINE SHOPPING."""


class MyshopRefused(MyshopError):
    """The key is not, or no longer, good for this (401, 403)."""


class MyshopGone(MyshopError):
    """The service does not know the order (404)."""


class MyshopLater(MyshopError):
    """No answer that can be used, after all tries: busy, broken, not reached."""


class MyshopBad(MyshopError):
    """The service does not accept the question itself (400, 409 and the like)."""


class Limiter:
    """Lets calls through at an even pace. For several threads."""

    def __init__(self, per_second, per_minute, clock=time.monotonic, sleep=time.sleep):
        self.gap = 1.0 / per_second
        self.per_minute = per_minute
        self.clock, self.sleep = clock, sleep
        self.lock = threading.Lock()
        self.next_at = 0.0
        self.passed = deque()

    def wait(self):
        """Return when it is this call's turn."""
        with self.lock:
            turn = max(self.clock(), self.next_at)
            while self.passed and self.passed[0] <= turn - 60:
                self.passed.popleft()
            if len(self.passed) >= self.per_minute:
                turn = max(turn, self.passed[-self.per_minute] + 60)
            self.passed.append(turn)
            self.next_at = turn + self.gap
            pause = turn - self.clock()
        if pause > 0:
            self.sleep(pause)

    def hold(self, seconds):
        """Let nobody through for a while: the service is busy."""
        with self.lock:
            self.next_at = max(self.next_at, self.clock() + seconds)


_limiters = {}
_limiters_lock = threading.Lock()


def limiter_of(url, key, per_second):
    """:return: the one Limiter of a key in this process"""
    name = hashlib.sha256(f"{url} {key}".encode()).digest()
    rate = min(max(per_second, 1), MOST_PER_SECOND)
    with _limiters_lock:
        limiter = _limiters.setdefault(name, Limiter(rate, MOST_PER_MINUTE))
        limiter.gap, limiter.per_minute = 1.0 / rate, MOST_PER_MINUTE
    return limiter


class MyshopApi:
    """Reads the orders of one shop. Not for several threads at once."""

    def __init__(self, url, key, per_second=10, tries=TRIES, clock=None):
        """:param tries: of each call, while the service is busy or broken
        :param clock: returns our time as aware datetime"""
        self.url = (url or "").rstrip("/")
        self._key = key or ""
        self.limiter = limiter_of(self.url, self._key, per_second)
        self.tries = tries
        self.sleep = time.sleep
        self.clock = clock or (lambda: datetime.now(timezone.utc))
        self.session = requests.Session()
        self.calls = 0
        # how far the service's clock is ahead of ours, in seconds
        self.skew = 0.0

    def __repr__(self):
        return f"<MyshopApi {self.url}>"

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        self.session.close()

    def orders(self, start, end, page=1):
        """One page of the orders that were changed between two moments, the first
        changed first.

        :param datetime start: UTC without zone, as is the end
        :return: dict with rows (list of orders without goods), total (orders in the
            window), pages
        :raise MyshopError: see the kinds above
        """
        answer = self._get(
            PATH,
            {
                "page": page,
                "perPage": PER_PAGE,
                "sortBy": "UPDATED_AT",
                "orderBy": "ASC",
                "startAt": _moment(start),
                "endAt": _moment(end),
            },
            _is_page,
        )
        rows = answer["data"] or []
        total = _count(answer.get("totalRow"))
        pages = _count(answer.get("totalPage"))
        if pages is None and total is not None:
            size = _count(answer.get("perPage")) or PER_PAGE
            pages = -(-total // size)
        if pages is None:
            # it does not say: a full page may have a next one
            pages = page + (len(rows) >= PER_PAGE)
        return {"rows": rows, "total": total, "pages": pages}

    def check(self):
        """Ask for a list, without much patience: does the service work?

        :raise MyshopError: see the kinds above
        """
        tries, self.tries = self.tries, min(self.tries, CHECK_TRIES)
        end = self.clock().replace(tzinfo=None)
        try:
            self.orders(end - timedelta(hours=1), end)
        finally:
            self.tries = tries

    def order(self, number):
        """:return: dict, an order with its goods
        :raise MyshopError: see the kinds above; MyshopGone when it is not there"""
        number = str(number)

        def is_it(answer):
            return isinstance(answer, dict) and str(answer.get("orderNumber")) == number

        quoted = requests.utils.quote(number, safe="")
        return self._get(f"{PATH}/{quoted}", None, is_it)

    def _get(self, path, query, is_good):
        """:param is_good: whether an answer is what was asked for
        :return: the decoded answer"""
        end = time.monotonic() + GIVE_UP_SECONDS
        for number in range(self.tries):
            self.limiter.wait()
            problem, pause = self._try(path, query, is_good)
            if not isinstance(problem, str):
                return problem
            if number == self.tries - 1 or time.monotonic() > end:
                break
            usual = PAUSES[min(number, len(PAUSES) - 1)] * random.uniform(0.75, 1.5)
            self.sleep(min(max(usual, pause), LONGEST_PAUSE))
        raise MyshopLater(problem)

    def _try(self, path, query, is_good):
        """:return: (the decoded answer, 0), or (text of what went wrong, seconds that
        the service wants us to wait)"""
        self.calls += 1
        try:
            with self.session.get(
                self.url + path,
                params=query,
                headers={
                    "X-API-KEY": self._key,
                    "User-Agent": USER_AGENT,
                    "Accept": "application/json",
                },
                timeout=TIMEOUT,
                allow_redirects=False,
                stream=True,
            ) as response:
                body = _read(response)
        except (requests.RequestException, OSError, ValueError) as error:
            # the text of the error may name headers: only its kind is told
            return f"no answer ({type(error).__name__})", 0
        self._note_clock(response.headers.get("Date"))
        if response.status_code == 200:
            answer = _decoded(body)
            return (answer, 0) if is_good(answer) else ("an answer cut off", 0)
        return self._refusal(response, body)

    def _refusal(self, response, body):
        """:return: (text, seconds to wait) when it may be tried again"""
        status = response.status_code
        name = response.headers.get("x-line-oap-request-id") or "-"
        _logger.info("LINE SHOPPING answered %s (request %s)", status, name[:64])
        said = _said(body)
        text = f"{status} {said}".strip()
        if status in (401, 403):
            raise MyshopRefused(text)
        if status == 404:
            raise MyshopGone(text)
        if status == 429:
            pause = _seconds(response.headers.get("Retry-After"))
            self.limiter.hold(min(pause or 1.0, LONGEST_PAUSE))
            return text, pause
        if status >= 500 or status == 408:
            return text, 0
        raise MyshopBad(text)

    def _note_clock(self, date):
        try:
            theirs = parsedate_to_datetime(date)
            self.skew = (theirs - self.clock()).total_seconds()
        except (TypeError, ValueError):
            return


def _read(response):
    """:return: bytes
    :raise ValueError: more than anything sensible, or less than announced"""
    body = b""
    for chunk in response.iter_content(64 * 1024):
        body += chunk
        if len(body) > MAX_BYTES:
            raise ValueError("too long")
    return body


def _is_page(answer):
    if not isinstance(answer, dict) or "data" not in answer:
        return False
    rows = answer["data"]
    return rows is None or (
        isinstance(rows, list)
        and all(isinstance(row, dict) and row.get("orderNumber") for row in rows)
    )


def _decoded(body):
    """:return: what the database can keep of an answer, None for no answer"""
    try:
        return clean(json.loads(body))
    except (ValueError, RecursionError):
        return None


def _said(body):
    """:return: the code of an error; its message may repeat personal data"""
    answer = _decoded(body)
    code = answer.get("code") if isinstance(answer, dict) else None
    return str(code)[:40] if code else ""


def _seconds(text):
    try:
        return max(float(text), 0.0)
    except (TypeError, ValueError):
        return 0.0


def _count(value):
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        return max(int(value), 0)
    except (ValueError, OverflowError):
        return None


def _moment(at):
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
