from odoo import api, fields, models


class CrmContactCall(models.Model):
    """A phone call with a customer, written down by who made it."""

    _name = "crm.contact.call"
    _description = "Phone Call"
    _order = "date desc, id desc"
    _check_company_auto = True

    partner_id = fields.Many2one(
        "res.partner", "Customer", required=True, index=True, ondelete="cascade"
    )
    phone = fields.Char(related="partner_id.phone")
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    user_id = fields.Many2one(
        "res.users",
        "Spoken by",
        required=True,
        readonly=True,
        default=lambda self: self.env.user,
    )
    date = fields.Datetime("Time", required=True, default=fields.Datetime.now)
    direction = fields.Selection(
        [("out", "We called"), ("in", "Customer called")],
        "Who Called",
        required=True,
        default="out",
    )
    result = fields.Selection(
        [
            ("reached", "Reached"),
            ("no_answer", "No answer"),
            ("busy", "Busy"),
            ("wrong_number", "Wrong number"),
        ],
        "Outcome",
        required=True,
        default="reached",
    )
    note = fields.Text("What Was Said")
    own = fields.Boolean("Mine", compute="_compute_own")

    @api.depends("user_id")
    @api.depends_context("uid")
    def _compute_own(self):
        """Whether this user may change the call, and take it back."""
        allowed = self._filtered_access("write")
        for call in self:
            call.own = call in allowed

    @api.depends("partner_id", "date")
    def _compute_display_name(self):
        for call in self:
            call.display_name = call.partner_id.display_name

    def action_undo(self):
        """Take the call back, as if it had not been logged.

        :return: action that closes the dialog
        """
        self.unlink()
        return {"type": "ir.actions.act_window_close"}
