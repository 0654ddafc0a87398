from dataclasses import replace

from odoo import api, models
from odoo.tools import SQL

from ..tools.personal_data import PSEUDONYM


class ResPartner(models.Model):
    """What segments say about a person, handed out and erased."""

    _inherit = "res.partner"

    def _crm_personal_data(self):
        persons = self._crm_persons()
        members = self._crm_section(
            "segments",
            self.env._("Segments"),
            "crm.segment.member",
            [("partner_id", "in", persons.ids)],
            ["segment_id", "entered", "left"],
            fate=PSEUDONYM,
            why=self.env._("Counts of the past stay, without the person."),
        )
        return [
            *super()._crm_personal_data(),
            replace(members, erase=persons._crm_erase_segments),
        ]

    def _crm_erase_segments(self):
        """Take the person out of all segments, and the name out of their history."""
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """UPDATE crm_segment_member
                      SET partner_id = NULL, enter_todo = FALSE, leave_todo = FALSE,
                          "left" = COALESCE(
                              "left", GREATEST(entered, now() AT TIME ZONE 'UTC'))
                    WHERE partner_id = ANY(%s)
                RETURNING segment_id""",
                self.ids,
            )
        )
        self.env["crm.segment.member"].invalidate_model(flush=False)
        segments = self.env["crm.segment"].sudo().browse({id_ for (id_,) in rows})
        for segment in segments:
            segment._store_count(segment.filled_at)
        self._invalidate_segments()

    @api.model
    def _crm_loose_tables(self):
        return [*super()._crm_loose_tables(), "crm_segment_import_line"]
