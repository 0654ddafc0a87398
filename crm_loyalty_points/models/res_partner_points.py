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
    member_card_count = fields.Integer(
        "Number of Cards", compute="_compute_member_card_count"
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
    def _compute_member_card_count(self):
        groups = self.env["loyalty.card"]._read_group(
            self._get_member_card_domain(),
            ["partner_id.commercial_partner_id"],
            ["__count"],
        )
        counts = {customer.id: count for customer, count in groups}
        for partner in self:
            customer = partner._origin.commercial_partner_id
            partner.member_card_count = counts.get(customer.id, 0)

    @api.depends_context("company")
    def _compute_recent_point_entry_ids(self):
        for partner in self:
            entries = self.env["loyalty.point.entry"].search(
                [("card_id", "any", partner._get_member_card_domain())],
                limit=RECENT_ENTRIES,
                # points of the past may be entered today
                order="date desc, id desc",
            )
            partner.recent_point_entry_ids = entries

    def _search_points_balance(self, operator, value):
        """A customer without a card holds 0 points; contacts count as themselves."""
        return self._search_points_sum(operator, value, self._points_query)

    @api.model
    def _search_points_sum(self, operator, value, query, key="id"):
        """Domain of the customers whose sum of points compares so, by sub-query.

        :param query: method that returns SQL for (customer as "id", points), 0 points
            left out or not, see ``_points_query``
        :param key: field that holds the customer: "commercial_partner_id" finds the
            contacts of customers as well
        """
        if operator == "in":
            return Domain.OR(
                self._points_domain("=", each, query, key) for each in value
            )
        if operator in ("=", "<", "<=", ">", ">="):
            return self._points_domain(operator, value, query, key)
        return NotImplemented

    @api.model
    def _points_domain(self, operator, value, query, key):
        """Who is in no row of the query has 0 points: where 0 compares so, the domain
        is of those who are not among the others."""
        wanted = round(float(value or 0), 2)
        signs = {
            "=": (SQL("="), wanted == 0),
            "<": (SQL("<"), wanted > 0),
            "<=": (SQL("<="), wanted >= 0),
            ">": (SQL(">"), wanted < 0),
            ">=": (SQL(">="), wanted <= 0),
        }
        sign, zero_matches = signs[operator]

        def having(total):
            compared = SQL("round((%s)::numeric, 2) %s %s", total, sign, wanted)
            return SQL("NOT (%s)", compared) if zero_matches else compared

        rows = SQL("(SELECT id FROM (%s) AS sums)", query(SQL("TRUE"), having))
        return Domain(key, "not in" if zero_matches else "in", rows)

    @api.model
    def _points_query(self, condition, having=None, programs=None):
        """:return: SQL for (customer id, points) in the companies' programmes

        :param condition: SQL on ``partner``, the customer
        :param having: function that makes SQL of the SQL of the sum
        :param programs: SQL on ``program``, by default those that give points
        """
        self.env["loyalty.card"].flush_model(["points", "partner_id", "active"])
        self.env["loyalty.program"].flush_model(["program_type"])
        total = SQL("SUM(card.points - COALESCE(due.points, 0))")
        return SQL(
            """SELECT partner.id, %s AS points
                 FROM loyalty_card card
            LEFT JOIN %s due ON due.card_id = card.id
                 JOIN loyalty_program program ON program.id = card.program_id
                 JOIN res_partner holder ON holder.id = card.partner_id
                 JOIN res_partner partner ON partner.id = holder.commercial_partner_id
                WHERE card.active AND card.is_member_card
                  AND %s
                  AND (card.company_id IS NULL OR card.company_id = ANY(%s))
                  AND %s
             GROUP BY partner.id
               HAVING %s""",
            total,
            sql_due(self.env),
            programs or SQL("program.program_type = 'loyalty'"),
            self.env.company.parent_ids.ids,
            condition,
            having(total) if having else SQL("TRUE"),
        )

    def _get_member_card_domain(self):
        """:return: domain of these customers' member cards in this company"""
        customers = self._origin.commercial_partner_id
        return [
            ("is_member_card", "=", True),
            ("partner_id.commercial_partner_id", "in", customers.ids),
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
