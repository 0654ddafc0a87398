from odoo import api, fields, models


class CrmFileImportColumn(models.AbstractModel):
    """One column of the file of an import and what it means.

    A concrete model adds ``import_id`` and the meanings (``_selection_target``).
    """

    _name = "crm.file.import.column"
    _description = "File Import Column"
    _order = "import_id, position, id"

    position = fields.Integer(required=True, help="From 1.")
    name = fields.Char(string="Column", readonly=True)
    sample = fields.Char(string="First values", readonly=True)
    target = fields.Selection(selection="_selection_target", string="Meaning")

    @api.model
    def _selection_target(self):
        """:return: the meanings a column can have, [(key, label)]"""
        raise NotImplementedError
