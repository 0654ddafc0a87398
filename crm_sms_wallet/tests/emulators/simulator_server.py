"""A gateway to crash against: keeps every accepted message in a file before it answers.

    python simulator_server.py --file accepted.jsonl [--port 0] [--key key]
        [--seed 1] [--delay 0.05] [--refuse 5] [--lose 5] [--fail 5]

Prints "PORT <number>" when it listens. The file has one line of JSON for each
acceptance, so a message that was accepted twice stands there twice; a server that is
started again on the same file goes on with it. Percentages are thrown by seed and uuid.

    POST /messages      {"uuid", "to", "from", "text", "report_url"}
                        -> {"status": "accepted", "id", "credits"}
                        or {"status": "refused", "code", "error"}
    GET  /messages/<uuid>  -> {"state", "id", "times"}; the state is never_seen for what
                        was not accepted
    GET  /messages      -> {uuid: times}
    GET  /balance       -> {"credits"}
    POST /behave        {"fault", "refuse", "lose", "fail", "delay", "seed", "credit"}
    POST /report        {"uuid", "state", "detail"} -> posts the report, answers what
                        the receiver answered
    POST /reports       {"order": "shuffled"|"", "twice": 0..1} -> posts the reports of
                        all accepted messages, -> {"posted"}
"""

import argparse
import json
import os
import random
import time
from pathlib import Path

try:
    from .server import Emulator
except ImportError:  # started as a program
    from server import Emulator


class SimulatorServer(Emulator):
    """See the head of the file."""

    def __init__(self, file, key="key", port=0, **behaviour):
        super().__init__(port=port)
        self.key = key
        self.behaviour = {
            **{"seed": 0, "delay": 0.0, "refuse": 0.0, "lose": 0.0, "fail": 0.0},
            **behaviour,
        }
        self.states = {}
        self.file = Path(file)
        if self.file.exists():
            for line in self.file.read_text().splitlines():
                self._remember(json.loads(line))
        self._out = self.file.open("a")

    def __exit__(self, *error):
        done = super().__exit__(*error)
        self._out.close()
        return done

    def is_send(self, request):
        return request.method == "POST" and request.path == "/messages"

    def _remember(self, row):
        self.accepted.setdefault(row["uuid"], []).append(row)

    def times(self):
        """:return: dict of uuid to how often it was accepted"""
        return {uuid: len(rows) for uuid, rows in self.accepted.items()}

    # -- answers -----------------------------------------------------------------------

    def serve(self, handler, request):
        if not self.is_send(request):
            return super().serve(handler, request)
        dice = self._dice(request)
        if self.behaviour["delay"]:
            time.sleep(dice.random() * self.behaviour["delay"])
        if dice.random() * 100 < self.behaviour["lose"]:
            # half of the lost answers belong to messages that were accepted
            if dice.random() < 0.5:
                with self._lock:
                    self.requests.append(request)
                    self.handle(request)
            return handler.cut()
        return super().serve(handler, request)

    def _dice(self, request):
        try:
            uuid = request.json().get("uuid")
        except ValueError:
            uuid = ""
        return random.Random(f"{self.behaviour['seed']} {uuid}")

    def handle(self, request):
        if request.path == "/behave":
            return self._behave(request.json())
        if request.headers.get("authorization") != f"Bearer {self.key}":
            return 401, {"status": "refused", "code": "bad_login", "error": "Who?"}
        if request.path == "/messages" and request.method == "POST":
            return self._send(request.json())
        if request.path == "/messages":
            return 200, self.times()
        if request.path.startswith("/messages/"):
            return self._state(request.path.rpartition("/")[2])
        if request.path == "/balance":
            return 200, {"credits": self.credit}
        if request.path == "/report":
            return self._report(**request.json())
        if request.path == "/reports":
            return self._reports(**request.json())
        return 404, {"status": "refused", "code": "no_page"}

    def _behave(self, values):
        self.fault = values.pop("fault", self.fault)
        self.credit = values.pop("credit", self.credit)
        self.behaviour |= values
        return 200, {"status": "ok"}

    def _send(self, message):
        refusal = self._refusal(message)
        if refusal:
            return 200, {"status": "refused", "code": refusal, "error": refusal}
        row = {**message, "id": f"s{sum(map(len, self.accepted.values())) + 1}"}
        self._out.write(json.dumps(row, ensure_ascii=False) + "\n")
        self._out.flush()
        os.fsync(self._out.fileno())
        self._remember(row)
        self.credit -= 1
        return 200, {"status": "accepted", "id": row["id"], "credits": 1}

    def _refusal(self, message):
        """:return: the code, "" when it is accepted"""
        dice = random.Random(f"refuse {self.behaviour['seed']} {message.get('uuid')}")
        if message.get("to", "").endswith("000000") or not message.get("uuid"):
            return "bad_number"
        if message.get("from") == "BARRED":
            return "sender"
        if self.credit < 1:
            return "no_credit"
        if dice.random() * 100 < self.behaviour["refuse"]:
            return "busy"
        return ""

    def _state(self, uuid):
        rows = self.accepted.get(uuid)
        if not rows:
            return 200, {"state": "never_seen", "id": "", "times": 0}
        state = self.states.get(uuid, "accepted")
        return 200, {"state": state, "id": rows[0]["id"], "times": len(rows)}

    # -- reports -----------------------------------------------------------------------

    def _report(self, uuid, state="", detail=""):
        row = self.accepted[uuid][0]
        state = state or self._end(uuid)
        if state in ("delivered", "failed", "expired"):
            self.states[uuid] = state
        values = {"uuid": uuid, "id": row["id"], "state": state, "detail": detail}
        status, text = self.post(row["report_url"], data=values)
        return 200, {"status": status, "text": text}

    def _end(self, uuid):
        dice = random.Random(f"end {self.behaviour['seed']} {uuid}")
        return "failed" if dice.random() * 100 < self.behaviour["fail"] else "delivered"

    def _reports(self, order="", twice=0.0):
        rows = [
            (uuid, state)
            for uuid in self.accepted
            for state in ("accepted", self._end(uuid))
        ]
        dice = random.Random(f"reports {self.behaviour['seed']}")
        rows += [row for row in rows if dice.random() < twice]
        if order == "shuffled":
            dice.shuffle(rows)
        for uuid, state in rows:
            self._report(uuid, state)
        return 200, {"posted": len(rows)}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--file", required=True)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--key", default="key")
    parser.add_argument("--seed", type=int, default=0)
    for name in ("delay", "refuse", "lose", "fail"):
        parser.add_argument(f"--{name}", type=float, default=0.0)
    server = SimulatorServer(**vars(parser.parse_args()))
    server.credit = 10**9
    print(f"PORT {server.port}", flush=True)  # pylint: disable=print-used
    server.serve_forever()


if __name__ == "__main__":
    main()
