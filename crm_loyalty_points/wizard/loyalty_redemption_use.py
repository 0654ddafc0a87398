from odoo import api, fields, models
from odoo.exceptions import UserError


class LoyaltyRedemptionUse(models.TransientModel):
    """Use a redeemed reward at a branch: opened from it, or found by its code."""

    _name = "loyalty.redemption.use"
    _description = "Use a Redeemed Reward"

    code = fields.Char(help="Scan or type the code that the member shows.")
    given_id = fields.Many2one("loyalty.redemption", readonly=True)
    redemption_id = fields.Many2one(
        "loyalty.redemption", compute="_compute_redemption_id", string="Reward"
    )
    partner_id = fields.Many2one(related="redemption_id.partner_id", string="Member")
    state = fields.Selection(related="redemption_id.state")
    valid_until = fields.Date(related="redemption_id.valid_until")
    terms = fields.Text(related="redemption_id.reward_id.terms")
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    branch_id = fields.Many2one(
        "crm.branch",
        domain="[('company_id', '=', company_id)]",
        default=lambda self: self.env["crm.branch"]._default_of(self.env.company),
    )
    refusal = fields.Char(compute="_compute_redemption_id")

    @api.depends("code", "given_id")
    def _compute_redemption_id(self):
        redemptions = self.env["loyalty.redemption"]
        for wizard in self:
            found = wizard.given_id or redemptions._find_by_code(wizard.code)
            wizard.redemption_id = found
            wizard.refusal = wizard._get_refusal(found)

    def _get_refusal(self, redemption):
        """:return: why it cannot be used, or False"""
        if not redemption:
            return self.code and self.env._("This code is not known.")
        try:
            redemption.sudo()._check_usable()
        except UserError as error:
            return str(error)
        return False

    def action_use(self):
        """Use it at the branch.

        :return: an action that says so and closes the form
        """
        self.ensure_one()
        redemption = self.redemption_id
        if not redemption:
            raise UserError(self.env._("This code is not known."))
        redemption._check_officer()
        redemption._use(self.branch_id or None)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._(
                    "%(reward)s was used.", reward=redemption.display_name
                ),
                "next": {
                    "type": "ir.actions.act_window_close",
                    "infos": {"done": True},
                },
            },
        }
