import secrets

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..tools import service_url

API_HOSTS = ("developers-oaplus.line.biz",)
API_URL = "https://developers-oaplus.line.biz"


class CrmLineshoppingShop(models.Model):
    """A shop on LINE SHOPPING whose orders come in. One API key is one shop."""

    _name = "crm.lineshopping.shop"
    _description = "LINE SHOPPING Shop"
    _order = "company_id, name, id"
    _check_company_auto = True

    name = fields.Char(required=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company",
        required=True,
        default=lambda self: self.env.company,
        ondelete="restrict",
    )
    api_key = fields.Char("API Key", groups="base.group_system", copy=False)
    webhook_secret = fields.Char(groups="base.group_system", copy=False)
    webhook_token = fields.Char(
        groups="base.group_system",
        copy=False,
        required=True,
        default=lambda self: secrets.token_urlsafe(24),
    )
    api_url = fields.Char(groups="base.group_system", required=True, default=API_URL)

    _webhook_token_uniq = models.UniqueIndex("(webhook_token)")

    @api.model
    def _has_field_access(self, field, operation):
        """Whose orders come in by the key is for administrators, as the key is."""
        allowed = super()._has_field_access(field, operation)
        if operation == "write" and field.name == "company_id" and not self.env.su:
            return allowed and self.env.user.has_group("base.group_system")
        return allowed

    @api.constrains("api_url")
    def _check_api_url(self):
        for shop in self.sudo():
            if not service_url.is_allowed(self.env, shop.api_url, API_HOSTS):
                raise ValidationError(
                    self.env._(
                        "LINE SHOPPING is not at the address %(url)s.", url=shop.api_url
                    )
                )
