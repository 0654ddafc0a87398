from datetime import timedelta

from odoo import api, fields, models
from odoo.http import request
from odoo.tools import SQL
from odoo.tools.misc import hmac

# Tries are forgotten after this many days.
KEPT_DAYS = 2


class CrmThrottle(models.Model):
    """What visitors tried on public pages: codes, phone numbers, sign-ups.

    Insert-only, so that two requests never wait for each other. Who tried and what is
    kept as a keyed hash: enough to count, and no personal data. Tries of one thing,
    however often repeated, count once: a page that asks again at every click with the
    same wrong code guesses nothing new.
    """

    _name = "crm.throttle"
    _description = "Tries on Public Pages"
    _log_access = False

    scope = fields.Char(required=True, readonly=True)
    visitor = fields.Char(required=True, readonly=True)
    thing = fields.Char(required=True, readonly=True)
    tried_at = fields.Datetime(required=True, readonly=True)

    _count_idx = models.Index("(visitor, scope, tried_at)")
    _age_idx = models.Index("(tried_at)")

    @api.model
    def _visitor(self):
        """Who is asking over the web, unless it is staff.

        :return: text that names the visitor (address, and user when logged in), or
            None outside web requests and for internal users
        """
        if not request or not request.env.user.share:
            return None
        user = request.env.user
        address = request.httprequest.remote_addr or ""
        return f"user {user.id}" if not user._is_public() else f"address {address}"

    @api.model
    def _is_exceeded(self, scope, visitor, limit, minutes):
        """:return: whether a visitor tried `limit` different things in the last
        `minutes`"""
        return len(self._things_tried(scope, visitor, minutes)) >= limit

    @api.model
    def _note_try(self, scope, visitor, thing, minutes):
        """Count one try, unless the same was counted in the last `minutes`.

        It stands when the request ends without an error.
        """
        thing = self._hashed(scope, thing)
        if thing in self._things_tried(scope, visitor, minutes):
            return
        self.sudo().create(
            {
                "scope": scope,
                "visitor": self._hashed(scope, visitor),
                "thing": thing,
                "tried_at": fields.Datetime.now(),
            }
        )

    @api.model
    def _is_refused(self, scope, visitor, thing, limit, minutes):
        """Count one try, unless there were too many.

        :return: whether a visitor tried `limit` different things in the last
            `minutes`; the try is not counted then
        """
        if self._is_exceeded(scope, visitor, limit, minutes):
            return True
        self._note_try(scope, visitor, thing, minutes)
        return False

    @api.model
    def _things_tried(self, scope, visitor, minutes):
        """:return: set of the hashes of what a visitor tried of late"""
        self.flush_model()
        rows = self.env.execute_query(
            SQL(
                """SELECT DISTINCT thing FROM crm_throttle
                    WHERE visitor = %s AND scope = %s AND tried_at > %s""",
                self._hashed(scope, visitor),
                scope,
                fields.Datetime.now() - timedelta(minutes=minutes),
            )
        )
        return {thing for (thing,) in rows}

    @api.model
    def _hashed(self, scope, text):
        return hmac(self.env(su=True), f"crm_throttle {scope}", text)

    @api.autovacuum
    def _gc_tries(self):
        limit = fields.Datetime.now() - timedelta(days=KEPT_DAYS)
        self.env.cr.execute(SQL("DELETE FROM crm_throttle WHERE tried_at < %s", limit))
