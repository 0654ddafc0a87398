from odoo import api, models
from odoo.tools import SQL

from odoo.addons.crm_segments.tools.metric_sql import scope_join, source


class CrmCustomerMetric(models.Model):
    """A reward that is delivered is no purchase: its order, which the figures have
    counted with all others, is taken off again."""

    _inherit = "crm.customer.metric"

    @api.model
    def _metric_sources(self, param, scoped):
        return [
            *super()._metric_sources(param, scoped),
            self._get_reward_deliveries(param, scoped),
        ]

    @api.model
    def _get_reward_deliveries(self, param, scoped):
        """:return: SQL of a source, see ``tools.metric_sql``"""
        return source(
            SQL("o.partner_id"),
            {
                "order_count": SQL("-(count(*) FILTER (WHERE o.state = 'sale'))::int"),
                "order_count_all": SQL("-count(*)::int"),
                "recent_count": SQL(
                    "-(count(*) FILTER (WHERE o.state = 'sale'"
                    " AND o.date_order >= %s))::int",
                    param.recent_utc,
                ),
            },
            SQL(
                """FROM sale_order o %s
                  WHERE o.is_reward_delivery
                    AND o.company_id = %s AND o.date_order < %s""",
                scope_join(scoped, SQL("o.partner_id")),
                param.company_id,
                param.until_utc,
            ),
        )
