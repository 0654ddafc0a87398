import json

import requests

from odoo.tests import tagged

from .common_line import LineCase


@tagged("standard", "post_install", "-at_install")
class TestEmulator(LineCase):
    """What stands in for LINE answers as LINE does, and refuses what LINE refuses."""

    breaks_rules = True
    server_values = {"orders": 30}

    def setUp(self):
        super().setUp()
        self.http = self.enterContext(requests.Session())
        self.http.headers["User-Agent"] = "test"

    def orders(self, key=None, **query):
        now = self.server.now()
        query = {
            "page": 1,
            "perPage": 100,
            "startAt": "2020-01-01T00:00:00Z",
            "endAt": f"{now.year + 1}-01-01T00:00:00Z",
            **query,
        }
        headers = {"X-API-KEY": key or self.server.shop.key}
        url = f"{self.server.url}/myshop/v1/orders"
        return self.http.get(url, params=query, headers=headers, timeout=10)

    def order(self, number):
        headers = {"X-API-KEY": self.server.shop.key}
        url = f"{self.server.url}/myshop/v1/orders/{number}"
        return self.http.get(url, headers=headers, timeout=10)

    def test_truth_is_what_is_served(self):
        self.server.step(5)
        truth = self.server.truth()
        rows = self.orders().json()["data"]
        self.assertEqual({row["orderNumber"] for row in rows}, set(truth))
        for row in rows:
            detail = self.order(row["orderNumber"]).json()
            self.assertEqual(detail, truth[row["orderNumber"]])
            detail.pop("orderItems")
            self.assertEqual(row, detail)
        self.assert_rules_kept()

    def test_wrong_requests_are_refused(self):
        for wrong in (
            {"perPage": 101},
            {"page": 0},
            {"startAt": ""},
            {"endAt": "yesterday"},
            {"sortBy": "PRICE"},
            {"orderStatus": "CONFIRMED"},
            {"colour": "red"},
        ):
            with self.subTest(wrong=wrong):
                self.server.violations.clear()
                self.assertEqual(self.orders(**wrong).status_code, 400)
                self.assertEqual(len(self.server.violations), 1)

    def test_key(self):
        answer = self.orders(key="other")
        self.assertEqual(answer.status_code, 401)
        self.assertEqual(answer.json()["code"], "UNAUTHORIZED")

    def test_push_is_taken_once(self):
        url = f"{self.server.url}/v2/bot/message/push"
        message = {"type": "text", "text": "Hello"}
        body = {"to": self.server.people[0].user_id, "messages": [message]}
        headers = {
            "Authorization": f"Bearer {self.server.messaging.token}",
            "X-Line-Retry-Key": "6ba7b810-9dad-11d1-80b4-00c04fd430c8",
        }
        answers = [
            self.http.post(url, json=body, headers=headers, timeout=10)
            for _n in range(2)
        ]
        self.assertEqual([row.status_code for row in answers], [200, 409])
        self.assertEqual(len(self.server.accepted), 1)
        self.assertEqual(
            answers[1].headers["x-line-accepted-request-id"],
            answers[0].headers["x-line-request-id"],
        )
        self.assert_rules_kept()
        message.pop("text")
        answer = self.http.post(url, data=json.dumps(body), headers=headers, timeout=10)
        self.assertEqual(answer.status_code, 400)
