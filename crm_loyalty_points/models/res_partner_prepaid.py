from odoo import api, fields, models
from odoo.tools import SQL

# Baht on the cards: not what cards with a percentage count.
_PREPAID = SQL(
    """program.program_type = 'ewallet'
       AND NOT (program.is_prepaid AND program.prepaid_kind = 'percent')"""
)


class ResPartner(models.Model):
    """The prepaid value a customer can still spend in the company one works in.

    Not stored, as the points: value whose last day has passed is left out from that
    midnight on. Contacts show the value of the customer they belong to.
    """

    _inherit = "res.partner"

    prepaid_balance = fields.Float(
        "Prepaid Value",
        compute="_compute_prepaid_balance",
        search="_search_prepaid_balance",
        digits=(16, 2),
        help="What the customer can still spend from prepaid cards in this company.",
    )
    prepaid_card_count = fields.Integer(
        "Prepaid Cards", compute="_compute_prepaid_card_count"
    )

    @api.depends_context("company")
    def _compute_prepaid_balance(self):
        customers = self._origin.commercial_partner_id
        condition = SQL("partner.id = ANY(%s)", customers.ids)
        balances = dict(self.env.execute_query(self._prepaid_query(condition)))
        for partner in self:
            customer = partner._origin.commercial_partner_id
            partner.prepaid_balance = balances.get(customer.id, 0)

    @api.depends_context("company")
    def _compute_prepaid_card_count(self):
        counts = dict(
            self.env["loyalty.card"]._read_group(
                self._get_prepaid_card_domain(), ["partner_id"], ["__count"]
            )
        )
        totals = {}
        for holder, count in counts.items():
            customer = holder.commercial_partner_id
            totals[customer] = totals.get(customer, 0) + count
        for partner in self:
            customer = partner._origin.commercial_partner_id
            partner.prepaid_card_count = totals.get(customer, 0)

    def _search_prepaid_balance(self, operator, value):
        """A customer without a card has 0; contacts count as themselves."""
        return self._search_points_sum(operator, value, self._prepaid_query)

    @api.model
    def _prepaid_query(self, condition, having=None):
        """:return: SQL for (customer id, baht), see ``_points_query``"""
        self.env["loyalty.program"].flush_model(["is_prepaid", "prepaid_kind"])
        return self._points_query(condition, having, _PREPAID)

    def _get_prepaid_card_domain(self):
        """:return: domain of the prepaid cards of these customers in this company"""
        customers = self._origin.commercial_partner_id
        return [
            ("is_member_card", "=", True),
            ("program_id.is_prepaid", "=", True),
            ("partner_id", "child_of", customers.ids),
            ("company_id", "in", [False, *self.env.company.parent_ids.ids]),
        ]

    def action_view_prepaid_cards(self):
        """:return: the prepaid cards of the customer"""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_loyalty_points.loyalty_prepaid_card_action"
        )
        action["domain"] = self._get_prepaid_card_domain()
        action["context"] = {"default_partner_id": self.id}
        return action

    def action_sell_prepaid_card(self):
        """:return: the form to sell this customer a prepaid card"""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_loyalty_points.loyalty_prepaid_sell_action"
        )
        action["context"] = {"default_partner_id": self.id}
        return action
