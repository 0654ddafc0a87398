"""Check the rows of a members file. Plain Python, no ORM, no writing.

What identifies a member or moves points must be right, or the row is refused; any
other value that cannot be understood is left out and listed, and the member comes
without it.
"""

import re
from dataclasses import dataclass, field
from datetime import date

from odoo.addons.crm_segments.tools.order_columns import normal
from odoo.addons.crm_segments.tools.order_plan import Finding, RowError
from odoo.addons.crm_segments.tools.order_values import (
    clean_text,
    is_masked,
    parse_datetime,
    parse_number,
)

from .member_columns import ANSWERS, CONSENTS, GENDERS, PARTS

MAX_CENTS = 10**11
_EMAIL = re.compile(r"[^@\s,;]+@[^@\s,;]+\.[^@\s,;]+")
_BETWEEN_TAGS = re.compile(r"[,;|\n]")
_NAMES = ("name", "first_name", "last_name", "nickname")


@dataclass
class MemberOptions:
    """How the file is to be read.

    :ivar dict columns: {meaning: column index from 0}
    :ivar date today: in the time zone of the shop
    :ivar phone: function(text) giving the number as +66..., or ""
    :ivar dict known: {"tier" | "group" | "branch": normalised names that exist}
    """

    columns: dict
    header_row: int = 1
    date_order: str = "dmy"
    decimal: str = "."
    today: date | None = None
    phone: object = staticmethod(lambda text: text)
    known: dict = field(default_factory=dict)


@dataclass(slots=True)
class MemberRow:
    """One member of the file.

    :ivar dict profile: values of res.partner that the file knows
    :ivar parts: {day on which the points lapse in the file, or None: cents}, or None
        when the file says nothing about points
    :ivar dict consents: {purpose: given}, of columns that say so
    """

    row: int
    phone: str
    number: str
    profile: dict
    tags: tuple
    group: str
    tier: str
    branch: str
    joined: date | None
    parts: dict | None
    consents: dict


class MemberPlan:
    """The members of one file, in its order, and the findings about its rows."""

    def __init__(self, options):
        self.options = options
        self.members = []
        self.findings = []
        self.rows = 0
        self._phones = {}
        self._numbers = {}
        self._words = {}

    def read(self, rows):
        """Add all (row number, cells) of an iterator.

        :return: self
        """
        for row, cells in rows:
            if row <= self.options.header_row:
                continue
            cells = self._cells(cells)
            if not any(clean_text(cell) for cell in cells.values()):
                continue
            self.rows += 1
            try:
                self.members.append(self._member(row, cells))
            except RowError as error:
                self.findings.append(Finding(row, *error.finding))
        return self

    def _cells(self, cells):
        width = len(cells)
        return {
            target: cells[index]
            for target, index in self.options.columns.items()
            if index < width
        }

    def _member(self, row, cells):
        phone = self._phone(row, cells)
        number = clean_text(cells.get("number"))
        if number and self._numbers.setdefault(number, row) != row:
            raise RowError("number_twice", number, self._numbers[number])
        member = MemberRow(
            row,
            phone,
            number,
            {},
            self._tags(cells),
            *(self._name_of(name, cells) for name in ("group", "tier", "branch")),
            None,
            self._parts(row, cells),
            {},
        )
        member.profile = self._profile(row, cells)
        member.joined = self._day(row, cells, "joined", past=True)
        member.consents = self._consents(row, cells)
        return member

    def _phone(self, row, cells):
        """:raise RowError: without a phone number that nobody above has"""
        text = clean_text(cells.get("phone"))
        if not text:
            raise RowError("phone_missing")
        phone = not is_masked(text) and self.options.phone(text)
        if not phone:
            raise RowError("phone_bad", text)
        if self._phones.setdefault(phone, row) != row:
            raise RowError("phone_twice", text, self._phones[phone])
        return phone

    def _name_of(self, what, cells):
        """:return: normalised name of a tier, group or branch that exists, or "" """
        text = clean_text(cells.get(what))
        name = normal(text)
        if name and name not in self.options.known.get(what, ()):
            raise RowError(f"{what}_unknown", text)
        return name

    def _tags(self, cells):
        texts = map(clean_text, _BETWEEN_TAGS.split(str(cells.get("tags") or "")))
        # Thousands of members have the same tags: one object for each text.
        return tuple(
            self._words.setdefault(text, text) for text in dict.fromkeys(texts) if text
        )

    def _parts(self, row, cells):
        """:return: {day or None: cents}, see `MemberRow`"""
        parts = {}
        for suffix in PARTS:
            cents = self._cents(cells, f"points{suffix}")
            if cents is None:
                continue
            day = self._expiry(cells, f"points_expiry{suffix}")
            if day and day < self.options.today:
                if cents:
                    self._skip(row, "points_lapsed", cells[f"points_expiry{suffix}"])
                # What is over is neither given nor taken back.
                cents = 0
            parts[day] = parts.get(day, 0) + cents
        return parts or None

    def _cents(self, cells, target):
        cell = cells.get(target)
        text = clean_text(cell)
        if not text:
            return None
        try:
            points = parse_number(cell, self.options.decimal)
        except ValueError as error:
            raise RowError(f"{target}_{error.args[0]}", text) from None
        if not points.is_finite():
            raise RowError(f"{target}_number_bad", text)
        if points < 0:
            raise RowError("points_negative", text)
        if points * 100 > MAX_CENTS:
            raise RowError("number_too_large", text)
        cents = int(points * 100)
        if cents != points * 100:
            raise RowError("points_decimals", text)
        return cents

    def _expiry(self, cells, target):
        cell = cells.get(target)
        if not clean_text(cell):
            return None
        try:
            return parse_datetime(cell, self.options.date_order)[0].date()
        except ValueError as error:
            raise RowError(error.args[0], clean_text(cell)) from None

    def _day(self, row, cells, target, past=False):
        """:return: the date of a cell; None, with a finding, when it is none"""
        cell = cells.get(target)
        if not clean_text(cell):
            return None
        try:
            day = parse_datetime(cell, self.options.date_order)[0].date()
        except ValueError as error:
            return self._skip(row, error.args[0], cell)
        if past and day > self.options.today:
            return self._skip(row, "date_future", cell)
        return day

    def _skip(self, row, code, cell):
        text = clean_text(cell)[:200]
        self.findings.append(Finding(row, "skip", code, text))

    def _profile(self, row, cells):
        values = {}
        for target in _NAMES:
            text = clean_text(cells.get(target))
            if text and not is_masked(text):
                values[target] = text
        if "last_name" not in self.options.columns and "first_name" in values:
            # One column for both, headed "name" as most people would.
            values.setdefault("name", values.pop("first_name"))
        if birthdate := self._day(row, cells, "birthdate", past=True):
            values["birthdate"] = birthdate
        if gender := clean_text(cells.get("gender")):
            if found := GENDERS.get(normal(gender)):
                values["gender"] = found
            else:
                self._skip(row, "gender_unknown", gender)
        if email := clean_text(cells.get("email")):
            if _EMAIL.fullmatch(email) and not is_masked(email):
                values["email"] = email
            else:
                self._skip(row, "email_bad", email)
        return values

    def _consents(self, row, cells):
        """:return: {purpose: given}: an empty cell is no answer"""
        consents = {}
        for purpose in CONSENTS:
            text = clean_text(cells.get(f"consent_{purpose}"))
            if not text:
                continue
            given = ANSWERS.get(normal(text))
            if given is None:
                self._skip(row, "answer_unknown", text)
            else:
                consents[purpose] = given
        return consents
