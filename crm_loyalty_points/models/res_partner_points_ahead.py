from babel.dates import format_skeleton

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL
from odoo.tools.misc import babel_locale_parse, get_lang

from ..tools.local_day import local_today, sql_today
from ..tools.points_text import points_text

# Quotations looked at for the points they would earn: the latest.
RECENT_QUOTATIONS = 20
# Bars in the chart of points that end: a year, and everything later.
SHOWN_MONTHS = 12


class ResPartner(models.Model):
    """What comes and what goes: points on their way to a customer, and points that
    end, in the company one works in."""

    _inherit = "res.partner"

    points_pending = fields.Float(
        "Pending Points",
        compute="_compute_points_pending",
        digits=(16, 2),
        help="Earned, but not available yet. They are in no balance.",
    )
    points_expected = fields.Float(
        compute="_compute_points_expected",
        digits=(16, 2),
        help="What the customer's latest quotations will earn when they are confirmed "
        "as they stand.",
    )
    points_ending_soon = fields.Float(
        compute="_compute_points_ending_soon",
        search="_search_points_ending_soon",
        digits=(16, 2),
        help="Points that end within as many days as the company's settings say.",
    )
    points_ending_months = fields.Json(
        "Points Ending by Month",
        compute="_compute_points_ending_months",
        groups="crm_segments.crm_segments_group_viewer",
    )

    @api.depends_context("company")
    def _compute_points_pending(self):
        for partner in self:
            cards = partner._get_points_cards()
            partner.points_pending = sum(cards.mapped("points_pending"))

    @api.depends_context("company")
    def _compute_points_expected(self):
        for partner in self:
            orders = self.env["sale.order"].sudo()
            customer = partner._origin.commercial_partner_id
            if customer:
                orders = orders.search(
                    [
                        ("partner_id", "child_of", customer.ids),
                        ("company_id", "=", self.env.company.id),
                        ("state", "in", ("draft", "sent")),
                    ],
                    limit=RECENT_QUOTATIONS,
                )
            partner.points_expected = sum(orders.mapped("points_expected"))

    @api.depends_context("company")
    def _compute_points_ending_soon(self):
        customers = self._origin.commercial_partner_id
        condition = SQL("partner.id = ANY(%s)", customers.ids)
        ending = dict(self.env.execute_query(self._points_ending_query(condition)))
        for partner in self:
            customer = partner._origin.commercial_partner_id
            partner.points_ending_soon = ending.get(customer.id, 0)

    @api.depends_context("company", "lang")
    def _compute_points_ending_months(self):
        for partner in self:
            lapsing = partner._get_points_cards()._get_lapsing()
            days = [item for items in lapsing.values() for item in items]
            partner.points_ending_months = bool(days) and {
                "parts": self._prepare_month_parts(days)
            }

    def _search_points_ending_soon(self, operator, value):
        """A customer on whose cards nothing ends has 0; contacts count as
        themselves."""
        return self._search_points_sum(operator, value, self._points_ending_query)

    def _get_points_cards(self):
        """:return: the customer's member cards with points (not prepaid value)"""
        if not self._origin:
            return self.env["loyalty.card"]
        domain = Domain(self._get_member_card_domain())
        return self.env["loyalty.card"].search(
            domain & Domain("program_type", "=", "loyalty")
        )

    @api.model
    def _points_ending_query(self, condition, having=None):
        """:return: SQL for (customer id, points) that end soon in the companies'
        programmes, see ``_ending_awards_query``
        """
        return self._ending_awards_query(
            SQL("sum(award.remaining)::float"),
            condition,
            having,
            SQL("today.day + %s::int", self.env.company.points_ending_days),
        )

    @api.model
    def _ending_awards_query(self, total, condition, having=None, last=None):
        """:return: SQL for (customer id, total) of the points that end in the
            companies' programmes
        :param total: SQL of an aggregate of ``award``
        :param condition: SQL on ``partner``, the customer
        :param having: function that makes SQL of the SQL of the total
        :param last: SQL of the last day that is looked at, default all
        """
        self.env["loyalty.card"].flush_model(["partner_id", "active"])
        self.env["loyalty.point.award"].flush_model()
        return SQL(
            """SELECT partner.id, %s AS points
                 FROM loyalty_point_award award
                 JOIN loyalty_card card ON card.id = award.card_id
                 JOIN loyalty_program program ON program.id = card.program_id
                 JOIN res_partner holder ON holder.id = card.partner_id
                 JOIN res_partner partner ON partner.id = holder.commercial_partner_id,
                      %s
                WHERE award.remaining > 0 AND card.active AND card.is_member_card
                  AND program.program_type = 'loyalty'
                  AND today.company_id = COALESCE(award.company_id, 0)
                  AND award.expiry BETWEEN today.day AND %s
                  AND (card.company_id IS NULL OR card.company_id = ANY(%s))
                  AND %s
             GROUP BY partner.id HAVING %s""",
            total,
            sql_today(self.env),
            last or SQL("'infinity'::date"),
            self.env.company.parent_ids.ids,
            condition,
            having(total) if having else SQL("TRUE"),
        )

    @api.model
    def _prepare_month_parts(self, days):
        """:param days: list of (last day, points)
        :return: list of {"label", "value", "text"}: every month from this one to the
            last in which points end, a year at most, then all that ends later"""
        today = local_today(self.env, self.env.company)
        months = {}
        for day, points in days:
            ahead = (day.year - today.year) * 12 + day.month - today.month
            ahead = min(ahead, SHOWN_MONTHS)
            months[ahead] = months.get(ahead, 0) + points
        last = min(max(months), SHOWN_MONTHS - 1)
        parts = [
            (self._get_month_label(today, ahead), months.get(ahead, 0))
            for ahead in range(last + 1)
        ]
        if SHOWN_MONTHS in months:
            parts.append((self.env._("later"), months[SHOWN_MONTHS]))
        return [
            {"label": label, "value": round(points, 2), "text": points_text(points)}
            for label, points in parts
        ]

    @api.model
    def _get_month_label(self, today, ahead):
        """:return: short name of the month so many months ahead, in the user's
        language; its year is plain from the order of the bars"""
        locale = babel_locale_parse(get_lang(self.env).code)
        month = fields.Date.add(today.replace(day=1), months=ahead)
        return format_skeleton("MMM", month, locale=locale)
