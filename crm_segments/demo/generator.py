"""A believable Thai shop, drawn from a seed: who its customers are and what they buy.

Plain Python without the ORM, so that the same seed and day always give the same
shop and the tests can look at it in milliseconds. The lists it draws from are the
CSV and JSON files next to this one; nobody in them exists.

Times are local to the shop (Asia/Bangkok) and without a time zone.
"""

import csv
import json
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random

HERE = Path(__file__).parent
HISTORY_DAYS = 730
SEED = 2569
DEFAULT_CUSTOMERS = 340

# behaviour: share of customers, mean days between orders, first order (days ago,
# from..to), last possible order (days ago, from..to)
BEHAVIOURS = {
    "loyal": (13, 42, (730, 150), (0, 0)),
    "regular": (21, 68, (730, 120), (0, 0)),
    "occasional": (21, 170, (730, 60), (0, 0)),
    "lapsed": (20, 60, (730, 400), (560, 95)),
    "once": (10, 9999, (700, 40), (0, 0)),
    "new": (8, 25, (26, 1), (0, 0)),
    "prospect": (7, 9999, (200, 2), (0, 0)),
}
# Songkran and the year end are busy, the rainy months are not
MONTH_WEIGHT = {
    1: 1.0,
    2: 1.05,
    3: 1.0,
    4: 1.45,
    5: 0.9,
    6: 0.8,
    7: 0.85,
    8: 0.95,
    9: 0.75,
    10: 0.85,
    11: 1.15,
    12: 1.6,
}
# the busiest season after two years of growth
PEAK = 1.6 * 1.2
WEEKDAY_WEIGHT = (0.7, 0.65, 0.8, 0.85, 1.2, 1.7, 1.5)
HOUR_WEIGHT = {
    10: 4,
    11: 8,
    12: 10,
    13: 9,
    14: 6,
    15: 5,
    16: 6,
    17: 10,
    18: 12,
    19: 9,
    20: 3,
}
# seasonal products sell in these months only
SEASONAL = {"PR14": (3, 4), "PR15": (11, 12, 1)}
CHANNELS = ("shop", "line", "facebook")
RESIDENCES = (
    "detached_house",
    "shophouse",
    "townhouse",
    "flat",
    "condominium",
    "cooperative",
)


@dataclass(frozen=True)
class Person:
    """One customer of the shop; ``contact`` is set for companies only."""

    first_name: str
    last_name: str
    nickname: str
    gender: str
    birthdate: date | None
    phone: str
    email: str
    place: dict
    street: str
    tags: tuple
    group: str
    source: str
    residence: str
    weight: float
    height: float
    branch: str
    behaviour: str
    contact: str = ""


@dataclass(frozen=True)
class Order:
    """One order: ``person`` is an index, ``lines`` are (product code, quantity)."""

    person: int
    when: datetime
    branch: str
    channel: str
    state: str
    lines: tuple


@dataclass(frozen=True)
class Shop:
    """The whole drawing, orders in the sequence of time."""

    people: tuple
    orders: tuple
    products: tuple
    branches: tuple
    names: dict = field(repr=False)


def read_csv(name):
    """:return: list of dicts, one per row of the CSV file of that name."""
    with (HERE / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def build_shop(now, seed=SEED, customers=DEFAULT_CUSTOMERS):
    """Draw the shop as it looks at ``now``, a local datetime.

    :return: Shop; the same for the same arguments, with no order after ``now``.
    """
    rng = Random(seed)
    names = json.loads((HERE / "names.json").read_text(encoding="utf-8"))
    branches, products = read_csv("branches.csv"), read_csv("products.csv")
    people = _draw_people(rng, names, branches, now.date(), customers)
    basket = _Basket(rng, products)
    orders = [
        order
        for index, person in enumerate(people)
        for order in _draw_orders(rng, basket, index, person, branches, now)
    ]
    orders.sort(key=lambda order: (order.when, order.person))
    return Shop(tuple(people), tuple(orders), tuple(products), tuple(branches), names)


# -- people -----------------------------------------------------------------


def _draw_people(rng, names, branches, today, count):
    """:return: list of Person with phone numbers that occur once."""
    places = {b["code"]: [] for b in branches}
    for place in read_csv("places.csv"):
        places[place["branch"]].append(place)
    special = [("foreign", row) for row in names["foreign"]]
    special += [("company", row) for row in names["company"]]
    kinds = special + [("thai", None)] * max(0, count - len(special))
    rng.shuffle(kinds)
    phones, full_names = set(), set()
    return [
        _draw_person(rng, names, branches, places, today, kind, row, phones, full_names)
        for kind, row in kinds[:count]
    ]


def _draw_person(rng, names, branches, places, today, kind, row, phones, full_names):
    branch = _weighted(rng, branches, [int(b["share"]) for b in branches])["code"]
    identity = _draw_identity(rng, names, kind, row, full_names)
    company = kind == "company"
    source = _weighted(rng, names["sources"], [s[2] for s in names["sources"]])
    tags = rng.sample(names["tags"], _weighted(rng, (0, 1, 2), (55, 33, 12)))
    phone = _draw_phone(rng, branch if company else None, phones)
    behaviours = [b for b in BEHAVIOURS if not company or b not in ("once", "new")]
    women = identity["gender"] == "female"
    return Person(
        **identity,
        birthdate=None if company else _draw_birthdate(rng, today),
        phone=phone,
        email=_draw_email(rng, phone),
        place=rng.choice(places[branch]),
        street=_draw_house_number(rng),
        tags=() if company else tuple(tag[0] for tag in tags),
        group="wholesale"
        if company
        else _weighted(rng, ("retail", "silver", "gold", "platinum"), (82, 10, 6, 2)),
        source=source[0],
        residence="" if company or rng.random() < 0.35 else rng.choice(RESIDENCES),
        weight=0
        if company or rng.random() < 0.6
        else round(rng.gauss(56 if women else 70, 8), 1),
        height=0
        if company or rng.random() < 0.6
        else round(rng.gauss(159 if women else 171, 5)),
        branch=branch,
        behaviour=_weighted(rng, behaviours, [BEHAVIOURS[b][0] for b in behaviours]),
    )


def _draw_identity(rng, names, kind, row, full_names):
    """:return: dict of the name fields and the gender; Thai names occur once."""
    if kind == "foreign":
        gender, first, last, nickname = row
    elif kind == "company":
        return {
            "first_name": row[0],
            "last_name": "",
            "nickname": "",
            "gender": "",
            "contact": row[1],
        }
    else:
        gender = _weighted(rng, ("female", "male"), (72, 28))
        nickname = rng.choice(names[f"nick_{gender}"]) if rng.random() < 0.85 else ""
        while True:
            first, last = rng.choice(names[gender]), rng.choice(names["last"])
            if (first, last) not in full_names:
                break
        full_names.add((first, last))
    return {
        "first_name": first,
        "last_name": last,
        "nickname": nickname,
        "gender": gender if rng.random() < 0.95 else "",
    }


def _draw_phone(rng, branch, taken):
    """:return: a Thai number as people write it: mobile, or fixed for companies."""
    while True:
        if branch:
            area = {"BKK": "02", "CNX": "053", "KKC": "043"}[branch]
            digits = area + "".join(rng.choices("2345678", k=9 - len(area)))
        else:
            prefix = rng.choice(("081", "086", "089", "091", "095", "098", "062"))
            digits = prefix + "".join(rng.choices("0123456789", k=7))
        if digits not in taken:
            taken.add(digits)
            return _write_phone(rng, digits)


def _write_phone(rng, digits):
    cut = 2 if digits.startswith("02") else 3
    head, middle, tail = digits[:cut], digits[cut:-4], digits[-4:]
    return rng.choice(
        (
            f"{head}-{middle}-{tail}",
            f"{head}-{middle}-{tail}",
            digits,
            f"{head} {middle} {tail}",
            f"+66 {head[1:]} {middle} {tail}",
        )
    )


def _draw_email(rng, phone):
    if rng.random() < 0.45:
        return ""
    digits = "".join(c for c in phone if c.isdigit())
    return f"customer{digits[-7:]}@example.com"


def _draw_birthdate(rng, today):
    """:return: a birthday of somebody of 18 to 74, or None for one in ten."""
    if rng.random() < 0.1:
        return None
    years = int(rng.triangular(18, 75, 33))
    return today - timedelta(days=int(years * 365.25) + rng.randrange(365))


def _draw_house_number(rng):
    number = f"{rng.randrange(1, 399)}"
    if rng.random() < 0.6:
        number += f"/{rng.randrange(1, 99)}"
    return number


# -- orders -----------------------------------------------------------------


class _Basket:
    """Draws what is bought: (product code, quantity) pairs."""

    def __init__(self, rng, products):
        self.rng = rng
        self.products = products

    def draw(self, person, when, channel):
        """:return: tuple of (code, quantity); chat orders are parcels of goods."""
        options, weights = [], []
        for product in self.products:
            if channel != "shop" and product["kind"] == "service":
                continue
            months = SEASONAL.get(product["code"])
            if months and when.month not in months:
                continue
            taste = int(product["female"]) if person.gender == "female" else 5
            options.append(product)
            weights.append(int(product["weight"]) * taste * (4 if months else 1))
        wanted = _weighted(self.rng, (1, 2, 3, 4), (48, 32, 15, 5))
        chosen = {}
        for _number in range(wanted):
            product = _weighted(self.rng, options, weights)
            chosen[product["code"]] = self._quantity(person, product)
        return tuple(chosen.items())

    def _quantity(self, person, product):
        if product["kind"] == "service":
            return _weighted(self.rng, (1, 2), (92, 8))
        if person.contact:
            return self.rng.choice((6, 10, 12, 20))
        return _weighted(self.rng, (1, 2, 3), (74, 19, 7))


def _draw_orders(rng, basket, index, person, branches, now):
    """Yield the orders of one person."""
    _share, gap, first, last = BEHAVIOURS[person.behaviour]
    today = now.date()
    # most customers of a shop of this age came in its first year
    day = today - timedelta(days=round(rng.triangular(first[1], first[0], first[0])))
    until = today - timedelta(days=rng.randint(*sorted(last)))
    opened = {
        b["code"]: today - timedelta(days=int(b["opened_days"])) for b in branches
    }
    if person.behaviour == "prospect" and rng.random() < 0.4:
        return
    ordered = False
    while day <= until:
        when = _draw_time(rng, day, until, now)
        if when is None:
            return
        # candidates come at the pace of the busiest time and are thinned to the season
        if not ordered or rng.random() * PEAK < _season(when.date(), today):
            ordered = True
            branch = _draw_branch(rng, person, branches)
            channel = _weighted(rng, CHANNELS, (72, 18, 10))
            yield Order(
                person=index,
                when=when,
                # a branch that was not open yet was served by the first one
                branch=branch if when.date() >= opened[branch] else "BKK",
                channel=channel,
                state=_draw_state(rng, person, when, now),
                lines=basket.draw(person, when, channel),
            )
        step = max(1, round(rng.gammavariate(3, gap / 3) / PEAK))
        day = max(day, when.date()) + timedelta(days=min(step, HISTORY_DAYS))


def _season(day, today):
    """:return: float, how much is sold on that day: the season and steady growth."""
    return MONTH_WEIGHT[day.month] * (1.2 - 0.4 * (today - day).days / HISTORY_DAYS)


def _draw_branch(rng, person, branches):
    if rng.random() < 0.93:
        return person.branch
    return rng.choice(branches)["code"]


def _draw_time(rng, day, until, now):
    """:return: a local datetime on a likely day from ``day`` on, or None."""
    days = [day + timedelta(days=n) for n in range(6)]
    days = [d for d in days if d <= until]
    chosen = _weighted(rng, days, [_day_weight(d) for d in days])
    hour = _weighted(rng, list(HOUR_WEIGHT), list(HOUR_WEIGHT.values()))
    when = datetime(
        chosen.year,
        chosen.month,
        chosen.day,
        hour,
        rng.randrange(60),
        rng.randrange(60),
    )
    return when if when < now else None


def _day_weight(day):
    """How busy a day is: month, weekday, and the days after people are paid."""
    payday = 1.6 if day.day >= 27 or day.day <= 3 else 1.2 if 15 <= day.day <= 17 else 1
    songkran = 1.5 if (day.month, day.day) in ((4, 11), (4, 12), (4, 16)) else 1
    return WEEKDAY_WEIGHT[day.weekday()] * payday * songkran * MONTH_WEIGHT[day.month]


def _draw_state(rng, person, when, now):
    if person.behaviour == "prospect":
        return _weighted(rng, ("draft", "sent", "cancel"), (45, 30, 25))
    if person.behaviour in ("new", "once"):
        return "sale"
    if now - when < timedelta(days=10) and rng.random() < 0.12:
        return rng.choice(("draft", "sent"))
    return "cancel" if rng.random() < 0.045 else "sale"


def _weighted(rng, options, weights):
    return rng.choices(options, weights)[0]
