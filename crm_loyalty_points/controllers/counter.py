"""The counter page: who works where, and the page itself."""

from odoo import http
from odoo.exceptions import AccessError
from odoo.http import SessionExpiredException, request
from odoo.tools import file_open

from ..models.res_users_operator import COUNTER
from .member_common import LANGUAGE_COOKIE, MemberController

BRANCH = "crm_counter_branch"
WORKER = "crm_loyalty_points/static/worker/counter_worker.js"


class CounterController(MemberController):
    """Portal users of the counter group have no rights on any record. Every route asks
    for a desk first: the group of the user, the staff record of the user in the
    company of the branch, and the branch on that record, all read here and now.
    """

    def _get_desk(self, branch_id):
        """:param branch_id: as the request says; anything
        :return: Desk (superuser, in its company and the user's language) of a branch
            where the user works
        :raise AccessError: one message, whatever is missing
        :raise SessionExpiredException: the page was opened by another user of the same
            phone: what that user did is not sent in this one's name
        """
        opened_by = request.httprequest.headers.get("X-Counter-User")
        if opened_by and opened_by != str(request.env.uid):
            raise SessionExpiredException("Another user is logged in")
        desk = self._find_desk(branch_id)
        if not desk:
            raise AccessError(
                request.env._("This page is for the staff of the counter.")
            )
        return desk

    def _find_desk(self, branch_id):
        if type(branch_id) is not int or not request.env.user.has_group(COUNTER):
            return None
        desk = request.env["crm.shop"]._find_desk(branch_id)
        if not desk:
            return None
        language = request.cookies.get(LANGUAGE_COOKIE)
        if language not in self._get_languages():
            language = request.env.context.get("lang") or "th_TH"
        request.update_context(lang=language, tz=desk.company.customer_tz)
        return desk.in_context(request.env.context)

    def _find_desks(self):
        """:return: list of Desk, of all branches where the user works"""
        user = request.env.user
        if not user.has_group(COUNTER):
            return []
        staff = request.env["crm.branch.staff"].sudo()
        staff = staff.search([("user_id", "=", user.id)])
        desks = [self._find_desk(branch.id) for branch in staff.branch_ids]
        desks = [desk for desk in desks if desk]
        if desks:
            # the page follows what members' pages do, and sets the cookie
            request.update_context(lang=self._get_language(desks[0].shop))
        return [desk.in_context(request.env.context) for desk in desks]

    # -- pages -------------------------------------------------------------------------

    @http.route(["/counter", "/counter/<int:branch_id>"], type="http", auth="user")
    def counter(self, branch_id=None, **_query):
        """The page for the branch of the address, else the one chosen last, else the
        only one; several: to choose. Whoever is no staff gets a plain refusal."""
        desks = self._find_desks()
        if not desks:
            return self._counter_refusal()
        places = {desk.branch.id: desk for desk in desks}
        wanted = branch_id or request.session.get(BRANCH)
        if branch_id and branch_id not in places:
            return self._counter_refusal()
        if wanted not in places and len(desks) > 1:
            return self._render_counter("counter_branches", desks[0], desks=desks)
        desk = places.get(wanted) or desks[0]
        request.session[BRANCH] = desk.branch.id
        return self._render_counter("counter_page", desk, several=len(desks) > 1)

    @http.route("/counter/branches", type="http", auth="user")
    def counter_branches(self, **_query):
        """Choose another branch."""
        desks = self._find_desks()
        if not desks:
            return self._counter_refusal()
        return self._render_counter("counter_branches", desks[0], desks=desks)

    @http.route("/counter/worker.js", type="http", auth="public", save_session=False)
    def counter_worker(self):
        """The script that keeps the page for when there is no network; it has to come
        from below the page's own address."""
        with file_open(WORKER) as script:
            return self._make_worker_response(script.read(), "/counter")

    def _counter_refusal(self):
        """:return: the one page for whoever is no staff, of no shop in particular"""
        shop = request.env["crm.shop"].sudo()
        language = self._get_language(shop)
        request.update_context(lang=language)
        values = {
            "shop": shop,
            "style": {},
            "languages": {},
            "page_lang": language,
            "page_url": "/counter",
        }
        return request.render("crm_loyalty_points.counter_refused", values, status=403)

    def _render_counter(self, template, desk, **values):
        return self._render(
            f"crm_loyalty_points.{template}",
            desk.shop,
            desk=desk,
            currency=desk.company.currency_id,
            **values,
        )
