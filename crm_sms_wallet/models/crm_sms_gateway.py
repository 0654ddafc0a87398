import secrets

from odoo import api, fields, models, modules, tools
from odoo.exceptions import AccessError, ValidationError

from ..tools.gateways.base import Settings
from ..tools.gateways.generic_http import HttpApi
from ..tools.gateways.infobip import InfobipApi
from ..tools.gateways.movider import MoviderApi
from ..tools.gateways.simulator import SimulatorApi
from ..tools.gateways.smpp import SmppApi
from ..tools.gateways.smsmkt import SmsMktApi
from ..tools.gateways.thaibulksms import ThaiBulkSmsApi
from ..tools.gateways.transport import checked_url
from ..tools.gateways.twilio import TwilioApi

# Of the secret in the address of reports: 192 bits.
TOKEN_BYTES = 24
# What decides whose messages go where, at whose cost.
FIXED = {"provider", "company_id", "token", "charged_on"}
LOOPBACK_PARAMETER = "crm_sms_wallet.gateway_loopback"


class CrmSmsGateway(models.Model):
    """An account at a gateway, by which a company sends its SMS.

    The gateways of a company are tried in their order; the next one only when the one
    before has certainly not taken a message. How to talk to a gateway is in
    ``tools/gateways``; what is kept here goes there as plain values.
    """

    _name = "crm.sms.gateway"
    _description = "SMS Gateway"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True)
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
        ondelete="cascade",
    )
    sequence = fields.Integer(
        "Priority",
        default=10,
        help="The lowest is tried first. The next gateway is tried when this one has "
        "certainly not taken a message.",
    )
    provider = fields.Selection(
        selection=lambda self: self._selection_provider(), required=True
    )
    active = fields.Boolean(default=True)
    route = fields.Selection(
        [("standard", "Standard"), ("corporate", "Corporate")],
        required=True,
        default="standard",
        help="Gateways that know several routes charge by them.",
    )
    charged_on = fields.Selection(
        [("accepted", "When it is accepted"), ("delivered", "When it is delivered")],
        "A Message Is Charged",
        required=True,
        default="accepted",
        help="As agreed with the gateway. When it charges on delivery, the credits of "
        "messages that could not be delivered come back.",
    )
    sender = fields.Char(
        help="The registered name or number that messages come from.",
    )
    rate = fields.Float(
        "Messages per Second", digits=(8, 2), help="At most; 0 is no limit."
    )
    lines = fields.Integer(
        "Lines at Once",
        default=1,
        help="How many messages are handed over at the same time. More is faster where "
        "each answer takes its time; ask the gateway how many it allows.",
    )
    timeout = fields.Float(
        "Seconds to Wait",
        digits=(6, 1),
        default=20.0,
        help="For an answer. After that it is not known whether a message was taken.",
    )

    # -- for administrators alone ----------------------------------------------------

    base_url = fields.Char(
        "Address",
        groups="base.group_system",
        copy=False,
        help="Empty: the documented address of the gateway.",
    )
    account = fields.Char("Account Id", groups="base.group_system", copy=False)
    key = fields.Char(groups="base.group_system", copy=False)
    secret = fields.Char(groups="base.group_system", copy=False)
    token = fields.Char(
        groups="base.group_system",
        readonly=True,
        copy=False,
        default=lambda self: self._new_token(),
    )
    report_url = fields.Char(
        "Address for Reports",
        compute="_compute_report_url",
        groups="base.group_system",
        help="Where the gateway tells what became of messages. Keep it secret.",
    )

    own_codes = fields.Text(
        "Codes of Errors",
        groups="base.group_system",
        help="Lines code = meaning, before those that are known: bad_number, "
        "no_credit, bad_login, barred_number, sender_refused, country, refused "
        "(everywhere), refused_here, unknown.",
    )
    own_states = fields.Text(
        "Words of Reports",
        groups="base.group_system",
        help="Lines word = accepted, delivered, failed or expired, before those that "
        "are known. Words that are not known are in the log of the server.",
    )
    own_report_names = fields.Text(
        "Names in Reports",
        groups="base.group_system",
        help="Lines uuid, ref, state or detail = name of the value, before those that "
        "are known.",
    )

    _token_uniq = models.UniqueIndex("(token)")
    _rate_positive = models.Constraint(
        "CHECK(rate >= 0)", "The messages per second cannot be negative."
    )
    _lines_range = models.Constraint(
        "CHECK(lines BETWEEN 1 AND 16)", "Use 1 to 16 lines at once."
    )
    _timeout_range = models.Constraint(
        "CHECK(timeout BETWEEN 0.1 AND 60)", "Wait between 0.1 and 60 seconds."
    )

    @api.model
    def _new_token(self):
        return secrets.token_urlsafe(TOKEN_BYTES)

    @api.depends("token")
    def _compute_report_url(self):
        for gateway in self:
            path = f"/sms_gateway/report/{gateway.id}/{gateway.token}"
            gateway.report_url = gateway._origin.id and gateway.get_base_url() + path

    # -- providers -------------------------------------------------------------------

    @api.model
    def _api_classes(self):
        """:return: dict of provider to (label, class on ``GatewayApi``); modules add
        theirs"""
        return {
            "thaibulksms": ("ThaiBulkSMS", ThaiBulkSmsApi),
            "smsmkt": ("SMSMKT", SmsMktApi),
            "movider": ("Movider", MoviderApi),
            "infobip": ("Infobip", InfobipApi),
            "twilio": ("Twilio", TwilioApi),
            "http": (self.env._("Generic HTTP"), HttpApi),
            "smpp": (self.env._("SMPP, through the bridge"), SmppApi),
            "simulator": (self.env._("Simulator (sends nothing)"), SimulatorApi),
        }

    @api.model
    def _selection_provider(self):
        return [(key, label) for key, (label, _api) in self._api_classes().items()]

    def _api(self):
        """:return: GatewayApi of this gateway, which needs no transaction
        :raise ValidationError: the address is not one that may be called"""
        self.ensure_one()
        _label, api_class = self._api_classes()[self.provider]
        return api_class(self.sudo()._settings(), self.env)

    def _settings(self):
        """:return: Settings: the plain values that the API works with"""
        return Settings(
            id=self.id,
            name=self.name,
            company_id=self.company_id.id,
            base_url=(self.base_url or "").strip(),
            account=(self.account or "").strip(),
            key=(self.key or "").strip(),
            secret=(self.secret or "").strip(),
            sender=(self.sender or "").strip(),
            route=self.route,
            rate=self.rate,
            lines=self.lines,
            timeout=self.timeout,
            report_url=self.report_url or "",
            plain_loopback=self._is_plain_loopback_allowed(),
            only_loopback=bool(modules.module.current_test),
            options=self._options(),
        )

    def _options(self):
        """:return: dict of what only some providers know"""
        return {
            "own_codes": self.own_codes or "",
            "own_states": self.own_states or "",
            "own_report_names": self.own_report_names or "",
        }

    def _is_plain_loopback_allowed(self):
        """Whether http without encryption may be spoken to this very machine: in tests
        and demonstrations, and to the bridge of SMPP, which runs nowhere else."""
        if self.provider == "smpp":
            return True
        if self._is_test_run():
            return True
        parameter = self.env["ir.config_parameter"].sudo().get_param(LOOPBACK_PARAMETER)
        return str(parameter or "").lower() in ("1", "true")

    def _is_test_run(self):
        return bool(tools.config["test_enable"] or modules.module.current_test)

    @api.constrains("base_url")
    def _check_base_url(self):
        for gateway in self.sudo().filtered("base_url"):
            try:
                checked_url(
                    gateway.base_url.strip(), gateway._is_plain_loopback_allowed()
                )
            except ValueError as error:
                raise ValidationError(
                    self.env._(
                        "The address of the gateway must begin with https:// and name "
                        "a server, without user, password or #."
                    )
                ) from error

    # -- rights ----------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        kept = [{k: v for k, v in vals.items() if k != "token"} for vals in vals_list]
        return super().create(kept)

    def write(self, vals):
        """Managers change order, sender and limits; where messages go, and with whose
        keys, is for administrators."""
        if FIXED & vals.keys() and not self._is_administrator():
            raise AccessError(
                self.env._("Only administrators change what a gateway connects to.")
            )
        return super().write(vals)

    def _is_administrator(self):
        return self.env.su or self.env.user.has_group("base.group_system")

    def action_new_token(self):
        """A new secret address for reports; the old one is dead at once."""
        self.check_access("write")
        if not self._is_administrator():
            raise AccessError(self.env._("Only administrators see the secret address."))
        for gateway in self:
            gateway.sudo().token = self._new_token()
        return True
