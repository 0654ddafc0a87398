from datetime import timedelta

from odoo import api, models
from odoo.tools import SQL

from ..tools.moment import Moment, midnight, within


class CrmMoment(models.AbstractModel):
    """The moments in customers' lives that the installed modules know of.

    Whoever has something to say at them (messages, tasks) asks for the rows between
    two points in time; nothing is stored here.
    """

    _name = "crm.moment"
    _description = "Moment in a Customer's Life"

    @api.model
    def _moments(self):
        """:return: dict of key to ``tools.moment.Moment``. Modules add theirs."""
        return {
            "welcome": Moment(self.env._("New customer"), self._welcome_rows),
            "birthday": Moment(self.env._("Birthday"), self._birthday_rows, ahead=True),
            "lapsed": Moment(self.env._("Silent for too long"), self._lapsed_rows),
        }

    @api.model
    def _rows(self, key, company, since, until):
        """:param str key: of a moment
        :param since, until: naive UTC
        :return: SQL, see ``tools.moment.Moment``
        """
        self.env.flush_all()
        return self._moments()[key].rows(company, since, until)

    @api.model
    def _is_customer(self, company):
        """:return: SQL condition on ``p`` (res_partner): a customer that the company
        knows. Contacts that all companies share are those of the ones they bought
        from or spoke to."""
        return SQL(
            """(p.active AND p.commercial_partner_id = p.id
                AND (p.company_id = %(company)s OR p.company_id IS NULL AND (
                     EXISTS (SELECT FROM crm_customer_metric m
                              WHERE m.partner_id = p.id AND m.company_id = %(company)s)
                     OR EXISTS (SELECT FROM crm_consent c
                                 WHERE c.partner_id = p.id
                                   AND c.company_id = %(company)s)
                     OR EXISTS (SELECT FROM crm_branch b
                                 WHERE b.id = p.joined_branch_id
                                   AND b.company_id = %(company)s))))""",
            company=company.id,
        )

    @api.model
    def _welcome_rows(self, company, since, until):
        """Who was entered or signed up as a customer, or ordered for the first time.
        Customers brought along from another system, with orders of the past, are not
        new."""
        first_order = midnight(SQL("m.first_order_date"), company)
        return SQL(
            """SELECT partner_id, 'welcome' AS event_key,
                      min(happened_at) AS happened_at
                 FROM (SELECT p.id AS partner_id, p.create_date AS happened_at
                         FROM res_partner p
                        WHERE p.member_number IS NOT NULL AND %(created)s
                          AND %(customer)s
                    UNION ALL
                       SELECT p.id, %(first_order)s
                         FROM crm_customer_metric m
                         JOIN res_partner p ON p.id = m.partner_id
                        WHERE m.company_id = %(company)s AND %(ordered)s
                          AND p.active) AS new
                WHERE NOT EXISTS (
                      SELECT FROM crm_customer_metric m
                       WHERE m.partner_id = new.partner_id
                         AND m.company_id = %(company)s
                         AND %(first_order)s <= %(day_before)s)
             GROUP BY partner_id""",
            created=within(SQL("p.create_date"), since, until),
            ordered=within(first_order, since - timedelta(days=1), until),
            customer=self._is_customer(company),
            first_order=first_order,
            company=company.id,
            day_before=since - timedelta(days=1),
        )

    @api.model
    def _birthday_rows(self, company, since, until):
        """Birthdays at local midnight; who is born on 29 February has it on 1 March
        in years without that day, like the age."""
        # a day more on both sides, for any time zone
        first, last = since - timedelta(days=1), until + timedelta(days=1)
        months = {
            (first + timedelta(days=day)).month
            for day in range(0, min((last - first).days, 366) + 1)
        }
        day = SQL(
            """(make_date(year, extract(month FROM p.birthdate)::int, 1)
                + (extract(day FROM p.birthdate)::int - 1))"""
        )
        happened = midnight(day, company)
        return SQL(
            """SELECT p.id AS partner_id, 'birthday:' || year AS event_key,
                      %(happened)s AS happened_at
                 FROM res_partner p, generate_series(%(first)s, %(last)s) AS year
                WHERE p.birth_month = ANY(%(months)s)
                  AND year > extract(year FROM p.birthdate)
                  AND %(within)s AND %(customer)s""",
            happened=happened,
            first=first.year,
            last=last.year,
            # 1 March may be the birthday of somebody born in February
            months=[
                f"{month:02}" for month in months | ({2} if 3 in months else set())
            ],
            within=within(happened, since, until),
            customer=self._is_customer(company),
        )

    @api.model
    def _lapsed_rows(self, company, since, until):
        """Who has not ordered for longer than is usual for this customer, or than the
        company allows: once per silence."""
        day = SQL(
            """LEAST(m.rhythm_lapse_date,
                     CASE WHEN m.order_count >= %s THEN m.last_order_date + %s END)""",
            company.sudo().lapsed_customer_orders,
            company.sudo().lapsed_customer_days + 1,
        )
        happened = midnight(day, company)
        return SQL(
            """SELECT m.partner_id, 'lapsed:' || m.last_order_date AS event_key,
                      %s AS happened_at
                 FROM crm_customer_metric m
                 JOIN res_partner p ON p.id = m.partner_id AND p.active
                WHERE m.company_id = %s AND m.last_order_date IS NOT NULL AND %s""",
            happened,
            company.id,
            within(happened, since, until),
        )
