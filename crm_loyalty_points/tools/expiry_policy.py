"""The last day on which points given on some day can be used."""

import calendar
import datetime
from dataclasses import dataclass

from dateutil.relativedelta import relativedelta

MONTHS = {"month": 1, "quarter": 3, "year": 12}


@dataclass(frozen=True, slots=True)
class ExpiryPolicy:
    """How long points of a programme are valid.

    :ivar kind: "never"; "after" or "inactivity" (`count` times `unit` later, then up
        to the end of the period `rounding`); "yearly" (the next `day` of `month`, at
        least `least` days later); "date" (the given `date`)
    :ivar unit: "days" or "months"; a month later is the same day of the month, or the
        month's last one where it has no such day
    :ivar rounding: "month", "quarter" or "year" (of the calendar), or None
    """

    kind: str = "never"
    count: int = 0
    unit: str = "days"
    rounding: str | None = None
    month: int = 12
    day: int = 31
    least: int = 0
    date: datetime.date | None = None

    def last_day(self, given):
        """:return: last usable day of points given on day `given`; None: no end

        Points given after a fixed date has passed have no end.
        """
        if self.kind in ("after", "inactivity"):
            return self._rounded(given + relativedelta(**{self.unit: self.count}))
        if self.kind == "yearly":
            return self._next_yearly(given + datetime.timedelta(self.least))
        if self.kind == "date" and self.date and given <= self.date:
            return self.date
        return None

    def _rounded(self, day):
        if not self.rounding:
            return day
        months = MONTHS[self.rounding]
        month = -(-day.month // months) * months
        return datetime.date(day.year, month, calendar.monthrange(day.year, month)[1])

    def _next_yearly(self, earliest):
        day = self._day_in(earliest.year)
        return day if day >= earliest else self._day_in(earliest.year + 1)

    def _day_in(self, year):
        last = calendar.monthrange(year, self.month)[1]
        return datetime.date(year, self.month, min(self.day, last))

    def snapshot(self):
        """:return: dict for an entry's policy: only what this kind of policy uses"""
        used = {
            "after": ("count", "unit", "rounding"),
            "inactivity": ("count", "unit", "rounding"),
            "yearly": ("month", "day", "least"),
            "date": ("date",),
        }
        values = {name: getattr(self, name) for name in used.get(self.kind, ())}
        if self.date and "date" in values:
            values["date"] = self.date.isoformat()
        return {"kind": self.kind, **{k: v for k, v in values.items() if v}}
