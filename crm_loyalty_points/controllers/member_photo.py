"""Photos that answer the shop's questions."""

import base64

from odoo import http
from odoo.http import request

from odoo.addons.crm_segments.tools.photo import MAX_PHOTO_BYTES, redraw

from .member_home import GET
from .member_own_common import MemberOwnController, own_page


def read_photos(questions):
    """Read the photos that came with a form.

    :param questions: of `crm.shop._get_questions`
    :return: {name of the field: list of texts} of the questions for a photo: base64 of
        the photo, drawn anew, or what `crm.signup.question` refuses; empty lists where
        none was sent
    """
    files = request.httprequest.files
    names = [q._get_form_name() for q in questions if q._get_widget() == "photo"]
    return {name: _read_photo(files.get(name)) for name in names}


def _read_photo(upload):
    if not upload or not upload.filename:
        return []
    data = upload.read(MAX_PHOTO_BYTES + 1)
    try:
        return [base64.b64encode(redraw(data) or b"").decode()]
    except ValueError as error:
        return [f"error:{error}"]


class MemberPhotoController(MemberOwnController):
    # The address must not end as those that the service worker keeps on the device.
    @http.route("/member/<string:slug>/profile/photo/<string:name>", **GET)
    @own_page
    def show_member_photo(self, shop, member, name, **_kwargs):
        """The member's own photo, and nobody else's."""
        photo = shop._get_member_photos(shop._get_questions(), member).get(name)
        if not photo:
            return self._show_not_found(shop, member)
        return self._answer_picture(photo.raw, "photo.jpg", photo.mimetype)
