import secrets
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL

MAX_DAYS = 30
MAX_PEOPLE = 100
# Of the token: 128 bits, which nobody finds by trying.
TOKEN_BYTES = 16


class CrmStaffInvitation(models.Model):
    """A link by which several people may join the staff in one role.

    Who has the link can ask to join and nothing else; an account is made when the
    e-mail address is proven. Whoever gets hold of a link gains this role at most,
    until the link expires, is used up or is ended.
    """

    _name = "crm.staff.invitation"
    _description = "Invitation Link for Staff"
    _order = "id desc"
    _check_company_auto = True

    name = fields.Char("For Whom", required=True, help="A word to know the link by.")
    role = fields.Selection(
        selection=lambda self: self.env["crm.branch.staff"]._selection_access_role(),
        required=True,
        default=lambda self: self._default_role(),
    )
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
        ondelete="cascade",
    )
    branch_ids = fields.Many2many(
        "crm.branch",
        "crm_staff_invitation_branch_rel",
        "invitation_id",
        "branch_id",
        "Branches",
        check_company=True,
        domain="[('company_id', '=', company_id)]",
        help="Where those who join work.",
    )
    token = fields.Char(
        readonly=True, copy=False, default=lambda self: self._new_token()
    )
    link = fields.Char(compute="_compute_link")
    expires_at = fields.Datetime(
        "Valid Until",
        required=True,
        copy=False,
        default=lambda self: fields.Datetime.now() + timedelta(days=7),
    )
    max_uses = fields.Integer("People at Most", required=True, default=5)
    uses = fields.Integer("Joined", readonly=True, copy=False)
    ended_at = fields.Datetime(readonly=True, copy=False)
    state = fields.Selection(
        [
            ("open", "Valid"),
            ("full", "Used up"),
            ("expired", "Expired"),
            ("ended", "Ended"),
        ],
        compute="_compute_state",
    )
    join_ids = fields.One2many("crm.staff.join", "invitation_id", "Who Asked")

    _token_uniq = models.UniqueIndex("(token)")
    _max_uses_range = models.Constraint(
        f"CHECK(max_uses BETWEEN 1 AND {MAX_PEOPLE})",
        "A link is for 1 to 100 people.",
    )

    @api.model
    def _default_role(self):
        """:return: the role with the fewest rights"""
        return list(self.env["crm.branch.staff"]._crm_staff_roles())[-1]

    @api.model
    def _new_token(self):
        return secrets.token_urlsafe(TOKEN_BYTES)

    @api.depends("token")
    def _compute_link(self):
        for invitation in self:
            base = invitation.get_base_url()
            invitation.link = f"{base}/staff/join/{invitation.token}"

    @api.depends("expires_at", "uses", "max_uses", "ended_at")
    def _compute_state(self):
        now = fields.Datetime.now()
        for invitation in self:
            invitation.state = (
                (invitation.ended_at and "ended")
                or (invitation.expires_at <= now and "expired")
                or (invitation.uses >= invitation.max_uses and "full")
                or "open"
            )

    @api.constrains("expires_at")
    def _check_expires_at(self):
        latest = fields.Datetime.now() + timedelta(days=MAX_DAYS, minutes=5)
        if any(invitation.expires_at > latest for invitation in self):
            raise ValidationError(
                self.env._("A link is valid for %(days)s days at most.", days=MAX_DAYS)
            )

    @api.constrains("role", "company_id", "branch_ids")
    def _check_role(self):
        """Whoever makes or changes a link may give what it gives."""
        staff = self.env["crm.branch.staff"]
        for invitation in self:
            staff._check_may_invite(invitation.company_id)
            staff._group_of_role(invitation.role)
            staff._check_branches(invitation.branch_ids, invitation.company_id)

    @api.model_create_multi
    def create(self, vals_list):
        kept = {"token", "uses", "ended_at"}
        made = super().create(
            [{k: v for k, v in vals.items() if k not in kept} for vals in vals_list]
        )
        for invitation in made:
            invitation._log("link_made")
        return made

    def write(self, vals):
        if (
            not self.env.su
            and {"token", "uses", "ended_at", "company_id"} & vals.keys()
        ):
            raise UserError(self.env._("A link keeps its token, company and count."))
        return super().write(vals)

    def action_end(self):
        """From now on nobody can join by this link; who has joined stays."""
        self.check_access("write")
        for invitation in self.filtered(lambda i: not i.ended_at):
            invitation.sudo().ended_at = fields.Datetime.now()
            invitation._log("link_ended")

    def _log(self, kind, **values):
        roles = self.env["crm.branch.staff"]._crm_staff_roles()
        role = roles.get(self.role)
        return self.env["crm.staff.event"]._log(
            kind,
            self.company_id,
            role=role.label if role else self.role,
            branches=", ".join(self.sudo().branch_ids.mapped("name")),
            detail=self.name,
            **values,
        )

    @api.model
    def _by_token(self, token):
        """:return: the open link with this token (superuser), empty for any other"""
        links = self.sudo().search([("token", "=", token)]) if token else self.sudo()
        return links.filtered(lambda link: link.state == "open")

    def _take_one(self):
        """Count one use. Two who join at once never pass the limit together: the
        second one waits for the row, fails and is tried again.

        :return: whether there was one left"""
        self.flush_recordset()
        rows = self.env.execute_query(
            SQL(
                """UPDATE crm_staff_invitation SET uses = coalesce(uses, 0) + 1
                    WHERE id = %s AND coalesce(uses, 0) < max_uses
                      AND ended_at IS NULL AND expires_at > %s
                RETURNING id""",
                self.id,
                fields.Datetime.now(),
            )
        )
        self.invalidate_recordset(["uses"])
        return bool(rows)
