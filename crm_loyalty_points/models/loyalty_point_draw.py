from odoo import fields, models

from ..tools import ledger_guard, ledger_links
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

    entry_id = SnapshotMany2one(
        "loyalty.point.entry", "Spend", required=True, readonly=True, index=True
    )
    award_entry_id = SnapshotMany2one(
        "loyalty.point.entry", "Award", required=True, readonly=True, index=True
    )
    company_id = SnapshotMany2one("res.company", readonly=True)
    points = fields.Float(digits=(16, 2), required=True, readonly=True)

    def init(self):
        ledger_guard.protect(self.env.cr, self._table)
        ledger_links.link(self.env.cr, self._table)
