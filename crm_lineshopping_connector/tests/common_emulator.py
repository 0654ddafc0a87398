import requests

from odoo.tests import BaseCase

from .emulators.line_server import LineServer


class EmulatorCase(BaseCase):
    """Asks the emulator as a client would; no database."""

    def setUp(self):
        super().setUp()
        self.http = self.enterContext(requests.Session())
        self.http.headers["User-Agent"] = "test"

    def start(self, **values):
        self.server = self.enterContext(LineServer(**{"orders": 30, **values}))
        return self.server

    def call(self, method, path, token=None, **options):
        headers = {
            "X-API-KEY": self.server.shop.key,
            "Authorization": f"Bearer {token or self.server.messaging.token}",
            **options.pop("headers", {}),
        }
        url = self.server.url + path
        return self.http.request(method, url, headers=headers, timeout=10, **options)

    def orders(self, **query):
        query = {
            "page": 1,
            "perPage": 100,
            "startAt": "2020-01-01T00:00:00Z",
            "endAt": f"{self.server.now().year + 1}-01-01T00:00:00Z",
            **query,
        }
        return self.call("GET", "/myshop/v1/orders", params=query)

    def order(self, number):
        return self.call("GET", f"/myshop/v1/orders/{number}")

    def push(self, user=0, key=None, **message):
        message = message or {"type": "text", "text": "Hello"}
        body = {"to": self.server.people[user].user_id, "messages": [message]}
        headers = {"X-Line-Retry-Key": key} if key else {}
        return self.call("POST", "/v2/bot/message/push", json=body, headers=headers)

    def assert_rules_kept(self):
        self.assertEqual(self.server.violations, [])
        self.assertEqual(self.server.rate_violations, [])
