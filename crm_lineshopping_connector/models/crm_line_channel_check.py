import re

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..tools.line_api import LineError

ADMIN = "base.group_system"
STATES = [
    ("unknown", "Not tested"),
    ("ok", "Works"),
    ("warning", "Look at this"),
    ("error", "Does not work"),
]
LIFF_ID = re.compile(r"(\d+)-\w+", re.ASCII)
ENDPOINT_PATH = "/v2/bot/channel/webhook/endpoint"
TEST_PATH = "/v2/bot/channel/webhook/test"


class CrmLineChannel(models.Model):
    """Whether the connection works, and what to type into LINE's console for it."""

    _inherit = "crm.line.channel"

    bot_name = fields.Char("Name on LINE", readonly=True, copy=False)
    checked_at = fields.Datetime("Tested On", readonly=True, copy=False)
    messaging_state = fields.Selection(
        STATES, "Messaging", readonly=True, copy=False, default="unknown"
    )
    messaging_text = fields.Char(readonly=True, copy=False)
    webhook_state = fields.Selection(
        STATES, "What Customers Do", readonly=True, copy=False, default="unknown"
    )
    webhook_text = fields.Char(readonly=True, copy=False)
    login_state = fields.Selection(
        STATES, "Member Page", readonly=True, copy=False, default="unknown"
    )
    login_text = fields.Char(readonly=True, copy=False)
    webhook_url = fields.Char(
        "Webhook URL", compute="_compute_webhook_url", groups=ADMIN
    )
    liff_endpoint = fields.Char("Endpoint URL", compute="_compute_liff_endpoint")
    last_event_at = fields.Datetime("Last Heard", compute="_compute_last_event_at")
    user_count = fields.Integer("LINE Accounts", compute="_compute_user_count")

    @api.depends("webhook_token")
    def _compute_webhook_url(self):
        for channel in self:
            token = channel.sudo().webhook_token
            channel.webhook_url = f"{channel.get_base_url()}/line/webhook/{token}"

    @api.depends("company_id")
    def _compute_liff_endpoint(self):
        for channel in self:
            shop = self.env["crm.shop"]._of_company(channel.company_id)
            channel.liff_endpoint = (
                shop and f"{channel.get_base_url()}/line/liff/{shop.slug}"
            )

    def _compute_last_event_at(self):
        events = self.env["crm.line.event"].sudo()
        groups = events._read_group(
            [("channel_id", "in", self.ids)], ["channel_id"], ["received_at:max"]
        )
        heard = {channel.id: at for channel, at in groups}
        for channel in self:
            channel.last_event_at = heard.get(channel.id)

    def _compute_user_count(self):
        groups = self.env["crm.line.user"]._read_group(
            [("channel_id", "in", self.ids)], ["channel_id"], ["__count"]
        )
        counts = {channel.id: count for channel, count in groups}
        for channel in self:
            channel.user_count = counts.get(channel.id, 0)

    def write(self, vals):
        """What was tested with other keys says nothing any more."""
        keys = {"channel_id", "channel_secret", "access_token", "api_url"}
        if keys & set(vals):
            vals = {
                "messaging_state": "unknown",
                "messaging_text": False,
                "webhook_state": "unknown",
                "webhook_text": False,
                **vals,
            }
        if {"login_channel_id", "liff_id"} & set(vals):
            vals = {"login_state": "unknown", "login_text": False, **vals}
        return super().write(vals)

    # -- the test ----------------------------------------------------------------------

    def _check_administrator(self):
        if not self.env.user.has_group(ADMIN):
            raise AccessError(
                self.env._("Only administrators connect the LINE account.")
            )

    def action_test_connection(self):
        """Ask LINE whether the keys are right and whether it reaches this server; the
        answers stand in the form."""
        self._check_administrator()
        for channel in self:
            values = {"checked_at": fields.Datetime.now()}
            values.update(channel._test_messaging())
            if values["messaging_state"] == "ok":
                values.update(channel._test_webhook())
            values.update(channel._test_login())
            channel.write(values)

    def _test_messaging(self):
        """:return: values of the fields that it tests"""
        line_api = self._api()
        try:
            bot = line_api.call("GET", "/v2/bot/info").body
        except LineError as error:
            text = self._say_line_error(error)
            return {"messaging_state": "error", "messaging_text": text}
        finally:
            line_api.close()
        name = str(bot.get("displayName") or "")
        values = {
            "messaging_state": "ok",
            "messaging_text": self.env._("Connected with %(name)s", name=name),
            "bot_name": name,
        }
        basic_id = str(bot.get("premiumId") or bot.get("basicId") or "")
        if basic_id.startswith("@"):
            values["basic_id"] = basic_id
        return values

    def _test_webhook(self):
        """:return: as `_test_messaging`"""
        state, text = self._look_at_webhook()
        return {"webhook_state": state, "webhook_text": text}

    def _look_at_webhook(self):
        ours, line_api = self.sudo().webhook_url, self._api()
        if not self.sudo().channel_secret:
            return "error", self.env._("The channel secret is missing.")
        try:
            told = line_api.call("GET", ENDPOINT_PATH).body
            if told.get("endpoint") != ours:
                return "error", self.env._(
                    "LINE does not send to this server yet. Press “Set at LINE”, or "
                    "copy the webhook URL into LINE's console."
                )
            if not told.get("active"):
                return "warning", self.env._(
                    "Switch “Use webhook” on in LINE's console, tab Messaging API."
                )
            tried = line_api.call("POST", TEST_PATH, json={}).body
        except LineError as error:
            # an address that was never set is not found
            if getattr(error, "kind", "") == "gone":
                return "error", self.env._(
                    "LINE has no webhook URL yet. Press “Set at LINE”."
                )
            return "warning", self._say_line_error(error)
        finally:
            line_api.close()
        if tried.get("success"):
            return "ok", self.env._("LINE reaches this server.")
        reason = str(tried.get("detail") or tried.get("reason") or "")[:200]
        return "error", self.env._(
            "LINE does not reach this server: %(reason)s", reason=reason
        )

    def _test_login(self):
        """:return: as `_test_messaging`"""
        state, text = self._look_at_login()
        return {"login_state": state, "login_text": text}

    def _look_at_login(self):
        """LINE tells nothing of a LIFF page but to who opens it."""
        found = LIFF_ID.fullmatch(self.liff_id or "")
        if not self.liff_id or not self.login_channel_id:
            return "unknown", self.env._("Channel ID or LIFF ID is missing.")
        if not found or found[1] != self.login_channel_id:
            return "error", self.env._(
                "The LIFF ID does not belong to this channel: it begins with the "
                "channel ID of LINE Login."
            )
        if not self.liff_endpoint:
            return "error", self.env._("The company has no member page yet.")
        if not self.liff_endpoint.startswith("https://"):
            return "warning", self.env._("LINE opens pages with https:// only.")
        opened = self.env["crm.line.token"].sudo()
        if opened.search_count([("channel_id", "=", self.id)], limit=1):
            return "ok", self.env._("Somebody has opened it inside LINE.")
        return "warning", self.env._(
            "Open the member page once inside LINE, then test again."
        )

    def action_set_webhook(self):
        """Tell LINE where this server listens."""
        self._check_administrator()
        for channel in self:
            line_api = channel._api()
            try:
                line_api.call(
                    "PUT", ENDPOINT_PATH, json={"endpoint": channel.sudo().webhook_url}
                )
            except LineError as error:
                raise UserError(channel._say_line_error(error)) from None
            finally:
                line_api.close()
        self.action_test_connection()

    def action_open_users(self):
        """:return: action of the LINE accounts that this Official Account knows"""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_lineshopping_connector.crm_line_user_action"
        )
        return {**action, "domain": [("channel_id", "=", self.id)], "context": {}}
