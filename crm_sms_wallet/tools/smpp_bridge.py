"""Between Odoo and an SMPP centre: a program of its own, started by the system.

    pip install smpplib smsutil
    python smpp_bridge.py bridge.ini

    [http]
    port = 8775
    key = a long secret, the same as in the gateway's record
    [smpp]
    host = smsc.example.com
    port = 2775
    system_id = shop
    password = secret
    system_type =
    tls = no
    [journal]
    file = /var/lib/smpp-bridge/journal.sqlite

It listens on this machine only. Each message stands in the journal before its first
byte leaves, so one uuid goes out once, whatever breaks; reports are posted to Odoo
until it has taken them. Nothing here needs Odoo.
"""

import configparser
import hmac
import json
import logging
import queue
import re
import socket
import sqlite3
import ssl
import sys
import threading
import time
import urllib.error
import urllib.request
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import smsutil

_logger = logging.getLogger("smpp_bridge")

MAX_BODY = 64 * 1024
WAIT_SECONDS = 15
REPORT_SECONDS = (1, 5, 30, 120, 600)
MAX_PARTS = 20
NUMBER = re.compile(r"\+[1-9]\d{6,14}")
SENDER = re.compile(r"\+?[ -~]{1,20}")
INTERNATIONAL, ALPHANUMERIC, ISDN = 1, 5, 1
UDH_FLAG, RECEIPT_FLAG = 0x40, 0x04
CODINGS = {"gsm0338": 0, "utf_16_be": 8}
# states of SMPP 3.4 to ours
STATES = {
    **{"DELIVRD": "delivered", "EXPIRED": "expired", "UNDELIV": "failed"},
    **{"REJECTD": "failed", "DELETED": "failed"},
}
REFUSALS = {0x0A: "sender", 0x0B: "bad_number", 0x14: "busy", 0x58: "busy"}
RECEIPT = re.compile(r"\bid:(\S+).*?\bstat:(\w+)", re.DOTALL | re.IGNORECASE)

TABLES = """
CREATE TABLE IF NOT EXISTS message (
    uuid TEXT PRIMARY KEY, state TEXT NOT NULL, ref TEXT NOT NULL DEFAULT '',
    code TEXT NOT NULL DEFAULT '', parts INTEGER NOT NULL DEFAULT 0,
    report_url TEXT NOT NULL DEFAULT '', reported TEXT NOT NULL DEFAULT '',
    tries INTEGER NOT NULL DEFAULT 0, next_try REAL NOT NULL DEFAULT 0,
    made REAL NOT NULL);
CREATE TABLE IF NOT EXISTS part (
    ref TEXT PRIMARY KEY, uuid TEXT NOT NULL, state TEXT NOT NULL DEFAULT '');
CREATE INDEX IF NOT EXISTS part_uuid ON part (uuid);
"""
FINAL = ("delivered", "failed", "expired")
KEPT_DAYS = 14


class Journal:
    """What became of each message; texts and numbers are not kept.

    States: ``new`` nothing has left, ``sent`` it left and the centre has not answered,
    ``accepted``, ``refused``, and those of ``FINAL``.
    """

    def __init__(self, file):
        self._lock = threading.Lock()
        self._base = sqlite3.connect(file, check_same_thread=False)
        self._base.row_factory = sqlite3.Row
        self._base.execute("PRAGMA journal_mode = WAL")
        self._base.execute("PRAGMA synchronous = FULL")
        self._base.executescript(TABLES)
        # nothing of these has left before the last stop
        self.run("DELETE FROM message WHERE state = 'new'")
        self.run("DELETE FROM message WHERE made < ?", time.time() - KEPT_DAYS * 86400)
        self.run("DELETE FROM part WHERE uuid NOT IN (SELECT uuid FROM message)")

    def run(self, statement, *values):
        """:return: list of the rows of one statement, which is on the disk then"""
        with self._lock, self._base:
            return self._base.execute(statement, values).fetchall()

    def begin(self, uuid, report_url):
        """:return: whether a message of this uuid may be sent: it was never seen
        before, or certainly refused"""
        rows = self.run(
            """INSERT INTO message (uuid, state, report_url, made)
               VALUES (?, 'new', ?, ?)
               ON CONFLICT (uuid) DO UPDATE SET state = 'new' WHERE state = 'refused'
               RETURNING uuid""",
            *(uuid, report_url, time.time()),
        )
        return bool(rows)

    def take(self, uuid, parts):
        """:return: whether it is still to be sent; from now on it counts as sent"""
        rows = self.run(
            """UPDATE message SET state = 'sent', parts = ?
                WHERE uuid = ? AND state = 'new' RETURNING uuid""",
            *(parts, uuid),
        )
        return bool(rows)

    def give_up(self, uuid):
        """Whoever asked has waited long enough: what has not left stays here."""
        self.run(
            """UPDATE message SET state = 'refused', code = 'busy'
                WHERE uuid = ? AND state = 'new'""",
            uuid,
        )

    def message(self, uuid):
        rows = self.run("SELECT * FROM message WHERE uuid = ?", uuid)
        return dict(rows[0]) if rows else None

    def set_state(self, uuid, state, **values):
        names = "".join(f", {name} = ?" for name in values)
        self.run(
            f"UPDATE message SET state = ?{names} WHERE uuid = ?",
            *(state, *values.values(), uuid),
        )

    def add_part(self, ref, uuid):
        self.run("INSERT OR REPLACE INTO part (ref, uuid) VALUES (?, ?)", ref, uuid)

    def part_state(self, ref, state):
        """Note the state of a part; that of its message follows when all are known."""
        found = self.run(
            "UPDATE part SET state = ? WHERE ref = ? RETURNING uuid", state, ref
        )
        for row in found:
            uuid = row["uuid"]
            rows = self.run("SELECT state FROM part WHERE uuid = ?", uuid)
            states = {part["state"] for part in rows}
            bad = states & {"failed", "expired"}
            if bad or states == {"delivered"}:
                self.set_state(uuid, sorted(bad)[0] if bad else "delivered")
        return bool(found)

    def unreported(self):
        return self.run(
            """SELECT uuid, ref, state, report_url, tries FROM message
                WHERE state IN (?, ?, ?) AND reported != state AND report_url != ''
                  AND next_try <= ? LIMIT 100""",
            *(*FINAL, time.time()),
        )


class Job:
    """One message on its way."""

    def __init__(self, uuid, number, sender, text):
        """:raise ValueError: for what can never be sent"""
        if not (NUMBER.fullmatch(number) and SENDER.fullmatch(sender) and uuid):
            raise ValueError("number or sender")
        self.uuid, self.number, self.sender = uuid, number, sender
        split = smsutil.split(text)
        self.coding = CODINGS[split.encoding]
        bodies = [part.content.encode(split.encoding) for part in split.parts]
        if not text or len(bodies) > MAX_PARTS:
            raise ValueError("text")
        self.is_split = len(bodies) > 1
        if self.is_split:
            mark = sum(uuid.encode()) % 256
            head = bytes((5, 0, 3, mark, len(bodies)))
            bodies = [head + bytes((n,)) + body for n, body in enumerate(bodies, 1)]
        self.bodies, self.refs = bodies, []
        self.code, self.done = "", threading.Event()


class Line(threading.Thread):
    """The line to the centre; all of SMPP happens in this thread."""

    def __init__(self, settings, journal):
        super().__init__(daemon=True)
        self.settings, self.journal = settings, journal
        self.jobs = queue.Queue()
        self.waiting = {}  # sequence number to Job
        self.client = None
        self.next_link = 0.0

    def run(self):
        while True:
            try:
                if self.client is None:
                    self._connect()
                self._turn()
            except Exception as error:
                _logger.warning("Line lost: %s", type(error).__name__)
                self._drop()
                time.sleep(1)

    def _connect(self):
        client = self._client()
        client.logger.setLevel(logging.ERROR)  # its lines hold numbers and texts
        client.set_message_sent_handler(self._answered)
        client.set_message_received_handler(self._received)
        client.set_error_pdu_handler(lambda pdu: None)
        try:
            client.connect()
            client.bind_transceiver(
                system_id=self.settings["system_id"],
                password=self.settings["password"],
                system_type=self.settings.get("system_type", ""),
            )
        except BaseException:
            client.disconnect()
            raise
        self.client = client
        self.next_link = time.monotonic() + 20
        _logger.info("Line is up")

    def _client(self):
        import smpplib.client

        class Client(smpplib.client.Client):
            def _create_socket(self):
                # the library's own line would not check whose certificate it is
                plain = socket.create_connection((self.host, self.port), self.timeout)
                if self._ssl_context is None:
                    return plain
                return self._ssl_context.wrap_socket(plain, server_hostname=self.host)

            def connect(self):
                self._socket = self._create_socket()
                self.state = smpplib.consts.SMPP_CLIENT_STATE_OPEN

        tls = self.settings.getboolean("tls", fallback=False)
        return Client(
            self.settings["host"],
            self.settings.getint("port", fallback=2775),
            timeout=5,
            ssl_context=ssl.create_default_context() if tls else None,
            allow_unknown_opt_params=True,
        )

    def _drop(self):
        """The line is gone: what was on it is not known, the rest has not left."""
        if self.client is not None:
            self.client.disconnect()
            self.client = None
        for job in self.waiting.values():
            job.done.set()
        self.waiting.clear()
        while True:
            try:
                self._refuse(self.jobs.get_nowait(), "busy")
            except queue.Empty:
                return

    def _turn(self):
        with suppress(queue.Empty):
            self._send(self.jobs.get(timeout=0.02))
        self.client.poll()
        if time.monotonic() > self.next_link:
            self.next_link = time.monotonic() + 20
            self._enquire()

    def _enquire(self):
        from smpplib import smpp

        self.client.send_pdu(smpp.make_pdu("enquire_link", client=self.client))

    def _send(self, job):
        """Send the next part: the second one only when the first is accepted."""
        if not job.refs and not self.journal.take(job.uuid, len(job.bodies)):
            return
        digits = job.sender.lstrip("+").isdigit()
        pdu = self.client.send_message(
            source_addr_ton=INTERNATIONAL if digits else ALPHANUMERIC,
            source_addr_npi=ISDN if digits else 0,
            source_addr=job.sender.lstrip("+"),
            dest_addr_ton=INTERNATIONAL,
            dest_addr_npi=ISDN,
            destination_addr=job.number.lstrip("+"),
            short_message=job.bodies[len(job.refs)],
            data_coding=job.coding,
            esm_class=UDH_FLAG if job.is_split else 0,
            registered_delivery=True,
        )
        self.waiting[pdu.sequence] = job

    def _answered(self, pdu):
        job = self.waiting.pop(pdu.sequence, None)
        if job is None:
            return
        if pdu.is_error():
            if not job.refs:
                self._refuse(job, REFUSALS.get(int(pdu.status), "rejected"))
                return
            # a part of it is on its way, and is paid for
            _logger.warning("A later part was refused: %s", int(pdu.status))
            self._accept(job)
            return
        ref = pdu.message_id
        ref = ref.decode("ascii", "replace") if isinstance(ref, bytes) else str(ref)
        self.journal.add_part(ref, job.uuid)
        job.refs.append(ref)
        if len(job.refs) < len(job.bodies):
            self._send(job)
        else:
            self._accept(job)

    def _accept(self, job):
        self.journal.run(
            "UPDATE message SET state = 'accepted', ref = ? "
            "WHERE uuid = ? AND state = 'sent'",
            *(job.refs[0], job.uuid),
        )
        job.done.set()

    def _refuse(self, job, code):
        job.code = code
        self.journal.set_state(job.uuid, "refused", code=code)
        job.done.set()

    def _received(self, pdu):
        """A receipt, or a message of somebody, which is not for us."""
        if not int(pdu.esm_class or 0) & RECEIPT_FLAG:
            return None
        body = pdu.short_message or b""
        text = body.decode("latin-1") if isinstance(body, bytes) else str(body)
        found = RECEIPT.search(text)
        state = found and STATES.get(found[2].upper())
        if state and not self.journal.part_state(found[1], state):
            other = self._other_base(found[1])
            if not other or not self.journal.part_state(other, state):
                _logger.warning("Receipt of an unknown message")
        return None

    def _other_base(self, ref):
        """Some centres give the id in base 16 and report it in base 10."""
        try:
            return f"{int(ref):x}" if ref.isdigit() else str(int(ref, 16))
        except ValueError:
            return ""


class Reporter(threading.Thread):
    """Posts final states to Odoo until it has taken them."""

    def __init__(self, journal):
        super().__init__(daemon=True)
        self.journal = journal

    def run(self):
        while True:
            for row in self.journal.unreported():
                self._report(row)
            time.sleep(0.2)

    def _report(self, row):
        values = {"uuid": row["uuid"], "id": row["ref"], "state": row["state"]}
        request = urllib.request.Request(
            row["report_url"],
            json.dumps(values).encode(),
            {"Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=20):
                pass
        except (OSError, ValueError, urllib.error.URLError) as error:
            _logger.warning("Report not taken: %s", type(error).__name__)
            tries = row["tries"] + 1
            wait = REPORT_SECONDS[min(tries, len(REPORT_SECONDS)) - 1]
            self.journal.run(
                "UPDATE message SET tries = ?, next_try = ? WHERE uuid = ?",
                *(tries, time.time() + wait, row["uuid"]),
            )
            return
        self.journal.run(
            "UPDATE message SET reported = ? WHERE uuid = ?", row["state"], row["uuid"]
        )


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True

    def log_message(self, *_args):
        pass

    def _answer(self, status, content):
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def _is_known(self):
        given = self.headers.get("Authorization") or ""
        wanted = f"Bearer {self.server.key}"
        return hmac.compare_digest(given.encode(), wanted.encode())

    def do_GET(self):
        if not self._is_known():
            return self._answer(401, {"status": "refused", "code": "bad_login"})
        message = self.server.journal.message(self.path.rpartition("/")[2])
        if not message or message["state"] == "refused":
            return self._answer(200, {"state": "never_seen", "id": ""})
        on_its_way = message["state"] in ("new", "sent")
        state = "unknown" if on_its_way else message["state"]
        return self._answer(200, {"state": state, "id": message["ref"]})

    def do_POST(self):
        size = int(self.headers.get("Content-Length") or 0)
        if size > MAX_BODY:
            self.close_connection = True
            return self._answer(413, {"status": "refused", "code": "rejected"})
        body = self.rfile.read(size)
        if not self._is_known():
            return self._answer(401, {"status": "refused", "code": "bad_login"})
        try:
            values = json.loads(body)
            job = Job(values["uuid"], values["to"], values["from"], values["text"])
        except (KeyError, TypeError, ValueError, AttributeError):
            return self._answer(400, {"status": "refused", "code": "rejected"})
        if self.server.journal.begin(job.uuid, values.get("report_url") or ""):
            self.server.line.jobs.put(job)
            if not job.done.wait(self.server.wait_seconds):
                self.server.journal.give_up(job.uuid)
        return self._answer(*self._outcome(job.uuid))

    def _outcome(self, uuid):
        message = self.server.journal.message(uuid)
        if message["state"] == "refused":
            code = message["code"]
            return 200, {"status": "refused", "code": code, "error": code}
        if message["state"] in ("new", "sent"):
            return 504, {"status": "unknown", "error": "The centre does not answer."}
        return 200, {
            "status": "accepted",
            "id": message["ref"],
            "credits": message["parts"],
        }


class Server(ThreadingHTTPServer):
    daemon_threads = True


def serve(path):
    """Run until the process is ended."""
    config = configparser.ConfigParser(interpolation=None)
    with open(path) as file:
        config.read_file(file)
    server = Server(
        ("127.0.0.1", config.getint("http", "port", fallback=8775)), Handler
    )
    server.key = config["http"]["key"]
    if not server.key:
        raise SystemExit("The key is empty.")
    server.wait_seconds = config.getfloat("http", "wait", fallback=WAIT_SECONDS)
    server.journal = Journal(config["journal"]["file"])
    server.line = Line(config["smpp"], server.journal)
    server.line.start()
    Reporter(server.journal).start()
    sys.stdout.write(f"PORT {server.server_address[1]}\n")
    sys.stdout.flush()
    server.serve_forever()


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    socket.setdefaulttimeout(30)
    serve(sys.argv[1])
