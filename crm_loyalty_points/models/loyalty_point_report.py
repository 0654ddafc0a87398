from odoo import fields, models
from odoo.tools import SQL

from .loyalty_card_by_hand import BY_HAND

# What a kind of entry means to the shop. A reversal means what its origin meant.
SORTS = {
    "earn": "given",
    "welcome": "given",
    "bonus": "given",
    "redeem": "used",
    "lapse": "lapsed",
}


class LoyaltyPointReport(models.Model):
    """The ledger, read by what happened: every entry once, nothing added.

    ``points = given - used - lapsed + other`` holds for each row, so the sums of any
    group tie out with the entries. There is no table: rows are read from the entries,
    through their own indexes, when somebody looks.
    """

    _name = "loyalty.point.report"
    _description = "Points Report"
    _inherit = ["crm.local.day.mixin"]
    _auto = False
    _order = "date desc, id desc"
    _depends = {"loyalty.card": ["partner_id", "tier_id"]}

    entry_id = fields.Many2one("loyalty.point.entry", readonly=True)
    date = fields.Date(readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    program_id = fields.Many2one("loyalty.program", "Programme", readonly=True)
    branch_id = fields.Many2one("crm.branch", readonly=True)
    card_id = fields.Many2one("loyalty.card", readonly=True)
    partner_id = fields.Many2one("res.partner", "Customer", readonly=True)
    tier_id = fields.Many2one("loyalty.tier", "Tier Now", readonly=True)
    tier_then_id = fields.Many2one(
        "loyalty.tier",
        readonly=True,
        help="The tier that the member had at the end of that day.",
    )
    operator_name = fields.Char("Staff", readonly=True)
    source_name = fields.Char("Source", readonly=True)
    kind = fields.Selection(
        lambda self: self.env["loyalty.point.entry"]._fields["kind"].selection,
        readonly=True,
        help="What kind of entry it is. A reversal is one of its own.",
    )
    sort = fields.Selection(
        [
            ("given", "Given"),
            ("used", "Used"),
            ("lapsed", "Lapsed"),
            ("other", "Other Changes"),
        ],
        "What Happened",
        readonly=True,
        help="A reversal counts where its origin counts: points of an order that a "
        "refund takes back lower what was given, a reward that is given back lowers "
        "what was used.",
    )
    channel = fields.Selection(
        [
            ("sale", "Sales"),
            ("reward", "Rewards"),
            ("hand", "By Hand"),
            ("import", "Import"),
            ("system", "By Itself"),
            ("document", "Other Documents"),
        ],
        readonly=True,
        help="Where the points came from: documents of sales, somebody by hand, a "
        "file, or by itself (welcome points, lapse).",
    )
    given = fields.Float(
        "Points Given",
        digits=(16, 2),
        readonly=True,
        help="Earned, welcome and bonus points, less what reversals took back of them.",
    )
    used = fields.Float(
        "Points Used",
        digits=(16, 2),
        readonly=True,
        help="Points paid for rewards, less those that came back. Positive.",
    )
    lapsed = fields.Float(
        "Points Lapsed",
        digits=(16, 2),
        readonly=True,
        help="Points that were not used by their last day. Positive.",
    )
    other = fields.Float(
        "Other Changes",
        digits=(16, 2),
        readonly=True,
        help="Opening balances, corrections and transfers, signed; over a whole "
        "programme transfers sum to nothing.",
    )
    reversed = fields.Float(
        "Of Which Reversed",
        digits=(16, 2),
        readonly=True,
        help="Entries of the kind reversal, signed. They are within the other figures.",
    )
    points = fields.Float(
        "Change of Balance",
        digits=(16, 2),
        readonly=True,
        help="Given - used - lapsed + other: the sum of the entries. Over all time it "
        "is what is outstanding.",
    )

    @property
    def _table_query(self):
        return SQL("%s %s %s", self._select(), self._from(), self._where())

    def _select(self):
        """:return: SQL of the columns, over an entry e, its origin o, the card c"""
        sort = self._sql_sort()
        return SQL(
            """
            SELECT e.id, e.id AS entry_id, e.date, e.company_id, e.program_id,
                   e.branch_id, e.card_id, c.partner_id, c.tier_id,
                   %(tier_then)s AS tier_then_id, e.operator_name, e.source_name,
                   e.kind, %(sort)s AS sort, %(channel)s AS channel,
                   CASE WHEN %(sort)s = 'given' THEN e.points ELSE 0 END AS given,
                   CASE WHEN %(sort)s = 'used' THEN -e.points ELSE 0 END AS used,
                   CASE WHEN %(sort)s = 'lapsed' THEN -e.points ELSE 0 END AS lapsed,
                   CASE WHEN %(sort)s = 'other' THEN e.points ELSE 0 END AS other,
                   CASE WHEN e.kind = 'reversal' THEN e.points ELSE 0 END AS reversed,
                   e.points
            """,
            sort=sort,
            channel=self._sql_channel(),
            tier_then=self._sql_tier_then(),
        )

    def _from(self):
        return SQL(
            """
            FROM loyalty_point_entry e
            JOIN loyalty_card c ON c.id = e.card_id
            JOIN loyalty_program p ON p.id = e.program_id
            LEFT JOIN loyalty_point_entry o ON o.id = e.reversed_entry_id
            """
        )

    def _where(self):
        """Points only: entries of prepaid cards are money."""
        return SQL("WHERE p.program_type = 'loyalty'")

    def _sql_sort(self):
        """:return: SQL of ``sort``"""
        whens = SQL(" ").join(
            SQL("WHEN %s THEN %s", kind, sort) for kind, sort in SORTS.items()
        )
        return SQL("(CASE coalesce(o.kind, e.kind) %s ELSE 'other' END)", whens)

    def _sql_tier_then(self):
        """:return: SQL of the tier at the end of the entry's day; a card whose tier
        never changed had the one it has. Read only when somebody asks for it."""
        return SQL(
            """(CASE WHEN EXISTS (SELECT FROM loyalty_tier_history h
                                   WHERE h.card_id = e.card_id)
                     THEN (SELECT h.to_tier_id FROM loyalty_tier_history h
                            WHERE h.card_id = e.card_id AND h.date <= e.date
                            ORDER BY h.date DESC, h.id DESC LIMIT 1)
                     ELSE c.tier_id END)"""
        )

    def _sql_channel(self):
        """:return: SQL of ``channel``"""
        whens = SQL(" ").join(
            SQL("WHEN e.source_model = %s THEN %s", model, channel)
            for model, channel in self._get_channels().items()
        )
        return SQL(
            """(CASE WHEN e.key LIKE %s THEN 'hand' %s
                     WHEN e.source_model IS NULL THEN 'system' ELSE 'document' END)""",
            f"{BY_HAND}%",
            whens,
        )

    def _get_channels(self):
        """:return: {model name of an entry's source: ``channel``}"""
        return {
            "sale.order": "sale",
            "account.move": "sale",
            "loyalty.redemption": "reward",
            "loyalty.point.approval": "hand",
            "crm.member.import": "import",
        }

    def action_open_entry(self):
        """:return: the entry behind the row, with its arithmetic"""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "loyalty.point.entry",
            "res_id": self.id,
            "views": [(False, "form")],
        }
