from odoo import api, models
from odoo.tools import SQL


class CrmCustomerMetricDirty(models.Model):
    """Whose figures are recomputed may enter or leave a segment."""

    _inherit = "crm.customer.metric.dirty"

    @api.model
    def _take(self, limit=None):
        taken = super()._take(limit)
        queue = self.env["crm.segment.dirty"].sudo()
        if customers := [pair for pair in taken if pair[0]]:
            queue._add_query(
                SQL(
                    "SELECT DISTINCT * FROM unnest(%s::int[], %s::int[])",
                    [partner_id for partner_id, _company_id in customers],
                    [company_id for _partner_id, company_id in customers],
                )
            )
        for company_id in {company for partner, company in taken if not partner}:
            self.env["crm.segment"]._queue_company(company_id)
        return taken


class CrmCustomerMetric(models.Model):
    """Time alone moves customers: a new day of the company is one of its segments."""

    _inherit = "crm.customer.metric"

    @api.model
    def _rebuild_new_day(self, company_id):
        result = super()._rebuild_new_day(company_id)
        self.env["crm.segment"]._queue_company(company_id)
        return result
