from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError


class LoyaltyByHand(models.AbstractModel):
    """What the forms that move points by hand have in common."""

    _name = "loyalty.by.hand"
    _description = "Points Moved by Hand"

    company_id = fields.Many2one("res.company", compute="_compute_company_id")
    points = fields.Float(digits=(16, 2))
    reason_id = fields.Many2one("loyalty.point.reason")
    note_required = fields.Boolean(related="reason_id.note_required")
    note = fields.Text(help="Kept apart from the entry, so that it can be deleted.")
    branch_id = fields.Many2one(
        "crm.branch",
        compute="_compute_branch_id",
        store=True,
        readonly=False,
        check_company=True,
    )

    @api.depends_context("company")
    def _compute_company_id(self):
        for wizard in self:
            wizard.company_id = wizard._company() or self.env.company

    @api.depends("company_id")
    def _compute_branch_id(self):
        """Where the operator works, unless another branch is chosen."""
        for wizard in self:
            if not wizard.branch_id:
                branches = self.env["crm.branch"]
                wizard.branch_id = branches._default_of(wizard.company_id)

    def _company(self):
        """:return: company of the programme whose points are moved, none if shared"""
        return self.env["res.company"]

    def _check_by_hand(self, directions):
        """:param directions: which reasons fit, see `loyalty.point.reason`
        :raise AccessError: the user may not move points
        :raise UserError: what is missing on the form
        """
        self.ensure_one()
        self.check_access("write")
        if not self.env.user.has_group("crm_segments.crm_segments_group_officer"):
            raise AccessError(self.env._("Officers and managers move points by hand."))
        if self.points <= 0:
            raise UserError(self.env._("How many points? Enter more than 0."))
        if self.reason_id.direction not in directions:
            raise UserError(self.env._("Choose a reason that fits."))
        self.reason_id.check_access("read")
        if self.reason_id.note_required and not (self.note or "").strip():
            raise UserError(
                self.env._(
                    "The reason %(reason)s needs an explanation in the note.",
                    reason=self.reason_id.name,
                )
            )

    def _done(self, request, message):
        """:return: the action that says what happened and closes the form"""
        if request:
            message = self.env._(
                "This is above your limit. Nothing was posted yet: a manager has "
                "been asked."
            )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning" if request else "success",
                "message": message,
                "next": {"type": "ir.actions.act_window_close"},
            },
        }
