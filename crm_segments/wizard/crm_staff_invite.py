from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools.people_lines import MAX_PEOPLE, people_of


class CrmStaffInvite(models.TransientModel):
    """Paste names and e-mails, see what is wrong with which line, invite."""

    _name = "crm.staff.invite"
    _description = "Invite Staff"
    _check_company_auto = True

    step = fields.Selection(
        [("write", "Write"), ("check", "Check"), ("done", "Done")],
        default="write",
        required=True,
        readonly=True,
    )
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    role = fields.Selection(
        selection=lambda self: self.env["crm.branch.staff"]._selection_access_role(),
        required=True,
        default=lambda self: self.env["crm.staff.invitation"]._default_role(),
    )
    role_about = fields.Char(compute="_compute_role_about")
    branch_ids = fields.Many2many(
        "crm.branch",
        string="Branches",
        check_company=True,
        domain="[('company_id', '=', company_id)]",
        help="Where these people work.",
    )
    people = fields.Text("Names and E-mails")
    line_ids = fields.One2many("crm.staff.invite.line", "invite_id", "People")
    good_count = fields.Integer(compute="_compute_counts")
    bad_count = fields.Integer(compute="_compute_counts")

    @api.depends("role")
    def _compute_role_about(self):
        roles = self.env["crm.branch.staff"]._crm_staff_roles()
        for wizard in self:
            wizard.role_about = wizard.role in roles and roles[wizard.role].about

    @api.depends("line_ids.state")
    def _compute_counts(self):
        for wizard in self:
            good = wizard.line_ids.filtered(lambda line: line.state != "bad")
            wizard.good_count = len(good)
            wizard.bad_count = len(wizard.line_ids) - len(good)

    def action_check(self):
        """Show what each line means; nothing is made yet."""
        self.ensure_one()
        people = people_of(self.people)
        if not people:
            raise UserError(self.env._("Paste at least one name and e-mail address."))
        staff = self.env["crm.branch.staff"]
        staff._check_may_invite(self.company_id)
        self.line_ids.unlink()
        self.line_ids = [(0, 0, self._line_values(person, staff)) for person in people]
        self.step = "check"
        return self._reopen()

    def _line_values(self, person, staff):
        errors = self._errors()
        message = errors.get(person.error, "")
        user = not message and staff._account_of(person.email)
        if user:
            message = self._known_error(user, staff)
        return {
            "sequence": person.line,
            "name": person.name,
            "email": person.email,
            "state": "bad" if message else "good",
            "message": message or False,
        }

    @api.model
    def _errors(self):
        return {
            "no_email": self.env._("No e-mail address in this line."),
            "bad_email": self.env._("This is no e-mail address."),
            "two_emails": self.env._("Two e-mail addresses: one person per line."),
            "no_name": self.env._("No name in this line."),
            "twice": self.env._("This e-mail address stands above already."),
            "too_many": self.env._("More than %(n)s people at once.", n=MAX_PEOPLE),
        }

    @api.model
    def _known_error(self, user, staff):
        """:return: what to do with somebody who has an account"""
        records = user._crm_staff_records().filtered(
            lambda record: record.company_id == self.company_id
        )
        if records and not (user.active and records[0].active):
            return self.env._("Has left: open the staff list and give access back.")
        if records:
            return self.env._("Is on the staff list already.")
        return self.env._("Has an account already: ask an administrator.")

    def action_back(self):
        self.step = "write"
        return self._reopen()

    def action_invite(self):
        """Make the accounts of the good lines and send the invitations."""
        self.ensure_one()
        lines = self.line_ids.filtered(lambda line: line.state == "good")
        if self.step != "check" or not lines:
            raise UserError(self.env._("There is nobody to invite."))
        staff = self.env["crm.branch.staff"]._invite(
            [(line.name, line.email) for line in lines],
            self.role,
            self.branch_ids,
            self.company_id,
        )
        failed = staff._send_invitations()
        for line, member in zip(lines, staff, strict=True):
            sent = member not in failed
            line.write(
                {
                    "state": "sent" if sent else "unsent",
                    "message": self.env._("Invitation sent by e-mail.")
                    if sent
                    else self.env._("The mail could not be sent: pass on the link."),
                    "link": member._invitation_link(),
                }
            )
        self.step = "done"
        return self._reopen()

    def _reopen(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Invite Staff"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }


class CrmStaffInviteLine(models.TransientModel):
    _name = "crm.staff.invite.line"
    _description = "Person to Invite"
    _order = "sequence, id"

    invite_id = fields.Many2one(
        "crm.staff.invite", required=True, index=True, ondelete="cascade"
    )
    sequence = fields.Integer("Line", readonly=True)
    name = fields.Char(readonly=True)
    email = fields.Char("E-mail", readonly=True)
    state = fields.Selection(
        [
            ("good", "Good"),
            ("bad", "Left out"),
            ("sent", "Invited"),
            ("unsent", "Invited, no mail"),
        ],
        readonly=True,
    )
    message = fields.Char(readonly=True)
    link = fields.Char(readonly=True, help="To set the password; for this person only.")
