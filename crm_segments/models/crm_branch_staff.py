from odoo import api, fields, models


class CrmBranchStaff(models.Model):
    """Somebody who serves customers at branches, with or without a user.

    The record, not the request, says at which branches a user of the counter page may
    work. Whoever leaves is archived: who joined, changed branch or left, and when,
    stays in the messages of the record.
    """

    _name = "crm.branch.staff"
    _description = "Branch Staff"
    _inherit = ["mail.thread"]
    _order = "name, id"
    _check_company_auto = True

    name = fields.Char(
        compute="_compute_name",
        store=True,
        precompute=True,
        readonly=False,
        required=True,
        tracking=True,
    )
    user_id = fields.Many2one(
        "res.users",
        index="btree_not_null",
        ondelete="restrict",
        tracking=True,
        domain="[('company_ids', 'in', company_id), ('active', '=', True)]",
        help="An account of the office, or a portal user for the counter page. Empty "
        "for people who serve customers and do not log in.",
    )
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    branch_ids = fields.Many2many(
        "crm.branch",
        "crm_branch_staff_rel",
        "staff_id",
        "branch_id",
        "Branches",
        check_company=True,
        tracking=True,
        domain="[('company_id', '=', company_id)]",
        help="Where this person works.",
    )
    role = fields.Char(
        tracking=True, translate=False, help="What to call the work, e.g. Therapist."
    )
    color = fields.Integer(default=lambda self: self._default_color())
    active = fields.Boolean(default=True, tracking=True)

    _user_uniq = models.UniqueIndex(
        "(company_id, user_id) WHERE user_id IS NOT NULL",
        "This user is on the staff list already, perhaps archived.",
    )

    @api.model
    def _default_color(self):
        """:return: one of the calendar's colours, each in its turn"""
        return self.with_context(active_test=False).search_count([]) % 11 + 1

    @api.depends("user_id")
    def _compute_name(self):
        for staff in self:
            staff.name = staff.name or staff.user_id.name

    @api.model
    def _of_user(self, user=None, company=None):
        """The staff record by which pages outside the office check what a user may do.

        :param user: res.users, default the current one
        :param company: default the current one
        :return: the record (superuser), empty for whoever does not work there
        """
        return self.sudo().search(
            [
                ("user_id", "=", (user or self.env.user).id),
                ("company_id", "=", (company or self.env.company).id),
            ],
            limit=1,
        )

    def _works_at(self, branch):
        """:return: whether this person, still active, works at the branch"""
        return bool(self) and self.active and branch in self.branch_ids
