import secrets

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import ormcache

from ..tools import service_url

API_HOSTS = ("api.line.me", "api-data.line.me")
API_URL = "https://api.line.me"
DATA_URL = "https://api-data.line.me"
SDK_URL = "https://static.line-scdn.net/liff/edge/2/sdk.js"
# Whose word is believed about who a member is, and for which company.
ADMIN_FIELDS = ("company_id", "basic_id", "channel_id", "login_channel_id", "liff_id")


class CrmLineChannel(models.Model):
    """A LINE Official Account of a company: its Messaging API channel, and the LINE
    Login channel of the same provider that its LIFF page belongs to.

    Keys and tokens are read by administrators only; code that needs them uses sudo.
    """

    _name = "crm.line.channel"
    _description = "LINE Official Account"
    _order = "company_id, id"
    _check_company_auto = True

    name = fields.Char(required=True, help="Name of the Official Account.")
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company",
        required=True,
        default=lambda self: self.env.company,
        ondelete="cascade",
    )
    basic_id = fields.Char("LINE ID", help="With the @, as customers search for it.")
    channel_id = fields.Char("Channel ID", help="Of the Messaging API channel.")
    channel_secret = fields.Char(groups="base.group_system", copy=False)
    access_token = fields.Char(
        "Channel Access Token",
        groups="base.group_system",
        copy=False,
        help="A long-lived token. Empty: tokens of 15 minutes are asked for with the "
        "channel's ID and secret.",
    )
    login_channel_id = fields.Char(
        "Login Channel ID",
        help="Of the LINE Login channel that the LIFF page belongs to.",
    )
    liff_id = fields.Char("LIFF ID", help="Of the member page inside LINE.")
    webhook_token = fields.Char(
        groups="base.group_system",
        copy=False,
        required=True,
        default=lambda self: secrets.token_urlsafe(24),
    )
    api_url = fields.Char(groups="base.group_system", required=True, default=API_URL)
    data_url = fields.Char(groups="base.group_system", required=True, default=DATA_URL)
    sdk_url = fields.Char(groups="base.group_system", required=True, default=SDK_URL)

    _company_uniq = models.UniqueIndex(
        "(company_id) WHERE active",
        "This company has a LINE Official Account already.",
    )
    _webhook_token_uniq = models.UniqueIndex("(webhook_token)")

    @api.constrains("api_url", "data_url")
    def _check_urls(self):
        for channel in self.sudo():
            for url in (channel.api_url, channel.data_url):
                if not service_url.is_allowed(self.env, url, API_HOSTS):
                    raise ValidationError(
                        self.env._("LINE is not at the address %(url)s.", url=url)
                    )

    @api.model_create_multi
    def create(self, vals_list):
        channels = super().create(vals_list)
        self.env.registry.clear_cache()
        return channels

    def write(self, vals):
        result = super().write(vals)
        if vals.keys() & {"company_id", "active"}:
            self.env.registry.clear_cache()
        return result

    def unlink(self):
        result = super().unlink()
        self.env.registry.clear_cache()
        return result

    @api.model
    def _has_field_access(self, field, operation):
        """Whoever could name another LINE Login channel, of his own, could sign in as
        any member: administrators only do."""
        allowed = super()._has_field_access(field, operation)
        if operation == "write" and field.name in ADMIN_FIELDS and not self.env.su:
            return allowed and self.env.user.has_group("base.group_system")
        return allowed

    @api.model
    def _of_company(self, company=None):
        """:param company: default the current one
        :return: the active channel of a company (superuser), perhaps empty"""
        company = company or self.env.company
        return self.sudo().browse(self._id_of_company(company.id))

    @api.model
    @ormcache("company_id")
    def _id_of_company(self, company_id):
        """Each page of members asks, and the answer hardly ever changes.

        :return: tuple of the id of the active channel, empty without
        """
        return self.sudo().search([("company_id", "=", company_id)], limit=1)._ids
