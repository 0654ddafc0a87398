from odoo import api, fields, models

from ..tools.segment_columns import TARGETS


class CrmSegmentImportMap(models.Model):
    """How a file that names customers is read, kept for the next file."""

    _name = "crm.segment.import.map"
    _inherit = ["crm.file.import.map"]
    _description = "Segment File Map"

    _least_columns = 1

    source = fields.Char(required=True, help="Names where the file comes from.")
    line_ids = fields.One2many("crm.segment.import.map.line", "map_id", copy=True)


class CrmSegmentImportMapLine(models.Model):
    _name = "crm.segment.import.map.line"
    _inherit = ["crm.file.import.map.line"]
    _description = "Segment File Map Column"

    map_id = fields.Many2one(
        "crm.segment.import.map", required=True, index=True, ondelete="cascade"
    )

    @api.model
    def _selection_target(self):
        labels = {
            "number": self.env._("Member number"),
            "phone": self.env._("Phone"),
            "email": self.env._("E-mail"),
        }
        return [(target, labels[target]) for target in TARGETS]


class CrmSegmentImportColumn(models.Model):
    """One column of the file and what it means."""

    _name = "crm.segment.import.column"
    _inherit = ["crm.file.import.column"]
    _description = "Segment File Column"

    import_id = fields.Many2one(
        "crm.segment.import", required=True, index=True, ondelete="cascade"
    )

    @api.model
    def _selection_target(self):
        return self.env["crm.segment.import.map.line"]._selection_target()
