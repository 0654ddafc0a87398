"""Visits for the demo shop: who came in lately, who is expected, and the staff."""

from datetime import datetime, time, timedelta

from odoo import Command, fields

SHOWN_DAYS = 60
MOST_VISITS = 300
PLANNED = 12
# role, names per branch in turn
STAFF = (
    ("Therapist", ("Suda", "Nok", "Pim")),
    ("Therapist", ("Kanya", "Ploy", "Dao")),
    ("Reception", ("Mali", "Fon", "Joy")),
)


def load_visits(env, company, orders):
    """Make staff and opening hours of the branches, and visits from the orders.

    :param orders: sale.order, oldest first, with branches
    """
    branches = orders.branch_id.sorted("id")
    if not branches:
        return
    staff = _make_staff(env, company, branches)
    _open_branches(branches)
    made = _make_done_visits(env, company, orders, staff)
    _make_planned_visits(env, company, made, staff)


def _make_staff(env, company, branches):
    """:return: {branch: crm.branch.staff of therapists}"""
    vals_list = [
        {
            "name": names[place % len(names)],
            "role": role,
            "company_id": company.id,
            "branch_ids": [Command.set(branch.ids)],
        }
        for place, branch in enumerate(branches)
        for role, names in STAFF
    ]
    staff = env["crm.branch.staff"].create(vals_list)
    therapists = staff.filtered(lambda person: person.role == "Therapist")
    return therapists.grouped("branch_ids")


def _open_branches(branches):
    """Weekdays from 10 to 20, weekends an hour longer."""
    for branch in branches.filtered(lambda branch: not branch.hour_ids):
        branch.hour_ids = [
            Command.create(
                {
                    "weekday": str(day),
                    "hour_from": 10,
                    "hour_to": 20 if day < 5 else 21,
                }
            )
            for day in range(7)
        ]


def _make_done_visits(env, company, orders, staff):
    """:return: crm.visit, one per order of a service in the last weeks"""
    now = fields.Datetime.now()
    since = now - timedelta(days=SHOWN_DAYS)
    vals_list = []
    for order in orders.filtered(lambda order: since <= order.date_order < now):
        service = order.order_line.product_id.filtered(lambda p: p.type == "service")
        if service:
            vals_list.append(
                {
                    "partner_id": order.partner_id.id,
                    "company_id": company.id,
                    "branch_id": order.branch_id.id,
                    "staff_id": _one_of(staff[order.branch_id], order.id).id,
                    "product_id": service[0].id,
                    "start": order.date_order,
                    "kind": "walk_in" if order.id % 3 else "planned",
                    "state": "no_show" if order.id % 40 == 0 else "done",
                }
            )
    return env["crm.visit"].create(vals_list[-MOST_VISITS:])


def _make_planned_visits(env, company, made, staff):
    """Some of those who came are expected again, from today on, two a day."""
    now = fields.Datetime.now()
    local = company._get_local_moment(now)
    today = datetime.combine(local, time(10)) - (local - now)
    env["crm.visit"].create(
        [
            {
                "partner_id": visit.partner_id.id,
                "company_id": company.id,
                "branch_id": visit.branch_id.id,
                "staff_id": _one_of(staff[visit.branch_id], place).id,
                "product_id": visit.product_id.id,
                "start": today + timedelta(days=place // 2, hours=place % 5),
            }
            for place, visit in enumerate(made[-PLANNED:])
        ]
    )


def _one_of(records, number):
    return records[number % len(records)]
