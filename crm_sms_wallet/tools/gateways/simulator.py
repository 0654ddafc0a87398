"""A gateway without a network, for demonstrations and tests: it sends nothing.

What becomes of a message follows from the seed and the uuid alone. So it remembers
nothing and still answers questions truly, in any process.
"""

import random
import time
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from .answers import (
    Accepted,
    Balance,
    Report,
    Unknown,
    bad_number,
    no_credit,
    not_taken,
)
from .base import GatewayApi

REFUSALS = {"number": bad_number, "credit": no_credit, "busy": not_taken}


@dataclass(frozen=True)
class Fate:
    """What becomes of one message.

    :param taken: whether it goes out; where ``answered`` is not, nobody is told
    :param refusal: key of ``REFUSALS``, "" for none
    :param reports: tuple of (seconds after sending, state), as they arrive
    """

    taken: bool
    answered: bool
    delay: float = 0.0
    refusal: str = ""
    end: str = "accepted"
    reports: tuple = ()


class SimulatorApi(GatewayApi):
    can_query = True

    def fate(self, uuid):
        """:return: Fate of the message with this uuid"""
        options = self.settings.options
        dice = random.Random(f"{options.get('seed', 0)} {uuid}")
        throws = [dice.random() * 100 for _throw in range(4)]
        delay = dice.random() * float(options.get("delay", 0) or 0)
        refused = float(options.get("refused_percent", 0) or 0)
        unknown = float(options.get("unknown_percent", 0) or 0)
        failed = float(options.get("failed_percent", 0) or 0)
        if throws[0] < refused:
            # no credit would end each batch; it comes rarely
            refusal = dice.choices(list(REFUSALS), (6, 1, 3))[0]
            return Fate(False, True, delay, refusal, "never_seen")
        lost = throws[1] < unknown
        if lost and throws[2] < 50:
            return Fate(False, False, delay, end="never_seen")
        end = "delivered"
        if throws[3] < failed:
            end = dice.choice(["failed", "expired"])
        return Fate(True, not lost, delay, "", end, self._reports(dice, end))

    def _reports(self, dice, end):
        """:return: the reports of a message that was taken: some late, some twice,
        some in the wrong order, some never"""
        late = float(self.settings.options.get("late_seconds", 0) or 0)
        at = dice.random() * late
        rows = [(at, "accepted"), (at + dice.random() * late, end)]
        throw = dice.random()
        if throw < 0.1:
            rows.append((rows[1][0] + dice.random() * late, end))
        elif throw < 0.2:
            rows = [(rows[0][0], end), (rows[1][0], "accepted")]
        elif throw < 0.25:
            rows = rows[:1]
        return tuple(sorted(rows, key=lambda row: row[0]))

    def _send_one(self, message):
        fate = self.fate(message.uuid)
        if fate.delay:
            time.sleep(fate.delay)
        if fate.refusal:
            raise REFUSALS[fate.refusal](f"Simulated: {fate.refusal}")
        if not fate.answered:
            raise Unknown("Simulated: no answer.")
        return Accepted(ref=self._ref(message.uuid))

    def _ref(self, uuid):
        return f"sim-{uuid}"

    def _balance(self):
        return Balance(credits=Decimal(self.settings.options.get("credits", 0) or 0))

    def _query(self, refs):
        reports = {}
        for uuid in refs:
            fate = self.fate(uuid)
            ref = self._ref(uuid) if fate.taken else ""
            reports[uuid] = Report(uuid, ref, fate.end)
        return reports

    def reports_due(self, uuid, sent_at, since, now):
        """:param sent_at: when it was sent (naive UTC)
        :return: list of the reports that arrive after ``since`` and until ``now``"""
        rows = []
        for seconds, state in self.fate(uuid).reports:
            at = sent_at + timedelta(seconds=seconds)
            if since < at <= now:
                rows.append(Report(uuid, self._ref(uuid), state, "Simulated", at))
        return rows
