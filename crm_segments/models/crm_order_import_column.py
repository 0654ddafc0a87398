from odoo import api, fields, models


class CrmOrderImportColumn(models.Model):
    """One column of the file of an import and what it means."""

    _name = "crm.order.import.column"
    _inherit = ["crm.file.import.column"]
    _description = "Order Import Column"

    import_id = fields.Many2one(
        "crm.order.import", required=True, index=True, ondelete="cascade"
    )

    @api.model
    def _selection_target(self):
        return self.env["crm.order.import.map.line"]._selection_target()
