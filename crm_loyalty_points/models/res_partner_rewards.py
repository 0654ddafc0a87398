from odoo import api, fields, models
from odoo.tools import SQL


class ResPartner(models.Model):
    """How many rewards a customer has redeemed in the company one works in."""

    _inherit = "res.partner"

    rewards_redeemed_count = fields.Integer(
        "Rewards Redeemed",
        compute="_compute_rewards_redeemed_count",
        search="_search_rewards_redeemed_count",
        help="Rewards the customer redeemed in this company, without those that were "
        "cancelled. Contacts show what their customer redeemed.",
    )

    @api.depends_context("company")
    def _compute_rewards_redeemed_count(self):
        customers = self._origin.commercial_partner_id
        counts = dict(
            self.env.execute_query(
                self._rewards_query(
                    SQL("member.commercial_partner_id = ANY(%s)", customers.ids)
                )
            )
        )
        for partner in self:
            customer = partner._origin.commercial_partner_id
            partner.rewards_redeemed_count = counts.get(customer.id, 0)

    def _search_rewards_redeemed_count(self, operator, value):
        """Who never redeemed anything has 0."""
        return self._search_points_sum(
            operator, value, self._rewards_query, key="commercial_partner_id"
        )

    @api.model
    def _rewards_query(self, condition, having=None):
        """:return: SQL for (customer id, rewards redeemed) in this company

        :param condition: SQL on ``member``, the contact who redeemed
        :param having: function that makes SQL of the SQL of the count
        """
        self.env["loyalty.redemption"].flush_model(
            ["partner_id", "company_id", "state"]
        )
        self.env["res.partner"].flush_model(["commercial_partner_id"])
        return SQL(
            """SELECT member.commercial_partner_id AS id, count(*)::int AS redeemed
                 FROM loyalty_redemption redemption
                 JOIN res_partner member ON member.id = redemption.partner_id
                WHERE redemption.state <> 'cancelled'
                  AND redemption.company_id = %s
                  AND %s
             GROUP BY member.commercial_partner_id
               HAVING %s""",
            self.env.company.id,
            condition,
            having(SQL("count(*)")) if having else SQL("TRUE"),
        )

    def action_redeem(self):
        """:return: the form with the rewards that the customer may redeem"""
        self.ensure_one()
        program = self.env["loyalty.card.adjust"]._usual_program()
        cards = self.env["loyalty.card"]._cards_of_customers(self, program)
        return self.env["loyalty.redeem"]._open(cards)

    def action_view_redemptions(self):
        """:return: the rewards that the customer redeemed"""
        self.ensure_one()
        customer = self.commercial_partner_id
        return self.env["loyalty.redemption"]._list_of(
            [("partner_id", "child_of", customer.id)]
        )

    def _erase_points(self):
        """Rewards that an erased customer did not use are cancelled. Their points stay
        spent: the card that they would come back to ends."""
        redemptions = self.env["loyalty.redemption"].sudo()
        redemptions = redemptions.search([("partner_id", "in", self.ids)])
        todo = redemptions.filtered(lambda each: each.state == "issued")
        todo._cancel_for_good("erased")
        redemptions.partner_id = False
        return super()._erase_points()
