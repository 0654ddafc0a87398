from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.tools import format_date
from odoo.tools.misc import formatLang

from ..tools.local_date import local_today
from .res_partner import BUDDHIST_ERA

# A customer who bought in the last year is shown by that year, others by two.
SHORT, LONG = 12, 24


class ResPartner(models.Model):
    """When a customer buys, as a chart."""

    _inherit = "res.partner"

    bought_by_month = fields.Json(
        compute="_compute_bought_by_month",
        groups="crm_segments.crm_segments_group_viewer",
        help="Confirmed orders of this company by month, in its currency and time "
        "zone, of all channels.",
    )

    @api.depends_context("company", "lang")
    def _compute_bought_by_month(self):
        this_month = local_today(self.env).replace(day=1)
        bought = self._read_bought_by_month(this_month - relativedelta(months=LONG - 1))
        for partner in self:
            months = bought.get(partner._origin.commercial_partner_id.id)
            partner.bought_by_month = bool(months) and {
                "parts": self._prepare_bought_parts(months, this_month)
            }

    def _read_bought_by_month(self, since):
        """:param date since: first day of the first month
        :return: {customer id: {first day of the month: (amount, number of orders)}},
            months without an order left out"""
        rows = self.env["crm.customer.order"]._read_group(
            [
                ("customer_id", "in", self._origin.commercial_partner_id.ids),
                ("company_id", "=", self.env.company.id),
                ("status", "=", "confirmed"),
                ("order_day", ">=", since),
            ],
            ["customer_id", "order_day:month"],
            ["amount_total:sum", "__count"],
        )
        bought = {}
        for customer, month, amount, number in rows:
            bought.setdefault(customer.id, {})[month] = amount, number
        return bought

    @api.model
    def _prepare_bought_parts(self, months, this_month):
        """:param dict months: of one customer, see `_read_bought_by_month`
        :return: list of {"label", "value", "count", "text"} as the chart draws them,
            oldest first, one per month"""
        first_short = this_month - relativedelta(months=SHORT - 1)
        shown = SHORT if min(months) >= first_short else LONG
        currency = self.env.company.currency_id
        parts = []
        for back in range(shown - 1, -1, -1):
            month = this_month - relativedelta(months=back)
            amount, number = months.get(month, (0.0, 0))
            parts.append(
                {
                    "label": self._month_label(month),
                    "value": currency.round(amount),
                    "count": number,
                    "text": self.env._(
                        "%(amount)s (orders: %(number)s)",
                        amount=formatLang(self.env, amount, currency_obj=currency),
                        number=number,
                    ),
                }
            )
        return parts

    @api.model
    def _month_label(self, month):
        """:return: "Nov 26", to Thai eyes "พ.ย. 69" """
        if (self.env.lang or "").startswith("th"):
            month = month.replace(year=month.year + BUDDHIST_ERA)
        return format_date(self.env, month, date_format="MMM yy")
