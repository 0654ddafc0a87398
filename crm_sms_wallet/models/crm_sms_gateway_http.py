from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..tools.gateways import mapping
from ..tools.gateways.answers import MEANINGS, STATES

ADMIN = "base.group_system"
BODY = """{
    "uuid": "{uuid}",
    "to": "{number}",
    "from": "{sender}",
    "text": "{text}",
    "report_url": "{report_url}"
}"""
CODES = """bad_number = bad_number
no_credit = no_credit
bad_login = bad_login
barred = barred_number
sender = sender_refused
busy = refused_here"""
STATE_WORDS = """accepted = accepted
delivered = delivered
failed = failed
expired = expired
never_seen = never_seen"""
# Fields that are tables of lines, with what separates left and right.
TABLES = {
    **{"http_headers": ":", "http_codes": "=", "http_states": "="},
    **{"own_codes": "=", "own_states": "=", "own_report_names": "="},
}
# What may stand on the right.
KNOWN = {
    **{"http_codes": set(MEANINGS), "own_codes": set(MEANINGS)},
    **{"http_states": STATES, "own_states": STATES},
}


class CrmSmsGateway(models.Model):
    """The generic gateway: its requests and answers as fields."""

    _inherit = "crm.sms.gateway"

    http_method = fields.Selection(
        [("POST", "POST"), ("GET", "GET")], default="POST", groups=ADMIN
    )
    http_format = fields.Selection(
        [("json", "JSON"), ("form", "Form"), ("query", "In the address")],
        "Request",
        default="json",
        groups=ADMIN,
    )
    http_headers = fields.Text(
        "Headers",
        default="Authorization: Bearer {key}",
        groups=ADMIN,
        help="One per line, Name: value. Names: {key}, {secret}, {account}.",
    )
    http_body = fields.Text(
        "Content",
        default=BODY,
        groups=ADMIN,
        help="A JSON document, or lines name = value. Names: {uuid}, {number}, "
        "{number_digits}, {number_local}, {text}, {sender}, {report_url}, {route}, "
        "{key}, {secret}, {account}.",
    )
    http_accepted = fields.Char(
        "Words for Accepted",
        default="accepted",
        groups=ADMIN,
        help="With commas between them. Empty: any status of 2xx means accepted.",
    )
    http_state_path = fields.Char(
        "Where the Word Stands", default="status", groups=ADMIN
    )
    http_ref_path = fields.Char("Id of the Message", default="id", groups=ADMIN)
    http_credit_path = fields.Char("Credits Taken", default="credits", groups=ADMIN)
    http_price_path = fields.Char("Money Taken", groups=ADMIN)
    http_code_path = fields.Char("Code of an Error", default="code", groups=ADMIN)
    http_error_path = fields.Char("Text of an Error", default="error", groups=ADMIN)
    http_codes = fields.Text(
        "Meaning of the Codes",
        default=CODES,
        groups=ADMIN,
        help="Lines code = meaning: bad_number, no_credit, bad_login, barred_number, "
        "sender_refused, country, refused (everywhere), refused_here, unknown. A code "
        "may be the status of the answer. What is not listed is judged by the status.",
    )
    http_balance_url = fields.Char("Address of the Balance", groups=ADMIN)
    http_balance_path = fields.Char(
        "Where the Credits Stand", default="credits", groups=ADMIN
    )
    http_money_path = fields.Char("Where the Money Stands", groups=ADMIN)
    http_query_url = fields.Char(
        "Address to Ask for a Message",
        groups=ADMIN,
        help="With {uuid} or {ref}. Empty: the gateway cannot be asked.",
    )
    http_query_path = fields.Char(
        "Where Its State Stands", default="state", groups=ADMIN
    )
    http_states = fields.Text(
        "Meaning of the States",
        default=STATE_WORDS,
        groups=ADMIN,
        help="Lines word = accepted, delivered, failed, expired or never_seen, for "
        "answers and for reports.",
    )
    http_report_uuid_path = fields.Char("Report: Our Id", default="uuid", groups=ADMIN)
    http_report_ref_path = fields.Char("Report: Its Id", default="id", groups=ADMIN)
    http_report_state_path = fields.Char("Report: State", default="state", groups=ADMIN)
    http_report_detail_path = fields.Char(
        "Report: Reason", default="detail", groups=ADMIN
    )

    def _options(self):
        return {
            **super()._options(),
            **{
                name.removeprefix("http_"): self[name] or ""
                for name in self._fields
                if name.startswith("http_")
            },
        }

    @api.constrains("http_body", "http_format", *TABLES)
    def _check_http(self):
        for gateway in self.sudo():
            for name, separator in TABLES.items():
                gateway._check_table(name, separator)
            if gateway.http_format != "json":
                gateway._check_table("http_body", "=")
                continue
            try:
                mapping.fill_json(gateway.http_body or "{}", {})
            except ValueError as error:
                raise ValidationError(
                    self.env._("The content is no JSON: %(error)s", error=error)
                ) from error

    def _check_table(self, name, separator):
        try:
            pairs = mapping.table(self[name], separator)
        except ValueError as error:
            raise ValidationError(
                self.env._(
                    "A line has no “%(sign)s”: %(line)s", sign=separator, line=error
                )
            ) from error
        known = KNOWN.get(name)
        for _left, right in pairs:
            if known and right not in known:
                raise ValidationError(
                    self.env._(
                        "“%(word)s” is none of: %(known)s",
                        word=right,
                        known=", ".join(sorted(known)),
                    )
                )
