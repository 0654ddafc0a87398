from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from ..tools import sms_links, sms_parts
from ..tools.automation_texts import READY

VIEWER = "crm_segments.crm_segments_group_viewer"
# What decides when something is said: a change begins anew.
WHEN = {"moment", "delay", "delay_unit", "company_id"}
# Known to the server alone.
STEERING = {"on_since", "last_error"}


class CrmAutomation(models.Model):
    """A text for a moment in a customer's life, and a switch.

    Off until somebody switches it on; from then on each customer gets it once per
    event: never for what was before, never twice.
    """

    _name = "crm.automation"
    _description = "Automatic Message"
    _order = "sequence, id"

    name = fields.Char(required=True)
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        ondelete="cascade",
        default=lambda self: self.env.company,
    )
    active = fields.Boolean(default=True)
    is_on = fields.Boolean("On", copy=False)
    on_since = fields.Datetime("Switched On", readonly=True, copy=False)
    moment = fields.Selection("_selection_moment", "When", required=True)
    delay = fields.Integer(
        help="Sent so much later; negative: before, for what is known in advance, as "
        "birthdays and the end of points.",
    )
    delay_unit = fields.Selection(
        [("hours", "hours"), ("days", "days")],
        "Delay In",
        required=True,
        default="days",
    )
    channel = fields.Selection(
        [("sms", "SMS"), ("email", "E-mail")], "By", required=True, default="sms"
    )
    purpose = fields.Selection(
        [("service", "Service"), ("marketing", "Advertising")],
        required=True,
        default="marketing",
        help="Advertising goes only to those who agreed to it. Service messages tell "
        "customers about what is theirs; those who refused them get none.",
    )
    sender_id = fields.Many2one(
        "crm.sms.sender",
        domain="[('company_id', '=', company_id)]",
        ondelete="restrict",
        help="Empty: the name that the gateway has.",
    )
    subject = fields.Char(help="Of e-mails. Empty: the name of the shop.")
    text = fields.Text(
        required=True,
        help="Placeholders as {call_name} are filled in for each customer; {optout} "
        "becomes the address where one tap ends the advertising.",
    )
    text_en = fields.Text(
        "Text in English", help="For customers whose language is English."
    )
    hours_from = fields.Float(
        "Not Before", default=lambda self: self.env.company.sms_hours_from
    )
    hours_until = fields.Float(
        "Not After", default=lambda self: self.env.company.sms_hours_until
    )
    last_error = fields.Char(readonly=True, copy=False)

    event_ids = fields.One2many("crm.automation.event", "automation_id", "Events")
    count_waiting = fields.Integer("Waiting", compute="_compute_counts")
    count_sent = fields.Integer("Sent", compute="_compute_counts")
    count_skipped = fields.Integer("Not Sent", compute="_compute_counts")
    preview = fields.Text(compute="_compute_preview")
    preview_cost = fields.Char("Length", compute="_compute_preview")
    findings = fields.Text("To Note", compute="_compute_findings")

    _hours_check = models.Constraint(
        "CHECK (hours_from BETWEEN 0 AND 24 AND hours_until BETWEEN 0 AND 24)",
        "Hours are between 0 and 24.",
    )
    _delay_range = models.Constraint(
        "CHECK (delay BETWEEN -366 AND 366)", "A delay is at most 366."
    )

    @api.model
    def _selection_moment(self):
        moments = self.env["crm.moment"]._moments()
        return [(key, moment.label) for key, moment in moments.items()]

    # -- what is shown -----------------------------------------------------------------

    def _compute_counts(self):
        groups = self.env["crm.automation.event"]._read_group(
            [("automation_id", "in", self.ids)],
            ["automation_id", "state"],
            ["__count"],
        )
        counts = {(automation.id, state): n for automation, state, n in groups}
        for automation in self:
            for state in ("waiting", "sent", "skipped"):
                automation[f"count_{state}"] = counts.get((automation.id, state), 0)

    @api.depends("text", "text_en", "channel", "moment")
    def _compute_preview(self):
        for automation in self:
            sample = automation._sample_customer()
            try:
                texts = automation._rendered(sample, {}) if sample else {}
            except UserError as error:
                automation.preview, automation.preview_cost = str(error), False
                continue
            text = texts.get(sample.id) or automation.text or ""
            text = text.replace(sms_links.MARK, "x" * sms_links.TOKEN_LENGTH)
            parts = sms_parts.count(text)
            automation.preview = text
            automation.preview_cost = automation.channel == "sms" and self.env._(
                "%(units)s characters, %(parts)s credits",
                units=parts.units,
                parts=parts.parts,
            )

    def _sample_customer(self):
        """:return: some customer, to show what a text looks like; none in a new shop"""
        domain = [
            ("member_number", "!=", False),
            ("company_id", "in", [False, self.company_id.id]),
        ]
        return self.env["res.partner"].search(domain, order="id desc", limit=1)

    @api.depends("text", "text_en", "channel", "purpose", "sender_id", "company_id")
    def _compute_findings(self):
        for automation in self:
            found = automation._findings() if automation.text else []
            automation.findings = "\n".join(text for _level, text in found) or False

    def _findings(self):
        """:return: list of (level, text): what is wrong with the texts; ``block``: it
        cannot be switched on so"""
        self.ensure_one()
        found = {}
        for text in filter(None, (self.text, self.text_en)):
            try:
                self._check_placeholders(text)
            except UserError as error:
                found[str(error)] = "block"
        if self.channel == "sms":
            purpose = self._consent_purpose()
            for text in filter(None, (self.text, self.text_en)):
                company = self.company_id
                for level, said in company._sms_text_warnings(
                    text, self.sender_id, purpose
                ):
                    found[said] = level
        elif self._lacks_opt_out():
            found[self.env._("Put {optout} into the text of advertising.")] = "block"
        return [(level, text) for text, level in found.items()]

    def _lacks_opt_out(self):
        """:return: whether it is advertising that nobody could end"""
        own = self.channel == "email" and self.purpose == "marketing"
        return own and "{optout}" not in (self.text or "")

    def _check_placeholders(self, text):
        self.env["res.partner"]._crm_check_placeholders(text.replace("{optout}", ""))

    # -- switching ---------------------------------------------------------------------

    @api.constrains("delay", "moment")
    def _check_delay(self):
        moments = self.env["crm.moment"]._moments()
        for automation in self.filtered(lambda a: a.delay < 0):
            if automation.moment in moments and not moments[automation.moment].ahead:
                raise ValidationError(
                    self.env._(
                        "“%(moment)s” is not known in advance: nothing can be sent "
                        "before it.",
                        moment=moments[automation.moment].label,
                    )
                )

    @api.constrains("is_on", "text", "text_en", "channel", "purpose", "sender_id")
    def _check_on(self):
        """What the law forbids is not switched on, and not written while it is on."""
        for automation in self.filtered("is_on"):
            blocking = [
                text for level, text in automation._findings() if level == "block"
            ]
            if blocking:
                raise ValidationError("\n".join(blocking))

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._clean(vals)
            if vals.get("is_on"):
                vals["on_since"] = fields.Datetime.now()
        return super().create(vals_list)

    def write(self, vals):
        vals = self._clean(dict(vals))
        if "is_on" in vals:
            turned = self.filtered(lambda a: a.is_on != vals["is_on"])
            if vals["is_on"]:
                turned._write_on_since()
            else:
                turned._drop_waiting()
        if WHEN & vals.keys():
            self.filtered("is_on")._write_on_since()
        if vals.get("active") is False:
            vals["is_on"] = False
            self._drop_waiting()
        return super().write(vals)

    def _clean(self, vals):
        """What the server alone knows is not taken from a client."""
        if not self.env.su:
            for name in STEERING & vals.keys():
                del vals[name]
        return vals

    def _write_on_since(self):
        self.sudo().write({"on_since": fields.Datetime.now()})

    def _drop_waiting(self):
        """What was not sent yet is not sent any more, also when it is on again."""
        waiting = self.env["crm.automation.event"].sudo()
        waiting.search(
            [("automation_id", "in", self.ids), ("state", "=", "waiting")]
        )._skip("off")

    # -- the page ----------------------------------------------------------------------

    @api.model
    def action_open_page(self):
        """:return: the automations of the company, with one for each moment that the
        installed modules know of"""
        if not self.env.user.has_group(VIEWER):
            raise AccessError(self.env._("This page is for staff."))
        self.sudo()._ensure_ready(self.env.company)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Automatic Messages"),
            "res_model": self._name,
            "view_mode": "list,form",
            "views": [(False, "list"), (False, "form")],
        }

    @api.model
    def _ensure_ready(self, company):
        """Make the automations that a company does not have, switched off."""
        known = self.with_context(active_test=False).search(
            [("company_id", "=", company.id)]
        )
        labels = dict(self._selection_moment())
        new = [
            key for key in READY if key in labels and key not in known.mapped("moment")
        ]
        self.create(
            [
                {
                    "name": labels[key],
                    "moment": key,
                    "company_id": company.id,
                    "purpose": READY[key].purpose,
                    "delay": READY[key].offset,
                    "text": READY[key].text,
                    "text_en": READY[key].text_en,
                    "hours_from": company.sms_hours_from,
                    "hours_until": company.sms_hours_until,
                }
                for key in new
            ]
        )

    def action_open_events(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.name,
            "res_model": "crm.automation.event",
            "view_mode": "list",
            "domain": [("automation_id", "=", self.id)],
        }

    # -- what it says ------------------------------------------------------------------

    def _consent_purpose(self):
        """:return: key of ``crm.consent.purpose``"""
        if self.purpose == "service":
            return "service"
        return f"marketing_{self.channel}"

    def _delay(self):
        """:return: timedelta from the moment to the message"""
        return timedelta(**{self.delay_unit or "days": self.delay or 0})

    def _rendered(self, partners, numbers):
        """The texts for these customers, in their language, with ``MARK`` in the place
        of tokens.

        :param dict numbers: {web address: number of its link}
        :return: {partner id: text}
        """
        company = self.company_id
        base = company._sms_link_base()
        texts = {}
        for lang, group in partners.grouped(lambda p: p.lang or "").items():
            english = lang.startswith("en") and self.text_en
            text = sms_links.shorten(
                english or self.text or "", numbers, base, sms_links.MARK
            )
            text = text.replace("{optout}", sms_links.opt_out_url(base, sms_links.MARK))
            group = group.with_company(company).with_context(lang=lang or None)
            texts.update(group._crm_render(text))
        return texts
