from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

VIEWER = "crm_segments.crm_segments_group_viewer"
# What a user is told first: what still works before what does not.
ORDER = ("friend", "unknown", "blocked")


class ResPartner(models.Model):
    """The customer's LINE accounts."""

    _inherit = "res.partner"

    line_user_ids = fields.One2many(
        "crm.line.user", "partner_id", "LINE Accounts", readonly=True, groups=VIEWER
    )
    line_state = fields.Selection(
        [
            ("friend", "Friend on LINE"),
            ("unknown", "Linked, not a friend"),
            ("blocked", "Has blocked us on LINE"),
        ],
        "LINE",
        compute="_compute_line_state",
        search="_search_line_state",
        groups=VIEWER,
        help="Whether messages on LINE reach the customer. Empty: no LINE account is "
        "linked.",
    )

    @api.depends("line_user_ids.friend_state", "line_user_ids.company_id")
    @api.depends_context("allowed_company_ids")
    def _compute_line_state(self):
        companies = self.env.companies
        for partner in self:
            users = partner.sudo().line_user_ids
            states = set(
                users.filtered(lambda u: u.company_id in companies).mapped(
                    "friend_state"
                )
            )
            partner.line_state = next((s for s in ORDER if s in states), False)

    @api.model
    def _search_line_state(self, operator, value):
        """A customer counts by the best of several accounts, as it is shown."""
        if operator != "in":
            return NotImplemented
        result = Domain.FALSE
        for state in value:
            if not state:
                result |= ~Domain("id", "in", self._line_state_query(ORDER))
            elif state in ORDER:
                better = ORDER[: ORDER.index(state)]
                found = Domain("id", "in", self._line_state_query((state,)))
                if better:
                    found &= ~Domain("id", "in", self._line_state_query(better))
                result |= found
        return result

    @api.model
    def _line_state_query(self, states):
        """:return: SQL of the ids of customers with an account in one of the states"""
        self.env["crm.line.user"].flush_model()
        return SQL(
            """(SELECT partner_id FROM crm_line_user
                WHERE partner_id IS NOT NULL AND company_id = ANY(%s)
                  AND friend_state = ANY(%s))""",
            self.env.companies.ids,
            list(states),
        )

    @api.model
    def _known_customer_queries(self, company, documents):
        return [
            *super()._known_customer_queries(company, documents),
            SQL("SELECT FROM crm_line_user l WHERE l.partner_id = p.id"),
        ]

    def _after_attached(self, customer):
        """A LINE account goes with the person."""
        result = super()._after_attached(customer)
        users = self.env["crm.line.user"].sudo()
        users.search([("partner_id", "in", self.ids)]).partner_id = customer
        return result

    def _get_line_users(self, company):
        """:return: crm.line.user (superuser) of a customer in a company that messages
        reach, the one heard of last first"""
        self.ensure_one()
        return (
            self.env["crm.line.user"]
            .sudo()
            .search(
                [
                    ("partner_id", "=", self.commercial_partner_id.id),
                    ("company_id", "=", company.id),
                    ("channel_id.active", "=", True),
                    ("friend_state", "=", "friend"),
                ],
                order="last_seen_at desc nulls last, id desc",
            )
        )
