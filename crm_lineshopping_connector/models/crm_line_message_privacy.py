from dataclasses import replace

from odoo import models
from odoo.tools import SQL

from odoo.addons.crm_segments.tools.personal_data import PSEUDONYM


class ResPartner(models.Model):
    """What messages by LINE say about a person, handed out and erased."""

    _inherit = "res.partner"

    def _crm_personal_data(self):
        return [
            *super()._crm_personal_data(),
            self._crm_persons()._crm_data_of_line_messages(),
        ]

    def _crm_data_of_line_messages(self):
        section = self._crm_section(
            "line_messages",
            self.env._("LINE messages"),
            "crm.line.message",
            [("partner_id", "in", self.ids)],
            [
                *("direction", "text", "purpose", "state", "queued_at"),
                *("sent_at", "company_id"),
            ],
            fate=PSEUDONYM,
            why=self.env._("The words go; that there was a message stays."),
        )
        return replace(
            section, erase=lambda: self._crm_erase_line_messages(section.records)
        )

    def _crm_erase_line_messages(self, messages):
        """What waits is not sent, and what is uncertain is not tried again."""
        messages._cancel_where(
            SQL("id = ANY(%s)", messages.ids), "cancelled", self.env._("Erased")
        )
        self.env.cr.execute(
            SQL(
                """UPDATE crm_line_message
                      SET state = CASE state WHEN 'sending' THEN 'failed'
                                       ELSE state END,
                          recipient = NULL, text = NULL, content = NULL,
                          secret_content = NULL, failure = NULL,
                          line_message_id = NULL, line_user_id = NULL
                    WHERE id = ANY(%s)""",
                messages.ids,
            )
        )
        messages.invalidate_recordset()
