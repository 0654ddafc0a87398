from odoo import api, models
from odoo.tools import SQL


class CrmCampaignResult(models.Model):
    """Messages by LINE, and what customers did with them. LINE does not say whether a
    message arrived."""

    _inherit = "crm.campaign.result"

    @api.model
    def _message_sources(self, mailing):
        self.env["crm.line.message"].flush_model()
        return [
            *super()._message_sources(mailing),
            SQL(
                """SELECT m.partner_id, m.sent_at, m.state = 'accepted', FALSE,
                          m.state = 'failed',
                          CASE WHEN m.state = 'accepted'
                               THEN COALESCE(m.cost, 0) ELSE 0 END
                     FROM crm_line_message m WHERE m.mailing_id = %s""",
                mailing.id,
            ),
        ]

    @api.model
    def _response_sources(self, mailing, first, last):
        sources = super()._response_sources(mailing, first, last)
        if mailing.mailing_type != "line":
            return sources
        sources["clicked"].append(
            SQL(
                """SELECT m.partner_id FROM crm_sms_click c
                     JOIN crm_line_message m ON m.id = c.line_message_id
                    WHERE m.mailing_id = %s AND c.kind = 'human'""",
                mailing.id,
            )
        )
        # who wrote after getting the message, in the days that count
        sources["replied"].append(
            SQL(
                """SELECT said.partner_id FROM crm_line_message said
                     JOIN crm_line_message m ON m.partner_id = said.partner_id
                                            AND m.mailing_id = %s
                    WHERE said.direction = 'in' AND said.company_id = %s
                      AND COALESCE(said.sent_at, said.queued_at) >= m.sent_at
                      AND COALESCE(said.sent_at, said.queued_at) < %s""",
                mailing.id,
                mailing.company_id.id,
                last,
            )
        )
        return sources
