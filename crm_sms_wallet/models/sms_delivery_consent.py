from odoo import api, fields, models
from odoo.tools import SQL


class SmsDelivery(models.Model):
    """What the customer had agreed to when a message was sent."""

    _inherit = "sms.delivery"

    consent_then = fields.Selection(
        [
            ("given", "Agreed"),
            ("withdrawn", "Withdrawn"),
            ("none", "Never asked"),
            ("not_needed", "Not needed"),
        ],
        "Consent at That Time",
        compute="_compute_consent_then",
        compute_sudo=True,
    )
    consent_then_on = fields.Datetime(
        "Consent Since", compute="_compute_consent_then", compute_sudo=True
    )

    @api.depends("partner_id", "purpose", "queued_at", "sent_at")
    def _compute_consent_then(self):
        words = self._words_then()
        for delivery in self:
            given, date = words.get(delivery.id, (None, False))
            state = {True: "given", False: "withdrawn", None: "none"}[given]
            advertising = delivery.purpose == "marketing_sms"
            delivery.consent_then = state if advertising else "not_needed"
            delivery.consent_then_on = date

    def _words_then(self):
        """:return: {id: (given, date)}: the last word of the customer before each
        message was sent"""
        self.env["crm.consent"].flush_model()
        self.flush_recordset()
        rows = self.env.execute_query(
            SQL(
                """SELECT d.id, word.given, word.date
                     FROM sms_delivery d
                     JOIN res_partner p ON p.id = d.partner_id
             CROSS JOIN LATERAL (
                          SELECT COALESCE(c.given, FALSE) AS given, c.date
                            FROM crm_consent c
                           WHERE c.company_id = d.company_id AND c.purpose = d.purpose
                             AND c.partner_id = p.commercial_partner_id
                             AND c.date <= COALESCE(
                                 d.sent_at, d.queued_at, now() AT TIME ZONE 'UTC')
                        ORDER BY c.date DESC, c.id DESC LIMIT 1) word
                    WHERE d.id = ANY(%s)""",
                self.ids,
            )
        )
        return {id_: (given, date) for id_, given, date in rows}

    @api.model
    def _withdrawn_among(self, ids):
        """:return: set: those of these messages whose customers' last word for their
        purpose, at any place, was no. Who was never asked is none of them: Odoo's own
        mailing lists have rules of their own."""
        self.env["crm.consent"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """SELECT d.id
                     FROM sms_delivery d
                     JOIN res_partner p ON p.id = d.partner_id
             CROSS JOIN LATERAL (
                          SELECT c.given
                            FROM crm_consent c
                           WHERE c.company_id = d.company_id AND c.purpose = d.purpose
                             AND c.partner_id = p.commercial_partner_id
                        ORDER BY c.date DESC, c.id DESC LIMIT 1) word
                    WHERE d.id = ANY(%s) AND word.given IS NOT TRUE""",
                list(ids),
            )
        )
        return {id_ for (id_,) in rows}
