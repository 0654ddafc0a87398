from odoo import models, modules
from odoo.exceptions import UserError

from ..tools import service_url
from ..tools.line_api import LineApi, LineRefused
from .crm_line_channel import API_HOSTS

API_FIELDS = ("api_url", "data_url", "channel_id", "channel_secret", "access_token")


class CrmLineChannel(models.Model):
    """How LINE's servers are called for an Official Account."""

    _inherit = "crm.line.channel"

    def _api(self):
        """:return: LineApi of this account, which needs no open transaction
        :raise UserError: the addresses are not LINE's (a copy of a database that
            belonged to an emulator)
        """
        channel = self.sudo()
        channel.ensure_one()
        values = {name: channel[name] or "" for name in API_FIELDS}
        for url in (values["api_url"], values["data_url"]):
            hosts = () if modules.module.current_test else API_HOSTS
            if not service_url.is_allowed(self.env, url, hosts):
                raise UserError(
                    self.env._("LINE is not called at the address %(url)s.", url=url)
                )
        return LineApi(values)

    def _say_line_error(self, error):
        """:param error: LineRefused or LineUnknown
        :return: what to tell staff, in their language"""
        if not isinstance(error, LineRefused):
            return self.env._("LINE does not answer now. Please try again later.")
        texts = {
            "token": self.env._(
                "LINE does not accept the keys. Check channel ID, channel secret and "
                "access token in the connection settings."
            ),
            "plan": self.env._(
                "LINE does not allow this for your account. Check its plan and its "
                "settings in LINE Official Account Manager."
            ),
            "quota": self.env._("The messages of this month are used up."),
            "rate": self.env._("LINE is asked too often. Please wait a minute."),
            "gone": self.env._("LINE does not know this (any more)."),
        }
        text = texts.get(error.kind) or self.env._("LINE refused this.")
        if error.message and error.kind == "bad":
            text = self.env._("LINE refused this: %(reason)s", reason=error.message)
        return text
