"""HTTP on this machine: requests taken apart, answers that may be spoilt on purpose."""

import json
import socket
import struct
import time
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit


@dataclass
class Request:
    """What came in; names of headers are in small letters."""

    method: str
    path: str
    query: dict
    headers: dict
    body: bytes
    form: dict = field(default_factory=dict)

    def json(self):
        return json.loads(self.body)

    @property
    def content_type(self):
        return self.headers.get("content-type", "").split(";")[0].strip().lower()


@dataclass
class Answer:
    """What goes out; `content` is bytes, text, or a value for JSON."""

    status: int = 200
    content: object = b""
    kind: str = "application/json"
    headers: dict = field(default_factory=dict)

    def body(self):
        if isinstance(self.content, bytes):
            return self.content
        if isinstance(self.content, str):
            return self.content.encode()
        return json.dumps(self.content, ensure_ascii=False).encode()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # one packet per answer; without this each answer waits 40 ms
    wbufsize = -1
    disable_nagle_algorithm = True

    def _serve(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        parts = urlsplit(self.path)
        request = Request(
            self.command,
            parts.path,
            parse_qs(parts.query, keep_blank_values=True),
            {name.lower(): value for name, value in self.headers.items()},
            body,
        )
        if request.content_type == "application/x-www-form-urlencoded":
            rows = parse_qs(body.decode(), keep_blank_values=True)
            request.form = {name: row[-1] for name, row in rows.items()}
        self.server.owner.serve(self, request)

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = do_OPTIONS = _serve

    def log_message(self, *_args):
        pass

    def date_time_string(self, timestamp=None):
        """The header Date says what the server's own clock says."""
        return formatdate(self.server.owner.now().timestamp(), usegmt=True)

    def reply(self, answer, cut_at=None):
        """:param float cut_at: share of the body after which the line is cut"""
        content = answer.body()
        try:
            self.send_response(answer.status)
            if content or answer.status != 204:
                self.send_header("Content-Type", answer.kind)
            self.send_header("Content-Length", str(len(content)))
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.end_headers()
            if cut_at is not None:
                content = content[: int(len(content) * cut_at)]
            self.wfile.write(content)
            self.wfile.flush()
            if cut_at is not None:
                self.cut(gently=True)
        except OSError:  # who asked has gone
            self.close_connection = True

    def cut(self, gently=False):
        """End the line without an answer, or after what was sent."""
        self.close_connection = True
        if not gently:
            linger = struct.pack("ii", 1, 0)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            self.connection.close()
            return
        try:
            self.connection.shutdown(socket.SHUT_WR)
        except OSError:
            return

    def hold(self, seconds):
        """Say nothing for a while, then cut."""
        time.sleep(seconds)
        self.cut()


class Server(ThreadingHTTPServer):
    daemon_threads = True
    # a burst of connections is not refused by a full queue
    request_queue_size = 256

    def __init__(self, address, owner):
        super().__init__(address, Handler)
        self.owner = owner

    def handle_error(self, request, client_address):
        """A client that goes away in the middle is no news."""
