"""LINE's webhook and the work on its events."""

import base64
import hashlib
import hmac
import json
from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.tests import HttpCase, new_test_user, tagged

SECRET = "0123456789abcdef0123456789abcdef"


@tagged("post_install", "-at_install")
class TestLineWebhook(HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        company = cls.env["res.company"].create({"name": "Shop with LINE"})
        cls.channel = cls.env["crm.line.channel"].create(
            {"name": "Shop", "company_id": company.id, "channel_secret": SECRET}
        )
        cls.user_ids = [f"U{number:032x}" for number in range(1, 5)]

    def _sign(self, body, secret=SECRET):
        digest = hmac.new(secret.encode(), body, hashlib.sha256).digest()
        return base64.b64encode(digest).decode()

    def _post(self, events, signature=None, token=None, body=None):
        if body is None:
            body = json.dumps({"destination": "U1", "events": events}).encode()
        signature = self._sign(body) if signature is None else signature
        return self.url_open(
            f"/line/webhook/{token or self.channel.webhook_token}",
            data=body,
            headers={
                "Content-Type": "application/json; charset=utf-8",
                "X-Line-Signature": signature,
            },
            method="POST",
        )

    def _event(self, kind, number=0, at=1_700_000_000_000, key=None, **more):
        return {
            "type": kind,
            "mode": "active",
            "timestamp": at,
            "source": {"type": "user", "userId": self.user_ids[number]},
            "webhookEventId": key or f"01{kind}{number}{at}",
            "deliveryContext": {"isRedelivery": False},
            **more,
        }

    def _stored(self):
        return self.env["crm.line.event"].search([("channel_id", "=", self.channel.id)])

    def _process(self):
        while self.env["crm.line.event"]._process_batch():
            pass

    def _user(self, number=0):
        return self.env["crm.line.user"]._of(self.channel, [self.user_ids[number]])

    def test_only_line_is_heard(self):
        events = [self._event("follow")]
        body = json.dumps({"events": events}).encode()
        self.assertEqual(self._post(events, signature="").status_code, 403)
        self.assertEqual(self._post(events, signature="ü").status_code, 403)
        wrong = self._sign(body, "another secret")
        self.assertEqual(self._post(events, signature=wrong).status_code, 403)
        # signed, then changed by a blank: the bytes count, not what they mean
        sign = self._sign(body)
        changed = body.replace(b": [", b":  [")
        self.assertEqual(self._post(None, sign, body=changed).status_code, 403)
        self.assertEqual(self._post(events, token="nobody").status_code, 404)
        self.assertFalse(self._stored())
        self.channel.channel_secret = False
        no_secret = self._sign(body, "")
        self.assertEqual(self._post(None, no_secret, body=body).status_code, 403)

    def test_signature_comes_before_reading(self):
        """What is no JSON and not signed is refused as not signed."""
        self.assertEqual(self._post(None, "x", body=b"{").status_code, 403)
        self.assertEqual(self._post(None, body=b"{").status_code, 400)
        self.assertEqual(self._post(None, body=b"[1]").status_code, 400)
        self.assertEqual(self._post(None, body=b'{"events": 1}').status_code, 400)
        deep = b"[" * 100_000
        self.assertEqual(self._post(None, body=deep).status_code, 400)

    def test_check_of_the_address(self):
        """LINE's console sends no events at all and wants to hear 200."""
        self.assertEqual(self._post([]).status_code, 200)
        self.assertFalse(self._stored())

    def test_each_event_once(self):
        event = self._event("follow")
        again = {**event, "deliveryContext": {"isRedelivery": True}}
        self.assertEqual(self._post([event, event]).status_code, 200)
        self.assertEqual(self._post([again]).status_code, 200)
        self.assertEqual(len(self._stored()), 1)
        nameless = self._event("follow", number=1)
        nameless.pop("webhookEventId")
        self._post([nameless])
        self._post([nameless])
        self.assertEqual(len(self._stored()), 2)

    def test_strange_events_are_taken_too(self):
        strange = [
            None,
            "text",
            {"type": 7},
            {"type": "beacon"},
            self._event("message", message={"type": "text", "text": "a\x00b\ud800"}),
            {**self._event("join"), "source": {"type": "group", "groupId": "C1"}},
            {**self._event("x"), "timestamp": "soon", "source": None},
            {**self._event("y"), "timestamp": 10**30},
        ]
        self.assertEqual(self._post(strange).status_code, 200)
        self.assertEqual(len(self._stored()), 5)
        self._process()
        self.assertEqual(set(self._stored().mapped("state")), {"done"})

    def test_last_word_counts_whatever_the_order(self):
        follow = self._event("follow", at=1_700_000_000_000)
        block = self._event("unfollow", at=1_700_000_001_000)
        back = self._event("follow", at=1_700_000_002_000)
        for number, events in enumerate(
            ([follow, block, back], [back, block, follow], [block, back, follow])
        ):
            for event in events:
                self._post([{**event, "webhookEventId": f"{number} {event}"[:90]}])
                self._process()
            self.assertEqual(self._user().friend_state, "friend")
            self.assertEqual(self._user().friend_at.second, 22)
        self._post([self._event("unfollow", at=1_700_000_003_000)])
        self._process()
        self.assertEqual(self._user().friend_state, "blocked")

    def test_one_bad_event_does_not_stop_the_others(self):
        users = self.env.registry["crm.line.user"]
        self._post([self._event("follow"), self._event("follow", number=1)])
        seen = []

        def on_follow(line_user, _payload, _at):
            seen.append(line_user.user_id)
            if line_user == self._user(0):
                raise ValueError("what the customer wrote")

        with (
            patch.object(users, "_on_follow", on_follow),
            self.assertLogs("odoo.addons.crm_lineshopping_connector") as logs,
        ):
            self._process()
        self.assertEqual(seen, self.user_ids[:2])
        failed = self._stored().filtered(lambda e: e.state == "failed")
        self.assertEqual(failed.user_id, self.user_ids[0])
        self.assertEqual(failed.error, "ValueError")
        self.assertNotIn("customer wrote", "".join(logs.output))
        failed.action_retry()
        self._process()
        self.assertEqual(failed.state, "done")
        self.assertEqual(self._user().friend_state, "friend")

    def test_payload_and_secrets_are_for_administrators(self):
        officer = new_test_user(
            self.env,
            "line_manager",
            groups="base.group_user,crm_segments.crm_segments_group_manager",
            company_id=self.channel.company_id.id,
            company_ids=[(6, 0, self.channel.company_id.ids)],
        )
        channel = self.channel.with_user(officer)
        self.assertEqual(channel.name, "Shop")
        fields = self.env["crm.line.channel"]._fields
        secret = {n for n, f in fields.items() if f.groups == "base.group_system"}
        self.assertLessEqual(
            {"channel_secret", "access_token", "webhook_token"}, secret
        )
        for name in secret:
            with self.assertRaises(AccessError):
                channel.read([name])
        with self.assertRaises(AccessError):
            channel.write({"channel_secret": "x"})
        self.assertFalse(set(channel.fields_get()) & {"channel_secret", "access_token"})
        with self.assertRaises(AccessError):
            self.env["crm.line.event"].with_user(officer).search([])
