import base64
import hashlib
from functools import partial

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools.shop_image import NotAPicture, shape_card, shape_logo

# What the public may load: the part of the address, and the field and kind of file.
PICTURES = {
    "logo": ("logo", "image/png"),
    "card": ("card_picture", "image/jpeg"),
}


class CrmShop(models.Model):
    """The logo and the picture of the card: kept as uploaded, shown cut to shape."""

    _inherit = "crm.shop"

    logo_original = fields.Binary(
        "Logo", attachment=True, copy=False, help="A PNG or JPEG file of up to 10 MB."
    )
    logo_shape = fields.Selection(
        [("round", "Round"), ("square", "Square"), ("wide", "Wide")],
        required=True,
        default="round",
    )
    logo = fields.Binary(
        "Logo in Its Shape", compute="_compute_logo", store=True, attachment=True
    )
    logo_version = fields.Char(compute="_compute_logo", store=True)
    card_picture_original = fields.Binary(
        "Picture of the Card",
        attachment=True,
        copy=False,
        help="A PNG or JPEG file of up to 10 MB. The middle of it is shown, in the "
        "proportions of a card.",
    )
    card_picture = fields.Binary(
        "Picture in Its Shape",
        compute="_compute_card_picture",
        store=True,
        attachment=True,
    )
    card_picture_version = fields.Char(compute="_compute_card_picture", store=True)

    @api.depends("logo_original", "logo_shape")
    def _compute_logo(self):
        for shop in self:
            to_shape = partial(shape_logo, shape=shop.logo_shape or "round")
            picture = shop._shape("logo_original", to_shape)
            shop.logo, shop.logo_version = picture

    @api.depends("card_picture_original")
    def _compute_card_picture(self):
        for shop in self:
            picture = shop._shape("card_picture_original", shape_card)
            shop.card_picture, shop.card_picture_version = picture

    def _shape(self, field_name, shape):
        """:param shape: function of bytes to bytes
        :return: pair (base64 of the shaped picture, its version) or (False, False)
        :raise UserError: the file cannot be used
        """
        # never the size of the file that forms read in its place
        source = self.with_context(bin_size=False)[field_name]
        if not source:
            return False, False
        try:
            picture = shape(base64.b64decode(source))
        except (NotAPicture, ValueError) as error:
            raise UserError(
                self.env._(
                    "%(field)s: this file cannot be used. Take a picture saved as PNG "
                    "or JPEG of up to 10 MB and 50 million pixels.",
                    field=self._fields[field_name]._description_string(self.env),
                )
            ) from error
        version = hashlib.sha256(picture).hexdigest()[:16]
        return base64.b64encode(picture), version

    def _get_picture_url(self, part):
        """Where pages load a picture: an address that changes with the picture, so that
        browsers keep it for good.

        :param str part: ``logo`` or ``card``
        :return: path; for a picture that is not saved yet the picture itself as a
            ``data:`` address; False if there is none
        """
        self.ensure_one()
        field_name, mimetype = PICTURES[part]
        version = self[f"{field_name}_version"]
        if not version:
            return False
        saved = self._origin
        if saved and saved[f"{field_name}_version"] == version and saved.active:
            extension = mimetype.split("/")[1]
            return saved._get_path(f"picture/{part}-{version}.{extension}")
        content = self.with_context(bin_size=False)[field_name]
        return f"data:{mimetype};base64,{content.decode()}"

    def _get_picture(self, part, version):
        """A picture for whoever has its address; nothing else of a shop is public.

        :return: pair (bytes, mimetype), None when there is no such picture now
        """
        self.ensure_one()
        if part not in PICTURES:
            return None
        field_name, mimetype = PICTURES[part]
        if not version or version != self[f"{field_name}_version"]:
            return None
        content = self.with_context(bin_size=False)[field_name]
        return (base64.b64decode(content), mimetype) if content else None

    def _get_style(self):
        style = super()._get_style()
        if self.card_background == "picture" and (url := self._get_picture_url("card")):
            style["shop-card-picture"] = f"url({url})"
        else:
            # no layer over a plain colour
            style["shop-card-picture"] = "none"
            style["shop-card-scrim"] = "transparent"
        return style
