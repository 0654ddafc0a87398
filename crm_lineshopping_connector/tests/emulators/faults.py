"""What goes wrong on the way to LINE: thrown by a seed, told by name and share."""

import random
from dataclasses import dataclass, field

from .http_server import Answer

# before the request counts: whoever sends it again does no harm
BEFORE = {"429", "429-text", "500", "503", "cut_before", "timeout_before"}
# after it was carried out: the answer is lost or spoilt
AFTER = {"500_after", "cut", "timeout", "short", "slow", "garbage"}
READING = ("429", "429-text", "500", "503", "cut", "short", "timeout", "slow")


@dataclass
class Faults:
    """:param float share: of the requests
    :param kinds: of BEFORE and AFTER
    :param str only: beginning of the path that is meant
    :param int times: how many; for ever by default
    :param float hold: seconds that a time-out or a slow answer takes
    :param str retry_after: what a 429 says"""

    share: float = 1.0
    kinds: tuple = READING
    only: str = "/"
    times: int = None
    hold: float = 0.2
    retry_after: str = "1"
    seed: int = 1
    done: int = 0
    dice: random.Random = field(default=None, repr=False)

    def throw(self, request):
        """:return: kind of the fault that happens to a request, or empty"""
        self.dice = self.dice or random.Random(f"faults:{self.seed}")
        if not request.path.startswith(self.only):
            return ""
        if self.times is not None and self.done >= self.times:
            return ""
        if self.dice.random() >= self.share:
            return ""
        self.done += 1
        return self.dice.choice(tuple(self.kinds))


def answer_of(kind, service, retry_after="1"):
    """:return: Answer of a fault that is one"""
    if kind == "429":
        answer = service.busy()
        answer.headers["Retry-After"] = retry_after
        return answer
    if kind == "429-text":
        return Answer(429, "Too Many Requests", "text/plain")
    if kind == "garbage":
        return Answer(200, b"\x00\xff<html>OK", "text/html")
    status = 503 if kind == "503" else 500
    return Answer(status, "<h1>Something is wrong</h1>", "text/html")
