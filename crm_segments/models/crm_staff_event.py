from odoo import api, fields, models
from odoo.exceptions import UserError


class CrmStaffEvent(models.Model):
    """Who was invited, joined, changed branch or left, when, and by whom (M5).

    Rows are only ever added: by the staff list and the invitations themselves.
    """

    _name = "crm.staff.event"
    _description = "Joining and Leaving"
    _order = "date desc, id desc"
    _rec_name = "person"
    _log_access = False

    date = fields.Datetime("When", required=True, readonly=True)
    kind = fields.Selection(
        [
            ("invited", "Invited"),
            ("link_made", "Link made"),
            ("link_ended", "Link ended"),
            ("asked", "Asked to join"),
            ("joined", "Joined by a link"),
            ("added", "Added to the list"),
            ("branches", "Other branches"),
            ("ended", "Left"),
            ("back", "Back"),
        ],
        "What",
        required=True,
        readonly=True,
    )
    person = fields.Char(readonly=True)
    login = fields.Char(readonly=True)
    role = fields.Char(readonly=True)
    branches = fields.Char(readonly=True)
    detail = fields.Char(readonly=True)
    actor = fields.Char("By", readonly=True, help="The name at that time.")
    actor_id = fields.Many2one(
        "res.users", "By User", readonly=True, ondelete="set null"
    )
    staff_id = fields.Many2one(
        "crm.branch.staff",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True)

    _company_date_idx = models.Index("(company_id, date)")

    @api.model
    def _log(self, kind, company, **values):
        """Add one row.

        :param str kind: a key of ``kind``
        :param values: person, login, role, branches, detail, staff_id
        """
        user = self.env.user
        actor = self.env._("Visitor") if user._is_public() else user.sudo().name
        return self.sudo().create(
            {
                "date": fields.Datetime.now(),
                "kind": kind,
                "company_id": company.id,
                "actor": actor,
                "actor_id": user.id,
                **values,
            }
        )

    def write(self, vals):
        self.check_access("write")
        raise UserError(self.env._("The log of joining and leaving is not changed."))

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("The log of joining and leaving is not deleted."))
