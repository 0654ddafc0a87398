from odoo import api, fields, models


class CrmVisitMedical(models.Model):
    """What was found and done, of a visit: for the medical group alone.

    A model of its own: no field of a visit or a customer leads here, so nothing that
    reads those (lists, exports, segments, messages) can show it. Its photos are
    attachments of this record, which Odoo gives to whoever may read the record.
    """

    _name = "crm.visit.medical"
    _description = "Medical Note"
    _order = "id desc"

    visit_id = fields.Many2one(
        "crm.visit", required=True, index=True, ondelete="restrict"
    )
    partner_id = fields.Many2one(related="visit_id.partner_id", string="Customer")
    company_id = fields.Many2one(related="visit_id.company_id")
    day = fields.Date(related="visit_id.day")
    staff_id = fields.Many2one(related="visit_id.staff_id")
    findings = fields.Text(
        "Findings of the Visit", help="Symptoms, and what was found."
    )
    treatment = fields.Text(help="What was done, and what to do next.")
    photo_ids = fields.Many2many(
        "ir.attachment",
        "crm_visit_medical_photo_rel",
        "medical_id",
        "attachment_id",
        "Photos",
        copy=False,
    )

    @api.depends("visit_id")
    def _compute_display_name(self):
        """Nothing of the content: names travel further than records."""
        for medical in self:
            name = self.env._("Medical note %(id)s", id=medical.id or "")
            medical.display_name = name.strip()

    @api.model_create_multi
    def create(self, vals_list):
        made = super().create(vals_list)
        made._adopt_photos()
        return made

    def write(self, vals):
        result = super().write(vals)
        if "photo_ids" in vals:
            self._adopt_photos()
        return result

    def _adopt_photos(self):
        """Photos become attachments of the note, and are as secret as it is."""
        for record in self:
            loose = record.photo_ids.filtered(lambda photo: not photo.res_id)
            loose.write({"res_model": self._name, "res_id": record.id, "public": False})
