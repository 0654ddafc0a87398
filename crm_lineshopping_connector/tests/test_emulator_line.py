import io
import json
import uuid

import requests
from PIL import Image

from odoo.tests import tagged

from .common_emulator import EmulatorCase
from .emulators import openapi_check, webhooks
from .emulators.faults import Faults
from .emulators.http_server import Request


@tagged("standard", "post_install", "-at_install")
class TestLineEmulator(EmulatorCase):
    """The same of LINE's Messaging API, Login and LIFF."""

    def test_push_is_taken_once(self):
        self.start()
        key = str(uuid.uuid4())
        answers = [self.push(key=key) for _n in range(2)]
        self.assertEqual([row.status_code for row in answers], [200, 409])
        self.assertEqual(len(self.server.accepted), 1)
        self.assertEqual(
            answers[1].headers["x-line-accepted-request-id"],
            answers[0].headers["x-line-request-id"],
        )
        self.assert_rules_kept()

    def test_wrong_requests_are_refused(self):
        self.start()
        bubble = {"type": "bubble", "body": {"type": "box", "layout": "vertical"}}
        text = {"type": "text", "text": "x"}
        for wrong in (
            {"type": "text"},
            {"type": "songs", "text": "x"},
            {"type": "text", "text": "x" * 5001},
            {"type": "image", "originalContentUrl": "http://a.b/c"},
            {"type": "flex", "altText": "x", "contents": bubble},
            {"type": "flex", "altText": "", "contents": bubble},
        ):
            self.assertEqual(self.push(**wrong).status_code, 400, wrong)
        self.assertEqual(self.push(key="1", **text).status_code, 400)
        path = "/v2/bot/message/multicast"
        for to in ([], ["U1"], [self.server.people[0].user_id] * 2, ["U" + "0" * 32]):
            body = {"to": to, "messages": [text]}
            self.assertEqual(self.call("POST", path, json=body).status_code, 400, to)
        body = {"to": [row.user_id for row in self.server.people], "messages": []}
        self.assertEqual(self.call("POST", path, json=body).status_code, 400)
        self.assertEqual(self.server.accepted, [])

    def test_rules_without_files(self):
        """Without LINE's files the same requests are refused by own rules."""
        self.start()
        self.patch(self.server, "_spec", lambda *_args: None)
        self.assertEqual(self.push(type="text").status_code, 400)
        self.assertEqual(self.push(type="songs").status_code, 400)
        self.assertEqual(self.orders(perPage=101).status_code, 400)
        self.assertEqual(self.push().status_code, 200)
        self.assertEqual(self.orders().status_code, 200)

    def test_tokens(self):
        self.start()
        answer = self.push_with("wrong")
        self.assertEqual(answer.status_code, 401)
        form = {"grant_type": "client_credentials", "client_id": "x"}
        path, messaging = "/oauth2/v3/token", self.server.messaging
        self.assertEqual(self.call("POST", path, data=form).status_code, 400)
        form.update(client_id=messaging.channel_id, client_secret=messaging.secret)
        token = self.call("POST", path, data=form).json()
        self.assertEqual(self.push_with(token["access_token"]).status_code, 200)
        self.server.skew += token["expires_in"] + 1
        self.assertEqual(self.push_with(token["access_token"]).status_code, 401)

    def push_with(self, token):
        text = {"type": "text", "text": "Hello"}
        body = {"to": self.server.people[0].user_id, "messages": [text]}
        return self.call("POST", "/v2/bot/message/push", token, json=body)

    def test_quota_and_blocked(self):
        self.start()
        self.server.quota["limit"] = 1
        blocked = self.server.people[1].user_id
        self.server.line_event("unfollow", blocked)
        self.assertEqual(self.push(1).status_code, 200, "200 is not delivery")
        self.assertEqual(
            self.call("GET", f"/v2/bot/profile/{blocked}").status_code, 404
        )
        self.assertEqual(self.push(2).status_code, 200)
        answer = self.push(3)
        self.assertEqual(answer.status_code, 429)
        self.assertIn("monthly limit", answer.json()["message"])
        path = "/v2/bot/message/quota"
        self.assertEqual(self.call("GET", path).json(), {"type": "limited", "value": 1})
        used = self.call("GET", f"{path}/consumption").json()
        self.assertEqual(used, {"totalUsage": 1})
        self.server.line_event("follow", blocked)
        self.assertEqual(
            self.call("GET", f"/v2/bot/profile/{blocked}").status_code, 200
        )
        self.assert_rules_kept()

    def test_events_are_as_described(self):
        """By LINE's own file of events."""
        server = self.start()
        user = server.people[0].user_id
        events = [
            server.line_event("follow", user),
            server.line_event("unfollow", user),
            server.line_event("text", user, "สวัสดี"),
            server.line_event("image", user),
            server.line_event("sticker", user),
            server.line_event("location", user),
            server.line_event("postback", user, "a=1"),
        ]
        events.append(server.events.redelivered(events[0]))
        spec = openapi_check.load("webhook.yml")
        for together in (1, 3, 10):
            rows = server.line_deliveries(events, together)
            for row in rows:
                headers = {"content-type": "application/json"}
                request = Request("POST", "/callback", {}, headers, row.body)
                self.assertEqual(spec.request_errors(request) if spec else [], [])
                signature = server.sign_line(row.body)
                self.assertEqual(row.headers["X-Line-Signature"], signature)
        empty = webhooks.line_delivery([], "s", server.messaging.bot["userId"])
        self.assertEqual(empty.json()["events"], [])
        message = events[3]["message"]["id"]
        picture = self.call("GET", f"/v2/bot/message/{message}/content")
        self.assertEqual(picture.content, webhooks.PICTURE)

    def test_answer_to_an_event(self):
        self.start()
        user = self.server.people[0].user_id
        event = self.server.line_event("text", user, "Hello")
        text = {"type": "text", "text": "Hello"}
        body = {"replyToken": event["replyToken"], "messages": [text]}
        path = "/v2/bot/message/reply"
        answers = [self.call("POST", path, json=body) for _n in range(2)]
        self.assertEqual([row.status_code for row in answers], [200, 400], "once")

    def test_id_tokens(self):
        self.start()
        user = self.server.people[0].user_id

        def verify(form=None, **values):
            token = self.server.id_token(user, **values)
            form = {"client_id": self.server.login.channel_id, **(form or {})}
            form["id_token"] = form.get("id_token") or token
            return self.call("POST", "/oauth2/v2.1/verify", data=form).json()

        self.assertEqual(verify()["sub"], user)
        self.assertEqual(verify({"nonce": "n"}, nonce="n")["nonce"], "n")
        for error, form, values in (
            ("Invalid IdToken.", {}, {"forged": True}),
            ("Invalid IdToken.", {"id_token": "abc"}, {}),
            ("IdToken expired.", {}, {"expires": -1}),
            ("Invalid IdToken Audience.", {}, {"audience": "1"}),
            ("Invalid IdToken Issuer.", {}, {"issuer": "https://example.com"}),
            ("Invalid IdToken Nonce.", {"nonce": "n"}, {"nonce": "m"}),
            ("Invalid IdToken Subject Identifier.", {"user_id": "U1"}, {}),
        ):
            self.assertEqual(verify(form, **values)["error_description"], error)

    def test_access_tokens(self):
        self.start()
        user = self.server.people[0].user_id
        token = self.server.login.access_token(user)
        path = f"/oauth2/v2.1/verify?access_token={token}"
        found = self.call("GET", path).json()
        self.assertEqual(found["client_id"], self.server.login.channel_id)
        profile = self.call("GET", "/v2/profile", token).json()
        self.assertEqual(profile["userId"], user)
        status = self.call("GET", "/friendship/v1/status", token).json()
        self.assertEqual(status, {"friendFlag": True})
        self.assertEqual(self.call("GET", "/v2/profile", "x").status_code, 401)
        self.assert_rules_kept()

    def test_rich_menu(self):
        self.start()
        box = {"x": 0, "y": 0, "width": 800, "height": 540}
        menu = {
            "size": {"width": 800, "height": 540},
            "selected": True,
            "name": "Menu",
            "chatBarText": "Menu",
            "areas": [{"bounds": box, "action": {"type": "message", "text": "Hi"}}],
        }
        number = self.call("POST", "/v2/bot/richmenu", json=menu).json()["richMenuId"]
        path = f"/v2/bot/richmenu/{number}/content"
        default = f"/v2/bot/user/all/richmenu/{number}"
        self.assertEqual(self.call("POST", default).status_code, 400, "no picture")
        for size, status in (((800, 500), 400), ((800, 540), 200)):
            picture = io.BytesIO()
            Image.new("RGB", size).save(picture, "PNG")
            answer = self.call(
                "POST",
                path,
                data=picture.getvalue(),
                headers={"Content-Type": "image/png"},
            )
            self.assertEqual(answer.status_code, status)
        self.assertEqual(self.call("POST", default).status_code, 200)
        listed = self.call("GET", "/v2/bot/richmenu/list").json()["richmenus"]
        self.assertEqual(listed, [{"richMenuId": number, **menu}])
        self.assert_rules_kept()
        menu["size"]["height"] = 700
        answer = self.call("POST", "/v2/bot/richmenu", json=menu)
        self.assertEqual(answer.status_code, 400)

    def test_lost_answer_of_a_push(self):
        self.start()
        key = str(uuid.uuid4())
        self.server.faults = Faults(1, ("cut", "timeout"), times=2, hold=0.01)
        for _n in range(2):
            with self.assertRaises(requests.ConnectionError):
                self.push(key=key)
        self.assertEqual(self.push(key=key).status_code, 409)
        self.assertEqual(len(self.server.accepted), 1)

    def test_first_redirect_of_liff(self):
        server = self.start()
        server.login.endpoint = "http://127.0.0.1:1/line/liff/shop"
        answer = self.http.get(
            server.login.open_url(to="card"), allow_redirects=False, timeout=10
        )
        self.assertEqual(
            answer.headers["Location"],
            f"{server.login.endpoint}?liff.state=%3Fto%3Dcard",
        )
        script = self.http.get(f"{server.url}/liff/sdk.js", timeout=10).text
        self.assertIn(server.people[0].user_id, script)

    def test_control(self):
        server = self.start()
        answer = self.call("POST", "/_control/step", json={"move": "new"})
        ((number, move),) = answer.json()["done"]
        self.assertEqual(move, "new")
        truth = self.call("GET", "/_control/truth").json()
        self.assertEqual(truth, json.loads(json.dumps(server.truth())))
        self.assertIn(number, truth)
        self.call("POST", "/_control/faults", json={"share": 1, "kinds": ["500"]})
        self.assertEqual(self.push().status_code, 500)
        self.call("POST", "/_control/faults")
        self.assertEqual(self.push().status_code, 200)
