from odoo import fields, models

from ..tools.snapshot_field import SnapshotMany2one


class LoyaltyPointBookingLine(models.Model):
    """One row of the ledger in the books, at its own frozen rate. Written in SQL."""

    _name = "loyalty.point.booking.line"
    _inherit = "loyalty.point.locked"
    _description = "Points in the Books"
    _order = "id desc"
    _log_access = False

    booking_id = fields.Many2one(
        "loyalty.point.booking", readonly=True, index=True, ondelete="restrict"
    )
    program_id = SnapshotMany2one("loyalty.program", "Programme", readonly=True)
    company_id = SnapshotMany2one("res.company", readonly=True)
    entry_id = SnapshotMany2one(
        "loyalty.point.entry",
        readonly=True,
        help="Empty: points that moved between entries of different value.",
    )
    draw_id = SnapshotMany2one("loyalty.point.draw", readonly=True)
    day = fields.Date(readonly=True)
    sort = fields.Selection(
        [
            ("given", "Given"),
            ("used", "Used"),
            ("lapsed", "Lapsed"),
            ("other", "Other Changes"),
        ],
        "What Happened",
        readonly=True,
    )
    rate = fields.Float(
        "Value per Point", digits=(16, 6), readonly=True, aggregator=None
    )
    points = fields.Float(digits=(16, 2), readonly=True)
    amount = fields.Float(
        digits=(24, 8), readonly=True, help="Exact, before it is rounded in the books."
    )

    _entry_uniq = models.UniqueIndex("(entry_id)")
    _draw_uniq = models.UniqueIndex("(draw_id)")
    _waiting_idx = models.Index("(program_id, day) WHERE booking_id IS NULL")
