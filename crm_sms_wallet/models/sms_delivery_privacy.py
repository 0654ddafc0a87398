from dataclasses import replace

from odoo import models
from odoo.tools import SQL

from odoo.addons.crm_segments.tools.personal_data import DELETED, PSEUDONYM


class ResPartner(models.Model):
    """What messages say about a person, handed out and erased.

    Costs and results of campaigns stay: they are sums over rows that name nobody any
    more.
    """

    _inherit = "res.partner"

    def _crm_personal_data(self):
        persons = self._crm_persons()
        numbers = persons._crm_own_numbers()
        return [
            *super()._crm_personal_data(),
            persons._crm_data_of_sms(numbers),
            persons._crm_data_of_stops(numbers),
            persons._crm_data_of_complaints(numbers),
            persons._crm_data_of_automations(),
        ]

    def _crm_own_numbers(self):
        """:return: list of the numbers of these people, without those that somebody
        else has, too"""
        numbers = {number for number in self.mapped("phone_sanitized") if number}
        others = self.env["res.partner"].sudo().with_context(active_test=False)
        shared = others.search(
            [("phone_sanitized", "in", list(numbers)), ("id", "not in", self.ids)]
        )
        return sorted(numbers - set(shared.mapped("phone_sanitized")))

    def _crm_data_of_sms(self, numbers):
        """Messages to these people, and to their numbers before they were known."""
        section = self._crm_section(
            "sms",
            self.env._("SMS"),
            "sms.delivery",
            [
                *("|", ("partner_id", "in", self.ids)),
                *("&", ("partner_id", "=", False), ("number", "in", numbers)),
            ],
            [
                *("number", "text", "purpose", "sender", "state", "queued_at"),
                *("sent_at", "delivered_at", "mailing_id", "company_id"),
            ],
            fate=PSEUDONYM,
            why=self.env._("Number and text go; cost and result of campaigns stay."),
        )
        return replace(section, erase=lambda: self._crm_erase_sms(section.records))

    def _crm_erase_sms(self, deliveries):
        """What waits is not sent; links and opt-out of what was sent end."""
        deliveries._cancel_where(
            SQL("id = ANY(%s)", deliveries.ids), "erased", self.env._("Erased")
        )
        self.env.cr.execute(
            SQL(
                """UPDATE sms_delivery
                      SET number = NULL, text = NULL, secret_text = NULL,
                          token = NULL, failure_text = NULL
                    WHERE id = ANY(%s)""",
                deliveries.ids,
            )
        )
        deliveries.invalidate_recordset()

    def _crm_data_of_stops(self, numbers):
        section = self._crm_section(
            "sms_stops",
            self.env._("Numbers without advertising"),
            "crm.sms.stop",
            [("number", "in", numbers)],
            ["number", "since", "source", "reason", "lifted_at", "company_id"],
            fate=DELETED,
            why=self.env._("That it was refused stays in the log of consents."),
        )
        return replace(section, erase=section.records.unlink)

    def _crm_data_of_complaints(self, numbers):
        section = self._crm_section(
            "sms_complaints",
            self.env._("Complaints about messages"),
            "crm.sms.complaint",
            ["|", ("partner_id", "in", self.ids), ("number", "in", numbers)],
            ["number", "date", "channel", "what", "outcome", "state", "company_id"],
            fate=PSEUDONYM,
            why=self.env._("What was done stays as a proof; number and words go."),
        )
        return replace(
            section, erase=lambda: self._crm_erase_complaints(section.records)
        )

    def _crm_erase_complaints(self, complaints):
        erased = {"number": False, "what": "—", "outcome": False}
        complaints.write(erased)
        complaints.message_ids.unlink()

    def _crm_data_of_automations(self):
        section = self._crm_section(
            "automatic_messages",
            self.env._("Automatic messages"),
            "crm.automation.event",
            [("partner_id", "in", self.ids)],
            ["automation_id", "happened_at", "state", "handled_at", "company_id"],
            fate=DELETED,
        )
        return replace(section, erase=section.records.unlink)
