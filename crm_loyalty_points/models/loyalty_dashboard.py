from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

ENDING_DAYS = 30
WEEKS = 13
TOP = 5
PERIODS = ("month", "last_month", "quarter", "year")


class LoyaltyDashboard(models.AbstractModel):
    """The shop's points on one page. Everything is read with the reader's own rights:
    figures are of the companies that are chosen in the menu bar."""

    _name = "loyalty.dashboard"
    _description = "Points Dashboard"

    @api.model
    def get_dashboard(self, period="month", branch_id=False):
        """All that the page shows, in one call.

        :param period: "month" (to date), "last_month", "quarter" (last three months to
            date) or "year" (to date); each is compared with the time before
        :param branch_id: id of a crm.branch, False for all. What has no branch (lapse,
            what is outstanding) is left out then
        :return: dict
            * period, previous: {"from", "to"} as ISO dates
            * currency_id: of the amounts
            * kpis: list of {"key", "value", "previous" (None: not compared), "unit"
              (number, points, percent or money), "action"}
            * weeks: [{"week" (ISO date), "given", "used"}], oldest first
            * rewards: [{"id", "name", "times", "cost", "action"}], dearest first
            * branches: [{"id", "name", "given", "used", "action"}]
            * ending: {"points", "members", "days": [{"day", "points"}], "action"}
            * branch_choice: [{"id", "name"}]
            * empty: whether there is nothing to show yet
        """
        now, before = self._get_periods(period if period in PERIODS else "month")
        branches = self.env["crm.branch"].search(
            [("company_id", "in", self.env.companies.ids)]
        )
        branch = branches.filtered(lambda each: each.id == branch_id)
        points = self._get_points(now, branch)
        return {
            "period": self._as_text(now),
            "previous": self._as_text(before),
            "currency_id": self.env.company.currency_id.id,
            "kpis": [
                *([] if branch else self._get_member_kpis(now, before)),
                *self._get_point_kpis(now, before, branch, points),
                *([] if branch else self._get_balance_kpis(now, before)),
            ],
            "weeks": self._get_weeks(now, branch),
            "rewards": self._get_rewards(now, branch),
            "branches": self._get_branches(now, branch),
            "ending": None if branch else self._get_ending(),
            "branch_choice": [{"id": b.id, "name": b.name} for b in branches],
            "empty": not self.env["loyalty.point.entry"].search_count([], limit=1),
        }

    # -- time ----------------------------------------------------------------------

    def _get_periods(self, period):
        """:return: ((first, last day), (first, last day of the time before))"""
        today = self.env.company._get_local_moment().date()
        first = today.replace(day=1)
        month = relativedelta(months=1)
        if period == "last_month":
            first -= month
            last = first + month - timedelta(1)
            return (first, last), (first - month, first - timedelta(1))
        if period == "quarter":
            step, first = relativedelta(months=3), first - relativedelta(months=2)
        elif period == "year":
            step, first = relativedelta(years=1), today.replace(month=1, day=1)
        else:
            step = month
        return (first, today), (first - step, today - step)

    def _as_text(self, period):
        first, last = map(fields.Date.to_string, period)
        return {"from": first, "to": last}

    def _between(self, period, field="date"):
        return Domain(field, ">=", period[0]) & Domain(field, "<=", period[1])

    def _at(self, branch):
        return Domain("branch_id", "=", branch.id) if branch else Domain.TRUE

    # -- figures -------------------------------------------------------------------

    def _kpi(self, key, value, previous, unit, action):
        return {
            "key": key,
            "value": value,
            "previous": previous,
            "unit": unit,
            "action": action,
        }

    def _list_action(self, name, model, domain, context=None):
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": model,
            "views": [[False, "list"], [False, "kanban"], [False, "form"]],
            # Odoo adds this to stored actions only
            "mobile_view_mode": "kanban",
            "domain": list(domain),
            "context": {"create": False, **(context or {})},
        }

    def _members(self):
        """:return: Domain of the cards of members"""
        return (
            Domain("program_type", "=", "loyalty")
            & Domain("is_member_card", "=", True)
            & Domain("partner_id", "!=", False)
        )

    def _joined(self, period):
        """:return: Domain of the cards whose members joined in a period"""
        moment = fields.Datetime.now()
        ahead = self.env.company._get_local_moment(moment) - moment
        start = fields.Datetime.to_datetime(period[0]) - ahead
        end = fields.Datetime.to_datetime(period[1]) + timedelta(1) - ahead
        made = Domain("create_date", ">=", start) & Domain("create_date", "<", end)
        return self._members() & (
            self._between(period, "member_since")
            | (Domain("member_since", "=", False) & made)
        )

    def _count_members(self, domain):
        [[count]] = self.env["loyalty.card"]._read_group(
            domain, [], ["partner_id:count_distinct"]
        )
        return count

    def _get_member_kpis(self, now, before):
        members, joined = self._members(), self._joined(now)
        active = members & Domain("active_member", "=", True)
        count, new = self._count_members(members), self._count_members(joined)
        today = self.env.company._get_local_moment().date()
        return [
            self._kpi(
                "members",
                count,
                count - new if now[1] == today else None,
                "number",
                self.env["loyalty.card"]._view_members(self.env._("Members"), members),
            ),
            self._kpi(
                "new",
                new,
                self._count_members(self._joined(before)),
                "number",
                self.env["loyalty.card"]._view_members(
                    self.env._("New Members"), joined
                ),
            ),
            self._kpi(
                "active",
                self._count_members(active),
                None,
                "number",
                self.env["loyalty.card"]._view_members(
                    self.env._("Active Members"), active
                ),
            ),
        ]

    def _get_points(self, period, branch):
        """:return: {"given", "used", "lapsed": points of a period}"""
        names = ("given", "used", "lapsed")
        [values] = self.env["loyalty.point.report"]._read_group(
            self._between(period) & self._at(branch), [], [f"{n}:sum" for n in names]
        )
        return {n: round(v or 0, 2) for n, v in zip(names, values, strict=True)}

    def _get_point_kpis(self, now, before, branch, points):
        old = self._get_points(before, branch)
        titles = {
            "given": self.env._("Points Given"),
            "used": self.env._("Points Used"),
            "lapsed": self.env._("Points Lapsed"),
        }
        where = self._between(now) & self._at(branch)
        kpis = []
        for name, title in titles.items():
            if name == "lapsed" and branch:
                continue
            domain = where & Domain("sort", "=", name)
            action = self._list_action(title, "loyalty.point.report", domain)
            kpis.append(self._kpi(name, points[name], old[name], "points", action))
        action = self._list_action(
            self.env._("Given and Used"),
            "loyalty.point.report",
            where & Domain("sort", "in", ("given", "used")),
            {"group_by": ["sort"]},
        )
        rates = [
            round(100 * p["used"] / p["given"], 1) if p["given"] > 0 else None
            for p in (points, old)
        ]
        kpis.append(self._kpi("rate", *rates, "percent", action))
        return kpis

    def _get_balance_kpis(self, now, before):
        """What is outstanding on the last day, and what that is worth today."""
        action = self.env["loyalty.card"]._view_members(
            self.env._("Points Outstanding"),
            self._members() & Domain("points", "!=", 0),
        )
        return [
            self._kpi(
                "outstanding",
                self._get_outstanding(now[1]),
                self._get_outstanding(before[1]),
                "points",
                action,
            ),
            self._kpi("liability", self._get_liability(), None, "money", action),
        ]

    def _get_outstanding(self, day):
        """:return: points on all cards at the end of a day: those of now, less what
        happened since"""
        cards = self.env["loyalty.card"].with_context(active_test=False)
        [[points]] = cards._read_group(
            [("program_type", "=", "loyalty"), ("is_member_card", "=", True)],
            [],
            ["points:sum"],
        )
        [[since]] = self.env["loyalty.point.report"]._read_group(
            [("date", ">", day)], [], ["points:sum"]
        )
        return round((points or 0) - (since or 0), 2)

    def _get_liability(self):
        """:return: value of what is left of all awards, each at that of its own day"""
        Award = self.env["loyalty.point.award"]
        found = Award._search(
            [("remaining", "!=", 0), ("program_id.program_type", "=", "loyalty")]
        )
        [(value,)] = self.env.execute_query(
            SQL(
                """SELECT coalesce(sum(e.points * %s), 0)::float
                     FROM (SELECT e.program_id, e.date, sum(w.remaining) AS points
                             FROM loyalty_point_award w
                             JOIN loyalty_point_entry e ON e.id = w.entry_id
                            WHERE w.id IN %s
                            GROUP BY e.program_id, e.date) e""",
                self.env["loyalty.program"]._sql_point_value(SQL("e")),
                found.subselect(),
            )
        )
        return value

    # -- lists ---------------------------------------------------------------------

    def _get_weeks(self, now, branch):
        """:return: given and used of the weeks up to the end of the period"""
        monday = now[1] - timedelta(now[1].weekday())
        first = monday - timedelta(weeks=WEEKS - 1)
        rows = self.env["loyalty.point.report"]._read_group(
            self._between((first, now[1])) & self._at(branch),
            ["date:day"],
            ["given:sum", "used:sum"],
        )
        weeks = {first + timedelta(weeks=n): [0, 0] for n in range(WEEKS)}
        for day, given, used in rows:
            week = weeks[day - timedelta(day.weekday())]
            week[0] += given
            week[1] += used
        return [
            {
                "week": fields.Date.to_string(week),
                "given": round(given, 2),
                "used": round(used, 2),
            }
            for week, (given, used) in weeks.items()
        ]

    def _get_rewards(self, now, branch):
        where = self._between(now) & self._at(branch)
        rows = self.env["loyalty.reward.report"]._read_group(
            where,
            ["reward_id"],
            ["times:sum", "cost:sum"],
            order="cost:sum DESC",
            limit=TOP,
        )
        return [
            {
                "id": reward.id,
                "name": reward.sudo().description,
                "times": times,
                "cost": cost,
                "action": self._list_action(
                    self.env._("Rewards"),
                    "loyalty.reward.report",
                    where & Domain("reward_id", "=", reward.id),
                ),
            }
            for reward, times, cost in rows
        ]

    def _get_branches(self, now, branch):
        where = self._between(now) & self._at(branch) & Domain("branch_id", "!=", False)
        rows = self.env["loyalty.point.report"]._read_group(
            where,
            ["branch_id"],
            ["given:sum", "used:sum"],
            order="given:sum DESC",
            limit=TOP,
        )
        return [
            {
                "id": each.id,
                "name": each.sudo().name,
                "given": round(given, 2),
                "used": round(used, 2),
                "action": self._list_action(
                    each.sudo().name,
                    "loyalty.point.report",
                    where & Domain("branch_id", "=", each.id),
                ),
            }
            for each, given, used in rows
        ]

    def _get_ending(self):
        """:return: points whose last day is within the next days"""
        today = self.env.company._get_local_moment().date()
        domain = (
            Domain("remaining", ">", 0)
            & self._between((today, today + timedelta(ENDING_DAYS)), "expiry")
            & Domain("program_id.program_type", "=", "loyalty")
        )
        Award = self.env["loyalty.point.award"]
        [(points, members)] = Award._read_group(
            domain, [], ["remaining:sum", "card_id:count_distinct"]
        )
        days = Award._read_group(domain, ["expiry:day"], ["remaining:sum"])
        return {
            "points": round(points or 0, 2),
            "members": members,
            "days": [
                {"day": fields.Date.to_string(day), "points": round(left, 2)}
                for day, left in days
            ],
            "action": self._list_action(
                self.env._("Points That End Soon"), "loyalty.point.award", domain
            ),
        }
