"""A real little HTTP server to stand in for a gateway. Knows nothing of Odoo.

A subclass says how the gateway answers. What goes wrong on the way (a cut line, an
answer that comes late, a server in trouble) is the same for all and lives here.
"""

import json
import socket
import struct
import threading
import time
import urllib.request
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit


@dataclass
class Request:
    """What came in."""

    method: str
    path: str
    query: dict
    headers: dict
    body: bytes
    form: dict = field(default_factory=dict)

    def json(self):
        return json.loads(self.body)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # one packet per answer; without this each answer waits 40 ms
    wbufsize = -1
    disable_nagle_algorithm = True

    def _serve(self):
        size = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(size)
        parts = urlsplit(self.path)
        kind = self.headers.get("Content-Type", "")
        form = parse_qs(body.decode()) if "form-urlencoded" in kind else {}
        request = Request(
            self.command,
            parts.path,
            {name: row[-1] for name, row in parse_qs(parts.query).items()},
            {name.lower(): value for name, value in self.headers.items()},
            body,
            {name: row[-1] for name, row in form.items()},
        )
        self.server.emulator.serve(self, request)

    do_GET = do_POST = _serve

    def log_message(self, *_args):
        pass

    def answer(self, status, content=b"", kind="application/json", headers=()):
        if not isinstance(content, bytes):
            content = (
                content if isinstance(content, str) else json.dumps(content)
            ).encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)
        self.wfile.flush()

    def cut(self):
        """Reset the line, with no answer."""
        self.connection.setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
        )
        self.close_connection = True
        self.connection.close()


class Emulator:
    """Base of the emulators; use as a context manager.

    ``requests`` lists what came in; ``connections`` counts lines. ``fault`` is what
    happens to the next sends, after a message was accepted where the gateway would
    have accepted it: ``cut``, ``cut_before`` (not accepted), ``slow``, ``500``,
    ``garbage``, ``redirect``, ``huge``; "" for nothing.
    """

    def __init__(self, host="127.0.0.1", port=0):
        self.requests = []
        self.lines = set()
        self.accepted = {}
        self.fault = ""
        self.slow_seconds = 1.0
        self.credit = 1000
        self._lock = threading.RLock()
        self._server = ThreadingHTTPServer((host, port), _Handler)
        self._server.daemon_threads = True
        self._server.emulator = self
        self.port = self._server.server_address[1]
        self.url = f"http://{host}:{self.port}"
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.02,), daemon=True
        )

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_error):
        self._server.shutdown()
        self._server.server_close()

    def serve_forever(self):
        self._server.serve_forever()

    # -- answers -----------------------------------------------------------------------

    def serve(self, handler, request):
        with self._lock:
            self.requests.append(request)
            self.lines.add(handler.client_address)
        fault = self.fault if self.is_send(request) else ""
        if fault == "cut_before":
            handler.cut()
            return
        if fault == "500":
            handler.answer(500, b"<h1>Internal Server Error</h1>", "text/html")
            return
        if fault == "redirect":
            handler.answer(302, b"", headers=[("Location", f"{self.url}/elsewhere")])
            return
        with self._lock:
            status, content = self.handle(request)
        if fault == "cut":
            handler.cut()
        elif fault == "garbage":
            handler.answer(200, b"\x00\xff<html>OK", "text/html")
        elif fault == "huge":
            handler.answer(200, b" " * 3_000_000 + b"{}")
        else:
            if fault == "slow":
                time.sleep(self.slow_seconds)
            try:
                handler.answer(status, content)
            except OSError:
                handler.close_connection = True

    def is_send(self, request):
        """:return: whether a request asks to send a message"""
        return request.method == "POST"

    def handle(self, request):
        """:return: (status, content) of the answer"""
        raise NotImplementedError()

    # -- reports -----------------------------------------------------------------------

    def post(self, url, form=None, data=None, headers=None):
        """Post a report.

        :return: (status, text) of the answer"""
        headers = dict(headers or {})
        if form is not None:
            body = urlencode(form).encode()
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        else:
            body = json.dumps(data).encode()
            headers["Content-Type"] = "application/json"
        return self._open(urllib.request.Request(url, body, headers))

    def get(self, url, query):
        sign = "&" if "?" in url else "?"
        return self._open(urllib.request.Request(f"{url}{sign}{urlencode(query)}"))

    def _open(self, request):
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return answer.status, answer.read().decode()
        except urllib.request.HTTPError as error:
            return error.code, error.read().decode()
