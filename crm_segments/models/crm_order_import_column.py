from odoo import api, fields, models


class CrmOrderImportColumn(models.Model):
    """One column of the file of an import and what it means."""

    _name = "crm.order.import.column"
    _description = "Order Import Column"
    _order = "import_id, position, id"

    import_id = fields.Many2one(
        "crm.order.import", required=True, index=True, ondelete="cascade"
    )
    position = fields.Integer(required=True, help="From 1.")
    name = fields.Char(string="Column", readonly=True)
    sample = fields.Char(string="First values", readonly=True)
    target = fields.Selection(selection="_selection_target", string="Meaning")

    @api.model
    def _selection_target(self):
        return self.env["crm.order.import.map.line"]._selection_target()
