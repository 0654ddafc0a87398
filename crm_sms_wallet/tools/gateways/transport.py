"""One HTTP call to a gateway, and what is known about it when it fails.

The libraries with sessions mix two kinds of failure: nothing reached the server, or the
request went out and the answer got lost. The first may be tried elsewhere, the second
may have sent a message that somebody pays for. So the connection is opened by a step of
its own.
"""

import http.client
import json
import select
import ssl
import time
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from requests.certs import where

# Of an answer. What gateways say is short; more is a mistake or an attack.
MAX_BYTES = 256 * 1024
# Servers close idle connections; one that was idle for longer is not trusted.
IDLE_SECONDS = 4.0
LOOPBACK = {"127.0.0.1", "::1", "localhost"}


class NotSent(Exception):
    """The request never left: no address, no connection, no secure connection."""


class Lost(Exception):
    """The request went out, no whole answer came back."""


@dataclass(frozen=True)
class Answer:
    """What a server said, whatever the status."""

    status: int
    body: bytes = b""
    headers: dict = field(default_factory=dict)

    @property
    def text(self):
        return self.body.decode("utf-8", "replace")

    def json(self):
        """:return: the decoded body, None when it is not JSON"""
        try:
            return json.loads(self.body)
        except ValueError:
            return None


def checked_url(url, plain_loopback=False, only_loopback=False):
    """:param plain_loopback: whether http is good enough on this very machine
    :param only_loopback: whether any other machine is refused (in tests)
    :return: the parts of the address
    :raise ValueError: for an address that is not called, with the reason
    """
    parts = urlsplit(url or "")
    host = parts.hostname
    if not host or parts.username or parts.password or parts.fragment:
        raise ValueError("not the address of a server")
    if parts.port == 0:  # also raises ValueError for one that is no number
        raise ValueError("not the address of a server")
    if only_loopback and host not in LOOPBACK:
        raise ValueError("nothing outside is called in tests")
    plain = plain_loopback and host in LOOPBACK and parts.scheme == "http"
    if parts.scheme != "https" and not plain:
        raise ValueError("only https is called")
    return parts


class Transport:
    """Calls servers over connections that stay open. Follows no redirect, uses no
    proxy, keeps no cookie, reads no more than it must.

    Not for several threads at once.
    """

    def __init__(self, timeout=20.0, plain_loopback=False, only_loopback=False):
        self.timeout = timeout
        self.rules = {"plain_loopback": plain_loopback, "only_loopback": only_loopback}
        self._open = {}

    def call(self, method, url, headers=None, body=None):
        """:return: Answer
        :raise NotSent: nothing reached the server
        :raise Lost: the request went out; it may have been carried out
        """
        try:
            parts = checked_url(url, **self.rules)
        except ValueError as error:
            raise NotSent(str(error)) from error
        place = (parts.scheme, parts.hostname, parts.port)
        connection = self._connection(place)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        try:
            answer = self._exchange(connection, method, target, headers, body)
        except BaseException:
            connection.close()
            raise
        if answer.headers.get("connection", "").lower() == "close":
            connection.close()
        else:
            self._open[place] = (connection, time.monotonic())
        return answer

    def close(self):
        for connection, _since in self._open.values():
            connection.close()
        self._open.clear()

    def _connection(self, place):
        """:return: an open connection that nothing was written to since the last
        whole answer"""
        kept, since = self._open.pop(place, (None, 0))
        if kept and kept.sock and time.monotonic() - since < IDLE_SECONDS:
            # readable while nothing was asked: the server has said goodbye
            if not select.select([kept.sock], [], [], 0)[0]:
                return kept
        if kept:
            kept.close()
        scheme, host, port = place
        if scheme == "https":
            context = ssl.create_default_context(cafile=where())
            made = http.client.HTTPSConnection(
                host, port, timeout=self.timeout, context=context
            )
        else:
            made = http.client.HTTPConnection(host, port, timeout=self.timeout)
        try:
            made.connect()
        except (OSError, http.client.HTTPException, ValueError) as error:
            made.close()
            raise NotSent(f"no connection: {type(error).__name__}") from error
        return made

    def _exchange(self, connection, method, target, headers, body):
        end = time.monotonic() + self.timeout
        try:
            connection.request(method, target, body=body, headers=headers or {})
        except (ValueError, http.client.InvalidURL) as error:
            # found while the head was put together, before a byte was written
            raise NotSent(f"no valid request: {type(error).__name__}") from error
        except (OSError, http.client.HTTPException) as error:
            raise Lost(f"cut while asking: {type(error).__name__}") from error
        try:
            response = connection.getresponse()
            content = self._read(connection, response, end)
        except (OSError, ValueError, http.client.HTTPException) as error:
            raise Lost(f"no answer: {type(error).__name__}") from error
        names = {name.lower(): value for name, value in response.getheaders()}
        if response.will_close:
            names["connection"] = "close"
        return Answer(response.status, content, names)

    def _read(self, connection, response, end):
        """A server that sends a byte now and then is not waited for without end."""
        content = b""
        while chunk := response.read1(16 * 1024):
            content += chunk
            if len(content) > MAX_BYTES:
                raise Lost("the answer is too long")
            left = end - time.monotonic()
            if left <= 0:
                raise Lost("the answer took too long")
            if connection.sock:
                connection.sock.settimeout(left)
        if response.length:
            raise Lost("the answer is not whole")
        if not content and response.will_close and response.status != 204:
            # a head that was cut looks like an answer without content
            if response.getheader("Content-Length") is None and not response.chunked:
                raise Lost("the answer is empty")
        response.close()  # frees the line for the next question
        if connection.sock:
            connection.sock.settimeout(self.timeout)
        return content
