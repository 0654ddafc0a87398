"""What the sender gives to LINE at once, and what LINE said about it: plain values.

Nothing here touches the database, so no transaction is open while LINE is called.
"""

import json
import logging
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from .line_api import LineRefused, LineUnknown

_logger = logging.getLogger(__name__)

PUSH = "/v2/bot/message/push"
MULTICAST = "/v2/bot/message/multicast"
# LINE takes so many customers in one call.
MULTICAST_MOST = 500
THREADS = 8
# After one of these nothing else would work either.
STOPPING = ("token", "plan", "quota", "rate")


@dataclass(frozen=True)
class Row:
    """A message as the sender needs it."""

    id: int
    recipient: str
    content: str
    retry_key: str
    purpose: str
    alone: bool


@dataclass(frozen=True)
class Batch:
    """One call: equal content to one or more customers, always under the same key.

    ``repeated``: it was given to LINE before, and LINE may have taken it then.
    """

    key: str
    rows: tuple
    repeated: bool = False

    @property
    def ids(self):
        return [row.id for row in self.rows]

    def call(self, api):
        """:return: Answer"""
        first = self.rows[0]
        body = {"messages": json.loads(first.content)}
        if len(self.rows) == 1 and first.alone:
            path, body["to"] = PUSH, first.recipient
        else:
            path, body["to"] = MULTICAST, [row.recipient for row in self.rows]
        return api.call("POST", path, json=body, retry_key=self.key)


@dataclass(frozen=True)
class Said:
    """What became of a batch: ``accepted``, ``refused``, ``split`` (one of several
    customers is wrong: nobody got it), ``unknown``, ``not_sent``; for what stops
    everything the kind that LINE's refusal has, see ``STOPPING``."""

    batch: Batch
    what: str
    message: str = ""
    line_message_id: str = ""


def batches_of(rows):
    """:param rows: Row, new ones
    :return: list of Batch: those with equal content together, and ids of rows that
        belong to a batch of several under the key of its first one"""
    groups, batches = {}, []
    for row in rows:
        if row.alone:
            batches.append(Batch(row.retry_key, (row,)))
        else:
            groups.setdefault(row.content, []).append(row)
    for group in groups.values():
        for start in range(0, len(group), MULTICAST_MOST):
            part = tuple(group[start : start + MULTICAST_MOST])
            batches.append(Batch(part[0].retry_key, part))
    return batches


def send(apis, batches):
    """Give batches to LINE, a few at a time; those of one customer one after another.

    :param apis: list of LineApi, as many as calls at once
    :return: list of Said, one per batch
    """
    lanes = {}
    for batch in batches:
        lanes.setdefault(batch.rows[0].recipient, []).append(batch)
    work = [[] for _api in apis]
    for number, lane in enumerate(lanes.values()):
        work[number % len(apis)].extend(lane)
    stop = []
    busy = [(api, part) for api, part in zip(apis, work, strict=True) if part]
    if len(busy) == 1:
        return _send_lane(*busy[0], stop)
    with ThreadPoolExecutor(len(busy) or 1) as pool:
        lists = pool.map(lambda pair: _send_lane(*pair, stop), busy)
        return [said for part in lists for said in part]


def _send_lane(api, batches, stop):
    return [_send_one(api, batch, stop) for batch in batches]


def _send_one(api, batch, stop):
    if stop:
        return Said(batch, "not_sent")
    try:
        answer = batch.call(api)
    except LineRefused as error:
        if error.kind in STOPPING:
            stop.append(error.kind)
            return Said(batch, error.kind, error.message)
        what = "split" if len(batch.rows) > 1 else "refused"
        return Said(batch, what, error.message)
    except LineUnknown as error:
        return Said(batch, "unknown", error.message)
    except Exception as error:
        # whatever it was: it may have happened after LINE took it
        _logger.exception("LINE: a call failed")
        return Said(batch, "unknown", type(error).__name__)
    sent = answer.body.get("sentMessages") if isinstance(answer.body, dict) else None
    first = sent[0] if isinstance(sent, list) and sent else {}
    number = first.get("id") if isinstance(first, dict) else None
    return Said(batch, "accepted", line_message_id=str(number or ""))
