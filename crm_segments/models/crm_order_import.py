from odoo import api, fields, models

from ..tools.order_columns import guess_targets, missing_targets


class CrmOrderImportSettings(models.AbstractModel):
    """How the file of a shop is understood, on an import and on its map alike."""

    _name = "crm.order.import.settings"
    _description = "Order File Settings"

    source = fields.Char(
        required=True,
        help="Names the shop or marketplace. An order number is imported once for "
        "each source: give a second shop on the same marketplace its own name.",
    )
    return_prefix = fields.Char(
        help="Orders whose number begins with these letters are returns."
    )
    product_name = fields.Char(
        string="Product", help="What was sold, for files without products."
    )
    status_words = fields.Text(
        help="One word of the file and its meaning on each line, for example "
        "'waiting = draft'. Meanings: sale, draft, cancel, return."
    )


class CrmOrderImport(models.Model):
    """One order file on its way into the customers' purchase history.

    An order is imported once for its company, source and number.
    """

    _name = "crm.order.import"
    _inherit = ["crm.file.import", "crm.order.import.settings"]
    _description = "Order History Import"

    _date_targets = ("date",)
    _number_targets = ("unit_price", "amount", "quantity")

    map_id = fields.Many2one(
        "crm.order.import.map",
        string="File of",
        check_company=True,
        help="The shop or marketplace whose columns are known.",
    )
    source = fields.Char(default="file")
    column_ids = fields.One2many("crm.order.import.column", "import_id", copy=False)
    rows_are_orders = fields.Boolean(compute="_compute_rows_are_orders")
    award_points = fields.Boolean(
        default=True,
        help="The imported orders earn points, dated on the day of the order. "
        "Messages and welcome points are never sent for them.",
    )
    branch_id = fields.Many2one(
        "crm.branch", check_company=True, help="Branch of all orders of the file."
    )
    team_id = fields.Many2one(
        "crm.team",
        string="Sales Channel",
        check_company=True,
        help="Sales channel of all orders of the file.",
    )

    @api.depends("file_name")
    def _compute_name(self):
        for record in self:
            record.name = record.file_name or self.env._("Order history")

    @api.depends("column_ids.target")
    def _compute_rows_are_orders(self):
        for record in self:
            targets = record.column_ids.mapped("target")
            record.rows_are_orders = bool(targets) and "number" not in targets

    @api.model
    def _settings(self):
        return super()._settings() | {"return_prefix", "product_name", "status_words"}

    @api.model
    def _guess_targets(self, headers):
        return guess_targets(headers)

    @api.model
    def _missing_targets(self, targets):
        return missing_targets(targets)
