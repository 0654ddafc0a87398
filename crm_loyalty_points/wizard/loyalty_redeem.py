from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

OFFICER = "crm_segments.crm_segments_group_officer"


class LoyaltyRedeem(models.TransientModel):
    """Redeem a reward for a member: all rewards of the programme, with the reason
    where the member may not have one."""

    _name = "loyalty.redeem"
    _description = "Redeem a Reward"

    card_id = fields.Many2one("loyalty.card", required=True, readonly=True)
    partner_id = fields.Many2one(related="card_id.partner_id", string="Member")
    commercial_partner_id = fields.Many2one(
        related="card_id.partner_id.commercial_partner_id"
    )
    points = fields.Float(related="card_id.points_usable", string="Usable Points")
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    branch_id = fields.Many2one(
        "crm.branch", domain="[('company_id', '=', company_id)]"
    )
    address_id = fields.Many2one(
        "res.partner",
        string="Deliver To",
        domain="[('commercial_partner_id', '=', commercial_partner_id)]",
        help="For delivered rewards. Empty: the member's delivery address.",
    )
    has_delivery = fields.Boolean(compute="_compute_has_delivery")
    line_ids = fields.One2many("loyalty.redeem.line", "wizard_id", readonly=True)

    @api.depends("line_ids.fulfilment")
    def _compute_has_delivery(self):
        for wizard in self:
            wizard.has_delivery = "delivery" in wizard.line_ids.mapped("fulfilment")

    @api.model
    def _open(self, card):
        """:return: the form for a member's card
        :raise UserError: no member, or nothing to redeem
        """
        self._check_officer()
        if not card or not card.is_member_card:
            raise UserError(self.env._("This customer has no member card yet."))
        rewards = self.env["loyalty.reward"]._search_offered(card.program_id)
        if not rewards:
            raise UserError(
                self.env._(
                    "The programme %(program)s has no rewards to redeem yet. Add them "
                    "in Points > Rewards.",
                    program=card.program_id.name,
                )
            )
        company = rewards[0]._get_redeeming_company()
        wizard = self.create(
            {
                "card_id": card.id,
                "company_id": company.id,
                "branch_id": self.env["crm.branch"]._default_of(company).id,
                "line_ids": [
                    fields.Command.create({"reward_id": reward.id})
                    for reward in rewards
                ],
            }
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Redeem a Reward"),
            "res_model": self._name,
            "res_id": wizard.id,
            "view_mode": "form",
            "target": "new",
        }

    @api.model
    def _check_officer(self):
        if not self.env.user.has_group(OFFICER):
            raise AccessError(self.env._("Officers and managers redeem rewards."))


class LoyaltyRedeemLine(models.TransientModel):
    _name = "loyalty.redeem.line"
    _description = "Reward That Can Be Redeemed"
    _order = "id"

    wizard_id = fields.Many2one("loyalty.redeem", required=True, ondelete="cascade")
    reward_id = fields.Many2one(
        "loyalty.reward", string="Reward Record", required=True, readonly=True
    )
    image_128 = fields.Image(related="reward_id.image_128")
    description = fields.Char(related="reward_id.description", string="Reward")
    fulfilment = fields.Selection(related="reward_id.fulfilment", string="Kind")
    required_points = fields.Float(related="reward_id.required_points", string="Points")
    left_limited = fields.Boolean(related="reward_id.left_limited")
    left_count = fields.Integer(related="reward_id.left_count", string="Left")
    refusal = fields.Char("Why Not", compute="_compute_refusal")

    @api.depends("reward_id", "wizard_id.branch_id", "wizard_id.card_id")
    def _compute_refusal(self):
        for wizard, lines in self.grouped("wizard_id").items():
            refusals = lines.reward_id._origin._get_redeem_refusals(
                wizard.card_id._origin, wizard.branch_id._origin
            )
            for line in lines:
                line.refusal = refusals.get(line.reward_id._origin, False)

    def action_redeem(self):
        """Redeem this one; a second click does not redeem it twice.

        :return: the redeemed reward
        """
        self.ensure_one()
        wizard = self.wizard_id
        wizard._check_officer()
        wizard.card_id.check_access("read")
        redemption = self.reward_id._redeem(
            wizard.card_id,
            key=f"redeem:{self.id}:{self.create_date.timestamp():.0f}",
            branch=wizard.branch_id or None,
            address=wizard.address_id or None,
        )
        return {
            "type": "ir.actions.act_window",
            "res_model": "loyalty.redemption",
            "res_id": redemption.id,
            "view_mode": "form",
            "target": "current",
        }
