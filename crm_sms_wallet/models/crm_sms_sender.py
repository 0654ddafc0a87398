import re
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from odoo.addons.crm_segments.tools.local_date import local_today

from ..tools import sms_text

NAME = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9]{3,11}")
# Operators refuse names that could be anybody's.
GENERIC = {"info", "sms", "otp", "promo", "notice", "verify", "alert", "test", "shop"}
NOTICE_DAYS = 30


class CrmSmsSender(models.Model):
    """A name that messages come from, as it is registered with the operators.

    In Thailand a name without registration is blocked or replaced, and one that sends
    links is registered again every year, with the links.
    """

    _name = "crm.sms.sender"
    _description = "SMS Sender Name"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "name, id"
    _check_company_auto = True

    name = fields.Char(
        "Sender Name", required=True, tracking=True, help="3 to 11 letters and digits."
    )
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        ondelete="cascade",
        default=lambda self: self.env.company,
    )
    gateway_ids = fields.Many2many(
        "crm.sms.gateway",
        "crm_sms_sender_gateway_rel",
        "sender_id",
        "gateway_id",
        "Registered At",
        check_company=True,
    )
    state = fields.Selection(
        [
            ("draft", "Not applied for"),
            ("asked", "Applied for"),
            ("registered", "Registered"),
            ("refused", "Refused or ended"),
        ],
        required=True,
        default="draft",
        tracking=True,
    )
    registered_on = fields.Date(tracking=True)
    renew_before = fields.Date(
        tracking=True,
        help="Names that send links are registered again every year. The responsible "
        "is reminded 30 days before.",
    )
    reminded_for = fields.Date(
        readonly=True,
        copy=False,
        help="The date that the responsible was reminded of.",
    )
    user_id = fields.Many2one(
        "res.users",
        "Responsible",
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
        default=lambda self: self.env.user,
    )
    domain_ids = fields.One2many(
        "crm.sms.sender.domain", "sender_id", "Registered Links"
    )
    note = fields.Text()
    active = fields.Boolean(default=True)
    last_used = fields.Date(
        compute="_compute_last_used",
        help="Operators remove names that were not used for half a year.",
    )
    situation = fields.Selection(
        [
            ("open", "Not registered"),
            ("valid", "Valid"),
            ("due", "To be renewed"),
            ("overdue", "Renewal overdue"),
        ],
        compute="_compute_situation",
    )

    _name_uniq = models.UniqueIndex(
        "(company_id, lower(name)) WHERE active IS TRUE",
        "This sender name is in the list already.",
    )

    @api.constrains("name")
    def _check_name(self):
        for sender in self:
            if not NAME.fullmatch(sender.name or ""):
                raise ValidationError(
                    self.env._(
                        "A sender name has 3 to 11 English letters and digits, without "
                        "spaces, and at least one letter: “%(name)s” does not.",
                        name=sender.name,
                    )
                )
            if sender.name.lower() in GENERIC:
                raise ValidationError(
                    self.env._(
                        "Operators refuse names that could be anybody's: “%(name)s”.",
                        name=sender.name,
                    )
                )

    @api.depends("name", "company_id")
    def _compute_last_used(self):
        deliveries = self.env["sms.delivery"].sudo()
        for sender in self:
            latest = deliveries.search(
                [
                    ("company_id", "=", sender.company_id.id),
                    ("sender", "=", sender.name),
                    ("sent_at", "!=", False),
                ],
                order="sent_at desc",
                limit=1,
            )
            sender.last_used = latest.sent_at and latest.sent_at.date()

    @api.depends("state", "renew_before")
    def _compute_situation(self):
        for sender in self:
            today = local_today(self.env, sender.company_id)
            sender.situation = sender._situation_on(today)

    def _situation_on(self, today):
        """:return: key of ``situation``"""
        if self.state != "registered":
            return "open"
        if not self.renew_before or self.renew_before > today + timedelta(NOTICE_DAYS):
            return "valid"
        return "overdue" if self.renew_before <= today else "due"

    # -- renewal -----------------------------------------------------------------------

    @api.model
    def _cron_remind(self):
        """Remind the responsible of what is to be renewed, once for each date."""
        senders = self.search([("state", "=", "registered")])
        due = senders.filtered(
            lambda sender: (
                sender.situation in ("due", "overdue")
                and sender.reminded_for != sender.renew_before
            )
        )
        for sender in due:
            sender._remind()

    def _remind(self):
        self.ensure_one()
        self.activity_schedule(
            "mail.mail_activity_data_todo",
            self.renew_before,
            self.env._(
                "Register the sender name %(name)s again before %(day)s",
                name=self.name,
                day=self.renew_before,
            ),
            user_id=(self.user_id or self.create_uid).id,
        )
        self.reminded_for = self.renew_before

    # -- what may be sent --------------------------------------------------------------

    def _registered_patterns(self):
        """:return: the web addresses that messages of this sender may show"""
        today = local_today(self.env, self.company_id)
        return [
            domain.name
            for domain in self.domain_ids
            if not domain.renew_before or domain.renew_before > today
        ]


class CrmSmsSenderDomain(models.Model):
    """A web address that is registered for a sender name."""

    _name = "crm.sms.sender.domain"
    _description = "Registered Link of a Sender"
    _order = "name, id"

    sender_id = fields.Many2one(
        "crm.sms.sender", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="sender_id.company_id", store=True, index=True)
    name = fields.Char(
        "Address",
        required=True,
        help="As registered: shop.co.th for all its pages, or shop.co.th/promo for "
        "that page and what is below it.",
    )
    registered_on = fields.Date()
    renew_before = fields.Date("Valid Until")

    _name_uniq = models.UniqueIndex(
        "(sender_id, lower(name))", "This address is in the list already."
    )

    @api.constrains("name")
    def _check_name(self):
        for domain in self:
            host, _path = sms_text.host_and_path(domain.name or "")
            if "." not in host or " " in domain.name:
                raise ValidationError(
                    self.env._(
                        "“%(name)s” is no web address like shop.co.th.",
                        name=domain.name,
                    )
                )
            if sms_text.is_shortener(domain.name):
                raise ValidationError(
                    self.env._(
                        "%(name)s is a shortener that anybody can use: operators do "
                        "not register it.",
                        name=domain.name,
                    )
                )
