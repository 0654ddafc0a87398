from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools.ledger_lapse import sql_due

RECENT_ENTRIES = 20


class ResPartner(models.Model):
    """The points a customer holds in the company one works in.

    Not stored: a partner is shared by companies, points are not. Contacts show the
    points of the customer they belong to. Prepaid value (eWallet) is baht and counts
    for nothing here.
    """

    _inherit = "res.partner"

    points_balance = fields.Float(
        string="Points",
        compute="_compute_points_balance",
        search="_search_points_balance",
        digits=(16, 2),
        help="What the customer's member cards hold in this company.",
    )
    member_card_ids = fields.Many2many(
        "loyalty.card", string="Member Cards", compute="_compute_member_card_ids"
    )
    recent_point_entry_ids = fields.Many2many(
        "loyalty.point.entry",
        string="Recent Entries",
        compute="_compute_recent_point_entry_ids",
    )

    @api.depends_context("company")
    def _compute_points_balance(self):
        customers = self._origin.commercial_partner_id
        balances = dict(
            self.env.execute_query(
                self._points_query(SQL("partner.id = ANY(%s)", customers.ids))
            )
        )
        for partner in self:
            customer = partner._origin.commercial_partner_id
            partner.points_balance = balances.get(customer.id, 0)

    @api.depends_context("company")
    def _compute_member_card_ids(self):
        for partner in self:
            domain = partner._get_member_card_domain()
            partner.member_card_ids = self.env["loyalty.card"].search(domain)

    @api.depends_context("company")
    def _compute_recent_point_entry_ids(self):
        for partner in self:
            entries = self.env["loyalty.point.entry"].search(
                [("card_id", "any", partner._get_member_card_domain())],
                limit=RECENT_ENTRIES,
            )
            partner.recent_point_entry_ids = entries

    def _search_points_balance(self, operator, value):
        """A customer without a card holds 0 points; contacts count as themselves."""
        if operator == "in":
            return Domain.OR(self._points_domain("=", each) for each in value)
        if operator in ("=", "<", "<=", ">", ">="):
            return self._points_domain(operator, value)
        return NotImplemented

    @api.model
    def _points_domain(self, operator, value):
        """:return: Domain of the customers whose balance compares so, by sub-query"""
        number = float(value or 0)
        holds = {
            "=": (SQL("="), number == 0),
            "<": (SQL("<"), number > 0),
            "<=": (SQL("<="), number >= 0),
            ">": (SQL(">"), number < 0),
            ">=": (SQL(">="), number <= 0),
        }
        sign, zero_matches = holds[operator]
        balance = SQL("round(SUM(card.points - COALESCE(due.points, 0))::numeric, 2)")
        having = SQL("%s %s %s", balance, sign, round(number, 2))
        if zero_matches:
            having = SQL("NOT (%s)", having)
        query = SQL(
            "(SELECT id FROM (%s) AS balances)",
            self._points_query(SQL("TRUE"), having),
        )
        return Domain("id", "not in" if zero_matches else "in", query)

    @api.model
    def _points_query(self, condition, having=None):
        """:return: SQL for (customer id, points) in the companies' programmes

        :param condition: SQL on ``partner``, the customer
        :param having: SQL on the sums of ``card`` and ``due`` (points to lapse)
        """
        self.env["loyalty.card"].flush_model(["points", "partner_id", "active"])
        return SQL(
            """SELECT partner.id,
                      SUM(card.points - COALESCE(due.points, 0)) AS points
                 FROM loyalty_card card
            LEFT JOIN %s due ON due.card_id = card.id
                 JOIN loyalty_program program ON program.id = card.program_id
                 JOIN res_partner holder ON holder.id = card.partner_id
                 JOIN res_partner partner ON partner.id = holder.commercial_partner_id
                WHERE card.active AND card.is_member_card
                  AND program.program_type = 'loyalty'
                  AND (card.company_id IS NULL OR card.company_id = ANY(%s))
                  AND %s
             GROUP BY partner.id
               HAVING %s""",
            sql_due(self.env),
            self.env.company.parent_ids.ids,
            condition,
            having or SQL("TRUE"),
        )

    def _get_member_card_domain(self):
        """:return: domain of the customer's member cards in this company"""
        customer = self._origin.commercial_partner_id
        return [
            ("is_member_card", "=", True),
            ("partner_id", "child_of", customer.ids),
            ("company_id", "in", [False, *self.env.company.parent_ids.ids]),
        ]

    def action_view_point_entries(self):
        """:return: the ledger's list, for this customer."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_loyalty_points.loyalty_point_entry_action"
        )
        action["domain"] = [("card_id", "any", self._get_member_card_domain())]
        action["context"] = {}
        return action
