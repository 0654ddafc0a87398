from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL


class ResPartner(models.Model):
    """The tiers of a customer in the company one works in.

    Not stored: a partner is shared by companies, tiers are not. Contacts show those of
    the customer they belong to.
    """

    _inherit = "res.partner"

    loyalty_tier_ids = fields.Many2many(
        "loyalty.tier",
        string="Tiers",
        compute="_compute_loyalty_tiers",
        search="_search_loyalty_tier_ids",
    )
    loyalty_tier_id = fields.Many2one(
        "loyalty.tier",
        string="Tier",
        compute="_compute_loyalty_tiers",
        search="_search_loyalty_tier_ids",
        help="The customer's tier in this company; of several programmes the one with "
        "the highest.",
    )

    @api.depends_context("company")
    def _compute_loyalty_tiers(self):
        customers = self._origin.commercial_partner_id
        found = {}
        for card in self.env["loyalty.card"].search(self._get_tier_domain(customers)):
            customer = card.partner_id.commercial_partner_id
            found[customer] = found.get(customer, card.tier_id) | card.tier_id
        none = self.env["loyalty.tier"]
        for partner in self:
            tiers = found.get(partner._origin.commercial_partner_id, none).sorted()
            partner.loyalty_tier_ids = tiers
            partner.loyalty_tier_id = tiers[-1:]

    @api.model
    def _get_tier_domain(self, customers):
        """:return: domain of the cards with a tier in this company"""
        return [
            ("is_member_card", "=", True),
            ("tier_id", "!=", False),
            ("company_id", "in", [False, *self.env.company.parent_ids.ids]),
            ("partner_id", "child_of", customers.ids),
        ]

    def _search_loyalty_tier_ids(self, operator, value):
        """Tiers by id or name; "no tier" finds whoever has none in this company."""
        tiers = self.env["loyalty.tier"].with_context(active_test=False)
        if operator == "in":
            ids = [each for each in value if each]
            found = self._domain_of_tiers(SQL("c.tier_id = ANY(%s)", ids))
            if len(ids) < len(list(value)):
                found |= ~self._domain_of_tiers(SQL("c.tier_id IS NOT NULL"))
            return found
        if operator in ("ilike", "like", "=ilike", "=like"):
            ids = tiers.search([("name", operator, value)]).ids
            return self._domain_of_tiers(SQL("c.tier_id = ANY(%s)", ids))
        if operator == "any":
            ids = tiers.search(value).ids
            return self._domain_of_tiers(SQL("c.tier_id = ANY(%s)", ids))
        return NotImplemented

    @api.model
    def _domain_of_tiers(self, condition):
        """:param condition: SQL on cards `c`
        :return: Domain of the customers, and their contacts, with such a card"""
        self.env["loyalty.card"].flush_model(["tier_id", "partner_id", "active"])
        query = SQL(
            """(SELECT contact.id
                  FROM loyalty_card c
                  JOIN res_partner holder ON holder.id = c.partner_id
                  JOIN res_partner contact
                    ON contact.commercial_partner_id = holder.commercial_partner_id
                 WHERE c.active AND c.is_member_card AND %s
                   AND (c.company_id IS NULL OR c.company_id = ANY(%s)))""",
            condition,
            self.env.company.parent_ids.ids,
        )
        return Domain("id", "in", query)
