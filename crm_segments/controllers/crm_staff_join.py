from odoo import http
from odoo.http import request
from odoo.tools import email_normalize

# Different links or proofs that one address may try, and requests it may send.
TRIES, TRY_MINUTES = 20, 30
ASKS, ASK_MINUTES = 5, 60
# Mails to one address, whoever asks.
MAILS, MAIL_MINUTES = 3, 24 * 60
NAME_LENGTH = 80


class StaffJoin(http.Controller):
    """Joining the staff by an invitation link: ask, prove the e-mail, set a password.

    One answer for every link that cannot be used, one for every address.
    """

    @http.route(
        "/staff/join/<string:token>",
        type="http",
        auth="public",
        methods=["GET", "POST"],
        website=True,
        sitemap=False,
    )
    def join(self, token, name="", email="", **_kw):
        invitation = self._if_not_tried_out(
            "staff_link", token, request.env["crm.staff.invitation"]._by_token
        )
        if not invitation:
            return self._page("crm_segments.staff_join_gone", status=404)
        values = {"invitation": invitation, "name": name, "email": email}
        if request.httprequest.method == "POST":
            values["error"] = self._ask(invitation, name, email)
            if not values["error"]:
                return self._page("crm_segments.staff_join_sent", values)
        return self._page("crm_segments.staff_join", values)

    def _ask(self, invitation, name, email):
        """:return: what is wrong, "" when the mail is on its way"""
        env = request.env
        name = " ".join((name or "").split())[:NAME_LENGTH]
        email = email_normalize((email or "").strip())
        if not name or not email:
            return env._("Please enter your name and your e-mail address.")
        throttle = env["crm.throttle"]
        visitor = throttle._visitor() or f"user {env.uid}"
        if throttle._is_refused("staff_ask", visitor, email, ASKS, ASK_MINUTES):
            return env._("Too many tries. Please wait an hour and try again.")
        receiver = f"mail {email}"
        if throttle._is_exceeded("staff_mail", receiver, MAILS, MAIL_MINUTES):
            return ""  # the address has its mails; the page tells nobody
        number = str(len(throttle._things_tried("staff_mail", receiver, MAIL_MINUTES)))
        throttle._note_try("staff_mail", receiver, number, MAIL_MINUTES)
        if not env["crm.staff.join"].sudo()._ask(invitation, name, email):
            return env._("Too many people asked by this link. Ask for a new one.")
        return ""

    @http.route(
        "/staff/confirm/<string:proof>",
        type="http",
        auth="public",
        methods=["GET", "POST"],
        website=True,
        sitemap=False,
    )
    def confirm(self, proof, **_kw):
        """The address is proven by the click on the button, not by opening the page:
        mail programs open links by themselves."""
        join = self._if_not_tried_out(
            "staff_proof", proof, request.env["crm.staff.join"]._by_proof
        )
        if join and request.httprequest.method == "POST":
            link = join._join()
            if link:
                return request.redirect(link, local=False)
            join = None
        if not join:
            return self._page("crm_segments.staff_join_gone", status=404)
        return self._page("crm_segments.staff_confirm", {"join": join})

    def _if_not_tried_out(self, scope, secret, find):
        """:param find: looks the secret up
        :return: what was found, None for a visitor who guessed too often"""
        throttle = request.env["crm.throttle"]
        visitor = throttle._visitor()
        if visitor and throttle._is_exceeded(scope, visitor, TRIES, TRY_MINUTES):
            return None
        found = find(secret)
        if not found and visitor:
            throttle._note_try(scope, visitor, secret, TRY_MINUTES)
        return found

    def _page(self, template, values=None, status=200):
        """:return: a page that is kept nowhere and whose address goes to nobody"""
        values = dict(values or {})
        company = values.get("invitation") or values.get("join")
        values["shop"] = company and company.company_id or None
        response = request.render(template, values, status=status)
        response.headers["Cache-Control"] = "no-store"
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["X-Robots-Tag"] = "noindex"
        response.headers["Content-Security-Policy"] = "frame-ancestors 'none'"
        return response
