from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from odoo.addons.base.models.ir_mail_server import MailDeliveryException

from ..tools.staff_role import StaffRole

MANAGER = "crm_segments.crm_segments_group_manager"
# Nobody becomes one of these by an invitation, whatever a group has been made to imply.
NEVER_GIVEN = (
    "base.group_system",
    "base.group_erp_manager",
    MANAGER,
)


class CrmBranchStaff(models.Model):
    """The accounts of staff: inviting, ending, giving back; every step is logged."""

    _inherit = "crm.branch.staff"

    account_state = fields.Selection(
        [
            ("none", "No account"),
            ("invited", "Invited"),
            ("active", "Active"),
            ("ended", "Ended"),
        ],
        "Account",
        compute="_compute_account_state",
        groups=MANAGER,
    )
    access_label = fields.Char(
        "Access",
        compute="_compute_account_state",
        groups=MANAGER,
        help="What the account may do.",
    )

    @api.depends("user_id", "active")
    def _compute_account_state(self):
        roles = self._crm_staff_roles()
        for staff in self:
            user = staff.sudo().user_id
            staff.access_label = user and self._label_of_access(user, roles)
            if not user:
                staff.account_state = "none"
            elif not user.active:
                staff.account_state = "ended"
            else:
                staff.account_state = "active" if user.login_date else "invited"

    @api.model
    def _label_of_access(self, user, roles):
        """:return: the highest of the roles that can be given, or that it is more"""
        if self._is_above_roles(user):
            return self.env._("Manager or administrator")
        given = [role.label for role in roles.values() if user.has_group(role.group)]
        return given[0] if given else self.env._("None of the roles")

    @api.model
    def _is_above_roles(self, user):
        return any(user.has_group(group) for group in NEVER_GIVEN)

    # -- what can be given ----------------------------------------------------------

    @api.model
    def _crm_staff_roles(self):
        """What people can be invited as, the highest first. Modules add theirs.

        :return: dict of key to ``StaffRole``
        """
        group = "crm_segments.crm_segments_group_"
        return {
            "editor": StaffRole(
                self.env._("Programme editor"),
                f"{group}editor",
                self.env._(
                    "Office: sets up points, tiers, rewards and tags, serves "
                    "customers, reads reports."
                ),
            ),
            "officer": StaffRole(
                self.env._("Officer"),
                f"{group}officer",
                self.env._("Office: serves customers, gives points, redeems."),
            ),
            "viewer": StaffRole(
                self.env._("Viewer"),
                f"{group}viewer",
                self.env._("Office: looks at customers and reports."),
            ),
        }

    @api.model
    def _selection_access_role(self):
        return [(key, role.label) for key, role in self._crm_staff_roles().items()]

    @api.model
    def _check_may_invite(self, company):
        """:raise AccessError: who is neither manager nor administrator of a company"""
        user = self.env.user
        trusted = user.has_group(MANAGER) or user.has_group("base.group_system")
        if not trusted or company not in user.company_ids:
            raise AccessError(
                self.env._("Only managers invite staff, each for their own companies.")
            )

    @api.model
    def _group_of_role(self, role):
        """:return: res.groups
        :raise UserError: for a role that nobody can be invited as"""
        known = self._crm_staff_roles().get(role)
        group = known and self.env.ref(known.group, False)
        implied = group and group.sudo().all_implied_ids
        if not group or any(self.env.ref(name) in implied for name in NEVER_GIVEN):
            raise UserError(self.env._("Nobody can be invited as this."))
        return group.sudo()

    @api.model
    def _invite(self, people, role, branches, company):
        """Make accounts and staff records. The one way in which somebody who is no
        administrator makes users: only with these roles, only for own companies.

        :param people: [(name, e-mail)], e-mails normalised
        :param str role: key of :meth:`_crm_staff_roles`
        :param branches: crm.branch of the company
        :return: the staff records, in the order of the people
        :raise AccessError, UserError: nothing is made then
        """
        self._check_may_invite(company)
        self._check_branches(branches, company)
        return self._admit(people, role, branches, company, "invited")

    @api.model
    def _check_branches(self, branches, company):
        if branches.sudo().company_id - company:
            raise UserError(
                self.env._("The branches belong to another company than the staff.")
            )

    @api.model
    def _admit(self, people, role, branches, company, kind):
        """Make the accounts; who may has been checked.

        :param str kind: of the row in the log
        :return: the staff records (superuser)"""
        group = self._group_of_role(role)
        label = self._crm_staff_roles()[role].label
        users = self.env["res.users"].sudo().with_context(no_reset_password=True)
        staff = self.sudo().browse()
        for name, email in people:
            if self._account_of(email):
                raise UserError(
                    self.env._("There is an account already: %(email)s", email=email)
                )
            user = users.with_company(company).create(
                {
                    "name": name,
                    "login": email,
                    "email": email,
                    "company_id": company.id,
                    "company_ids": [(6, 0, company.ids)],
                    "group_ids": [(6, 0, group.ids)],
                    "default_branch_id": branches.id if len(branches) == 1 else False,
                }
            )
            if self._is_above_roles(user):
                raise UserError(self.env._("Nobody can be invited as this."))
            staff += self.sudo().create(
                {
                    "name": name,
                    "user_id": user.id,
                    "company_id": company.id,
                    "branch_ids": [(6, 0, branches.ids)],
                }
            )
            staff[-1:]._log_event(kind, role=label)
        return staff

    @api.model
    def _account_of(self, email):
        """:return: the user with this e-mail, archived ones too (superuser)"""
        users = self.env["res.users"].sudo().with_context(active_test=False)
        return users.search(
            ["|", ("login", "=ilike", email), ("email_normalized", "=", email)], limit=1
        )

    def _send_invitations(self):
        """Send each the link to set the password, as Odoo does for new users.

        :return: the staff whose mail could not be sent"""
        failed = self.browse()
        for staff in self:
            user = staff.sudo().user_id.with_context(create_user=True)
            try:
                with self.env.cr.savepoint():
                    user._action_reset_password(signup_type="signup")
            except (UserError, MailDeliveryException, OSError):
                failed += staff
        return failed

    def _invitation_link(self):
        """:return: the link by which this person sets the password; it ends by its
        use, and after some days"""
        partner = self.sudo().user_id.partner_id
        if partner.signup_type != "signup":
            partner.signup_prepare(signup_type="signup")
        links = partner.with_context(create_user=True)._get_signup_url_for_action()
        return links[partner.id]

    def action_send_again(self):
        """Send the link to those who have not logged in yet."""
        for company in self.company_id:
            self._check_may_invite(company)
        waiting = self.filtered(lambda staff: staff.account_state == "invited")
        if self._filtered_above_roles():
            raise AccessError(self.env._("Ask an administrator."))
        if failed := waiting._send_invitations():
            raise UserError(
                self.env._(
                    "The mail could not be sent to %(names)s. Check the outgoing mail "
                    "server.",
                    names=", ".join(failed.mapped("name")),
                )
            )
        return self._notify(self.env._("Invitations sent: %(n)s", n=len(waiting)))

    def _filtered_above_roles(self):
        users = self.sudo().user_id
        return users.filtered(self._is_above_roles)

    # -- who leaves -----------------------------------------------------------------

    def action_end_access(self):
        """Who leaves: the account cannot be used from this moment on, on no device;
        the staff record is archived. Given back by :meth:`action_give_back`."""
        for staff in self:
            staff._check_may_end()
            user = staff.sudo().user_id
            staff.sudo().write({"active": False})
            if user.active:
                user.env["res.device"].search([("user_id", "=", user.id)])._revoke()
                user._crm_end_devices()
                user.action_archive()
        return self._notify(
            self.env._("Access ended: %(names)s", names=", ".join(self.mapped("name")))
        )

    def action_give_back(self):
        """Undo of :meth:`action_end_access`: same account, rights and password."""
        for staff in self:
            staff._check_may_end()
            user = staff.sudo().user_id
            if user and not user.active:
                staff._check_may_give_back(user)
                user.partner_id.filtered(lambda p: not p.active).action_unarchive()
                user.action_unarchive()
            staff.sudo().write({"active": True})
        return self._notify(
            self.env._("Access given: %(names)s", names=", ".join(self.mapped("name")))
        )

    def _check_may_end(self):
        """:raise AccessError, UserError: not a manager of the company; or an account
        that is more than a manager may give, or of another company too"""
        self._check_may_invite(self.company_id)
        user, me = self.sudo().user_id, self.env.user
        if user == me:
            raise UserError(self.env._("You cannot end your own access."))
        if me.has_group("base.group_system"):
            return
        if user and self._is_above_roles(user):
            raise AccessError(
                self.env._(
                    "%(name)s is a manager or administrator: ask an administrator.",
                    name=self.name,
                )
            )
        if user.company_ids - me.company_ids:
            raise AccessError(
                self.env._(
                    "%(name)s works for another company too: ask an administrator.",
                    name=self.name,
                )
            )

    def _check_may_give_back(self, user):
        """:raise AccessError: the account has rights that a manager could not give"""
        roles = self._crm_staff_roles().values()
        given = self.env["res.groups"].sudo()
        for role in roles:
            given |= self.env.ref(role.group).sudo().all_implied_ids
        extra = user.all_group_ids - given
        if extra and not self.env.user.has_group("base.group_system"):
            raise AccessError(
                self.env._(
                    "%(name)s has rights beyond these roles: ask an administrator.",
                    name=self.name,
                )
            )

    def _notify(self, message):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "message": message,
                "type": "success",
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }
