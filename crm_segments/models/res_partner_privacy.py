from dataclasses import replace

from odoo import models


class ResPartner(models.Model):
    _inherit = "res.partner"

    def _crm_personal_data(self):
        persons = self._crm_persons()
        requests = self._crm_section(
            "privacy_requests",
            self.env._("Privacy requests"),
            "crm.privacy.request",
            [("partner_id", "in", persons.ids)],
            [
                *("kind", "received_on", "due_on", "state", "channel", "closed_on"),
                *("requester", "note", "refusal", "company_id"),
            ],
            why=self.env._("Kept as a proof, under the pseudonym; notes go."),
        )
        records = requests.records
        empty = {"note": False, "requester": False}
        return [
            *super()._crm_personal_data(),
            replace(requests, erase=lambda: records.write(empty)),
        ]
