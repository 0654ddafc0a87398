"""Which places have a postcode, for the forms that ask for an address."""

from odoo import http
from odoo.http import request

from .member_common import MemberController
from .member_home import GET

POSTCODE_LENGTH = 10


class MemberPlacesController(MemberController):
    @http.route("/member/<string:slug>/places", **GET)
    def get_member_places(self, slug, postcode="", **_kwargs):
        """Nothing of anybody: whoever fills in a form needs no log-in for it."""
        places = self._get_shop(slug)._get_postcode_places(postcode[:POSTCODE_LENGTH])
        headers = [("Cache-Control", "public, max-age=86400")]
        return request.make_json_response(places, headers=headers)
