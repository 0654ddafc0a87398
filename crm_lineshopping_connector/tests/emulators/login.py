"""LINE Login: tokens and who they belong to; LIFF: the script and its first redirect.

A token is signed by the emulator, so one that somebody else made is known as forged.
"""

import base64
import hashlib
import hmac
import json
import secrets
from pathlib import Path
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from .http_server import Answer

ISSUER = "https://access.line.me"
PATHS = ("/oauth2/v2.1/verify", "/v2/profile", "/friendship/v1/status")
SDK = Path(__file__).with_name("liff_sdk.js")


def _text(value):
    content = json.dumps(value).encode()
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def _value(text):
    return json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))


class Login:
    """The LINE Login channel of the same provider as the Official Account.

    ``acting`` is the user whose telephone the LIFF page is opened on; ``in_client``
    says whether inside LINE; ``logged_in`` whether a browser outside LINE knows the
    user; ``endpoint`` is the LIFF app's address at the shop; ``id_token_values`` change
    the token that the script hands out, see `id_token`.
    """

    spec = None

    def __init__(
        self, users, now, channel_id="1650000001", liff_id="1650000001-emulator"
    ):
        self.users = users
        self.now = now
        self.channel_id = channel_id
        self.liff_id = liff_id
        self.endpoint = ""
        self.acting = next(iter(users), "")
        self.in_client = True
        self.logged_in = True
        self.id_token_values = {}
        self.url = ""
        self._key = secrets.token_bytes(16)
        self._access = {}

    def owns(self, path):
        return path in PATHS or path.startswith("/liff/")

    def resource(self, request):
        return request.path

    def spec_of(self, request):
        if request.path == "/oauth2/v2.1/verify" and request.method == "GET":
            return "channel-access-token.yml", None
        return None, None

    def as_described(self, answer):
        return answer

    def rule_errors(self, request):
        """:return: list of texts, what is wrong with a request"""
        if request.path != "/oauth2/v2.1/verify" or request.method == "GET":
            return []
        known = {"id_token", "client_id", "nonce", "user_id"}
        errors = [f"unknown parameter {name}" for name in set(request.form) - known]
        for name in ("id_token", "client_id"):
            if not request.form.get(name):
                errors.append(f"{name} is missing")
        return errors

    def login_error(self, _request):
        return None

    def bad(self, text):
        return self.refusal("invalid_request", text)

    def refusal(self, error, description):
        return Answer(400, {"error": error, "error_description": description})

    def busy(self):
        return Answer(429, {"message": "Too many requests"})

    # -- tokens ------------------------------------------------------------------------

    def id_token(
        self, user, audience=None, expires=3600, nonce=None, issuer=ISSUER, forged=False
    ):
        """:param str user: id
        :param audience: id of the Login channel it is for
        :param expires: seconds from now; negative for one that has expired
        :param forged: signed by somebody else
        :return: text"""
        now = int(self.now().timestamp())
        person = self.users.get(user, {})
        content = {
            "iss": issuer,
            "sub": user,
            "aud": audience or self.channel_id,
            "exp": now + expires,
            "iat": min(now, now + expires - 1),
            "amr": ["linesso"],
            "name": person.get("displayName", ""),
        }
        if nonce is not None:
            content["nonce"] = nonce
        if person.get("pictureUrl"):
            content["picture"] = person["pictureUrl"]
        head = {"alg": "ES256", "typ": "JWT", "kid": "emulator"}
        text = f"{_text(head)}.{_text(content)}"
        return f"{text}.{self._sign(text, b'forger' if forged else self._key)}"

    def _sign(self, text, key):
        digest = hmac.new(key, text.encode(), hashlib.sha512).digest()
        return base64.urlsafe_b64encode(digest).decode().rstrip("=")

    def access_token(self, user, audience=None, expires=3600):
        """:return: text of an access token of a user"""
        token = secrets.token_urlsafe(24)
        until = self.now().timestamp() + expires
        self._access[token] = (user, audience or self.channel_id, until)
        return token

    def _verify_id_token(self, form):
        text, _dot, signature = form["id_token"].rpartition(".")
        if not hmac.compare_digest(self._sign(text, self._key), signature):
            return "Invalid IdToken."
        content = _value(text.split(".")[1])
        if content["iss"] != ISSUER:
            return "Invalid IdToken Issuer."
        if content["aud"] != form["client_id"]:
            return "Invalid IdToken Audience."
        if content["exp"] < self.now().timestamp():
            return "IdToken expired."
        if form.get("nonce") and content.get("nonce") != form["nonce"]:
            return "Invalid IdToken Nonce."
        if form.get("user_id") and content["sub"] != form["user_id"]:
            return "Invalid IdToken Subject Identifier."
        return content

    def _user_of(self, request):
        kind, _space, token = request.headers.get("authorization", "").partition(" ")
        user, _audience, until = self._access.get(token, ("", "", 0))
        return user if kind == "Bearer" and until > self.now().timestamp() else ""

    # -- answers -----------------------------------------------------------------------

    def handle(self, request):
        """:return: Answer"""
        if request.path == "/oauth2/v2.1/verify":
            return self._verify(request)
        if request.path.startswith("/liff/"):
            return self._liff(request)
        user = self._user_of(request)
        if not user:
            text = "The access token expired"
            return Answer(401, {"error": "invalid_request", "error_description": text})
        if request.path == "/friendship/v1/status":
            return Answer(200, {"friendFlag": self._is_friend(user)})
        return Answer(200, self._profile(user))

    def _verify(self, request):
        if request.method == "POST":
            found = self._verify_id_token(request.form)
            return self.bad(found) if isinstance(found, str) else Answer(200, found)
        token = request.query.get("access_token", [""])[0]
        _user, audience, until = self._access.get(token, ("", "", 0))
        left = int(until - self.now().timestamp())
        if left <= 0:
            return self.bad("access token expired")
        content = {"scope": "profile openid", "client_id": audience, "expires_in": left}
        return Answer(200, content)

    def _is_friend(self, user):
        return self.users[user]["friend"] and not self.users[user]["blocked"]

    def _profile(self, user):
        names = ("displayName", "pictureUrl", "statusMessage")
        person = self.users[user]
        shown = {name: person[name] for name in names if person.get(name)}
        return {"userId": user, **shown}

    # -- LIFF --------------------------------------------------------------------------

    def _liff(self, request):
        if request.path == "/liff/sdk.js":
            return self._sdk()
        if request.path == "/liff/authorize":
            return self._authorize(request)
        if request.path == f"/liff/{self.liff_id}":
            return self._open(request)
        return Answer(404, "No such LIFF app", "text/plain")

    def open_url(self, **query):
        """:return: what stands behind a rich menu; here in place of liff.line.me"""
        text = f"?{urlencode(query)}" if query else ""
        return f"{self.url}/liff/{self.liff_id}{text}"

    def _open(self, request):
        """The first redirect: what the link says goes along as ``liff.state``."""
        rows = [
            (name, value) for name in request.query for value in request.query[name]
        ]
        sign = "&" if "?" in self.endpoint else "?"
        state = (
            f"{sign}liff.state={quote('?' + urlencode(rows), safe='')}" if rows else ""
        )
        return Answer(302, b"", headers={"Location": self.endpoint + state})

    def _authorize(self, request):
        """Log a browser outside LINE in, at once, and send it back."""
        self.logged_in = True
        back = urlsplit(request.query["redirect_uri"][0])
        query = urlencode([*parse_qsl(back.query), ("code", "emulator")])
        return Answer(
            302, b"", headers={"Location": back._replace(query=query).geturl()}
        )

    def _sdk(self):
        user = self.acting
        state = {
            "liffId": self.liff_id,
            "inClient": self.in_client,
            "loggedIn": self.in_client or self.logged_in,
            "authorize": f"{self.url}/liff/authorize",
            "profile": self._profile(user),
            "idToken": self.id_token(user, **self.id_token_values),
            "accessToken": self.access_token(user),
            "friend": self._is_friend(user),
        }
        text = SDK.read_text().replace("/* STATE */ {}", json.dumps(state))
        headers = {"Cache-Control": "no-store"}
        return Answer(200, text, "text/javascript; charset=utf-8", headers)
