import logging

from odoo import api, fields, models
from odoo.tools import formatLang

from ..tools.gateways.answers import GatewayError

_logger = logging.getLogger(__name__)
WARNING = "mail.mail_activity_data_warning"


class CrmSmsGateway(models.Model):
    """What is left at the gateway, asked by a button and every hour; managers are told
    once when it gets low and once when the gateway fails."""

    _inherit = "crm.sms.gateway"

    state = fields.Selection(
        [
            ("new", "Not asked"),
            ("ok", "Works"),
            ("low", "Low balance"),
            ("failed", "Failed"),
        ],
        default="new",
        required=True,
        readonly=True,
        copy=False,
    )
    balance_credits = fields.Float(
        "Credits Left", digits=(16, 2), readonly=True, copy=False
    )
    balance_money = fields.Float(
        "Money Left", digits=(16, 4), readonly=True, copy=False
    )
    balance_currency = fields.Char("Currency", readonly=True, copy=False)
    balance_at = fields.Datetime("Asked At", readonly=True, copy=False)
    low_balance = fields.Float(
        "Tell Below",
        digits=(16, 2),
        help="Managers get an activity when the gateway has less than this left, "
        "credits or money, whichever it counts in. 0: never.",
    )
    last_error = fields.Char(readonly=True, copy=False)
    last_error_at = fields.Datetime(readonly=True, copy=False)

    def action_read_balance(self):
        """Ask the gateway what is left, and tell whoever asked."""
        self.check_access("write")
        self.ensure_one()
        self.sudo()._read_balance()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "danger" if self.state == "failed" else "success",
                "title": self.name,
                "message": self._balance_text(),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def _balance_text(self):
        """:return: the outcome of the last question, for people"""
        if self.state == "failed":
            return self.env._("No answer: %(error)s", error=self.last_error)
        if self.balance_at and self.balance_money:
            money = formatLang(self.env, self.balance_money, digits=2)
            currency = self.balance_currency or ""
            return self.env._(
                "Left: %(money)s %(currency)s", money=money, currency=currency
            )
        if self.balance_at:
            amount = formatLang(self.env, self.balance_credits, digits=0)
            return self.env._("Left: %(credits)s credits", credits=amount)
        return self.env._("This gateway does not tell its balance.")

    def _read_balance(self):
        """Ask and note the answer; notes what went wrong and does not raise."""
        try:
            with self._api() as gateway_api:
                balance = gateway_api.balance()
        except GatewayError as error:
            self._note_failure(error.text)
            return
        except Exception as error:
            # what a foreign server says must not stop the job for the others
            _logger.warning("Gateway %s: no balance: %r", self.id, type(error))
            self._note_failure(self.env._("The answer was not understood."))
            return
        if balance:
            self._note_balance(balance)

    def _note_balance(self, balance):
        amounts = [
            amount for amount in (balance.credits, balance.money) if amount is not None
        ]
        low = bool(self.low_balance) and all(a < self.low_balance for a in amounts)
        before, now = self.state, "low" if low else "ok"
        self.write(
            {
                "state": now,
                "balance_credits": balance.credits or 0,
                "balance_money": balance.money or 0,
                "balance_currency": balance.currency,
                "balance_at": fields.Datetime.now(),
            }
        )
        if before != now and now == "low":
            self._tell_managers(lambda g: g.env._("Low SMS balance: %(n)s", n=g.name))
        elif now == "ok":
            self.activity_unlink([self._warning_type()])

    def _note_failure(self, text):
        """:param str text: what is wrong, without personal data"""
        before = self.state
        self.write(
            {
                "state": "failed",
                "last_error": text or self.env._("No reason given"),
                "last_error_at": fields.Datetime.now(),
            }
        )
        if before != "failed":
            self._tell_managers(
                lambda g: g.env._("The SMS gateway %(name)s fails", name=g.name),
                self.last_error,
            )

    def _warning_type(self):
        """:return: xml id of the kind of activity that managers get"""
        return WARNING

    def _tell_managers(self, summary, note=""):
        """Give each manager of the company an activity.

        :param summary: makes the text from the gateway in the manager's language"""
        managers = self.env.ref("crm_segments.crm_segments_group_manager").sudo()
        company = self.company_id
        users = managers.all_user_ids.filtered(
            lambda user: user.active and company in user.company_ids
        )
        for user in users:
            reader = self.with_context(lang=user.lang, mail_activity_quick_update=True)
            reader.activity_schedule(
                self._warning_type(),
                user_id=user.id,
                summary=summary(reader),
                note=note,
            )

    @api.model
    def _cron_read_balances(self):
        """Ask every gateway; each answer stands even if the next one fails."""
        gateways = self.sudo().search([("active", "=", True)])
        cron = self.env["ir.cron"]
        cron._commit_progress(remaining=len(gateways))
        for gateway in gateways:
            gateway._read_balance()
            if not cron._commit_progress(1):
                break
