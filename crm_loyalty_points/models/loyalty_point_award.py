from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools.snapshot_field import SnapshotMany2one


class LoyaltyPointAward(models.Model):
    """What is left of each award: a projection of entries and draws.

    The writer draws from it; it can be rebuilt and is proven nightly. A spend that
    left a debt has a row with a negative remainder until later awards have paid it, so
    the balance of a card is the sum of its rows.
    """

    _name = "loyalty.point.award"
    _description = "Points Left of an Award"
    _order = "expiry, entry_id"
    _log_access = False

    entry_id = fields.Many2one(
        "loyalty.point.entry", required=True, readonly=True, ondelete="restrict"
    )
    card_id = SnapshotMany2one("loyalty.card", required=True, readonly=True)
    company_id = SnapshotMany2one("res.company", readonly=True)
    program_id = SnapshotMany2one(
        "loyalty.program", string="Programme", required=True, readonly=True
    )
    expiry = fields.Date(
        readonly=True, help="Last day on which the points can be used."
    )
    remaining = fields.Float(digits=(16, 2), required=True, readonly=True)

    _entry_uniq = models.UniqueIndex("(entry_id)")
    _open_idx = models.Index("(card_id) WHERE remaining <> 0")
    _debt_idx = models.Index("(card_id) WHERE remaining < 0")
    _expiry_idx = models.Index("(expiry) WHERE remaining > 0 AND expiry IS NOT NULL")

    @api.model_create_multi
    def create(self, vals_list):
        raise UserError(self.env._("Awards are kept by the points ledger."))

    def write(self, vals):
        raise UserError(self.env._("Awards are kept by the points ledger."))

    def unlink(self):
        raise UserError(self.env._("Awards are kept by the points ledger."))
