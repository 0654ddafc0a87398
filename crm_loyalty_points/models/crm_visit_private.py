from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

MEDICAL = "crm_loyalty_points.crm_visit_group_medical"


class CrmVisit(models.Model):
    """The way to the medical notes, and what is left of an erased customer."""

    _inherit = "crm.visit"

    medical_count = fields.Integer(
        "Medical Notes", compute="_compute_medical_count", groups=MEDICAL
    )

    @api.depends_context("uid")
    def _compute_medical_count(self):
        groups = self.env["crm.visit.medical"]._read_group(
            [("visit_id", "in", self.ids)], ["visit_id"], ["__count"]
        )
        counts = {visit.id: count for visit, count in groups}
        for visit in self:
            visit.medical_count = counts.get(visit.id, 0)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_with_medical_notes(self):
        """Nobody destroys what he may not even see."""
        notes = self.env["crm.visit.medical"].sudo()
        if notes.search_count([("visit_id", "in", self.ids)], limit=1):
            raise UserError(
                self.env._(
                    "A visit with medical notes cannot be deleted. Cancel it, or have "
                    "the notes deleted by somebody who may read them."
                )
            )

    def action_view_medical(self):
        """:return: the medical notes of this visit"""
        self.ensure_one()
        if not self.env["crm.visit.medical"].has_access("read"):
            raise AccessError(
                self.env._("Medical notes are for the medical group alone.")
            )
        notes = self.env["crm.visit.medical"].search([("visit_id", "=", self.id)])
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_loyalty_points.crm_visit_medical_action"
        )
        action["domain"] = [("visit_id", "=", self.id)]
        action["context"] = {"default_visit_id": self.id}
        if len(notes) <= 1:
            action.update(res_id=notes.id, views=[(False, "form")], view_mode="form")
        return action

    def _erase(self):
        """Leave of the visits only that somebody came: no customer, no words, no
        photos, no medical notes. Called when a customer's data is erased."""
        visits = self.sudo()
        notes = self.env["crm.visit.medical"].sudo()
        notes.search([("visit_id", "in", self.ids)]).unlink()
        visits._delete_traces()
        visits.write(
            {
                "partner_id": False,
                "is_anonymous": True,
                "note": False,
                "check_in_key": False,
                "walk_in_key": False,
            }
        )

    def _delete_traces(self):
        """Delete messages, activities, followers and files of these visits."""
        self.activity_ids.unlink()
        self.message_follower_ids.unlink()
        self.message_ids.unlink()
        domain = [("res_model", "=", self._name), ("res_id", "in", self.ids)]
        self.env["ir.attachment"].sudo().search(domain).unlink()
