from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..tools.contact_link import contact_url

MOST_CHANNELS = 11
# Kinds whose value says more to a customer than the name of the kind.
SPOKEN = ("phone", "email", "line")


class CrmShopChannel(models.Model):
    """A way to reach the shop, shown at the foot of each of its pages."""

    _name = "crm.shop.channel"
    _description = "Contact Channel"
    _order = "shop_id, sequence, id"
    _rec_name = "value"

    shop_id = fields.Many2one("crm.shop", required=True, index=True, ondelete="cascade")
    sequence = fields.Integer(default=10)
    kind = fields.Selection(
        [
            ("phone", "Phone"),
            ("line", "LINE Official Account"),
            ("facebook", "Facebook"),
            ("messenger", "Messenger"),
            ("instagram", "Instagram"),
            ("tiktok", "TikTok"),
            ("youtube", "YouTube"),
            ("x", "X"),
            ("whatsapp", "WhatsApp"),
            ("email", "E-mail"),
            ("website", "Website"),
            ("shopee", "Shopee"),
            ("lazada", "Lazada"),
            ("map", "Map Link"),
            ("other", "Other"),
        ],
        required=True,
        default="phone",
    )
    value = fields.Char(
        "Number, Name or Address",
        required=True,
        help="A phone number, the name of an account such as @myshop, an e-mail "
        "address, or a link that begins with https://.",
    )
    label = fields.Char(
        "Words",
        translate=True,
        help="What members read beside the sign. Empty: the kind, or the number.",
    )
    url = fields.Char("Opens", compute="_compute_url")

    @api.depends("kind", "value")
    def _compute_url(self):
        for channel in self:
            country = channel.shop_id.company_id.country_id.code or "TH"
            channel.url = contact_url(channel.kind, channel.value, country)

    @api.constrains("kind", "value")
    def _check_value(self):
        for channel in self:
            if not channel.url:
                raise ValidationError(channel._bad_value_error())

    @api.constrains("shop_id")
    def _check_number(self):
        found = self._read_group(
            [("shop_id", "in", self.shop_id.ids)], ["shop_id"], ["__count"]
        )
        for shop, count in found:
            if count > MOST_CHANNELS:
                raise ValidationError(
                    self.env._(
                        "Members see up to %(most)s contact channels of %(shop)s. "
                        "Remove one before you add another.",
                        most=MOST_CHANNELS,
                        shop=shop.name,
                    )
                )

    def _bad_value_error(self):
        """:return: what to tell whoever wrote a value of which no link can be made"""
        self.ensure_one()
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        return self.env._(
            "“%(value)s” cannot be opened as %(kind)s. Write a phone number, the name "
            "of an account, an e-mail address or a link that begins with https://, as "
            "the kind asks for.",
            value=self.value,
            kind=kinds[self.kind],
        )

    def _get_words(self):
        """:return: what members read beside the sign of the channel"""
        self.ensure_one()
        if self.label:
            return self.label
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        spoken = self.kind in SPOKEN and not self.value.lower().startswith("http")
        return self.value if spoken else kinds[self.kind]
