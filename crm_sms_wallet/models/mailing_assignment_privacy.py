from dataclasses import replace

from odoo import models
from odoo.tools import SQL

from odoo.addons.crm_segments.tools.personal_data import PSEUDONYM


class ResPartner(models.Model):
    """For which campaigns a person was chosen: handed out, and erased but for the
    numbers of the campaign."""

    _inherit = "res.partner"

    def _crm_personal_data(self):
        persons = self._crm_persons()
        return [*super()._crm_personal_data(), persons._crm_data_of_campaigns()]

    def _crm_data_of_campaigns(self):
        section = self._crm_section(
            "campaigns",
            self.env._("Campaigns"),
            "mailing.assignment",
            [("partner_id", "in", self.ids)],
            ["mailing_id", "number", "arm", "skip_reason", "code", "company_id"],
            fate=PSEUDONYM,
            why=self.env._("Number and code go; the results of campaigns stay."),
        )
        return replace(
            section, erase=lambda: self._crm_erase_campaigns(section.records)
        )

    def _crm_erase_campaigns(self, assignments):
        self.env.cr.execute(
            SQL(
                "UPDATE mailing_assignment SET number = NULL, code = NULL"
                " WHERE id = ANY(%s)",
                assignments.ids,
            )
        )
        self.env.cr.execute(
            SQL(
                """UPDATE mailing_trace SET sms_number = NULL, email = NULL
                    WHERE model = 'res.partner' AND res_id = ANY(%s)""",
                self.ids,
            )
        )
        assignments.invalidate_recordset()
        self.env["mailing.trace"].invalidate_model(flush=False)
