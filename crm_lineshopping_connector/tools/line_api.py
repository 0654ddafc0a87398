"""Calls to LINE's servers: tokens, limits, and what is known after a failure.

Nothing here touches the database, so a call holds no transaction open. Tokens and
secrets never leave this object: neither its text nor its errors name them.
"""

import hashlib
import logging
import threading
import time
from dataclasses import dataclass, field

import requests

_logger = logging.getLogger(__name__)

TIMEOUT = 20
# Of an answer; pictures of customers are asked for with more.
MAX_BYTES = 2 * 1024 * 1024
CHUNK = 64 * 1024
TOKEN_PATH = "/oauth2/v3/token"
# A token is asked for anew when this little of its life is left.
TOKEN_MARGIN = 60
REQUEST_ID = "x-line-request-id"
ACCEPTED_ID = "x-line-accepted-request-id"
RETRY_KEY = "X-Line-Retry-Key"
USER_AGENT = "crm-lineshopping-connector/19.0"

_tokens = {}
_tokens_lock = threading.Lock()


class LineError(Exception):
    """A call that did not work."""


class LineRefused(LineError):
    """LINE said no: nothing has happened there.

    `kind`: "token" (401), "plan" (403), "quota" (no messages left this month), "rate"
    (too many calls: wait), "gone" (404, 410), "bad" (anything else).
    """

    def __init__(self, kind, status=0, message="", request_id=""):
        super().__init__(f"LINE refused ({kind}, {status}): {message}")
        self.kind = kind
        self.status = status
        self.message = message
        self.request_id = request_id


class LineUnknown(LineError):
    """No whole answer, or a failure of LINE's own: it may have been carried out. Calls
    with a retry key may be sent again with the same key."""

    def __init__(self, message, status=0, request_id=""):
        super().__init__(f"No answer of LINE ({status}): {message}")
        self.status = status
        self.message = message
        self.request_id = request_id


@dataclass(frozen=True)
class Answer:
    """What LINE said when it did what was asked.

    `body` is the decoded JSON ({} when there is none), `content` the raw bytes. For a
    retry key that LINE had accepted before, `repeated` is true and `request_id` is that
    of the request it accepted.
    """

    status: int
    body: dict
    request_id: str = ""
    content: bytes = field(default=b"", repr=False)
    content_type: str = ""
    repeated: bool = False


class LineApi:
    """LINE's servers for one Official Account.

    Not for several threads at once.
    """

    def __init__(self, values):
        """:param values: dict with `api_url`, `data_url`, `channel_id`,
        `channel_secret`, `access_token` (may be empty)"""
        self._values = dict(values)
        self._session = None

    def __repr__(self):
        return f"LineApi({self._values.get('channel_id')})"

    def call(
        self,
        method,
        path,
        json=None,
        data=None,
        params=None,
        headers=None,
        host="api",
        retry_key=None,
        token=None,
        anonymous=False,
        max_bytes=MAX_BYTES,
        timeout=TIMEOUT,
    ):
        """One call.

        :param json: body as JSON
        :param data: dict of a form, or bytes (then say the type in `headers`)
        :param str host: "api" or "data" (files)
        :param str retry_key: the same for each try of the same message
        :param str token: of a user, instead of the account's own
        :param bool anonymous: without any token
        :param timeout: seconds
        :return: Answer
        :raise LineRefused: nothing has happened at LINE
        :raise LineUnknown: nobody knows whether it has
        """
        sent = {"User-Agent": USER_AGENT, "Accept-Encoding": "identity"}
        sent.update(headers or {})
        if retry_key:
            sent[RETRY_KEY] = retry_key
        content = {"json": json, "data": data, "params": params}
        url = self._values[f"{host}_url"].rstrip("/") + path
        if token or anonymous:
            if token:
                sent["Authorization"] = f"Bearer {token}"
            return self._exchange(method, url, sent, content, max_bytes, timeout)
        sent["Authorization"] = f"Bearer {self._get_token()}"
        try:
            return self._exchange(method, url, sent, content, max_bytes, timeout)
        except LineRefused as error:
            # a short-lived token that LINE has forgotten earlier than it said
            if error.kind != "token" or not self._forget_token():
                raise
        sent["Authorization"] = f"Bearer {self._get_token()}"
        return self._exchange(method, url, sent, content, max_bytes, timeout)

    def close(self):
        if self._session:
            self._session.close()
            self._session = None

    # -- token ---------------------------------------------------------------------

    def _get_token(self):
        """:return: the account's own token, or one of 15 minutes
        :raise LineRefused: there is neither, or LINE gives none"""
        if self._values.get("access_token"):
            return self._values["access_token"]
        key = self._get_token_key()
        with _tokens_lock:
            token, until = _tokens.get(key, (None, 0))
        if token and until > time.monotonic():
            return token
        token, seconds = self._issue_token()
        with _tokens_lock:
            _tokens[key] = (token, time.monotonic() + seconds - TOKEN_MARGIN)
        return token

    def _issue_token(self):
        channel_id = self._values.get("channel_id")
        secret = self._values.get("channel_secret")
        if not channel_id or not secret:
            raise LineRefused("token", message="channel ID and secret are not set")
        form = {
            "grant_type": "client_credentials",
            "client_id": channel_id,
            "client_secret": secret,
        }
        try:
            answer = self.call("POST", TOKEN_PATH, data=form, anonymous=True)
        except LineRefused as error:
            if error.kind == "bad":  # of wrong keys LINE says 400 here
                error = LineRefused(
                    "token", error.status, error.message, error.request_id
                )
            raise error from None
        token = answer.body.get("access_token")
        if not token or not isinstance(token, str):
            raise LineUnknown("no token in the answer", answer.status)
        return token, int(answer.body.get("expires_in") or 0)

    def _forget_token(self):
        """:return: whether there was a short-lived one"""
        with _tokens_lock:
            return bool(_tokens.pop(self._get_token_key(), None))

    def _get_token_key(self):
        secret = self._values.get("channel_secret") or ""
        digest = hashlib.sha256(secret.encode()).hexdigest()
        return self._values["api_url"], self._values.get("channel_id"), digest

    # -- one exchange --------------------------------------------------------------

    def _exchange(self, method, url, headers, content, max_bytes, timeout):
        if not self._session:
            self._session = requests.Session()
            # a .netrc on the server would replace our token
            self._session.trust_env = False
        try:
            with self._session.request(
                method,
                url,
                headers=headers,
                timeout=timeout,
                allow_redirects=False,
                stream=True,
                **content,
            ) as response:
                raw = self._read(response, max_bytes)
        except (requests.RequestException, OSError) as error:
            # the text of such an error may hold the address with its parameters
            raise LineUnknown(type(error).__name__) from None
        return self._judge(response, raw)

    def _read(self, response, max_bytes):
        raw = b""
        end = time.monotonic() + TIMEOUT
        for chunk in response.iter_content(CHUNK):
            raw += chunk
            if len(raw) > max_bytes or time.monotonic() > end:
                raise LineUnknown("the answer is too long", response.status_code)
        length = response.headers.get("Content-Length", "")
        if length.isdigit() and int(length) != len(raw):
            raise LineUnknown("the answer is not whole", response.status_code)
        return raw

    def _judge(self, response, raw):
        status, names = response.status_code, response.headers
        request_id = names.get(REQUEST_ID, "")
        body = self._decode(response, raw)
        if 200 <= status < 300:
            if body is None:
                raise LineUnknown("the answer is not JSON", status, request_id)
            kind = names.get("Content-Type", "")
            return Answer(status, body, request_id, raw, kind)
        if status == 409 and names.get(ACCEPTED_ID):
            return Answer(status, body or {}, names[ACCEPTED_ID], raw, repeated=True)
        message = self._get_message(body)
        _logger.info("LINE answered %s, request %s", status, request_id or "-")
        if status >= 500 or 300 <= status < 400 or status == 408:
            raise LineUnknown(message, status, request_id)
        raise LineRefused(self._get_kind(status, message), status, message, request_id)

    @staticmethod
    def _decode(response, raw):
        """:return: dict of a JSON answer, {} for files and nothing, None for JSON that
        is none"""
        if "json" not in response.headers.get("Content-Type", "") or not raw.strip():
            return {}
        try:
            body = requests.compat.json.loads(raw)
        except ValueError:
            return None
        return body if isinstance(body, dict) else {"items": body}

    @staticmethod
    def _get_message(body):
        """:return: LINE's own words about a failure, with the first detail"""
        if not body:
            return ""
        texts = [body.get("message") or body.get("error_description") or ""]
        details = body.get("details")
        if isinstance(details, list):
            first = next((d for d in details if isinstance(d, dict)), {})
            texts.append(f"{first.get('property', '')} {first.get('message', '')}")
        return ": ".join(str(text).strip() for text in texts if str(text).strip())[:500]

    @staticmethod
    def _get_kind(status, message):
        if status == 429:
            return "quota" if "monthly limit" in message.lower() else "rate"
        kinds = {401: "token", 403: "plan", 404: "gone", 410: "gone"}
        return kinds.get(status, "bad")
