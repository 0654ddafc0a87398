from odoo import api, models
from odoo.tools import SQL


class CrmContactHistory(models.Model):
    """Customers who made contact by linking their LINE account."""

    _inherit = "crm.contact.history"

    @api.model
    def _contact_history_sources(self):
        return {
            **super()._contact_history_sources(),
            "line_user": SQL(
                """SELECT id, partner_id, company_id, 'line'::varchar, 'in'::varchar,
                          linked_at, %s, NULL::int4, 'received'::varchar,
                          'crm.line.user'::varchar, id
                     FROM crm_line_user
                    WHERE partner_id IS NOT NULL AND linked_at IS NOT NULL""",
                self.env._("LINE account linked"),
            ),
        }
