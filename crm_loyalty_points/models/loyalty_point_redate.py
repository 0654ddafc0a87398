from odoo import fields, models

from ..tools import ledger_guard, ledger_redate
from ..tools.snapshot_field import SnapshotMany2one


class LoyaltyPointRedate(models.Model):
    """A change of the last day of points. Append-only, see the entry.

    Without an award it says: the customer was active, all points on the card up to
    that entry which have an end are valid until this day at least.
    """

    _name = "loyalty.point.redate"
    _inherit = "loyalty.point.locked"
    _description = "Change of the Validity of Points"
    _order = "id desc"
    _log_access = False

    card_id = fields.Many2one(
        "loyalty.card", required=True, readonly=True, ondelete="restrict"
    )
    award_entry_id = fields.Many2one(
        "loyalty.point.entry",
        "Award",
        readonly=True,
        ondelete="restrict",
        index="btree_not_null",
        help="The points whose validity changes; none: all points on the card.",
    )
    last_entry_id = fields.Many2one(
        "loyalty.point.entry",
        "Up to Entry",
        required=True,
        readonly=True,
        ondelete="restrict",
        index=True,
        help="The last entry of the card then; later points are not concerned.",
    )
    day = fields.Date(
        "On",
        required=True,
        readonly=True,
        help="Local date of the change. Points that had lapsed by then stay lapsed.",
    )
    expiry = fields.Date("Valid Until", readonly=True, help="Empty: without end.")
    company_id = SnapshotMany2one("res.company", readonly=True)
    program_id = SnapshotMany2one(
        "loyalty.program", string="Programme", required=True, readonly=True
    )
    reason = fields.Char(required=True, readonly=True, help="A short code.")
    policy = fields.Json(readonly=True, help="The rule that gave the new date.")
    key = fields.Char("Idempotency Key", required=True, readonly=True)
    operator_model = fields.Char(readonly=True)
    operator_id = fields.Many2oneReference(
        "Operator Record", model_field="operator_model", readonly=True
    )
    operator_name = fields.Char("Operator", required=True, readonly=True)
    posted_at = fields.Datetime("Posted On", required=True, readonly=True)

    partner_id = fields.Many2one(related="card_id.partner_id", string="Customer")

    _key_uniq = models.UniqueIndex("(key)")
    _card_idx = models.Index("(card_id)")

    def init(self):
        ledger_guard.protect(self.env.cr, self._table)
        ledger_redate.define_fold(self.env.cr)
