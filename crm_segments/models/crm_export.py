import json
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from ..tools.domain_words import domain_words
from ..tools.local_date import local_today

KEPT_DAYS = 7
DRAFT_DAYS = 1
# For each user: files being made, files asked for within an hour.
MAX_OPEN = 3
MAX_PER_HOUR = 20
OPEN_STATES = ("waiting", "running")
# What the form may change, as long as nothing is made.
CHOICES = {"what", "file_format", "set_id", "column_ids"}


class CrmExport(models.Model):
    """One file that somebody takes out: which records, which columns, what became of
    it. `_cron_run` makes the file."""

    _name = "crm.export"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _description = "Export"
    _order = "id desc"

    name = fields.Char("File", readonly=True)
    res_model = fields.Char("Records", required=True, readonly=True)
    user_id = fields.Many2one(
        "res.users",
        "Asked By",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, ondelete="cascade"
    )
    company_ids = fields.Many2many(
        "res.company", string="Companies", readonly=True, ondelete="cascade"
    )
    what = fields.Selection(
        [
            ("ticked", "The ticked rows"),
            ("filtered", "Everything found by the search"),
            ("all", "Everything"),
        ],
        "Which",
        required=True,
        default="all",
    )
    ticked_domain = fields.Char(readonly=True)
    search_domain = fields.Char(readonly=True)
    filter_words = fields.Char("Search", readonly=True)
    row_count = fields.Integer(
        "Rows", compute="_compute_row_count", store=True, aggregator=None
    )
    file_format = fields.Selection(
        [("xlsx", "Excel (XLSX)"), ("csv", "CSV")],
        "Format",
        required=True,
        default="xlsx",
    )
    set_id = fields.Many2one(
        "crm.export.set",
        "Saved Columns",
        domain="[('res_model', '=', res_model)]",
        ondelete="set null",
    )
    column_ids = fields.One2many("crm.export.column", "export_id", "Columns")
    state = fields.Selection(
        [
            ("draft", "To start"),
            ("waiting", "Waiting"),
            ("running", "Being made"),
            ("done", "Ready"),
            ("cancelled", "Cancelled"),
            ("failed", "Failed"),
        ],
        default="draft",
        required=True,
        readonly=True,
        index=True,
    )
    attachment_id = fields.Many2one(
        "ir.attachment", "Made File", readonly=True, ondelete="set null"
    )
    file_size = fields.Integer(related="attachment_id.file_size")
    expires_on = fields.Date("Deleted On", readonly=True)
    date_done = fields.Datetime("Finished", readonly=True)
    error_message = fields.Char(readonly=True)

    @api.depends("what", "ticked_domain", "search_domain")
    def _compute_row_count(self):
        for export in self:
            if export.state in (False, "draft"):
                model = export._as_asker()
                export.row_count = model.search_count(export._domain())

    @api.onchange("set_id")
    def _onchange_set_id(self):
        if self.set_id:
            known = self._source()._crm_export_fields()
            names = [n for n in self.set_id.column_ids.mapped("name") if n in known]
            self.column_ids = self.set_id._commands(names)

    @api.depends("name", "create_date")
    def _compute_display_name(self):
        for export in self:
            export.display_name = export.name or self.env._("New export")

    def write(self, vals):
        """:raise AccessError: what the file was made of is fixed, and only the buttons
        steer the job"""
        if not self.env.su:
            fixed = any(export.state != "draft" for export in self)
            if vals.keys() - CHOICES or (fixed and vals):
                raise AccessError(
                    self.env._("Only the buttons of the export set this.")
                )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_with_file(self):
        if any(export.state in OPEN_STATES for export in self):
            raise UserError(self.env._("Cancel the export first."))
        self._delete_files()

    @api.model
    def _source_models(self):
        """:return: names of the models that can be exported"""
        names = self.env["crm.export.source"]._inherit_children
        return [name for name in names if not self.env[name]._abstract]

    @api.model
    def _new_from_list(self, model):
        """:param model: recordset with the context of a list
        :return: a new export of what was chosen there"""
        self._check_may_export()
        chosen = model._crm_export_domains()
        export = self.sudo().create(
            {
                "res_model": model._name,
                "user_id": self.env.uid,
                "company_id": self.env.company.id,
                "company_ids": self.env.companies.ids,
                "what": "ticked" if chosen["ticked"] is not None else "filtered",
                "ticked_domain": self._as_text(chosen["ticked"]),
                "search_domain": self._as_text(chosen["filtered"]),
                "column_ids": self.env["crm.export.set"]._commands(
                    model._crm_export_default()
                ),
            }
        )
        return export.sudo(False)

    @api.model
    def _as_text(self, domain):
        """:return: a domain as it is stored, False for None"""
        return domain is not None and json.dumps(list(domain), default=list)

    @api.model
    def _check_may_export(self):
        """:raise AccessError: Odoo's own switch for taking data out is off"""
        if not (self.env.su or self.env.user.has_group("base.group_allow_export")):
            raise AccessError(
                self.env._("You may not export. Ask your administrator for the right.")
            )

    def _source(self):
        """:return: empty recordset of what is exported, as the current user"""
        return self.env[self.res_model]

    def _as_asker(self):
        """:return: empty recordset of what is exported, with the rights, companies and
        language of who asked for it"""
        user = self.sudo().user_id
        companies = self.sudo().company_ids & user.company_ids
        company = self.sudo().company_id
        model = self.env[self.res_model].with_user(user)
        return model.with_context(
            allowed_company_ids=[company.id, *(companies - company).ids],
            lang=user.lang,
            tz=user.tz,
        )

    def _domain(self):
        """:return: Domain of the records, as the current choice says"""
        self.ensure_one()
        if self.what == "all":
            return self._source()._crm_export_everything()
        texts = {"ticked": self.ticked_domain, "filtered": self.search_domain}
        text = texts[self.what]
        return Domain(json.loads(text)) if text else Domain.FALSE

    def _column_labels(self):
        """:return: headers in the language of who asked, for the log"""
        known = self._as_asker()._crm_export_fields()
        names = self.sudo().column_ids.mapped("name")
        return ", ".join(known.get(name, name) for name in names)

    def _open(self):
        """:return: the page of this export"""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Export"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "views": [(False, "form")],
        }

    # -- buttons --------------------------------------------------------------------

    def action_new(self):
        """:return: the page of a new export of everything"""
        # what this list of exports is filtered by says nothing about customers
        model = self.env["res.partner"].with_context(
            active_domain=False, active_ids=False, crm_whole_result=False
        )
        export = self._new_from_list(model)
        export.what = "all"
        return export._open()

    def action_start(self):
        """Have the file made in the background."""
        self.ensure_one()
        self._check_own()
        self._check_may_export()
        if self.state not in ("draft", "failed", "cancelled"):
            raise UserError(self.env._("This file is being made or ready."))
        if not self.column_ids:
            raise UserError(self.env._("Choose at least one column."))
        if not self.row_count:
            raise UserError(self.env._("Nothing to export: tick or find some first."))
        self._check_readable()
        self._check_rate()
        domain = self._domain()
        words = self.env._("%(count)s ticked rows", count=self.row_count)
        if self.what != "ticked":
            words = domain_words(self._source(), domain)
        self.sudo().write(
            {
                "state": "waiting",
                "filter_words": words[:2000],
                "name": self._file_name(),
                "error_message": False,
                **self._fresh_start(),
            }
        )
        self.env["crm.export.log"]._note(self, "asked")
        self.env.ref("crm_segments.crm_export_cron").sudo()._trigger()
        return True

    def action_cancel(self):
        """Stop making the file; nothing of it stays."""
        self.ensure_one()
        if self.state in OPEN_STATES:
            self.sudo().state = "cancelled"
            self.env["crm.export.log"]._note(self, "cancelled")
        return True

    def action_again(self):
        """:return: the page of a new export with the same choices"""
        self.ensure_one()
        self._check_own()
        self._check_may_export()
        commands = self.env["crm.export.set"]._commands(self.column_ids.mapped("name"))
        values = {"state": "draft", "column_ids": commands, "name": False}
        for name in ("attachment_id", "expires_on", "date_done", "error_message"):
            values[name] = False
        values["company_ids"] = (self.company_ids & self.env.user.company_ids).ids
        return self.sudo().copy({**values, **self._fresh_start()}).sudo(False)._open()

    def action_download(self):
        """:return: the download of the file"""
        self.ensure_one()
        return self._download("file")

    def action_sample(self):
        """:return: the download of a file with these columns and three examples"""
        self.ensure_one()
        return self._download("sample")

    def _download(self, what):
        url = f"/crm/export/{self.id}/{what}"
        return {"type": "ir.actions.act_url", "url": url, "target": "download"}

    def action_save_set(self):
        """:return: a dialog that saves these columns under a name"""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Save Columns"),
            "res_model": "crm.export.set",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_res_model": self.res_model,
                "default_column_ids": self.env["crm.export.set"]._commands(
                    self.column_ids.mapped("name")
                )[1:],
            },
        }

    def _check_own(self):
        """:raise AccessError: a manager looks, but does not export in another's name"""
        if self.user_id != self.env.user:
            raise AccessError(self.env._("Make an export of your own."))

    def _check_readable(self):
        """:raise AccessError: a column is not for this user"""
        known = self._as_asker()._crm_export_fields()
        unknown = set(self.column_ids.mapped("name")) - set(known)
        if unknown:
            raise AccessError(
                self.env._(
                    "You may not read these columns: %(names)s.",
                    names=", ".join(sorted(unknown)),
                )
            )

    def _check_rate(self):
        """:raise UserError: this user has too many of them"""
        mine = Domain("user_id", "=", self.env.uid)
        waiting = self.sudo().search_count(mine & Domain("state", "in", OPEN_STATES))
        if waiting >= MAX_OPEN:
            raise UserError(
                self.env._(
                    "%(count)s files of yours are being made. Wait for them, or cancel "
                    "one.",
                    count=waiting,
                )
            )
        since = fields.Datetime.now() - timedelta(hours=1)
        recent = mine & Domain("event", "=", "asked") & Domain("date", ">", since)
        log = self.env["crm.export.log"].sudo()
        if log.search_count(recent) >= MAX_PER_HOUR:
            raise UserError(
                self.env._(
                    "You exported %(count)s times within an hour. Try again later.",
                    count=MAX_PER_HOUR,
                )
            )

    def _file_name(self):
        """:return: like customers-20261122-15.xlsx"""
        title = self._source()._crm_export_title()
        return f"{title}-{local_today(self.env):%Y%m%d}-{self.id}.{self.file_format}"

    # -- files ----------------------------------------------------------------------

    def _note_download(self):
        """Log that somebody takes the file; nobody needs to be reminded of it then."""
        self.env["crm.export.log"]._note(self, "downloaded")
        if self.env.user == self.sudo().user_id:
            self.sudo().activity_unlink(["mail.mail_activity_data_todo"])

    def _delete_files(self):
        made = self.sudo().filtered("attachment_id")
        for export in made:
            export.env["crm.export.log"]._note(export, "deleted")
        made.attachment_id.unlink()

    @api.model
    def _forget_people(self):
        """Somebody's data was erased: no file may keep it. Ready files go, those being
        made begin again."""
        self.search([("attachment_id", "!=", False)]).unlink()
        running = self.search([("state", "=", "running")])
        running.write({"state": "waiting", **self._fresh_start()})

    @api.autovacuum
    def _gc_exports(self):
        """Delete the files after a week, drafts after a day."""
        now = fields.Datetime.now()
        old = Domain("create_date", "<", now - timedelta(days=KEPT_DAYS))
        old &= Domain("state", "not in", OPEN_STATES)
        old |= Domain("date_done", "<", now - timedelta(days=KEPT_DAYS))
        old |= Domain("state", "=", "draft") & Domain(
            "create_date", "<", now - timedelta(days=DRAFT_DAYS)
        )
        self.search(old).unlink()
        self._sweep_folders()
