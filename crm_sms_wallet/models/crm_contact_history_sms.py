from odoo import api, models
from odoo.tools import SQL


class CrmContactHistory(models.Model):
    """Our deliveries in the place of Odoo's notifications of the same messages."""

    _inherit = "crm.contact.history"

    @api.model
    def _contact_history_sources(self):
        sources = super()._contact_history_sources()
        native = sources.pop("sms", None)
        if native:
            # sent before there was a gateway, or by Odoo's own service
            sources["sms"] = SQL(
                """SELECT said.* FROM (%s) AS said(id, partner_id, company_id, channel,
                          direction, date, text, author_id, state, res_model, res_id)
                    WHERE NOT EXISTS (
                          SELECT FROM sms_tracker tracker
                            JOIN sms_delivery ours ON ours.uuid = tracker.sms_uuid
                           WHERE tracker.mail_notification_id = said.id)""",
                native,
            )
        sources["sms_delivery"] = self._contact_history_deliveries()
        return sources

    @api.model
    def _contact_history_deliveries(self):
        """Not what a campaign has only prepared."""
        return SQL(
            """SELECT id, partner_id, company_id, 'sms'::varchar, 'out'::varchar,
                      coalesce(sent_at, queued_at), left(text, 500), user_id,
                      (CASE WHEN state IN ('queued', 'sending', 'unknown')
                            THEN 'waiting' WHEN state = 'accepted' THEN 'sent'
                            WHEN state = 'refused' THEN 'failed'
                            ELSE state END)::varchar,
                      res_model, res_id
                 FROM sms_delivery
                WHERE partner_id IS NOT NULL AND state <> 'draft'"""
        )
