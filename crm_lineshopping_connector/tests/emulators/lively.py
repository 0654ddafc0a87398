"""A shop where something happens every now and then, for the demo.

The program is told what to do by one line of JSON::

    {"book": {"people": [...], "goods": [...]}, see OrderBook,
     "odoo": "http://127.0.0.1:8069", "pace": 30,
     "shop_path": "/lineshopping/webhook/...", "line_path": "/line/webhook/...",
     "liff_path": "/line/liff/...", "state_file": "...",
     "keys": {"secret", "channel_id", "login_channel_id", "liff_id"}}

One secret is all keys and tokens. What happened is kept in the state file.

Orders come and go on, each told by webhook; people write to the Official Account, and
answer what they are written.
"""

import random
import threading
from collections import deque

from . import kept, webhooks

TEXTS = (
    "สวัสดีค่ะ ร้านเปิดกี่โมงคะ",
    "จองนวดไทยพรุ่งนี้บ่ายสองได้ไหมครับ",
    "ขอบคุณค่ะ",
    "มีโปรโมชันเดือนนี้ไหมคะ",
)
ANSWERS = ("ขอบคุณค่ะ", "โอเคครับ", "👍", "ได้เลยค่ะ")
# every so many-th time somebody writes
WRITE_STEP = 4
PATIENCE = 3.0


class Lively:
    """Lets time pass for a LineServer, and tells Odoo."""

    def __init__(
        self,
        server,
        odoo,
        shop_path,
        line_path,
        liff_path="",
        keys=None,
        state_file="",
        pace=30.0,
    ):
        self.server = server
        self.state_file = state_file
        if keys:
            self._use_keys(**keys)
        server.login.endpoint = odoo + liff_path
        if state_file:
            kept.load(server, state_file)
        self.shop_url = odoo + shop_path
        self.line_url = odoo + line_path
        self.pace = pace
        self.dice = random.Random("lively")
        self.turns = 0
        self.untold = deque()
        self.answered = len(server.accepted)
        self.over = threading.Event()

    def _use_keys(self, secret, channel_id, login_channel_id, liff_id):
        server = self.server
        shop, messaging, login = server.shop, server.messaging, server.login
        shop.key = shop.secret = messaging.secret = messaging.token = secret
        messaging.channel_id, login.channel_id = channel_id, login_channel_id
        login.liff_id = liff_id

    def run(self, until):
        """Go on until a file ends.

        :param until: whoever started the program holds its other end"""
        thread = threading.Thread(target=self._go_on, daemon=True)
        thread.start()
        until.read()
        self.over.set()

    def _go_on(self):
        for person in self.server.people:
            event = self.server.line_event("follow", person.user_id)
            self._tell(self.line_url, self.server.line_deliveries([event]))
        waited = self.pace
        while not self.over.wait(PATIENCE):
            waited += PATIENCE
            self._answer()
            if waited >= self.pace:
                waited = 0.0
                self._happen()
            self._send()
            if self.state_file:
                kept.save(self.server, self.state_file)

    def _happen(self):
        """One thing: mostly an order, now and then a message."""
        self.turns += 1
        if self.turns % WRITE_STEP == 0:
            person = self.dice.choice(self.server.people)
            self._write(person.user_id, self.dice.choice(TEXTS))
            return
        # a new one each other time, so that a newcomer sees one arrive
        self.server.step(move="new" if self.turns % 2 else None)
        self._tell(self.shop_url, self.server.shop_deliveries())

    def _answer(self):
        """People answer texts that came to them alone."""
        rows = self.server.accepted[self.answered :]
        self.answered += len(rows)
        for row in rows:
            texts = [message["type"] == "text" for message in row["messages"]]
            if row["kind"] in ("push", "reply") and all(texts):
                self._write(row["to"][0], self.dice.choice(ANSWERS))

    def _write(self, user_id, text):
        event = self.server.line_event("text", user_id, text)
        self._tell(self.line_url, self.server.line_deliveries([event]))

    # -- to Odoo -----------------------------------------------------------------------

    def _tell(self, url, deliveries):
        self.untold += [(url, delivery) for delivery in deliveries]

    def _send(self):
        """Post what is to be told; what does not arrive is told again later."""
        while self.untold:
            url, delivery = self.untold[0]
            try:
                status, _text = webhooks.post(url, delivery)
            except OSError:
                return
            if status >= 500:
                return
            self.untold.popleft()
