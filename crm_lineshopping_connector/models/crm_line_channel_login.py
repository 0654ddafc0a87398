import base64
import hashlib
import json
import re
import time

from odoo import api, fields, models
from odoo.tools import SQL, consteq
from odoo.tools.misc import hmac as keyed_hash

from ..tools.line_api import LineError, LineRefused

ISSUER = "https://access.line.me"
VERIFY_PATH = "/oauth2/v2.1/verify"
USER_ID = re.compile(r"U[0-9a-f]{32}")
TOKEN = re.compile(r"[\w\-]+\.[\w\-]+\.[\w\-]+", re.ASCII)
TOKEN_LENGTH = 4000
# LINE's tokens live for an hour; one that says more is forgotten no later than this.
LONGEST_SECONDS = 24 * 3600


class CrmLineChannel(models.Model):
    """Who somebody on LINE is, as LINE says it: what the page says is not believed."""

    _inherit = "crm.line.channel"

    def _has_member_page(self):
        """:return: whether the member page opens inside LINE"""
        return bool(self and self.liff_id and self.login_channel_id)

    @api.model
    def _is_id_token(self, text):
        """:return: whether a text looks like a token at all; LINE need not be asked
        about anything else"""
        if len(text) > TOKEN_LENGTH or not TOKEN.fullmatch(text):
            return False
        try:
            parts = [decoded(part) for part in text.split(".")[:2]]
        except (ValueError, RecursionError):
            return False
        return all(isinstance(part, dict) for part in parts)

    def _verify_id_token(self, id_token, visitor_key, nonce=""):
        """Ask LINE whose token it is.

        :param str id_token: as the page sent it
        :param str visitor_key: secret of the visitor's session
        :param str nonce: that this session was given; a token that carries one must
            carry this one
        :return: crm.line.user (superuser); empty for a token that is forged, expired,
            for another channel, or was shown by another visitor before
        :raise LineUnknown: LINE does not answer
        """
        self.ensure_one()
        channel = self.sudo()
        nobody = self.env["crm.line.user"].sudo()
        if not channel._has_member_page() or not channel._is_id_token(id_token):
            return nobody
        form = {"id_token": id_token, "client_id": channel.login_channel_id}
        try:
            answer = channel._api().call(
                "POST", VERIFY_PATH, data=form, anonymous=True, timeout=10
            )
        except LineRefused:
            return nobody
        claims = answer.body
        if not channel._is_claim_good(claims, nonce):
            return nobody
        seen = self.env["crm.line.token"]
        if not seen._take(channel, id_token, visitor_key, claims["exp"]):
            return nobody
        line_user = nobody._of(channel, [claims["sub"]])
        line_user._note_profile(claims.get("name"), claims.get("picture"))
        line_user._note_seen(fields.Datetime.now())
        return line_user

    def _is_claim_good(self, claims, nonce):
        """Look again at what LINE has checked: an answer that was changed on its way,
        or for another question, counts for nothing."""
        expires = claims.get("exp")
        return (
            claims.get("iss") == ISSUER
            and str(claims.get("aud")) == self.login_channel_id
            and isinstance(expires, int)
            and expires > time.time()
            and USER_ID.fullmatch(str(claims.get("sub")))
            and consteq(str(claims.get("nonce") or nonce), nonce)
        )

    def _read_friendship(self, line_user, access_token):
        """Ask LINE whether somebody who has just logged in is a friend.

        :param str access_token: of the user, as the page sent it; counts only if LINE
            says that it is this user's. Ids differ from provider to provider, so a
            token of somebody else's channel never is.
        """
        if not access_token or len(access_token) > TOKEN_LENGTH:
            return
        now = fields.Datetime.now()
        line_api = self.sudo()._api()
        try:
            profile = line_api.call("GET", "/v2/profile", token=access_token)
            if profile.body.get("userId") != line_user.user_id:
                return
            told = line_api.call("GET", "/friendship/v1/status", token=access_token)
        except LineError:
            return
        finally:
            line_api.close()
        if told.body.get("friendFlag") is True:
            line_user._set_friend_state("friend", now)
        elif line_user.friend_state == "friend":
            # no friend any more: LINE does not say whether blocked or removed
            line_user._set_friend_state("blocked", now)


class CrmLineToken(models.Model):
    """Tokens of LINE Login that somebody has shown: each is good for one visitor.

    The script of LINE keeps a token for the hour it lives, so the same phone may show
    it again; anybody else who got hold of it may not.
    """

    _name = "crm.line.token"
    _description = "LINE Login Seen"
    _log_access = False

    channel_id = fields.Many2one(
        "crm.line.channel", required=True, readonly=True, ondelete="cascade"
    )
    token_hash = fields.Char(required=True, readonly=True)
    visitor_hash = fields.Char(required=True, readonly=True)
    valid_until = fields.Datetime(required=True, readonly=True)

    _token_uniq = models.UniqueIndex("(token_hash)")
    _until_idx = models.Index("(valid_until)")

    @api.model
    def _take(self, channel, id_token, visitor_key, expires):
        """:param int expires: seconds since 1970
        :return: whether this visitor is the first who shows the token"""
        token_hash = hashlib.sha256(id_token.encode()).hexdigest()
        visitor_hash = keyed_hash(self.env(su=True), "crm_line_token", visitor_key)
        now = fields.Datetime.now()
        seconds = min(max(int(expires - time.time()), 0), LONGEST_SECONDS)
        self.env.cr.execute(
            SQL(
                """INSERT INTO crm_line_token
                          (channel_id, token_hash, visitor_hash, valid_until)
                   VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING""",
                channel.id,
                token_hash,
                visitor_hash,
                fields.Datetime.add(now, seconds=seconds + 60),
            ),
            log_exceptions=False,
        )
        seen = self.sudo().search([("token_hash", "=", token_hash)])
        return bool(seen) and consteq(seen.visitor_hash, visitor_hash)

    @api.autovacuum
    def _gc_tokens(self):
        self.env.cr.execute(
            SQL(
                "DELETE FROM crm_line_token WHERE valid_until < %s",
                fields.Datetime.now(),
            )
        )


def decoded(part):
    """:param str part: of a token
    :return: the JSON value in it
    :raise ValueError: there is none"""
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
