from odoo import fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL, split_every

from .crm_member_import_match import SOURCE

CHUNK = 1000


class CrmMemberImportMember(models.Model):
    """A customer that a members file made."""

    _name = "crm.member.import.member"
    _description = "Customer Made by a Members Import"
    _rec_name = "partner_id"

    import_id = fields.Many2one(
        "crm.member.import", required=True, index=True, ondelete="cascade"
    )
    partner_id = fields.Many2one(
        "res.partner", required=True, index=True, ondelete="cascade"
    )


class CrmMemberImport(models.Model):
    """Taking an import back.

    Its points go by typed reversals, also when they were spent since: a debt is left
    then. Customers it made, and that nobody touched since, are archived. What it
    changed on known customers stays, and points that it took back as a correction are
    given again by importing the earlier file.
    """

    _inherit = "crm.member.import"

    undoing = fields.Boolean(readonly=True, copy=False)

    def action_undo(self):
        """Take the import back in the background.

        :raise AccessError: for anybody but managers
        """
        self.ensure_one()
        self.check_access("write")
        if not self.env.user.has_group("crm_segments.crm_segments_group_manager"):
            raise AccessError(self.env._("Only managers take an import back."))
        if self.state not in ("done", "paused"):
            raise UserError(
                self.env._("Only an import that was written is taken back.")
            )
        self.sudo().write(
            {
                "state": "running",
                "undoing": True,
                "progress": 0,
                "user_id": self.env.uid,
                "error_message": False,
            }
        )
        self.env.ref(self._job).sudo()._trigger()
        return True

    def action_import(self):
        if self.undoing and self.state == "paused":
            return self.action_undo()
        return super().action_import()

    def _run_undo(self):
        """:return: False when the time of the job is over before the end"""
        entry_ids = self._entries_to_reverse()
        total = len(entry_ids) or 1
        for number, batch in enumerate(split_every(CHUNK, entry_ids, list), 1):
            entries = self.env["loyalty.point.entry"].sudo().browse(batch)
            self.env["loyalty.point.entry"]._post(
                [self._prepare_reversal(entry) for entry in entries], bulk=True
            )
            left = max(len(entry_ids) - number * CHUNK, 0)
            self.progress = 100.0 * (total - left) / total
            if not self._commit_batch(len(batch), left + 1):
                return False
        self._archive_untouched()
        self.sudo().write(
            {"state": "undone", "undoing": False, "progress": 100, "done_row": 0}
        )
        self._commit_batch(1, 0)
        return True

    def _entries_to_reverse(self):
        """:return: ids of the entries this import gave and that were not taken back"""
        rows = self.env.execute_query(
            SQL(
                """SELECT e.id FROM loyalty_point_entry e
                    WHERE e.source_model = %s AND e.source_id = %s
                      AND e.kind = 'opening'
                      AND NOT EXISTS (SELECT FROM loyalty_point_entry r
                                       WHERE r.key = 'members:undo:' || e.id)
                    ORDER BY e.id""",
                SOURCE,
                self.id,
            )
        )
        return [id_ for (id_,) in rows]

    def _prepare_reversal(self, entry):
        return {
            "card_id": entry.card_id.id,
            "kind": "reversal",
            "points": None,
            "reversed_entry_id": entry.id,
            "reason": "import_undone",
            "source_model": SOURCE,
            "source_id": self.id,
            "source_name": self.name,
            "key": f"members:undo:{entry.id}",
        }

    def _archive_untouched(self):
        """Archive the customers that this import made, if nothing happened since: no
        change of their data, no order, no other entry on their cards."""
        rows = self.env.execute_query(
            SQL(
                """SELECT p.id
                     FROM crm_member_import_member m
                     JOIN res_partner p ON p.id = m.partner_id
                    WHERE m.import_id = %s AND p.active
                      AND p.write_date = p.create_date
                      AND NOT EXISTS (SELECT FROM res_partner child
                                       WHERE child.parent_id = p.id)
                      AND NOT EXISTS (SELECT FROM res_users u WHERE u.partner_id = p.id)
                      AND NOT EXISTS (SELECT FROM sale_order o
                                       WHERE o.partner_id = p.id)
                      AND NOT EXISTS (
                          SELECT FROM loyalty_card c
                            JOIN loyalty_point_entry e ON e.card_id = c.id
                           WHERE c.partner_id = p.id
                             AND (e.source_model IS DISTINCT FROM %s
                                  OR e.source_id != %s))""",
                self.id,
                SOURCE,
                self.id,
            )
        )
        for ids in split_every(CHUNK, [id_ for (id_,) in rows], list):
            partners = self.env["res.partner"].browse(ids)
            cards = self.env["loyalty.card"].sudo()
            cards.search([("partner_id", "in", ids)]).action_archive()
            partners.action_archive()
            # The corrected file brings the same numbers.
            partners.sudo().member_number = False
