from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from ..tools.local_date import local_today

MANAGER = "crm_segments.crm_segments_group_manager"
# Consents that a person takes back without leaving.
MARKETING = ("marketing_sms", "marketing_line", "marketing_email")


class CrmPrivacyRequest(models.Model):
    """What a person asked for under the privacy law, until when it is due, and what
    was done (B11). It is kept after an erasure, under the pseudonym."""

    _name = "crm.privacy.request"
    _description = "Privacy Request"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "closed_on desc nulls first, due_on, id"
    _mail_post_access = "read"

    kind = fields.Selection(
        [
            ("access", "Copy of the data"),
            ("erase", "Erase the data"),
            ("correct", "Correct the data"),
            ("withdraw", "Withdraw consent"),
        ],
        "What Is Asked",
        required=True,
        default="access",
        tracking=True,
    )
    partner_id = fields.Many2one(
        "res.partner",
        "Person",
        index="btree_not_null",
        ondelete="set null",
        context={"active_test": False},
        help="Found by phone number in any form, member number, name or e-mail.",
    )
    requester = fields.Char(
        "Who Asks",
        help="When somebody else asks for the person, or the person is not found yet.",
    )
    pseudonym = fields.Char(readonly=True, copy=False)
    channel = fields.Selection(
        [
            ("counter", "At the counter"),
            ("phone", "By phone"),
            ("email", "By e-mail"),
            ("chat", "In a chat"),
            ("letter", "By letter"),
            ("member_page", "On the member page"),
        ],
        "How",
        required=True,
        default="counter",
    )
    received_on = fields.Date(
        required=True, default=lambda self: local_today(self.env), tracking=True
    )
    due_on = fields.Date(
        "Due",
        compute="_compute_due_on",
        store=True,
        precompute=True,
        readonly=False,
        required=True,
        tracking=True,
    )
    state = fields.Selection(
        [("open", "Open"), ("done", "Done"), ("refused", "Refused")],
        default="open",
        required=True,
        readonly=True,
        copy=False,
        tracking=True,
    )
    is_overdue = fields.Boolean(
        compute="_compute_is_overdue", search="_search_is_overdue"
    )
    situation = fields.Selection(
        [
            ("open", "Open"),
            ("overdue", "Overdue"),
            ("done", "Done"),
            ("refused", "Refused"),
        ],
        compute="_compute_is_overdue",
    )
    closed_on = fields.Date(readonly=True, copy=False)
    closed_by_id = fields.Many2one("res.users", "Handled By", readonly=True)
    exported_on = fields.Datetime("Copy Made", readonly=True, copy=False)
    user_id = fields.Many2one(
        "res.users",
        "Responsible",
        default=lambda self: self._default_user_id(),
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
        tracking=True,
    )
    note = fields.Text(help="Deleted when the person's data is erased.")
    refusal = fields.Char("Why Refused", help="Nothing personal: it is kept.")
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )

    @api.model
    def _default_user_id(self):
        return self.env.company.sudo().privacy_user_id or self.env.user

    @api.depends("received_on", "company_id")
    def _compute_due_on(self):
        for request in self:
            days = timedelta(days=request.company_id.sudo().privacy_days or 30)
            request.due_on = request.received_on and request.received_on + days

    @api.depends("state", "due_on")
    def _compute_is_overdue(self):
        today = local_today(self.env)
        for request in self:
            late = request.due_on and request.due_on < today
            request.is_overdue = request.state == "open" and late
            request.situation = "overdue" if request.is_overdue else request.state

    @api.model
    def _search_is_overdue(self, operator, value):
        if operator != "in":
            return NotImplemented
        late = Domain("state", "=", "open") & Domain(
            "due_on", "<", local_today(self.env)
        )
        return late if True in value else ~late

    @api.depends("kind", "partner_id", "pseudonym", "requester")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for request in self:
            who = request.pseudonym or request.partner_id.name or request.requester
            request.display_name = " · ".join(filter(None, [kinds[request.kind], who]))

    @api.model_create_multi
    def create(self, vals_list):
        made = super().create(vals_list)
        made._plan_reminder()
        return made

    def write(self, vals):
        result = super().write(vals)
        if {"due_on", "received_on", "user_id"} & vals.keys():
            self._plan_reminder()
        return result

    def _plan_reminder(self):
        """Plan an activity for the responsible, some days before each is due."""
        todo = "mail.mail_activity_data_todo"
        for request in self.sudo().filtered(lambda r: r.state == "open"):
            days = timedelta(days=request.company_id.privacy_remind_days)
            request.activity_unlink([todo])
            request.activity_schedule(
                todo,
                max(request.due_on - days, request.received_on),
                self.env._("Due on %(day)s", day=request.due_on),
                user_id=(request.user_id or self.env.user).id,
            )

    # -- doing it -------------------------------------------------------------------

    def _check_may_handle(self):
        """:raise AccessError, UserError: only managers handle requests, and only
        those that are open and name a person"""
        self.ensure_one()
        if not (self.env.su or self.env.user.has_group(MANAGER)):
            raise AccessError(self.env._("Only managers handle privacy requests."))
        self.check_access("write")
        if self.state != "open":
            raise UserError(self.env._("This request is closed."))
        if not self.partner_id:
            raise UserError(self.env._("Choose the person first."))

    def action_export(self):
        """:return: the download of everything about the person; no copy is kept"""
        self._check_may_handle()
        return {
            "type": "ir.actions.act_url",
            "url": f"/crm/privacy/{self.id}/export",
            "target": "self",
        }

    def _export(self):
        """:return: (file name, bytes), the making noted"""
        self._check_may_handle()
        companies = self.env.user.company_ids
        found = self.partner_id._crm_export_zip(companies=companies)
        self.exported_on = fields.Datetime.now()
        self.message_post(body=self.env._("A copy of the data was made."))
        return found

    def action_preview_erase(self):
        """:return: the preview, where the erasure is confirmed"""
        self._check_may_handle()
        wizard = self.env["crm.privacy.erase"].create({"request_id": self.id})
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Erase the Data"),
            "res_model": wizard._name,
            "res_id": wizard.id,
            "view_mode": "form",
            "target": "new",
        }

    def _erase(self):
        """Erase the person's data and close the request under the pseudonym."""
        self._check_may_handle()
        self._check_erase_companies()
        partner = self.partner_id
        pseudonym = partner._crm_erase(f"privacy request {self.id}")
        self._close("done", pseudonym=pseudonym)
        self.message_post(
            body=self.env._("The data was erased; %(name)s stays.", name=pseudonym)
        )

    def _check_erase_companies(self):
        """:raise AccessError: the person is a customer of a company that the user has
        nothing to do with"""
        allowed = self.env.user.company_ids
        for section in self.partner_id._crm_all_personal_data():
            if "company_id" in section.records._fields:
                if section.records.company_id - allowed.sudo():
                    raise AccessError(
                        self.env._(
                            "This person is a customer of another company too: ask "
                            "an administrator."
                        )
                    )

    def action_withdraw(self):
        """Take back all consents to marketing, in the company of the request."""
        self._check_may_handle()
        partner = self.partner_id.with_company(self.company_id)
        for purpose in MARKETING:
            partner._crm_record_consent(purpose, given=False, source="privacy desk")
        self.message_post(body=self.env._("Consents to marketing were withdrawn."))
        self._close("done")

    def action_open_person(self):
        """:return: the customer's page, to correct what is wrong"""
        self._check_may_handle()
        return self.partner_id.get_formview_action()

    def action_done(self):
        self._check_may_handle()
        if self.kind == "erase" and not self.partner_id.crm_erased_at:
            raise UserError(
                self.env._("Erase the data first, or refuse with a reason.")
            )
        self._close("done")

    def action_refuse(self):
        if not self.partner_id:
            self.check_access("write")
        else:
            self._check_may_handle()
        if not self.refusal:
            raise UserError(self.env._("Say why the request is refused."))
        self._close("refused")

    def action_reopen(self):
        """Undo of closing; what was erased stays erased."""
        self.check_access("write")
        if self.pseudonym:
            raise UserError(self.env._("The data is erased: nothing is left to do."))
        self.write({"state": "open", "closed_on": False, "closed_by_id": False})
        self._plan_reminder()

    def _close(self, state, **values):
        self.sudo().activity_unlink(["mail.mail_activity_data_todo"])
        self.write(
            {
                "state": state,
                "closed_on": local_today(self.env),
                "closed_by_id": self.env.user.id,
                **values,
            }
        )
