from collections import defaultdict
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.crm_segments.tools.local_date import local_zone, midnight_utc

from ..tools import uplift
from .crm_campaign_result import SUMS

RESPONSES = ("clicked", "code_used", "replied")


class CrmCampaignResult(models.Model):
    """Counting: one statement per group of figures, none per customer."""

    _inherit = "crm.campaign.result"

    @api.model
    def _measure(self, mailing):
        """Write the result of a campaign again.

        :return: crm.campaign.result; none while no message has left
        """
        result = self.sudo().search([("mailing_id", "=", mailing.id)])
        mailing = mailing.sudo()
        self.env.flush_all()
        window = self._get_window(mailing)
        if not window:
            result.unlink()
            return result
        groups = self._read_people(mailing, *window)
        for figures in (
            self._read_messages(mailing),
            self._read_responses(mailing, *window),
        ):
            for key, values in figures.items():
                groups[key].update(values)
        values = {
            "mailing_id": mailing.id,
            "company_id": mailing.company_id.id,
            "measured_at": fields.Datetime.now(),
            "window_from": window[0],
            "window_until": window[1],
            "is_over": window[1] <= fields.Datetime.now(),
        }
        if result:
            result.write(values)
        else:
            result = result.create(values)
        result._write_groups(groups)
        result._write_sums()
        return result

    @api.model
    def _get_window(self, mailing):
        """The days that count, the same for everybody of the campaign: from the first
        message on, until midnight after so many days from the last one.

        :return: (first, last), UTC; None while no message has left
        """
        [(first, last)] = self.env.execute_query(
            SQL(
                "SELECT min(at), max(at) FROM (%s) AS m(partner_id, at, s, d, f, cost)",
                SQL(" UNION ALL ").join(self._message_sources(mailing)),
            )
        )
        if not first:
            return None
        zone = local_zone(self.env, mailing.company_id)
        day = fields.Datetime.context_timestamp(
            mailing.with_context(tz=zone.zone), last
        ).date()
        days = timedelta(days=mailing.result_days + 1)
        return first, midnight_utc(mailing.company_id, day + days)

    @api.model
    def _read_people(self, mailing, first, last):
        """:return: dict (arm, variant): dict of what the people of the group bought"""
        rows = self.env.execute_query(
            SQL(
                """WITH %s, %s
                SELECT person.arm, person.variant, count(*),
                       count(*) FILTER (WHERE spent.orders > 0),
                       COALESCE(sum(spent.orders), 0)::int,
                       COALESCE(sum(spent.revenue), 0)::float,
                       COALESCE(sum(spent.revenue::float ^ 2), 0)::float,
                       COALESCE(sum(spent.cost), 0)::float,
                       COALESCE(sum(spent.profit), 0)::float,
                       COALESCE(sum(spent.profit::float ^ 2), 0)::float,
                       COALESCE(sum(spent.uncosted), 0)::float
                  FROM person
             LEFT JOIN spent ON spent.customer_id = person.customer_id
              GROUP BY 1, 2""",
                self._person_cte(mailing),
                self._sold_ctes(mailing.company_id, first, last),
            )
        )
        names = (
            *("people", "buyers", "order_count", "revenue", "revenue_squares"),
            *("goods_cost", "gross_profit", "profit_squares", "uncosted_sales"),
        )
        groups = defaultdict(dict)
        for arm, variant, *numbers in rows:
            groups[arm, variant] = dict(zip(names, numbers, strict=True))
        return groups

    @api.model
    def _read_messages(self, mailing):
        """:return: dict (arm, variant): dict of what became of the messages. Those to
        nobody any more count for the first text."""
        rows = self.env.execute_query(
            SQL(
                """WITH %s
                SELECT COALESCE(a.arm, 'treated'),
                       COALESCE(CASE a.arm WHEN 'holdout' THEN '' ELSE a.variant END,
                                (SELECT min(variant) FROM person
                                  WHERE arm = 'treated'), ''),
                       count(*) FILTER (WHERE m.sent),
                       count(*) FILTER (WHERE m.delivered),
                       count(*) FILTER (WHERE m.failed), sum(m.cost)::float
                  FROM (%s) AS m(partner_id, at, sent, delivered, failed, cost)
             LEFT JOIN assigned a ON a.partner_id = m.partner_id
              GROUP BY 1, 2""",
                self._person_cte(mailing),
                SQL(" UNION ALL ").join(self._message_sources(mailing)),
            )
        )
        names = ("sent", "delivered", "failed", "message_cost")
        return {
            (arm, variant): dict(zip(names, numbers, strict=True))
            for arm, variant, *numbers in rows
        }

    @api.model
    def _read_responses(self, mailing, first, last):
        """:return: dict (arm, variant): dict of what the customers did, people counted
        and not acts"""
        sources = self._response_sources(mailing, first, last)
        rows = self.env.execute_query(
            SQL(
                """WITH %(person)s, act(name, partner_id) AS (%(acts)s),
                done AS (
                    SELECT DISTINCT act.name, assigned.customer_id
                      FROM act JOIN assigned ON assigned.partner_id = act.partner_id
                )
                SELECT person.arm, person.variant, done.name, count(*)
                  FROM done JOIN person ON person.customer_id = done.customer_id
              GROUP BY 1, 2, 3
                 UNION ALL
                SELECT person.arm, person.variant, 'responded',
                       count(DISTINCT person.customer_id)
                  FROM done JOIN person ON person.customer_id = done.customer_id
                 WHERE done.name IN %(responses)s
              GROUP BY 1, 2""",
                person=self._person_cte(mailing),
                acts=SQL(" UNION ALL ").join(
                    SQL("SELECT %s::varchar, s.id FROM (%s) AS s(id)", name, query)
                    for name, queries in sources.items()
                    for query in queries
                ),
                responses=RESPONSES,
            )
        )
        found = defaultdict(dict)
        for arm, variant, name, number in rows:
            found[arm, variant][name] = number
        return found

    def _write_groups(self, groups):
        """:param dict groups: (arm, variant): figures"""
        known = {(group.arm, group.variant): group for group in self.group_ids}
        gone = self.group_ids.browse().union(
            *(group for key, group in known.items() if key not in groups)
        )
        gone.unlink()
        new = []
        for (arm, variant), figures in groups.items():
            people = figures.get("people") or 0
            values = {
                **dict.fromkeys((*SUMS, "revenue_squares", "profit_squares"), 0),
                **figures,
                "measured_at": self.measured_at,
                "conversion": 100 * figures.get("buyers", 0) / people if people else 0,
                "revenue_per_person": (
                    figures.get("revenue", 0) / people if people else 0
                ),
            }
            if (arm, variant) in known:
                known[arm, variant].write(values)
            else:
                new.append({**self._prepare_group(arm, variant), **values})
        self.env["crm.campaign.result.group"].sudo().create(new)

    def _prepare_group(self, arm, variant):
        return {
            "result_id": self.id,
            "mailing_id": self.mailing_id.id,
            "company_id": self.company_id.id,
            "arm": arm,
            "variant": variant,
        }

    def _write_sums(self):
        """What follows from the groups: sums of those with a message, comparison with
        the hold-out, return."""
        treated = self.group_ids.filtered(lambda group: group.arm == "treated")
        holdout = self.group_ids - treated
        values = {name: sum(treated.mapped(name)) for name in SUMS}
        # whoever was held out and got one anyway has to be paid for, too
        values["message_cost"] += sum(holdout.mapped("message_cost"))
        self.write(
            {
                **values,
                "holdout_people": sum(holdout.mapped("people")),
                **self._prepare_shares(treated, holdout),
                **self._prepare_money(treated, holdout, values["message_cost"]),
            }
        )

    def _prepare_shares(self, treated, holdout):
        """:return: dict, the comparison of the shares of buyers, in percent"""
        one, two = treated._to_uplift(), holdout._to_uplift()
        effect = uplift.conversion(one, two)
        people = one.people + two.people
        base = (one.buyers + two.buyers) / people if people else 0
        seen = uplift.smallest_share(one.people, two.people, base)
        return {
            "conversion": 100 * one.buyers / one.people if one.people else 0,
            "holdout_conversion": 100 * two.buyers / two.people if two.people else 0,
            "conversion_uplift": 100 * (effect.difference or 0),
            "conversion_low": 100 * (effect.low or 0),
            "conversion_high": 100 * (effect.high or 0),
            "conversion_seen": 100 * (seen or 0),
            "p_value": effect.p_value or 0,
            "verdict": effect.verdict,
        }

    def _prepare_money(self, treated, holdout, cost):
        """:param cost: of the messages
        :return: dict, the comparison of money per customer, and the return"""
        revenue = uplift.money(treated._to_uplift(), holdout._to_uplift())
        profit = uplift.money(
            treated._to_uplift("profit"), holdout._to_uplift("profit")
        )
        people = sum(treated.mapped("people"))
        known = profit.low is not None
        total, low, high = (
            people * (value if known else 0)
            for value in (profit.difference, profit.low, profit.high)
        )
        has_roi = known and cost > 0

        def per_cent(value):
            return 100 * (value - cost) / cost if has_roi else 0

        return {
            "has_money": revenue.low is not None,
            "revenue_uplift": revenue.difference or 0,
            "revenue_low": revenue.low or 0,
            "revenue_high": revenue.high or 0,
            "revenue_verdict": revenue.verdict,
            "profit_uplift": total,
            "profit_low": low,
            "profit_high": high,
            "has_roi": has_roi,
            "roi": per_cent(total),
            "roi_low": per_cent(low),
            "roi_high": per_cent(high),
        }
