from odoo import api, fields, models
from odoo.tools import SQL

from ..tools.points_text import points_text

VISIT_KINDS = {
    "planned": "planned",
    "arrived": "came",
    "done": "came",
    "no_show": "no_show",
    "cancelled": "cancelled",
}
# What entries of prepaid cards mean to a shop; the others are corrections.
CARD_KINDS = {
    "earn": "card_sold",
    "opening": "card_sold",
    "bonus": "card_sold",
    "redeem": "card_used",
    "lapse": "card_ended",
}


class CrmCustomerHistory(models.Model):
    """What was planned and done for customers, and their prepaid cards, by date.

    No table: rows are read from the visits and from the ledger when somebody looks, of
    a customer through the indexes on the customer, of all by those on the date. A row
    of a visit has the id of the visit x 2, one of an entry that of the entry x 2 + 1.
    """

    _name = "crm.customer.history"
    _description = "Customer History"
    _auto = False
    _order = "date desc, id desc"
    _depends = {
        "crm.visit": [
            *("partner_id", "company_id", "branch_id", "staff_id", "product_id"),
            *("state", "day", "card_program_id"),
        ],
        "loyalty.card": ["partner_id"],
        "loyalty.program": ["program_type"],
    }

    date = fields.Date(readonly=True)
    partner_id = fields.Many2one("res.partner", "Customer", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    branch_id = fields.Many2one("crm.branch", readonly=True)
    kind = fields.Selection(
        [
            ("planned", "Planned"),
            ("came", "Came In"),
            ("no_show", "No-show"),
            ("cancelled", "Cancelled"),
            ("card_sold", "Card Sold"),
            ("card_used", "Card Used"),
            ("card_ended", "Card Ended"),
            ("card_changed", "Card Changed"),
        ],
        "What Happened",
        readonly=True,
    )
    product_id = fields.Many2one("product.product", "Service", readonly=True)
    staff_id = fields.Many2one("crm.branch.staff", "Served By", readonly=True)
    program_id = fields.Many2one("loyalty.program", "Prepaid Card", readonly=True)
    amount = fields.Float(
        "Card Value",
        digits=(16, 2),
        readonly=True,
        help="What the card gained by this, or lost.",
    )
    visit_id = fields.Many2one("crm.visit", readonly=True)
    card_id = fields.Many2one("loyalty.card", readonly=True)
    source_name = fields.Char("Document", readonly=True)
    summary = fields.Char("What", compute="_compute_summary")

    @api.depends("product_id", "program_id", "amount")
    def _compute_summary(self):
        for row in self:
            if row.card_id:
                value = points_text(row.amount, sign=True)
                row.summary = f"{row.program_id.name} {value}"
            else:
                row.summary = row.product_id.display_name or self.env._("Visit")

    @api.depends("summary", "date")
    def _compute_display_name(self):
        for row in self:
            row.display_name = f"{row.date} {row.summary}"

    @property
    def _table_query(self):
        return SQL("%s UNION ALL %s", self._sql_visits(), self._sql_cards())

    def _sql_visits(self):
        """:return: SQL of the visits; without those of erased customers"""
        return SQL(
            """SELECT visit.id::bigint * 2 AS id, visit.day AS date, visit.partner_id,
                      visit.company_id, visit.branch_id, %s AS kind, visit.product_id,
                      visit.staff_id, visit.card_program_id AS program_id,
                      NULL::numeric AS amount, visit.id AS visit_id,
                      NULL::int AS card_id, NULL::varchar AS source_name
                 FROM crm_visit visit
                WHERE visit.partner_id IS NOT NULL""",
            self._sql_case("visit.state", VISIT_KINDS),
        )

    def _sql_cards(self):
        """:return: SQL of what happened to prepaid cards, from the ledger"""
        return SQL(
            """SELECT entry.id::bigint * 2 + 1, entry.date, card.partner_id,
                      entry.company_id, entry.branch_id, %s, NULL::int, NULL::int,
                      entry.program_id, entry.points, NULL::int, card.id,
                      entry.source_name
                 FROM loyalty_program program
                 JOIN loyalty_point_entry entry ON entry.program_id = program.id
                 JOIN loyalty_card card ON card.id = entry.card_id
                WHERE program.program_type = 'ewallet'
                  AND card.partner_id IS NOT NULL""",
            self._sql_case("entry.kind", CARD_KINDS),
        )

    @api.model
    def _sql_case(self, column, kinds):
        """:return: SQL of ``kind`` for the values of a column"""
        whens = SQL(" ").join(
            SQL("WHEN %s THEN %s", value, kind) for value, kind in kinds.items()
        )
        return SQL(
            "CASE %s %s ELSE 'card_changed' END",
            SQL.identifier(*column.split(".")),
            whens,
        )

    def action_open(self):
        """:return: the visit or the card behind the row"""
        self.ensure_one()
        record = self.visit_id or self.card_id
        return {
            "type": "ir.actions.act_window",
            "res_model": record._name,
            "res_id": record.id,
            "views": [(False, "form")],
        }
