"""An SMPP 3.4 centre, as small as it gets: binds, takes messages, sends receipts."""

import socket
import socketserver
import struct
import threading
import time
from contextlib import suppress

BIND, SUBMIT, DELIVER, ENQUIRE, UNBIND = 0x09, 0x04, 0x05, 0x15, 0x06
RESPONSE = 0x80000000
BAD_NUMBER, BAD_PASSWORD, THROTTLED = 0x0B, 0x0E, 0x58


def _word(data, at):
    """:return: (text that ends with a zero, where the next value begins)"""
    end = data.index(b"\0", at)
    return data[at:end].decode("ascii"), end + 1


def read_submit(data):
    """:return: dict of the values of a submit_sm"""
    _service, at = _word(data, 0)
    source, at = _word(data, at + 2)
    target, at = _word(data, at + 2)
    esm_class, at = data[at], at + 3
    _schedule, at = _word(data, at)
    _validity, at = _word(data, at)
    wants_receipt, coding, size = data[at], data[at + 2], data[at + 4]
    return {
        "from": source,
        "to": target,
        "esm_class": esm_class,
        "receipt": wants_receipt,
        "coding": coding,
        "body": data[at + 5 : at + 5 + size],
    }


class _Session(socketserver.BaseRequestHandler):
    def handle(self):
        self.server.centre.sessions.append(self)
        self.lock = threading.Lock()
        with suppress(OSError, EOFError):  # when the other side has gone
            while True:
                head = self._read(16)
                size, command, _status, sequence = struct.unpack(">LLLL", head)
                self._serve(command, sequence, self._read(size - 16))

    def _read(self, size):
        data = b""
        while len(data) < size:
            more = self.request.recv(size - len(data))
            if not more:
                raise EOFError()
            data += more
        return data

    def send(self, command, sequence, body=b"", status=0):
        head = struct.pack(">LLLL", 16 + len(body), command, status, sequence)
        with self.lock:
            self.request.sendall(head + body)

    def _serve(self, command, sequence, body):
        centre = self.server.centre
        if command == BIND:
            system_id, at = _word(body, 0)
            password, _at = _word(body, at)
            right = (system_id, password) == (centre.system_id, centre.password)
            status = 0 if right else BAD_PASSWORD
            self.send(command | RESPONSE, sequence, b"centre\0", status)
        elif command == SUBMIT:
            self._submit(sequence, read_submit(body))
        elif not command & RESPONSE:
            self.send(command | RESPONSE, sequence)

    def _submit(self, sequence, message):
        centre = self.server.centre
        centre.submits.append(message)
        if centre.fault == "cut":
            self.request.shutdown(socket.SHUT_RDWR)
            return
        if centre.fault == "silent":
            return
        status = centre.refusal(message)
        if status:
            self.send(SUBMIT | RESPONSE, sequence, b"\0", status)
            return
        ref = centre.accept(message)
        self.send(SUBMIT | RESPONSE, sequence, ref.encode() + b"\0")


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


class Centre:
    """``submits`` is everything that came in, ``accepted`` what was taken by id;
    ``fault``: ``cut`` after reading, ``silent``, ``throttled``, "" for none."""

    system_id, password = "shop", "s3cret"

    def __init__(self):
        self.submits, self.accepted, self.sessions = [], {}, []
        self.fault = ""
        self._server = _Server(("127.0.0.1", 0), _Session)
        self._server.centre = self
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.02,), daemon=True
        )

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_error):
        self._server.shutdown()
        self._server.server_close()

    def refusal(self, message):
        if self.fault == "throttled":
            return THROTTLED
        return BAD_NUMBER if message["to"].endswith("000000") else 0

    def accept(self, message):
        ref = f"{0xA0 + len(self.accepted):x}"
        self.accepted[ref] = message
        return ref

    def text(self):
        """:return: the text of all accepted parts together"""
        text = ""
        for message in self.accepted.values():
            body = message["body"][6:] if message["esm_class"] & 64 else message["body"]
            text += body.decode("utf-16-be" if message["coding"] == 8 else "gsm0338")
        return text

    def receipt(self, ref, state):
        """Send a receipt, with the id in base 10 as many centres do."""
        message = self.accepted[ref]
        text = (
            f"id:{int(ref, 16)} sub:001 dlvrd:001 submit date:2601010000 "
            f"done date:2601010001 stat:{state} err:000 text:"
        ).encode()
        body = b"\0\1\1" + message["to"].encode() + b"\0\5\0SHOP\0"
        body += bytes((4, 0, 0)) + b"\0\0" + bytes((0, 0, 0, 0, len(text))) + text
        self.sessions[-1].send(DELIVER, int(time.time()) % 1000 + 1, body)
