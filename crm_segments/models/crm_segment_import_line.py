from odoo import fields, models


class CrmSegmentImportLine(models.Model):
    """A row of a file that names nobody, or somebody who was named before."""

    _name = "crm.segment.import.line"
    _inherit = ["crm.file.import.line"]
    _description = "Segment File Finding"

    import_id = fields.Many2one(
        "crm.segment.import", required=True, index=True, ondelete="cascade"
    )

    def _messages(self, other):
        return {
            **super()._messages(other),
            "not_found": self.env._("No customer has this number or address."),
            "ambiguous": self.env._(
                "Several customers have it. Merge them, or name the member number."
            ),
            "twice": self.env._("Row %(row)s named this customer already.", row=other),
        }
