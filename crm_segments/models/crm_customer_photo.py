import base64

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools import photo
from ..tools.local_date import local_today

SIDE = 1920


class CrmCustomerPhoto(models.Model):
    """A picture in a customer's album."""

    _name = "crm.customer.photo"
    _description = "Photo of a Customer"
    _order = "taken_on desc, id desc"
    _check_company_auto = True

    partner_id = fields.Many2one(
        "res.partner",
        "Customer",
        required=True,
        index=True,
        ondelete="cascade",
        check_company=True,
    )
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    kind = fields.Selection(
        [("photo", "Photo"), ("contact", "Contact"), ("call", "Call record")],
        "What It Shows",
        required=True,
        default="photo",
    )
    caption = fields.Char()
    taken_on = fields.Date(
        "Taken or Added",
        required=True,
        default=lambda self: local_today(self.env),
        help="The day the camera has noted, else the day the photo was added.",
    )
    image_1920 = fields.Image("Picture", max_width=SIDE, max_height=SIDE)
    image_512 = fields.Image(
        "Small Picture",
        related="image_1920",
        max_width=512,
        max_height=512,
        store=True,
    )
    own = fields.Boolean("Mine", compute="_compute_own")

    @api.depends_context("uid")
    def _compute_own(self):
        """Whether this user may change the photo, and remove it."""
        allowed = self._filtered_access("write")
        for record in self:
            record.own = record in allowed

    @api.depends("partner_id", "taken_on")
    def _compute_display_name(self):
        for record in self:
            record.display_name = f"{record.partner_id.display_name} {record.taken_on}"

    @api.model_create_multi
    def create(self, vals_list):
        """:raise UserError: for a file that is no photo, or too large"""
        return super().create(
            [
                {**vals, **self._read_picture(vals.get("image_1920"))}
                for vals in vals_list
            ]
        )

    def write(self, vals):
        """:raise UserError: for a file that is no photo, or too large"""
        if "image_1920" in vals:
            vals = {**vals, **self._read_picture(vals["image_1920"])}
        return super().write(vals)

    @api.model
    def _read_picture(self, image):
        """:param image: base64 of a JPEG, PNG or GIF
        :return: dict of fields: the picture drawn anew, and the day the camera noted
        :raise UserError: for a file that is no photo, or too large"""
        try:
            data = base64.b64decode(image or b"")
            picture = photo.redraw(data, SIDE)
            day = picture and photo.taken_on(data)
        except (ValueError, TypeError) as error:
            if error.args == ("photo_big",):
                raise UserError(
                    self.env._(
                        "This photo is too large: at most %(size)s MB and "
                        "%(pixels)s million pixels. Send a smaller one.",
                        size=photo.MAX_PHOTO_BYTES >> 20,
                        pixels=photo.MAX_PHOTO_PIXELS // 10**6,
                    )
                ) from error
            picture = None
        if not picture:
            raise UserError(
                self.env._("This file is not a photo. Add a JPEG, PNG or GIF.")
            )
        return {
            "image_1920": base64.b64encode(picture),
            **({"taken_on": day} if day else {}),
        }
