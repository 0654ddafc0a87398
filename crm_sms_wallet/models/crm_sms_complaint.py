from odoo import api, fields, models

from odoo.addons.crm_segments.tools.local_date import local_today


class CrmSmsComplaint(models.Model):
    """Somebody complained about a message: who, about what, and what was done."""

    _name = "crm.sms.complaint"
    _description = "Complaint about Messages"
    _inherit = ["mail.thread"]
    _order = "date desc, id desc"
    _rec_name = "number"

    number = fields.Char(
        "Phone", help="Of who complains. Emptied when the person is erased."
    )
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        ondelete="cascade",
        default=lambda self: self.env.company,
    )
    partner_id = fields.Many2one(
        "res.partner", "Customer", index="btree_not_null", ondelete="set null"
    )
    date = fields.Date(
        "Received", required=True, default=lambda self: local_today(self.env)
    )
    channel = fields.Selection(
        [
            ("customer", "The customer"),
            ("operator", "An operator"),
            ("authority", "An authority"),
        ],
        "From",
        required=True,
        default="customer",
    )
    what = fields.Text("What Is Said", required=True)
    state = fields.Selection(
        [("open", "Open"), ("done", "Handled")],
        required=True,
        default="open",
        tracking=True,
    )
    handled_by_id = fields.Many2one("res.users", readonly=True, tracking=True)
    handled_on = fields.Date(readonly=True)
    outcome = fields.Text(tracking=True)
    is_stopped = fields.Boolean("Gets No Advertising", compute="_compute_is_stopped")

    @api.depends("number", "company_id")
    def _compute_is_stopped(self):
        stops = self.env["crm.sms.stop"].sudo()
        for complaint in self:
            complaint.is_stopped = bool(
                complaint.number
                and stops._stopped_among(complaint.company_id, [complaint.number])
            )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._set_number(vals, vals.get("company_id"))
        return super().create(vals_list)

    def write(self, vals):
        if vals.get("number"):
            self._set_number(vals, self[:1].company_id.id)
        return super().write(vals)

    @api.model
    def _set_number(self, vals, company_id):
        """The number in international form, and whose it is if that is not said."""
        if not vals.get("number"):
            return
        company = self.env["res.company"].browse(company_id or self.env.company.id)
        vals["number"] = self.env["crm.sms.stop"]._international(
            vals["number"], company
        )
        if "partner_id" not in vals:
            owner = self.env["res.partner"].search(
                [
                    ("phone_sanitized", "=", vals["number"]),
                    ("company_id", "in", [False, company.id]),
                ],
                limit=2,
            )
            # two people with one number: whose complaint it is, is for people to say
            vals["partner_id"] = len(owner) == 1 and owner.id

    def action_stop(self):
        """No more advertising for this number, from now on."""
        self.ensure_one()
        self.check_access("write")
        stops = self.env["crm.sms.stop"]
        stops.check_access("create")
        reason = self.env._("Complaint of %(day)s", day=self.date)
        stops.sudo()._stop(self.company_id, [self.number], "manual", reason)
        self.invalidate_recordset(["is_stopped"])

    def action_done(self):
        self.check_access("write")
        self.write(
            {
                "state": "done",
                "handled_by_id": self.env.uid,
                "handled_on": local_today(self.env),
            }
        )

    def action_reopen(self):
        self.check_access("write")
        self.write({"state": "open", "handled_by_id": False, "handled_on": False})

    def action_open_messages(self):
        """:return: what the company sent to this number, and what the customer had
        agreed to at that time"""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Sent to %(number)s", number=self.number),
            "res_model": "sms.delivery",
            "view_mode": "list",
            "views": [
                (self.env.ref("crm_sms_wallet.sms_delivery_view_list_law").id, "list")
            ],
            "domain": [
                ("number", "=", self.number),
                ("company_id", "=", self.company_id.id),
            ],
        }
