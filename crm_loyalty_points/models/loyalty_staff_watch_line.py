from odoo import fields, models


class LoyaltyStaffWatchLine(models.Model):
    """What one operator moved in the period."""

    _name = "loyalty.staff.watch.line"
    _description = "Staff Watch of an Operator"
    _order = "by_hand desc, given desc, id"

    watch_id = fields.Many2one(
        "loyalty.staff.watch", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="watch_id.company_id", store=True)
    operator_name = fields.Char("Operator", readonly=True)
    operator_id = fields.Integer("User No.", readonly=True)
    entry_count = fields.Integer("Entries", readonly=True)
    by_hand = fields.Float(
        "Given by Hand",
        digits=(16, 2),
        readonly=True,
        help="Points that the operator gave without an order; those taken by hand do "
        "not lower them.",
    )
    given = fields.Float(
        "Given by Orders",
        digits=(16, 2),
        readonly=True,
        help="Points earned by orders and sales that the operator confirmed.",
    )
    used = fields.Float("Points Used", digits=(16, 2), readonly=True)
    taken_back = fields.Float(
        "Reversals",
        digits=(16, 2),
        readonly=True,
        help="Points moved by reversals, signed: negative ones were taken back.",
    )
    counted = fields.Float(
        "Of Which by Arithmetic",
        digits=(16, 2),
        readonly=True,
        help="Points of entries whose arithmetic was kept.",
    )
    expected = fields.Float(
        "By Arithmetic Expected",
        digits=(16, 2),
        readonly=True,
        help="What the arithmetic that was kept with these entries gives.",
    )
    difference = fields.Float(
        digits=(16, 2),
        readonly=True,
        help="Points of entries with arithmetic, less what it gives.",
    )
    finding_count = fields.Integer("Findings", readonly=True)

    def action_view_entries(self):
        """:return: the entries of the operator in the period"""
        self.ensure_one()
        watch = self.watch_id
        return {
            "type": "ir.actions.act_window",
            "name": self.operator_name,
            "res_model": "loyalty.point.report",
            "views": [(False, "list"), (False, "kanban")],
            "domain": [
                ("operator_name", "=", self.operator_name),
                ("date", ">=", watch.date_from),
                ("date", "<=", watch.date_to),
            ],
        }
