"""The shop's terms and privacy policy, and the consent to a new version of them."""

from odoo import http
from odoo.http import request

from .member_code import MemberCodeController


class MemberTerms(MemberCodeController):
    @http.route(
        "/member/<string:slug>/terms", type="http", auth="public", sitemap=False
    )
    def member_terms(self, slug, agree="", **post):
        """Show the texts; ask a member for those not agreed to yet, and whether news
        are welcome by the ways not agreed to either."""
        shop = self._get_shop(slug)
        target = self._get_next(shop, post.get("next"))
        partner = self._get_member(shop)
        missing = shop._get_missing_consents(partner)
        marketing = shop._get_open_marketing(partner) if missing else []
        if request.httprequest.method == "POST" and partner:
            if agree and missing:
                shop._record_consents(
                    partner,
                    marketing=[purpose for purpose in marketing if post.get(purpose)],
                    source="terms",
                    address=partner.phone_sanitized or partner.email_normalized or "",
                )
            if agree:
                return request.redirect(target, code=303)
        return self._render(
            "crm_loyalty_points.member_terms_page",
            shop,
            texts=missing or shop._get_all_terms(),
            asked=bool(missing),
            marketing=marketing,
            typed=post,
            next_page=target,
            refused=request.httprequest.method == "POST",
        )
