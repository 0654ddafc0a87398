import secrets

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

# What decides who gets what: a change makes what is prepared stale.
CONTENT = {
    *("recipient_choice", "include_segment_ids", "exclude_segment_ids"),
    *("customer_domain", "holdout_percent", "body_plaintext", "variant_ids"),
    *("coupon_program_ref", "mailing_type", "company_id", "link_url"),
    "sms_sender_id",
}
# Set by the server alone.
STEERING = {
    *("prepare_state", "prepared_at", "prepare_done", "prepare_total"),
    *("prepare_error", "sms_messages", "sms_parts", "text_findings", "salt"),
    *("prepare_user_id", "campaign_cancelled"),
}
# Changed by buttons alone, which look at what is prepared and who asks.
BUTTONS = {"state", "paused"}


class MailingMailing(models.Model):
    """A campaign: a mailing whose recipients are customers, chosen by segments or from
    the list of customers, and noted one by one (``mailing.assignment``) before
    anything is sent.

    A mailing without a choice of recipients is one of Odoo's own and works as such.
    """

    _inherit = "mailing.mailing"

    company_id = fields.Many2one(
        "res.company", index="btree_not_null", ondelete="cascade", copy=True
    )
    recipient_choice = fields.Selection(
        [("segments", "Segments"), ("customers", "Customers chosen in the list")],
        "Who Gets It",
        help="Empty: a mailing of Odoo's own, to mailing lists or records.",
    )
    include_segment_ids = fields.Many2many(
        "crm.segment",
        "mailing_mailing_include_rel",
        "mailing_id",
        "segment_id",
        "Members Of",
        copy=False,
    )
    exclude_segment_ids = fields.Many2many(
        "crm.segment",
        "mailing_mailing_exclude_rel",
        "mailing_id",
        "segment_id",
        "But Not Members Of",
        copy=False,
    )
    customer_domain = fields.Json("Chosen Customers")
    holdout_percent = fields.Float(
        "Hold-out (%)",
        digits=(6, 2),
        help="So many of the chosen customers get nothing, drawn at random. What they "
        "buy meanwhile shows what the campaign is worth.",
    )
    salt = fields.Char(readonly=True, copy=False)
    variant_ids = fields.One2many("mailing.variant", "mailing_id", "Texts", copy=True)
    hours_from = fields.Float(
        "Not Before", default=lambda self: self.env.company.sms_hours_from
    )
    hours_until = fields.Float(
        "Not After", default=lambda self: self.env.company.sms_hours_until
    )
    rate_per_minute = fields.Integer(
        "Messages per Minute",
        help="So that the shop is not run over by all of them at once. 0: no limit.",
    )
    paused = fields.Boolean(readonly=True, copy=False)
    campaign_cancelled = fields.Boolean("Cancelled", readonly=True, copy=False)
    coupon_program_ref = fields.Reference(
        "_selection_coupon_program",
        "Coupon Programme",
        help="Everybody gets a code of his own in place of {coupon}.",
    )

    assignment_ids = fields.One2many("mailing.assignment", "mailing_id", "Recipients")
    prepare_state = fields.Selection(
        [
            ("none", "Not yet"),
            ("preparing", "Being prepared"),
            ("ready", "Ready"),
            ("stale", "Changed since"),
            ("failed", "Failed"),
        ],
        "Prepared",
        readonly=True,
        copy=False,
        default="none",
    )
    prepared_at = fields.Datetime("Prepared On", readonly=True, copy=False)
    prepare_user_id = fields.Many2one("res.users", readonly=True, copy=False)
    prepare_done = fields.Integer(readonly=True, copy=False)
    prepare_total = fields.Integer(readonly=True, copy=False)
    prepare_error = fields.Text("What Is Wrong", readonly=True, copy=False)
    sms_messages = fields.Integer("SMS Messages", readonly=True, copy=False)
    sms_parts = fields.Integer("SMS Credits", readonly=True, copy=False)
    text_findings = fields.Json(readonly=True, copy=False)

    _holdout_check = models.Constraint(
        "CHECK (holdout_percent >= 0 AND holdout_percent <= 90)",
        "At most 90 percent can be held out.",
    )
    _rate_check = models.Constraint(
        "CHECK (rate_per_minute >= 0)", "The number of messages cannot be negative."
    )
    _hours_check = models.Constraint(
        "CHECK (hours_from BETWEEN 0 AND 24 AND hours_until BETWEEN 0 AND 24)",
        "Hours are between 0 and 24.",
    )

    @api.model
    def _selection_coupon_program(self):
        """:return: the models that issue codes, as far as they are installed"""
        return [
            (name, self.env["ir.model"]._get(name).name)
            for name in ("loyalty.program",)
            if name in self.env
        ]

    @api.model
    def default_get(self, fields):
        values = super().default_get(fields)
        if self.env.context.get("default_recipient_choice"):
            if "mailing_model_id" in fields:
                partners = self.env["ir.model"]._get_id("res.partner")
                values["mailing_model_id"] = partners
            if "company_id" in fields:
                values.setdefault("company_id", self.env.company.id)
        return values

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_steering(vals)
            choice = vals.get("recipient_choice") or self.env.context.get(
                "default_recipient_choice"
            )
            if choice:
                if not self.env.su:
                    for name in BUTTONS & vals.keys():
                        del vals[name]
                self._set_campaign_values(vals)
        return super().create(vals_list)

    def copy_data(self, default=None):
        """Odoo's own mailings have no segments, and their users may not read any."""
        vals_list = super().copy_data(default)
        for mailing, vals in zip(self, vals_list, strict=True):
            if mailing.recipient_choice:
                for name in ("include_segment_ids", "exclude_segment_ids"):
                    vals.setdefault(name, [(6, 0, mailing[name].ids)])
        return vals_list

    @api.model
    def _set_campaign_values(self, vals):
        """What every campaign has."""
        if not vals.get("company_id"):
            vals["company_id"] = self.env.company.id
        vals["mailing_model_id"] = self.env["ir.model"]._get_id("res.partner")
        vals["salt"] = secrets.token_hex(8)
        vals.setdefault("keep_archives", True)
        # Odoo's default reads the servers, which officers may not
        server_id = self.sudo()._get_default_mail_server_id()
        vals.setdefault("mail_server_id", server_id)

    def write(self, vals):
        self._check_steering(vals)
        if BUTTONS & vals.keys() and not self.env.su and self._is_campaign():
            raise UserError(self.env._("Use the buttons of the campaign."))
        if CONTENT & vals.keys():
            self._check_not_sent()
        if vals.get("recipient_choice"):
            for mailing in self.filtered(lambda m: not m.salt):
                values = {}
                self._set_campaign_values(values)
                super(MailingMailing, mailing).write(values)
        result = super().write(vals)
        if CONTENT & vals.keys():
            self._recipients_changed()
        return result

    @api.model
    def _check_steering(self, vals):
        """:raise UserError: a client sets what only the server sets"""
        if STEERING & vals.keys() and not self.env.su:
            raise UserError(self.env._("This is counted by the system alone."))

    def _is_campaign(self):
        """:return: those of these mailings that this module prepares"""
        return self.filtered("recipient_choice")

    def _check_not_sent(self):
        """:raise UserError: what is being sent stays as it is"""
        if self._is_campaign().filtered(lambda m: m.state != "draft"):
            raise UserError(
                self.env._(
                    "This campaign is on its way. Cancel it first, or duplicate it."
                )
            )

    def _recipients_changed(self):
        """What is prepared is not what would be sent."""
        self._check_not_sent()
        prepared = self.sudo().filtered(lambda m: m.prepare_state != "none")
        prepared.write({"prepare_state": "stale"})

    @api.constrains("include_segment_ids", "exclude_segment_ids", "company_id")
    def _check_segments_company(self):
        for mailing in self._is_campaign():
            segments = mailing.include_segment_ids | mailing.exclude_segment_ids
            if segments.company_id - mailing.company_id:
                raise ValidationError(
                    self.env._("Segments of another company cannot be used here.")
                )

    @api.constrains("variant_ids")
    def _check_shares(self):
        for mailing in self.filtered("variant_ids"):
            if abs(sum(mailing.variant_ids.mapped("share")) - 100) > 0.001:
                raise ValidationError(
                    self.env._("The shares of the texts must make 100 percent.")
                )
