"""LINE's Messaging API: what it accepted stands in `accepted`, each retry key once."""

import re
import uuid
from datetime import timedelta

from . import messaging_rules as rules
from .http_server import Answer
from .rich_menus import RichMenus
from .webhooks import line_delivery, post

PREFIX = "/v2/bot"
MONTH_FULL = "You have reached your monthly limit."
TOO_FAST = "The API rate limit has been exceeded. Try again later."
BAD_TOKEN = (
    "Authentication failed. Confirm that the access token in the authorization header "
    "is valid."
)
NARROWCAST_LEAST = 50


class Messaging(RichMenus):
    """One Official Account.

    ``users`` {user id: {"displayName", "friend", "blocked", …}}; ``accepted`` list of
    {"kind", "to", "messages", "key", "request_id", "body"}; ``quota`` {"limit", "used"}
    with None for no limit; ``contents`` {message id: (bytes, content type)}.
    """

    spec = "messaging-api.yml"

    def __init__(self, users, now, secret="line-secret", token="line-token"):
        super().__init__()
        self.users = users
        self.now = now
        self.channel_id = "2000000001"
        self.secret = secret
        self.token = token
        self.tokens = {}
        self.accepted = []
        self.keys = {}
        self.quota = {"limit": None, "used": 0}
        self.plan_refuses = set()  # beginnings of paths that the plan does not have
        self.contents = {}
        self.reply_tokens = {}
        self.webhook = {"endpoint": "", "active": True}
        self.narrowcasts = {}
        self.bot = {
            "userId": "U" + "b" * 32,
            "basicId": "@emulator",
            "displayName": "Emulator shop",
            "chatMode": "bot",
            "markAsReadMode": "manual",
        }

    def owns(self, path):
        return path.startswith(PREFIX) or path == "/oauth2/v3/token"

    def resource(self, request):
        return re.sub(r"[0-9a-fA-F-]{32,}|\d{6,}", "{id}", request.path)

    def spec_of(self, request):
        if request.path == "/oauth2/v3/token":
            return "channel-access-token.yml", None
        return self.spec, None

    # -- what is wrong -----------------------------------------------------------------

    def login_error(self, request):
        if request.path == "/oauth2/v3/token":
            return None
        kind, _space, token = request.headers.get("authorization", "").partition(" ")
        if kind == "Bearer" and token and token == self.token:
            return None
        if kind == "Bearer" and self.tokens.get(token, self.now()) > self.now():
            return None
        return self.error(401, BAD_TOKEN)

    def error(self, status, message, **more):
        return Answer(status, {"message": message, **more})

    def bad(self, text):
        details = [{"message": text, "property": "request"}]
        return self.error(400, "The request body has 1 error(s)", details=details)

    def busy(self):
        return self.error(429, TOO_FAST)

    def rule_errors(self, request):
        if not request.path.startswith(PREFIX):
            return []
        return rules.errors_of(request)

    def as_described(self, answer):
        return answer

    # -- answers -----------------------------------------------------------------------

    def handle(self, request):
        """:return: Answer"""
        if any(request.path.startswith(path) for path in self.plan_refuses):
            return self.error(
                403, "Access to this API is not available for your account"
            )
        for method, pattern, name in ROUTES:
            found = re.fullmatch(pattern, request.path)
            if found and method == request.method:
                answer = getattr(self, name)(request, *found.groups())
                answer.headers.setdefault("x-line-request-id", str(uuid.uuid4()))
                return answer
        return self.error(404, "Not found")

    def stateless_token(self, request):
        form = request.form
        good = (form.get("client_id"), form.get("client_secret"))
        if good != (self.channel_id, self.secret):
            text = {"error": "invalid_client", "error_description": "invalid client_id"}
            return Answer(400, text)
        token = f"stateless-{uuid.uuid4().hex}"
        self.tokens[token] = self.now() + timedelta(seconds=900)
        content = {"access_token": token, "expires_in": 900, "token_type": "Bearer"}
        return Answer(200, content)

    def send(self, request, kind):
        """Push, multicast, narrowcast and broadcast."""
        body = request.json()
        key = request.headers.get("x-line-retry-key")
        if key in self.keys:
            before = self.keys[key]
            answer = self.error(409, "The retry key is already accepted")
            answer.headers["x-line-accepted-request-id"] = before["request_id"]
            answer.content["sentMessages"] = before["sent"]
            return answer
        targets = self._targets(kind, body)
        unknown = [user for user in targets if user not in self.users]
        if unknown:
            return self.error(400, "Failed to send messages")
        reached = [user for user in targets if self._reaches(user)]
        if self._is_over(len(reached)):
            return self.error(429, MONTH_FULL)
        self.quota["used"] += len(reached)
        row = self._accept(kind, targets, body, key)
        if kind == "narrowcast":
            few = len(reached) < NARROWCAST_LEAST
            self.narrowcasts[row["request_id"]] = (few, len(reached))
        content = {"sentMessages": row["sent"]} if kind == "push" else {}
        status = 202 if kind == "narrowcast" else 200
        return Answer(status, content, headers={"x-line-request-id": row["request_id"]})

    def _targets(self, kind, body):
        if kind in ("push", "multicast"):
            to = body["to"]
            return [to] if kind == "push" else to
        return [user for user in self.users if self._reaches(user)]

    def _reaches(self, user_id):
        user = self.users[user_id]
        return user["friend"] and not user["blocked"]

    def _is_over(self, count):
        limit = self.quota["limit"]
        return limit is not None and self.quota["used"] + count > limit

    def _accept(self, kind, targets, body, key):
        number = len(self.accepted) * 10
        row = {
            "kind": kind,
            "to": list(targets),
            "messages": body["messages"],
            "key": key,
            "body": body,
            "request_id": str(uuid.uuid4()),
            "sent": [
                {"id": str(4 * 10**17 + number + n), "quoteToken": f"q{number + n}"}
                for n, _message in enumerate(body["messages"])
            ],
            "at": self.now(),
        }
        self.accepted.append(row)
        if key:
            self.keys[key] = row
        return row

    def reply(self, request):
        body = request.json()
        user_id = self.reply_tokens.pop(body.get("replyToken"), None)
        if not user_id:
            return self.error(400, "Invalid reply token")
        row = self._accept("reply", [user_id], body, None)
        return Answer(200, {"sentMessages": row["sent"]})

    def validate(self, _request, _kind):
        return Answer(200, {})

    def get_quota(self, _request):
        limit = self.quota["limit"]
        if limit is None:
            return Answer(200, {"type": "none"})
        return Answer(200, {"type": "limited", "value": limit})

    def get_consumption(self, _request):
        return Answer(200, {"totalUsage": self.quota["used"]})

    def delivery(self, request, kind):
        day = request.query.get("date", [""])[0]
        sent = [
            row
            for row in self.accepted
            if row["kind"] == kind
            and (row["at"] + timedelta(hours=9)).strftime("%Y%m%d") == day
        ]
        return Answer(200, {"status": "ready", "success": len(sent)})

    def narrowcast_progress(self, request):
        few, count = self.narrowcasts.get(
            request.query.get("requestId", [""])[0], (True, 0)
        )
        stamp = self.now().strftime("%Y-%m-%dT%H:%M:%S.000Z")
        content = {"acceptedTime": stamp, "completedTime": stamp}
        if few:
            return Answer(200, {**content, "phase": "failed", "errorCode": 4})
        counts = {"successCount": count, "failureCount": 0, "targetCount": count}
        return Answer(200, {**content, "phase": "succeeded", **counts})

    def profile(self, _request, user_id):
        user = self.users.get(user_id)
        if not user or not self._reaches(user_id):
            return self.error(404, "Not found")
        content = {"displayName": user["displayName"], "userId": user_id}
        for name in ("pictureUrl", "statusMessage", "language"):
            if user.get(name):
                content[name] = user[name]
        return Answer(200, content)

    def info(self, _request):
        return Answer(200, dict(self.bot))

    def followers(self, request):
        friends = [user for user in self.users if self._reaches(user)]
        start = int(request.query.get("start", ["0"])[0])
        limit = int(request.query.get("limit", ["300"])[0])
        content = {"userIds": friends[start : start + limit]}
        if start + limit < len(friends):
            content["next"] = str(start + limit)
        return Answer(200, content)

    def content(self, _request, message_id):
        found = self.contents.get(message_id)
        if not found:
            return self.error(404, "Not found")
        return Answer(200, found[0], found[1])

    def get_webhook(self, _request):
        return Answer(200, dict(self.webhook))

    def set_webhook(self, request):
        self.webhook["endpoint"] = request.json()["endpoint"]
        return Answer(200, {})

    def test_webhook(self, request):
        """Post no events to the address, as LINE's console does."""
        url = request.json().get("endpoint") or self.webhook["endpoint"]
        delivery = line_delivery([], self.secret, self.bot["userId"])
        try:
            status = post(url, delivery, timeout=5)[0]
        except OSError as error:
            status, reason = 0, f"COULD_NOT_CONNECT: {error}"
        else:
            reason = "OK" if status == 200 else "ERROR_STATUS_CODE"
        content = {
            "success": status == 200,
            "timestamp": self.now().strftime("%Y-%m-%dT%H:%M:%SZ"),
            "statusCode": status,
            "reason": reason,
            "detail": str(status or reason),
        }
        return Answer(200, content)

    def ok(self, _request, *_found):
        return Answer(200, {})

    def loading(self, _request):
        return Answer(202, {})

    def link_token(self, _request, _user_id):
        return Answer(200, {"linkToken": uuid.uuid4().hex})


ROUTES = (
    ("POST", "/oauth2/v3/token", "stateless_token"),
    ("POST", "/v2/bot/message/(push|multicast|narrowcast|broadcast)", "send"),
    ("POST", "/v2/bot/message/reply", "reply"),
    ("POST", "/v2/bot/message/validate/([a-z]+)", "validate"),
    ("GET", "/v2/bot/message/quota", "get_quota"),
    ("GET", "/v2/bot/message/quota/consumption", "get_consumption"),
    ("GET", "/v2/bot/message/delivery/([a-z]+)", "delivery"),
    ("GET", "/v2/bot/message/progress/narrowcast", "narrowcast_progress"),
    ("GET", "/v2/bot/message/([^/]+)/content(?:/preview)?", "content"),
    ("GET", "/v2/bot/profile/([^/]+)", "profile"),
    ("GET", "/v2/bot/info", "info"),
    ("GET", "/v2/bot/followers/ids", "followers"),
    ("GET", "/v2/bot/channel/webhook/endpoint", "get_webhook"),
    ("PUT", "/v2/bot/channel/webhook/endpoint", "set_webhook"),
    ("POST", "/v2/bot/channel/webhook/test", "test_webhook"),
    ("POST", "/v2/bot/message/markAsRead", "ok"),
    ("POST", "/v2/bot/chat/markAsRead", "ok"),
    ("POST", "/v2/bot/chat/loading/start", "loading"),
    ("POST", "/v2/bot/user/([^/]+)/linkToken", "link_token"),
    *RichMenus.ROUTES,
)
