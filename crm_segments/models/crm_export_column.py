from odoo import api, fields, models
from odoo.exceptions import AccessError


class CrmExportColumn(models.Model):
    """One column of an export or of a saved set of columns."""

    _name = "crm.export.column"
    _description = "Column of an Export"
    _order = "sequence, id"

    export_id = fields.Many2one("crm.export", ondelete="cascade", index=True)
    set_id = fields.Many2one("crm.export.set", ondelete="cascade", index=True)
    sequence = fields.Integer(default=10)
    name = fields.Selection(selection="_selection_name", string="Column", required=True)

    _owner = models.Constraint(
        "CHECK((export_id IS NULL) <> (set_id IS NULL))",
        "A column belongs to an export or to a set of columns.",
    )

    @api.model
    def _selection_name(self):
        """:return: what the user may take out, of all models that can be exported"""
        labels = {}
        for model in self.env["crm.export"]._source_models():
            labels.update(self.env[model]._crm_export_fields())
        return list(labels.items())

    @api.model_create_multi
    def create(self, vals_list):
        columns = super().create(vals_list)
        columns._check_still_draft()
        return columns

    def write(self, vals):
        self._check_still_draft()
        if {"export_id", "set_id"} & vals.keys():
            raise AccessError(self.env._("A column stays where it is."))
        return super().write(vals)

    def _check_still_draft(self):
        """:raise AccessError: the file is made already: its log says these columns"""
        if not self.env.su and any(e.state != "draft" for e in self.export_id):
            raise AccessError(self.env._("The columns of a made file are fixed."))

    @api.ondelete(at_uninstall=False)
    def _unlink_only_of_drafts(self):
        self._check_still_draft()
