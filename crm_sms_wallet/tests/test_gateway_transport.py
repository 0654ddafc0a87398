"""What is known about a request that failed, and which servers are never called."""

import datetime
import socket
import ssl
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from odoo.tests import BaseCase, tagged

from odoo.addons.crm_sms_wallet.tools.gateways import mapping
from odoo.addons.crm_sms_wallet.tools.gateways.transport import (
    Lost,
    NotSent,
    Transport,
    checked_url,
)

from .emulators.server import Emulator


class Echo(Emulator):
    def handle(self, request):
        return 200, {"path": request.path, "query": request.query}


class RawServer:
    """Answers each connection with the given bytes, then does what it is told."""

    def __init__(self, pieces, pause=0.0, context=None):
        self.pieces, self.pause, self.context = pieces, pause, context
        self.asked = 0
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            try:
                line, _address = self.socket.accept()
            except OSError:
                return
            with suppress(OSError):  # when the client has gone
                if self.context:
                    line = self.context.wrap_socket(line, server_side=True)
                line.recv(65536)
                self.asked += 1
                for piece in self.pieces:
                    line.sendall(piece)
                    time.sleep(self.pause)
            line.close()

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        self.socket.close()


@tagged("post_install", "-at_install")
class TestTransport(BaseCase):
    def transport(self, **values):
        transport = Transport(values.pop("timeout", 5), plain_loopback=True, **values)
        self.addCleanup(transport.close)
        return transport

    def test_addresses_that_are_not_called(self):
        for url in (
            "",
            "example.com/sms",
            "ftp://example.com",
            "file:///etc/passwd",
            "http://example.com/sms",
            "http://127.0.0.1.example.com/sms",
            "http://169.254.169.254/latest",
            "https://user:password@example.com/sms",
            "https://example.com/sms#part",
            "https://example.com:0/sms",
            "https://example.com:x/sms",
            "https:///sms",
            "gopher://127.0.0.1",
        ):
            with self.subTest(url=url):
                with self.assertRaises(ValueError):
                    checked_url(url, plain_loopback=True)
                with self.assertRaises(NotSent):
                    self.transport().call("GET", url)

    def test_plain_http_only_when_allowed(self):
        for url in ("http://127.0.0.1:8080/x", "http://localhost/x"):
            self.assertTrue(checked_url(url, plain_loopback=True))
            with self.assertRaises(ValueError):
                checked_url(url)
        self.assertTrue(checked_url("https://example.com/sms"))

    def test_tests_call_nobody_outside(self):
        with self.assertRaises(NotSent):
            self.transport(only_loopback=True).call("GET", "https://example.com")

    def test_keeps_the_line_and_opens_a_new_one(self):
        with Echo() as server:
            transport = self.transport()
            for _time in range(3):
                answer = transport.call("GET", f"{server.url}/a?b=1")
                self.assertEqual(answer.json(), {"path": "/a", "query": {"b": "1"}})
            # a new one after a pause, which a busy machine may make
            self.assertLess(len(server.lines), 3)

    def test_line_that_the_server_closed_while_idle(self):
        """A closed line is seen before a request is written to it."""
        head = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
        with RawServer([head]) as server:
            transport = self.transport()
            for _time in range(3):
                url = f"http://127.0.0.1:{server.port}/"
                self.assertEqual(transport.call("GET", url).json(), {})
                time.sleep(0.05)
            self.assertEqual(server.asked, 3)

    def test_nothing_listens(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
        with self.assertRaises(NotSent):
            self.transport().call("POST", f"http://127.0.0.1:{port}/", {}, b"x")

    def test_no_such_name(self):
        with self.assertRaises(NotSent):
            self.transport().call("GET", "https://nowhere.invalid/")

    def test_header_that_is_none(self):
        """A secret with a line break cannot smuggle in another header."""
        with Echo() as server:
            for value in ("a\r\nX-Evil: 1", "ไทย"):
                with self.assertRaises(NotSent):
                    self.transport().call("GET", server.url, {"X": value})
            self.assertFalse(server.requests)

    def test_answers_that_are_none(self):
        whole = b"HTTP/1.1 200 OK\r\nContent-Length: 200\r\n\r\n{"
        for pieces in (
            [],
            [b"HTTP/1.1 200"],
            [b"hello\r\n\r\n"],
            [whole],
            [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab"],
            [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nab"],
        ):
            with self.subTest(pieces=pieces), RawServer(pieces) as server:
                with self.assertRaises(Lost):
                    url = f"http://127.0.0.1:{server.port}/"
                    self.transport().call("POST", url, {}, b"x")

    def test_endless_answer_is_left(self):
        head = [b"HTTP/1.1 200 OK\r\n\r\n"]
        with RawServer(head + [b"x" * 10000] * 100) as server:
            with self.assertRaises(Lost):
                self.transport().call("GET", f"http://127.0.0.1:{server.port}/")

    def test_answer_that_drips_is_left(self):
        head = [b"HTTP/1.1 200 OK\r\n\r\n"]
        with RawServer(head + [b"x"] * 60, pause=0.1) as server:
            with self.assertRaises(Lost):
                transport = self.transport(timeout=0.4)
                transport.call("GET", f"http://127.0.0.1:{server.port}/")

    def test_certificate_of_nobody_is_refused_before_a_byte_leaves(self):
        with tempfile.TemporaryDirectory() as folder:
            context = self.certificate(Path(folder))
            with RawServer([b"HTTP/1.1 200 OK\r\n\r\n{}"], context=context) as server:
                with self.assertRaises(NotSent):
                    url = f"https://localhost:{server.port}/"
                    self.transport().call("POST", url, {}, b"secret")
                self.assertEqual(server.asked, 0)

    def certificate(self, folder):
        """:return: SSL context of a server that signed its certificate itself"""
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
        now = datetime.datetime.now(datetime.timezone.utc)
        made = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(1)
            .not_valid_before(now - datetime.timedelta(days=1))
            .not_valid_after(now + datetime.timedelta(days=1))
            .add_extension(
                x509.SubjectAlternativeName([x509.DNSName("localhost")]), False
            )
            .sign(key, hashes.SHA256())
        )
        pem = serialization.Encoding.PEM
        (folder / "cert.pem").write_bytes(made.public_bytes(pem))
        (folder / "key.pem").write_bytes(
            key.private_bytes(
                pem,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
        return context


@tagged("post_install", "-at_install")
class TestMapping(BaseCase):
    """Descriptions of requests and answers are data, never code."""

    def test_values_are_no_templates(self):
        values = {"text": "{key} {text}", "key": "secret"}
        self.assertEqual(mapping.fill("<{text}>", values), "<{key} {text}>")
        self.assertEqual(mapping.fill("{none} {text.__class__}", values)[:6], "{none}")

    def test_json_cannot_be_broken_out_of(self):
        text = '"}, "to": "+66999999999", "x": {"a": "\\'
        made = mapping.fill_json('{"a": ["{text}", 1], "b": "{text}"}', {"text": text})
        self.assertEqual(made, {"a": [text, 1], "b": text})

    def test_pick(self):
        document = {"a": [{"b": 7}, {"b": None}], "ok": True, "n": 1.5}
        for path, found in (
            ("a.0.b", "7"),
            ("a.-2.b", "7"),
            ("a.1.b", ""),
            ("a.9.b", ""),
            ("a.x", ""),
            ("a", ""),
            ("ok", "true"),
            ("n", "1.5"),
            ("", ""),
            ("a.__class__", ""),
        ):
            with self.subTest(path=path):
                self.assertEqual(mapping.pick_text(document, path), found)

    def test_table(self):
        text = "# none\n\n a = b = c \n:x:= y"
        self.assertEqual(mapping.table(text), [("a", "b = c"), (":x:", "y")])
        with self.assertRaises(ValueError):
            mapping.table("no sign")
