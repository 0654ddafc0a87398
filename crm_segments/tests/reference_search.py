"""The advanced search once more, in plain Python, to compare with the SQL.

It loops over customers and their orders, kept as plain objects, and asks of each what
the form says.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta

from odoo.addons.crm_segments.tools.local_date import age_on

AMOUNTS = {"all": "amount_all", "confirmed": "amount_confirmed", "paid": "amount_paid"}


@dataclass
class Order:
    day: date
    weekday: str
    hour: int
    status: str
    amount: float
    team: int
    branch: int
    area: str
    products: set
    categories: set  # with those above them


@dataclass
class Customer:
    id: int
    name: str = ""
    gender: str = ""
    birthdate: date = None
    weight: float = 0
    height: float = 0
    state: int = 0
    zip: str = ""
    residence: str = ""
    group: int = 0
    tags: set = field(default_factory=set)
    sms: bool = False
    lifecycle: str = ""
    amount_all: float = 0
    amount_confirmed: float = 0
    amount_paid: float = 0
    last_order: date = None
    orders: list = field(default_factory=list)


def within(value, low, high):
    return (not low or value >= low) and (not high or value <= high)


def answers_of(customer, form, today):
    """:return: list of booleans, one per criterion that is filled in"""
    return [
        *profile_answers(customer, form, today),
        *order_answers(customer, form, today),
    ]


def found(customers, form, today, answers_of=answers_of):
    """:param form: dict as the form is filled; ``blocks`` a list of such dicts with
        their ``joiner``
    :param answers_of: what a customer answers to one of these dicts
    :return: set of ids"""
    result = everybody = {customer.id for customer in customers}
    started = False
    for block in (form, *form.get("blocks", ())):
        answers = {
            customer.id: answers_of(customer, block, today) for customer in customers
        }
        if not any(answers.values()):
            continue  # nothing is asked
        combine = any if block.get("match") == "any" else all
        these = {id_ for id_, answer in answers.items() if combine(answer)}
        joiner = block.get("joiner", "and")
        if joiner == "not":
            result = (result if started else everybody) - these
        elif joiner == "or" and started:
            result = result | these
        else:
            result = (result if started else everybody) & these
        started = True
    return result


def profile_answers(customer, form, today):
    get = form.get
    answers = []
    if get("text"):
        answers.append(get("text").casefold() in customer.name.casefold())
    for name, value in (
        ("customer_group_ids", customer.group),
        ("gender_ids", customer.gender),
        ("lifecycle_ids", customer.lifecycle),
        ("state_ids", customer.state),
        ("residence_type_ids", customer.residence),
        ("birth_month_ids", customer.birthdate and f"{customer.birthdate:%m}"),
    ):
        if get(name):
            answers.append(value in get(name))
    if get("category_ids"):
        answers.append(bool(customer.tags & set(get("category_ids"))))
    born = customer.birthdate
    for name, value in (
        ("age", born and age_on(born, today)),
        ("birthday", born),
        ("weight", customer.weight or None),
        ("height", customer.height or None),
        ("last_order", customer.last_order),
        ("amount", getattr(customer, AMOUNTS[form.get("amount_basis", "all")])),
    ):
        limits = get(f"{name}_from"), get(f"{name}_to")
        if any(limits):
            answers.append(value is not None and within(value, *limits))
    if get("zips"):
        starts = tuple(get("zips").replace(",", " ").split())
        answers.append(customer.zip.startswith(starts))
    if get("consent_sms"):
        answers.append(customer.sms == (get("consent_sms") == "yes"))
    last = customer.last_order
    if days := get("last_order_within"):
        answers.append(last is not None and last >= today - timedelta(days))
    if days := get("last_order_before"):
        answers.append(last is not None and last <= today - timedelta(days))
    return answers


def order_answers(customer, form, today):
    get = form.get
    orders = customer.orders
    if form.get("order_status", "confirmed") == "confirmed":
        orders = [order for order in orders if order.status == "confirmed"]
    asks_period = any(get(name) for name in ("order_from", "order_to", "order_days"))
    orders = [
        order
        for order in orders
        if within(order.day, get("order_from"), get("order_to"))
        and (not get("order_days") or order.day >= today - timedelta(get("order_days")))
    ]
    single = single_tests(form)
    totals = [
        (low, high, total)
        for name, total in (
            ("order_count", len),
            ("order_amount", lambda some: round(sum(o.amount for o in some), 2)),
        )
        for low, high in [(get(f"{name}_from"), get(f"{name}_to"))]
        if low or high
    ]
    if form.get("match") == "any":
        answers = [any(test(order) for order in orders) for test in single]
        answers += [within(total(orders), low, high) for low, high, total in totals]
        if not answers and asks_period:
            answers = [bool(orders)]
        return answers
    if not (single or totals or asks_period):
        return []
    if totals:
        chosen = [order for order in orders if all(test(order) for test in single)]
        enough = bool(chosen) or not single
        return [enough and all(within(t(chosen), low, high) for low, high, t in totals)]
    return [any(all(test(order) for test in single) for order in orders)]


def single_tests(form):
    """:return: list of functions of an order, one per criterion that is filled in"""
    get = form.get
    tests = []
    if get("product_ids"):
        tests.append(lambda order: order.products & set(get("product_ids")))
    if get("product_category_ids"):
        tests.append(lambda order: order.categories & set(get("product_category_ids")))
    if get("team_ids"):
        tests.append(lambda order: order.team in get("team_ids"))
    if get("branch_ids"):
        tests.append(lambda order: order.branch in get("branch_ids"))
    if get("area_ids"):
        tests.append(lambda order: order.area in get("area_ids"))
    if get("weekday_ids"):
        tests.append(lambda order: order.weekday in get("weekday_ids"))
    if get("basket_from") or get("basket_to"):
        limits = get("basket_from"), get("basket_to")
        tests.append(lambda order: within(order.amount, *limits))
    if get("hour_from") or get("hour_to"):
        begin, end = int(get("hour_from") or 0), int(get("hour_to") or 24)
        hours = {hour % 24 for hour in range(begin, end + 24 * (begin >= end))}
        tests.append(lambda order: order.hour in hours)
    return tests
