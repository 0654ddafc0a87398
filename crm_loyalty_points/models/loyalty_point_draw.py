from odoo import fields, models

from ..tools import ledger_guard
from ..tools.snapshot_field import SnapshotMany2one


class LoyaltyPointDraw(models.Model):
    """Which award a spend took its points from. Append-only, see the entry.

    A redemption that is given back is a negative draw on the same award.
    """

    _name = "loyalty.point.draw"
    _inherit = "loyalty.point.locked"
    _description = "Points Drawn from an Award"
    _order = "id"
    _log_access = False

    entry_id = fields.Many2one(
        "loyalty.point.entry",
        "Spend",
        required=True,
        readonly=True,
        ondelete="restrict",
        index=True,
    )
    award_entry_id = fields.Many2one(
        "loyalty.point.entry",
        "Award",
        required=True,
        readonly=True,
        ondelete="restrict",
        index=True,
    )
    company_id = SnapshotMany2one("res.company", readonly=True)
    points = fields.Float(digits=(16, 2), required=True, readonly=True)

    def init(self):
        ledger_guard.protect(self.env.cr, self._table)
