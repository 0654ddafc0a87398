from odoo import api, fields, models
from odoo.exceptions import ValidationError


class LoyaltyPointReason(models.Model):
    """Why points are moved by hand: the list a shop edits.

    The ledger keeps the code, for good; the name may be changed and translated.
    """

    _name = "loyalty.point.reason"
    _description = "Reason for Points Moved by Hand"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(
        required=True,
        help="Kept in the ledger for good. Say no names here: entries are never "
        "deleted.",
    )
    direction = fields.Selection(
        [
            ("give", "Giving"),
            ("take", "Taking"),
            ("both", "Giving and taking"),
            ("transfer", "Transfer between members"),
        ],
        string="Used for",
        required=True,
        default="both",
    )
    kind = fields.Selection(
        [("adjust", "Adjustment"), ("bonus", "Bonus")],
        string="Entry",
        required=True,
        default="adjust",
        help="How the ledger lists it: a bonus is a gift, an adjustment a correction.",
    )
    note_required = fields.Boolean(help="Whoever uses this reason has to explain.")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company",
        index="btree_not_null",
        help="Leave empty for a reason that all companies use.",
    )

    _code_uniq = models.UniqueIndex(
        "(code, COALESCE(company_id, 0))", "This code is used by another reason."
    )

    @api.constrains("direction", "kind")
    def _check_kind(self):
        for reason in self:
            if reason.kind == "bonus" and reason.direction != "give":
                raise ValidationError(self.env._("A bonus can only be given."))
