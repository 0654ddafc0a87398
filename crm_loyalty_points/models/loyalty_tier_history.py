from odoo import fields, models
from odoo.tools import SQL

from ..tools.ledger_sql import relation
from ..tools.snapshot_field import SnapshotMany2one

COLUMNS = {"card_id": "int", "from_id": "int", "to_id": "int", "figure": "float8"}


class LoyaltyTierHistory(models.Model):
    """That a member went from one tier to another: rows are added, never changed."""

    _name = "loyalty.tier.history"
    _inherit = "loyalty.point.locked"
    _description = "Tier History"
    _order = "id desc"
    _log_access = False

    card_id = fields.Many2one(
        "loyalty.card", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = SnapshotMany2one("res.company", readonly=True)
    program_id = SnapshotMany2one(
        "loyalty.program", string="Programme", required=True, readonly=True
    )
    date = fields.Date(
        required=True,
        readonly=True,
        help="In the time zone of the company's customers.",
    )
    recorded_at = fields.Datetime("Recorded On", required=True, readonly=True)
    from_tier_id = fields.Many2one(
        "loyalty.tier", "From", readonly=True, ondelete="restrict"
    )
    to_tier_id = fields.Many2one(
        "loyalty.tier", "To", readonly=True, ondelete="restrict", index=True
    )
    reason = fields.Selection(
        [
            ("rise", "Reached"),
            ("month_end", "Month End"),
            ("manual", "By Hand"),
            ("policy", "Tiers Changed"),
            ("import", "Imported"),
            ("merge", "Merged Cards"),
        ],
        required=True,
        readonly=True,
    )
    figure = fields.Float(
        "Counted",
        digits=(16, 2),
        readonly=True,
        aggregator=None,
        help="What counted for the tier: points, money, orders or visits.",
    )
    operator_name = fields.Char("Operator", required=True, readonly=True)

    partner_id = fields.Many2one(related="card_id.partner_id", string="Customer")

    _card_date_idx = models.Index("(card_id, date)")

    def _record(self, moves, reason, day):
        """Write down changes of tiers.

        :param moves: [(card id, old tier id or None, new tier id or None, figure)]
        :param day: datetime.date, local
        """
        self.env.cr.execute(
            SQL(
                """INSERT INTO loyalty_tier_history (
                       card_id, company_id, program_id, date, recorded_at,
                       from_tier_id, to_tier_id, reason, figure, operator_name)
                   SELECT c.id, c.company_id, c.program_id, %s,
                          now() AT TIME ZONE 'UTC', tier_row.from_id,
                          tier_row.to_id, %s, tier_row.figure,
                          %s
                     FROM %s JOIN loyalty_card c ON c.id = tier_row.card_id
                 ORDER BY c.id""",
                day,
                reason,
                self.env.user._crm_operator_name(),
                relation(self.env.cr, "tier_row", COLUMNS, moves),
            )
        )
        self.invalidate_model(flush=False)
