from odoo import api, models
from odoo.tools import SQL


class CrmContactHistory(models.Model):
    """Messages by LINE, both ways."""

    _inherit = "crm.contact.history"

    @api.model
    def _selection_channel(self):
        return [*super()._selection_channel(), ("line", self.env._("LINE"))]

    @api.model
    def _contact_history_sources(self):
        """Not what a campaign has only prepared."""
        return {
            **super()._contact_history_sources(),
            "line_message": SQL(
                """SELECT id, partner_id, company_id, 'line'::varchar, direction,
                          coalesce(sent_at, queued_at), left(text, 500), user_id,
                          (CASE WHEN state IN ('queued', 'sending') THEN 'waiting'
                                WHEN state = 'accepted' THEN 'sent'
                                ELSE state END)::varchar,
                          res_model, res_id
                     FROM crm_line_message
                    WHERE partner_id IS NOT NULL AND state <> 'draft'"""
            ),
        }
