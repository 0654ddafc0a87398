"""Pictures of a shop, for everybody."""

from werkzeug.exceptions import NotFound

from odoo import http
from odoo.http import request

from .member_common import YEAR_SECONDS, MemberController


class MemberLook(MemberController):
    @http.route(
        "/member/<string:slug>/picture/<string:part>-<string:version>.<string:ext>",
        type="http",
        auth="public",
        readonly=True,
        save_session=False,
        sitemap=False,
    )
    def picture(self, slug, part, version, ext):
        """The logo or the card picture of a shop with pages, kept by browsers for good:
        another picture has another address."""
        shop = self._get_shop(slug)
        picture = shop._get_picture(part, version)
        if not picture or picture[1] != f"image/{ext}":
            raise NotFound
        content, mimetype = picture
        return request.make_response(
            content,
            headers=[
                ("Content-Type", mimetype),
                ("Content-Length", len(content)),
                ("Cache-Control", f"public, max-age={YEAR_SECONDS}, immutable"),
                ("X-Content-Type-Options", "nosniff"),
                ("Content-Security-Policy", "default-src 'none'"),
            ],
        )
