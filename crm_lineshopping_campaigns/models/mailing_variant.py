from odoo import models
from odoo.tools import SQL


class MailingVariant(models.Model):
    """Texts of a campaign by LINE: how many left, and who tapped."""

    _inherit = "mailing.variant"

    def _results(self):
        results = super()._results()
        self.env["crm.line.message"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT a.mailing_id, a.variant, count(*), count(*) FILTER (
                           WHERE EXISTS (SELECT FROM crm_sms_click c
                                          WHERE c.line_message_id = m.id
                                            AND c.kind = 'human'))
                  FROM mailing_assignment a
                  JOIN crm_line_message m ON m.mailing_id = a.mailing_id
                       AND m.partner_id = a.partner_id
                 WHERE a.mailing_id = ANY(%s) AND m.state = 'accepted'
              GROUP BY a.mailing_id, a.variant
                """,
                self.mailing_id._origin.ids,
            )
        )
        results.update(
            {(mailing, letter): (sent, taps) for mailing, letter, sent, taps in rows}
        )
        return results
