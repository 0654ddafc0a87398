"""Pictures and printed matter of a shop."""

from werkzeug.exceptions import NotFound

from odoo import http
from odoo.http import request

from ..models.res_users_operator import COUNTER
from .member_common import YEAR_SECONDS, MemberController


class MemberLook(MemberController):
    # -- for everybody -----------------------------------------------------------------

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

    # -- for the signed-in member ------------------------------------------------------

    @http.route(
        "/member/<string:slug>/card.png", type="http", auth="public", sitemap=False
    )
    def card_png(self, slug, **_params):
        """The visitor's own card as a picture; strangers get to the log-in page."""
        shop = self._get_shop(slug)
        partner = self._get_member(shop)
        card = partner and shop._get_member_card(partner)
        if not card:
            return request.redirect(shop._get_path("login"))
        return self._answer_picture(
            shop._get_card_png(partner, card), "member-card.png"
        )

    # -- for staff ---------------------------------------------------------------------

    @http.route(
        "/member/<string:slug>/card-sample.png", type="http", auth="user", sitemap=False
    )
    def card_sample(self, slug, **_params):
        """What members save, with an invented name."""
        shop = self._get_own_shop(slug)
        return self._answer_picture(shop._get_sample_card_png(), "card-sample.png")

    @http.route("/member/<string:slug>/poster", type="http", auth="user", sitemap=False)
    def poster(self, slug, b=None, size="a4", **_params):
        """Posters that lead to the sign-up form, one page a branch, ready to print.

        :param b: id of one branch, else all
        :param size: ``a4`` or ``a5``
        """
        shop = self._get_own_shop(slug)
        branches = shop._get_poster_branches()
        chosen = branches.filtered(lambda branch: str(branch.id) == b)
        state = request.env["ir.actions.report"].get_wkhtmltopdf_state()
        return self._render(
            "crm_loyalty_points.shop_poster_page",
            shop,
            branches=branches,
            chosen=chosen,
            size=size if size in ("a4", "a5") else "a4",
            pdf=state in ("ok", "upgrade"),
        )

    @http.route("/counter/guide", type="http", auth="user", sitemap=False)
    def guide(self, **_params):
        """One page that tells staff at the counter what to do, to read or to print."""
        user = request.env.user
        groups = (COUNTER, "crm_segments.crm_segments_group_viewer")
        shop = request.env["crm.shop"]._of_company(user.company_id)
        if not any(map(user.has_group, groups)) or not shop:
            raise NotFound
        shop = self._get_shop(shop.slug)
        return self._render("crm_loyalty_points.counter_guide", shop)

    def _get_own_shop(self, slug):
        """:return: crm.shop (superuser) of one of the companies of a user who may see
        customers
        :raise NotFound: for everybody else
        """
        shop = self._get_shop(slug)
        user = request.env.user
        viewer = user.has_group("crm_segments.crm_segments_group_viewer")
        if not viewer or shop.company_id not in user.company_ids:
            raise NotFound
        return shop
