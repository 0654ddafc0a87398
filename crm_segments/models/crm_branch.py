from odoo import api, fields, models


class CrmBranch(models.Model):
    """A place where the shop meets its customers."""

    _name = "crm.branch"
    _description = "Branch"
    _inherit = ["format.address.mixin"]
    _order = "sequence, name, id"
    _rec_names_search = ["name", "code"]
    _check_company_auto = True

    @api.model
    def _default_country_id(self):
        return self.env.company.country_id or self.env.ref("base.th", False)

    name = fields.Char(required=True, translate=True)
    code = fields.Char(
        copy=False, help="A short code, e.g. HQ or 00001. Unique within the company."
    )
    sequence = fields.Integer(default=10)
    area = fields.Char(
        index="btree_not_null",
        help="The part of town or country this branch serves. Customers are grouped "
        "by the area of the branches where they buy.",
    )
    street = fields.Char()
    street2 = fields.Char()
    city = fields.Char()
    state_id = fields.Many2one(
        "res.country.state",
        string="Province",
        ondelete="restrict",
        domain="[('country_id', '=?', country_id)]",
    )
    zip = fields.Char()
    country_id = fields.Many2one(
        "res.country",
        ondelete="restrict",
        default=lambda self: self._default_country_id(),
    )
    phone = fields.Char()
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    active = fields.Boolean(default=True)

    _code_unique = models.UniqueIndex(
        "(company_id, code) WHERE code IS NOT NULL",
        "Another branch of this company has this code already.",
    )

    @api.onchange("country_id")
    def _onchange_country_id(self):
        if self.country_id and self.country_id != self.state_id.country_id:
            self.state_id = False

    @api.onchange("state_id")
    def _onchange_state_id(self):
        if self.state_id:
            self.country_id = self.state_id.country_id

    @api.model
    def _default_of(self, company):
        """:return: the branch where the user works for ``company``: the one set on
        the user, else the only one of the staff list, else the only one of the
        company, else none"""
        branch = self.env.user.sudo().default_branch_id
        if branch.active and branch.company_id == company:
            return branch.sudo(False)
        staff = self.env["crm.branch.staff"]._of_user(company=company)
        branches = staff.branch_ids.filtered("active")
        if len(branches) == 1:
            return branches.sudo(False)
        branches = self.search([("company_id", "=", company.id)], limit=2)
        return branches if len(branches) == 1 else self.browse()
