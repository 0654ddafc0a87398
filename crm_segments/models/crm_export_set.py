from odoo import Command, api, fields, models


class CrmExportSet(models.Model):
    """Columns that somebody exports again and again, in their order."""

    _name = "crm.export.set"
    _description = "Set of Export Columns"
    _order = "name, id"

    name = fields.Char(required=True)
    user_id = fields.Many2one(
        "res.users",
        "Made By",
        required=True,
        readonly=True,
        default=lambda self: self.env.user,
        ondelete="cascade",
    )
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        readonly=True,
        default=lambda self: self.env.company,
    )
    is_shared = fields.Boolean(
        "For Everybody", help="Others may use these columns, but not change them."
    )
    res_model = fields.Char("Records", required=True, default="res.partner")
    column_ids = fields.One2many("crm.export.column", "set_id", "Columns", copy=True)

    @api.model
    def _commands(self, names):
        """:param names: fields
        :return: commands that make them the columns of a set or an export"""
        return [
            Command.clear(),
            *(
                Command.create({"name": name, "sequence": number})
                for number, name in enumerate(names, 1)
            ),
        ]
