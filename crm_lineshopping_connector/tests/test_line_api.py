"""The client of LINE's servers against a small server that says what it is told."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from odoo.exceptions import UserError
from odoo.tests import TransactionCase

from odoo.addons.crm_lineshopping_connector.tools import line_api
from odoo.addons.crm_lineshopping_connector.tools.service_url import LOOPBACK_PARAMETER


class Handler(BaseHTTPRequestHandler):
    """Answers what `server.answers` says for a path: a list, used up in turn; the last
    stays. Keeps what it was asked in `server.asked`."""

    protocol_version = "HTTP/1.1"

    def _serve(self):
        size = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(size)
        path = self.path.partition("?")[0]
        asked = {name.lower(): value for name, value in self.headers.items()}
        self.server.asked.append((self.command, self.path, asked, body))
        answers = self.server.answers[path]
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        status, body, headers, cut = answer
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        names = {"Content-Type": "application/json", **headers}
        for name, value in names.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content) + cut))
        self.end_headers()
        self.wfile.write(content)
        self.close_connection = bool(cut)

    do_GET = do_POST = do_PUT = do_DELETE = _serve

    def log_message(self, *args):
        pass


class TestLineApi(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=cls.server.serve_forever, daemon=True).start()
        cls.addClassCleanup(cls.server.server_close)
        cls.addClassCleanup(cls.server.shutdown)
        cls.url = f"http://127.0.0.1:{cls.server.server_port}"
        cls.env["ir.config_parameter"].set_param(LOOPBACK_PARAMETER, "1")
        company = cls.env["res.company"].create({"name": "Shop of the API"})
        cls.channel = cls.env["crm.line.channel"].create(
            {
                "name": "Shop",
                "company_id": company.id,
                "channel_id": "1234567890",
                "channel_secret": "the-secret",
                "api_url": cls.url,
                "data_url": cls.url,
            }
        )

    def setUp(self):
        super().setUp()
        self.server.asked, self.server.answers = [], {}
        line_api._tokens.clear()
        self._say("/oauth2/v3/token", {"access_token": "tok-1", "expires_in": 900})
        self.api = self.channel._api()

    def _say(self, path, body=None, status=200, headers=None, cut=0):
        answers = self.server.answers.setdefault(path, [])
        answers.append((status, {} if body is None else body, headers or {}, cut))

    def _paths(self):
        return [path for _method, path, _headers, _body in self.server.asked]

    def test_token_of_15_minutes_is_kept(self):
        self._say("/v2/bot/info", {"displayName": "Shop"}, headers={})
        for _try in range(3):
            answer = self.channel._api().call("GET", "/v2/bot/info")
        self.assertEqual(answer.body, {"displayName": "Shop"})
        self.assertEqual(self._paths().count("/oauth2/v3/token"), 1)
        _method, _path, _headers, form = self.server.asked[0]
        self.assertIn(b"client_secret=the-secret", form)
        headers = self.server.asked[1][2]
        self.assertEqual(headers["authorization"], "Bearer tok-1")

    def test_token_that_was_forgotten_is_asked_for_again_once(self):
        self._say("/v2/bot/info", {"message": "no"}, status=401)
        self._say("/v2/bot/info", {"ok": 1})
        self.assertEqual(self.api.call("GET", "/v2/bot/info").body, {"ok": 1})
        self.assertEqual(self._paths().count("/oauth2/v3/token"), 2)

    def test_long_lived_token_needs_no_other(self):
        self.channel.access_token = "long-lived"
        self._say("/v2/bot/info", {"message": "no"}, status=401)
        with self.assertRaises(line_api.LineRefused) as caught:
            self.channel._api().call("GET", "/v2/bot/info")
        self.assertEqual(caught.exception.kind, "token")
        self.assertEqual(self._paths(), ["/v2/bot/info"])

    def test_refusals_have_kinds(self):
        cases = [
            (400, {"message": "bad", "details": [{"message": "m", "property": "p"}]}),
            (403, {"message": "plan"}),
            (404, {"message": "Not found"}),
            (429, {"message": "The API rate limit has been exceeded."}),
            (429, {"message": "You have reached your monthly limit."}),
            (429, b"<html>"),
            (413, {"message": "too large"}),
            (409, {"message": "conflict"}),
        ]
        kinds = ["bad", "plan", "gone", "rate", "quota", "rate", "bad", "bad"]
        for status, body in cases:
            self._say("/x", body, status, {"x-line-request-id": "req"})
        for (status, _body), kind in zip(cases, kinds, strict=True):
            with self.assertRaises(line_api.LineRefused) as caught:
                self.api.call("POST", "/x", json={})
            error = caught.exception
            self.assertEqual((error.status, error.kind), (status, kind))
            self.assertEqual(error.request_id, "req")
            self.assertTrue(self.channel._say_line_error(error))

    def test_failures_leave_open_whether_it_was_done(self):
        self._say("/x", {"message": "oops"}, status=500)
        self._say("/x", {"sentMessages": []}, cut=20)
        self._say("/x", b'{"sent', headers={})
        self._say("/x", b"", status=302, headers={"Location": "https://example.com"})
        for _try in range(4):
            with self.assertRaises(line_api.LineUnknown):
                self.api.call("POST", "/x", json={}, retry_key="key")
        keys = [headers.get("x-line-retry-key") for _m, _p, headers, _b in self._x()]
        self.assertEqual(keys, ["key"] * 4)

    def _x(self):
        return [asked for asked in self.server.asked if asked[1] == "/x"]

    def test_nobody_there(self):
        self.channel.api_url = "http://127.0.0.1:9"
        with self.assertRaises(line_api.LineUnknown):
            self.channel._api().call("GET", "/x", anonymous=True)

    def test_same_retry_key_again_is_success(self):
        headers = {"x-line-accepted-request-id": "first", "x-line-request-id": "now"}
        self._say("/x", {"message": "accepted"}, 409, headers)
        answer = self.api.call("POST", "/x", json={}, retry_key="key")
        self.assertTrue(answer.repeated)
        self.assertEqual(answer.request_id, "first")

    def test_files_come_as_bytes(self):
        self._say("/x", b"\xff\xd8picture", headers={"Content-Type": "image/jpeg"})
        answer = self.api.call("GET", "/x", host="data")
        self.assertEqual(answer.content, b"\xff\xd8picture")
        self.assertEqual(answer.content_type, "image/jpeg")
        with self.assertRaises(line_api.LineUnknown):
            self.api.call("GET", "/x", host="data", max_bytes=4)

    def test_keys_are_nowhere(self):
        """What fails says neither secret nor token, in texts, logs and reprs."""
        self.server.answers.clear()
        self._say("/oauth2/v3/token", {"message": "invalid client"}, status=400)
        with self.assertLogs("odoo.addons.crm_lineshopping_connector") as logs:
            with self.assertRaises(line_api.LineRefused) as caught:
                self.api.call("GET", "/v2/bot/info")
        self.assertEqual(caught.exception.kind, "token")
        said = [str(caught.exception), repr(caught.exception), repr(self.api)]
        for text in said + logs.output:
            self.assertNotIn("the-secret", text)

    def test_other_addresses_are_not_called(self):
        self.env["ir.config_parameter"].set_param(LOOPBACK_PARAMETER, "")
        with self.assertRaises(UserError):
            self.channel._api()
