from odoo import fields, models
from odoo.tools import SQL


class ResCompany(models.Model):
    _inherit = "res.company"

    visit_auto_no_show = fields.Boolean(
        "Note No-Shows at Night",
        help="Planned visits of a day that has passed, to which nobody came, become "
        "no-shows. Otherwise they stay planned and are found by the filter Overdue.",
        prefetch="customers",
    )

    def write(self, vals):
        result = super().write(vals)
        if "customer_tz" in vals:
            self._recompute_visit_days()
        return result

    def _recompute_visit_days(self):
        """The same moments belong to other days: one statement, not visit by visit."""
        self.flush_model(["customer_tz"])
        visits = self.env["crm.visit"]
        visits.flush_model()
        self.env.cr.execute(
            SQL(
                """UPDATE crm_visit visit
                      SET day = (COALESCE(visit.arrived_at, visit.start)
                                 AT TIME ZONE 'UTC' AT TIME ZONE company.customer_tz
                                )::date
                     FROM res_company company
                    WHERE company.id = visit.company_id AND company.id = ANY(%s)""",
                self.ids,
            )
        )
        visits.invalidate_model(["day"], flush=False)
