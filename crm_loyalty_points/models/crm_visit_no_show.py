from odoo import api, models
from odoo.fields import Domain

from ..tools.local_day import local_today

BATCH_SIZE = 200


class CrmVisit(models.Model):
    """Planned visits of days that have passed, where the company wants them closed."""

    _inherit = "crm.visit"

    @api.model
    def _get_forgotten_domain(self):
        """:return: Domain of the planned visits of days before each company's today"""
        companies = self.env["res.company"].search([("visit_auto_no_show", "=", True)])
        return Domain("state", "=", "planned") & Domain.OR(
            Domain("company_id", "=", company.id)
            & Domain("day", "<", local_today(self.env, company))
            for company in companies
        )

    @api.model
    def _cron_no_show(self):
        """Once a night, in batches that are kept."""
        cron = self.env["ir.cron"]
        domain = self._get_forgotten_domain()
        cron._commit_progress(remaining=self.search_count(domain))
        while visits := self.search(domain, limit=BATCH_SIZE):
            visits.action_no_show()
            if not cron._commit_progress(len(visits)):
                break
