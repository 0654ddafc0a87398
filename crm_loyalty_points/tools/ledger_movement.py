"""One movement as its caller states it: checked, and in units of the ledger."""

import datetime
import hashlib
import json
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from odoo import fields
from odoo.tools import SQL

KINDS = (
    "opening",
    "earn",
    "welcome",
    "bonus",
    "adjust",
    "redeem",
    "lapse",
    "reversal",
    "transfer",
    "unattributed",
)
# Kinds whose negative movements may leave a debt without being told so.
DEBT_KINDS = frozenset(("opening", "reversal", "unattributed"))
KEYS = frozenset(
    (
        "card_id",
        "kind",
        "points",
        "key",
        "reason",
        "date",
        "expiry",
        "source_model",
        "source_id",
        "source_name",
        "branch_id",
        "policy",
        "reversed_entry_id",
        "to_card_id",
        "may_owe",
    )
)
MAX_CENTS = 10**13
# A body is kept as it is while its two free texts together are not longer than this:
# that is cheaper than hashing it, and no longer than the hash.
PLAIN_TEXTS = 32


def to_cents(value):
    """Points to integer hundredths.

    A float is taken for the two-digit number it stands for (0.1 + 0.2 is 0.30).

    :raises ValueError: no finite number, more than two digits, or too large
    """
    try:
        if isinstance(value, float):
            cents = round(value * 100)
            exact = abs(value * 100 - cents) < 1e-4
        else:
            hundredfold = Decimal(value) * 100
            cents = int(hundredfold)
            exact = cents == hundredfold
    except (InvalidOperation, OverflowError, TypeError, ValueError):
        exact = False
    if not exact or abs(cents) > MAX_CENTS:
        raise ValueError(f"not an amount of points with two digits: {value!r}")
    return cents


@dataclass(slots=True)
class Movement:
    """What a caller of the writer asks for, see `loyalty.point.entry._post`."""

    card_id: int
    kind: str
    cents: int | None
    key: str
    reason: str
    date: datetime.date | None
    expiry: datetime.date | None
    branch_id: int | None
    source: tuple
    policy: str | None
    origin_id: int | None
    to_card_id: int | None
    may_owe: bool
    _body: str = ""

    @classmethod
    def from_vals(cls, vals):
        """:raises ValueError: a value missing, unknown, or that makes no sense"""
        if not KEYS.issuperset(vals):
            raise ValueError(f"unknown values {sorted(vals.keys() - KEYS)}")
        kind, key, card_id = vals.get("kind"), vals.get("key"), vals.get("card_id")
        if kind not in KINDS:
            raise ValueError(f"unknown kind of movement {kind!r}")
        if not key or not isinstance(key, str) or not card_id:
            raise ValueError("a movement needs a card and an idempotency key")
        origin_id = vals.get("reversed_entry_id") or None
        to_card_id = vals.get("to_card_id") or None
        cents = vals.get("points")
        if cents is not None:
            cents = to_cents(cents)
        elif not (origin_id or to_card_id or kind == "lapse"):
            raise ValueError("only reversals, transfers and lapses can mean 'all'")
        if (kind == "reversal") != bool(origin_id):
            raise ValueError("a reversal, and nothing else, names an entry to reverse")
        if (kind == "transfer") != bool(to_card_id) or to_card_id == card_id:
            raise ValueError("a transfer, and nothing else, names another card")
        if to_card_id and cents is not None and cents >= 0:
            raise ValueError("a transfer is a negative movement of the giving card")
        policy = vals.get("policy")
        return cls(
            card_id,
            kind,
            cents,
            key,
            vals.get("reason") or kind,
            fields.Date.to_date(vals.get("date")) or None,
            fields.Date.to_date(vals.get("expiry")) or None,
            vals.get("branch_id") or None,
            (
                vals.get("source_model") or None,
                vals.get("source_id") or None,
                vals.get("source_name") or None,
            ),
            json.dumps(policy, default=str) if policy else None,
            origin_id,
            to_card_id,
            bool(vals.get("may_owe")) or kind in DEBT_KINDS,
        )

    @property
    def body(self):
        """What the caller asks for as one text, made when first needed."""
        if not self._body:
            self._body = self._body_hash()
        return self._body

    def _body_hash(self):
        """What makes two calls with one key the same call.

        Values that the writer fills in (a missing date) or that describe the call
        (operator, names, arithmetic) may differ when it is repeated later.
        """
        source_model, source_id, _name = self.source
        body = (
            self.card_id,
            self.kind,
            self.cents,
            self.date and self.date.toordinal(),
            self.expiry and self.expiry.toordinal(),
            self.branch_id,
            source_id,
            self.origin_id,
            self.to_card_id,
            len(self.reason),
            self.reason,
            source_model,
        )
        text = "|".join("" if value is None else str(value) for value in body)
        if len(self.reason) + len(source_model or "") <= PLAIN_TEXTS:
            return text
        return hashlib.sha256(text.encode()).hexdigest()


# The same of an ordinary movement whose values are columns of a relation m.
_BODY = SQL(
    """concat(
           m.card_id, '|', m.kind, '|', m.cents, '|', m.date - date '0001-01-01' + 1,
           '|', m.expiry - date '0001-01-01' + 1, '|', m.branch_id, '|', m.source_id,
           '|||', length(m.reason), '|', m.reason, '|', m.source_model
       )"""
)
BODY_HASH = SQL(
    """CASE WHEN length(m.reason) + coalesce(length(m.source_model), 0) <= %s THEN %s
            ELSE encode(sha256(convert_to(%s, 'UTF8')), 'hex') END""",
    PLAIN_TEXTS,
    _BODY,
    _BODY,
)
