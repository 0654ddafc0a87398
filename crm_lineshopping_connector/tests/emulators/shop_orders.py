"""The orders of a shop on LINE SHOPPING, made from a seed and moving on by steps.

An order is kept as it ought to be; what is served may lack fields or have unknown
words, as real answers do. Knows nothing of HTTP or Odoo.
"""

import hashlib
import random
from datetime import datetime, timedelta

from .shop_moves import MOVES, Order, Person, event_of
from .shop_served import BANGKOK, PLACES, UTC, Served, stamp

METHODS = (
    "BANK",
    "COD",
    "PAYMENT_LS_RLP",
    "PAYMENT_LS_MOBILE_BANKING_KPLUS",
    "PAYMENT_LS_MOBILE_BANKING_SCB",
    "PAYMENT_LS_QR_PROMPTPAY",
)
GOODS = (
    ("TM60", "นวดไทย 60 นาที", 45000),
    ("TM90", "นวดไทย 90 นาที", 65000),
    ("AR60", "นวดอโรมา 60 นาที", 79950),
    ("FT45", "นวดเท้า 45 นาที", 35025),
    ("BALM", "ยาหม่องสมุนไพร", 8900),
    ("OIL1", "น้ำมันมะพร้าว 100 มล.", 19900),
    ("TEA1", "ชามะตูม", 12075),
    ("SOAP", "สบู่ขมิ้น", 4550),
    ("GIFT", "บัตรของขวัญ 1,000 บาท", 100000),
    ("", "สินค้าไม่มีรหัส", 9900),
)
NAMES = (
    "สมชาย ใจดี",
    "สุดา แก้วงาม",
    "อรทัย ศรีสุข",
    "วิชัย ทองดี",
    "มาลี บุญมา",
    "ปรีชา วงศ์ไทย",
    "กมลวรรณ พิมพ์ทอง",
    "ธนพล รักษ์ไทย",
)


class OrderBook(Served):
    """All orders of the shop.

    :param int orders: how many there are at the beginning
    :param float days: over how many days before now
    :param people: how many buyers (the last two share one phone), or a list of
        {"name", "phone", "email", "user_id"}, each may be missing
    :param goods: list of (sku, name, price in satang)
    :param float quirks: share of orders that are served with something odd
    :param float gifts: share of orders that go to somebody else
    :param int same_time: so many of the first orders changed in the same moment
    :param str words: ``spec`` serves the words that LINE's file prints for filters
    :param now: called for the server's time
    """

    def __init__(
        self,
        seed=1,
        orders=50,
        days=30,
        people=20,
        quirks=0.15,
        gifts=0.1,
        same_time=0,
        words="",
        goods=GOODS,
        now=lambda: datetime.now(UTC),
    ):
        self.seed = seed
        self.now = now
        self.quirks = quirks
        self.gifts = gifts
        self.words = words
        self.dice = random.Random(f"orders:{seed}")
        self.goods = [tuple(row) for row in goods]
        rows = [{}] * people if isinstance(people, int) else people
        self.people = [self._person(n, len(rows), **row) for n, row in enumerate(rows)]
        self.orders = {}
        self.events = []  # payloads of webhooks that nobody has sent yet
        self.gone = set()
        self._last = datetime.min.replace(tzinfo=UTC)
        begin = now() - timedelta(days=days)
        for n in range(orders):
            at = begin + timedelta(days=days) * (n / orders)
            self._live(self._new(at), now() - timedelta(seconds=1))
        for order in list(self.orders.values())[:same_time]:
            order.updated = begin + timedelta(days=days / 2)
        self.events.clear()

    def _person(self, n, people, name=None, phone=None, email=None, user_id=None):
        dice = random.Random(f"person:{self.seed}:{n}")
        line = n - 1 if n == people - 1 and people > 1 else n
        digest = hashlib.md5(f"{self.seed}:{n}".encode(), usedforsecurity=False)
        return Person(
            name or f"{dice.choice(NAMES)} {n}",
            phone or f"+668{10000000 + self.seed % 1000 * 10000 + line:08d}",
            email or f"buyer{n}@example.com",
            user_id or f"U{digest.hexdigest()}",
        )

    # -- life --------------------------------------------------------------------------

    def _new(self, at):
        dice, people = self.dice, len(self.people)
        buyer = min(int(dice.expovariate(4 / people)), people - 1)
        gift = dice.random() < self.gifts
        order = Order(
            number=f"{at.astimezone(BANGKOK):%Y%m%d}{len(self.orders) + 1:07d}",
            buyer=buyer,
            checkout=at,
            updated=at,
            items=self._items(),
            method=dice.choice(METHODS),
            gift=gift,
            recipient=dice.randrange(people) if gift else buyer,
            place=dice.randrange(len(PLACES)),
            discount=0,
            shipping=dice.choice((0, 4000, 5050)),
        )
        if dice.random() < 0.3:
            order.discount = min(dice.choice((5000, 2525, 10000)), order.subtotal)
        order.moves.append("new")
        self.orders[order.number] = order
        self._tell(order, "new", at)
        return order

    def _items(self):
        count = min(self.dice.randint(1, 4), len(self.goods))
        return [self._item(row) for row in self.dice.sample(self.goods, count)]

    def _item(self, row):
        sku, name, price = row
        dice = self.dice
        reduced = int(price * 0.9) if dice.random() < 0.3 else None
        return {
            "id": 1000 + self.goods.index(row),
            "sku": sku,
            "name": name,
            "price": price,
            "reduced": reduced,
            "quantity": dice.choice((1, 1, 1, 2, 3)),
        }

    def _live(self, order, until):
        """Let a part of an order's life pass, before a moment."""
        at = order.checkout
        while self.dice.random() < 0.8:
            at += timedelta(hours=self.dice.random() * 30)
            if at >= until or not self._move(order, at):
                return

    def _possible(self, order):
        return [name for name, row in MOVES.items() if row[1](order)]

    def _move(self, order, at, name=None):
        """:return: name of what happened, None when nothing can happen any more"""
        possible = self._possible(order)
        if not possible or (name and name not in possible):
            return None
        weights = [MOVES[move][0] for move in possible]
        name = name or self.dice.choices(possible, weights)[0]
        MOVES[name][2](order, at)
        order.updated = at
        order.moves.append(name)
        self._tell(order, name, at)
        return name

    def _moment(self):
        """:return: now, a millisecond later than any change before"""
        now = self.now()
        now = now.replace(microsecond=now.microsecond // 1000 * 1000)
        self._last = max(now, self._last + timedelta(milliseconds=1))
        return self._last

    def step(self, count=1, move=None, number=None):
        """Let something happen to so many orders, now.

        :param move: one of MOVES or ``new``; any by default
        :return: list of (order number, what happened)"""
        done = []
        for _n in range(count * 20):
            if len(done) == count:
                break
            at = self._moment()
            if move == "new" or (not move and not number and self.dice.random() < 0.2):
                done.append((self._new(at).number, "new"))
                continue
            order = self.orders[number or self.dice.choice(list(self.orders))]
            happened = self._move(order, at, move)
            if happened:
                done.append((order.number, happened))
        return done

    def add(self, buyer=0, gift=False, recipient=None, **values):
        """A new order of somebody, unpaid; further values by fields of Order.

        :return: order number"""
        order = self._new(self._moment())
        order.buyer, order.gift = buyer, gift
        order.recipient = buyer if recipient is None else recipient
        for name, value in values.items():
            setattr(order, name, value)
        return order.number

    def _tell(self, order, move, at):
        name = event_of(order, move)
        if name:
            event = {"name": name, "timestamp": stamp(at)}
            shop = {"channelId": 1, "premiumId": "@shop", "randomId": "@abc1234"}
            self.events.append({**self.served(order), "event": event, "shop": shop})

    def find(self, start=None, end=None):
        """:return: list of orders that changed between two moments (included)"""
        return [
            order
            for order in self.orders.values()
            if (not start or order.updated >= start)
            and (not end or order.updated <= end)
            and order.number not in self.gone
        ]
