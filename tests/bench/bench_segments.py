"""Segments: counting before saving, and keeping membership, beside native and raw SQL.

    setup/bench segments
    BENCH_CUSTOMERS=200000 setup/odoo shell -d bench < tests/bench/bench_segments.py

on a database that bench_metrics.py or bench_fill.py has filled; the first run adds
provinces, products and order lines where they are missing. Every run is rolled back.

Three segments are measured. "bought": customers of one province who bought one product
on weekends within a year, for at least 500 together. "best seller": the same with the
product that sells most, in a seventh of all orders. "lapsed": those of one province who
have lapsed, a large one that reads the customers' figures.

What each way leaves out:

* suite   nothing: the rule as it is typed, checked as the user who types it, in the
          company and at the clock of the shop; for the membership the note of who
          entered and left, in one table for all segments, and the stored number
* native  for counting: sales orders alone. `_read_group` of the orders, weekdays and
          sums in Python, then a search of the customers. Lapsed customers as Odoo finds
          them: the last order of each by `_read_group`. It keeps no membership
* floor   for counting: one statement written for this one question, no rights, no
          check of the rule. For the membership the difference of that statement and the
          open rows, written to a table with the columns, keys and indexes of ours

All ways must find the same customers before anything is timed.
"""

import os
import sys
from datetime import timedelta

sys.path.insert(0, os.environ.get("BENCH_HOME", "tests/bench"))

from measure import bulk_load, measure, vacuum  # noqa: E402

from odoo import fields  # noqa: E402
from odoo.tools import SQL  # noqa: E402

from odoo.addons.crm_segments.models import crm_segment_preview  # noqa: E402

PRODUCTS = 2000
LINES = 2  # for each order
LEAST = 500


def load_lines(env):
    """Products, and lines that make a few of them sell most."""
    products = env["product.product"].create(
        [
            {"name": f"Bench {number}", "list_price": 50, "type": "service"}
            for number in range(PRODUCTS)
        ]
    )
    env.flush_all()
    env.cr.execute("SELECT setseed(0.42)")
    insert = """
        INSERT INTO sale_order_line (order_id, order_partner_id, product_id, name,
               product_uom_qty, price_unit, price_total, customer_lead, company_id,
               currency_id, state)
        SELECT o.id, o.partner_id,
               (%s::int[])[1 + floor(random() ^ 3 * %s)::int], 'Bench', 1, 50, 50, 0,
               o.company_id, o.currency_id, o.state
          FROM sale_order o CROSS JOIN generate_series(1, %s)"""
    with bulk_load(env, "sale_order_line"):
        env.cr.execute(insert, [products.ids, PRODUCTS, LINES])


def load_provinces(env):
    """A fifth of the customers in each of five provinces."""
    env.cr.execute(
        "SELECT 1 FROM res_partner"
        " WHERE member_number LIKE 'B%' AND state_id IS NULL LIMIT 1"
    )
    if not env.cr.fetchone():
        return
    states = env["res.country.state"].search([], limit=5).ids
    with bulk_load(env, "res_partner"):
        env.cr.execute(
            """UPDATE res_partner SET state_id = (%s::int[])[1 + id / 7 %% 5]
                WHERE member_number LIKE 'B%%' AND state_id IS NULL""",
            [states],
        )


class Shop:
    """What is asked for, and the three ways to answer it."""

    def __init__(self, env):
        self.company = env.company
        self.province = env["res.country.state"].search([], limit=1).id
        self.products = {
            name: env["product.product"].search([("name", "=", product)]).id
            for name, product in (("bought", "Bench 40"), ("best seller", "Bench 0"))
        }
        [param] = env["crm.customer.metric"]._metric_params(company_ids=env.company.ids)
        self.tz, self.today = param.tz, param.as_of
        self.since = self.today - timedelta(days=365)

    def rule(self, name):
        """:return: domain on res.partner, as a shopkeeper's form writes it"""
        province = ("state_id", "=", self.province)
        if name == "lapsed":
            return [province, ("customer_lifecycle", "=", "lapsed")]
        orders = [
            ("product_ids", "in", [self.products[name]]),
            ("weekday", "in", ["6", "7"]),
            ("order_day", ">=", str(self.since)),
            ("status", "=", "confirmed"),
            ("matching_amount", ">=", LEAST),
        ]
        return [province, ("customer_order_ids", "any", orders)]

    def segment(self, env, name):
        segment = env["crm.segment"].search([("name", "=", f"Bench {name}")])
        return segment or env["crm.segment"].create(
            {"name": f"Bench {name}", "domain": repr(self.rule(name))}
        )

    def preview(self, env, name):
        draft = env["crm.segment"].new(
            {
                "name": "Bench",
                "kind": "dynamic",
                "company_id": self.company.id,
                "domain": repr(self.rule(name)),
            }
        )
        count, error = draft._preview()
        if error:
            raise SystemExit(error)
        return count

    def local(self, env, when):
        user = env.user.with_context(tz=self.tz)
        return fields.Datetime.context_timestamp(user, when)

    def native(self, env, name):
        """:return: number of customers"""
        customers = [("state_id", "=", self.province), ("member_number", "!=", False)]
        if name == "lapsed":
            counts, latest = {}, {}
            for partner, count, when in env["sale.order"]._read_group(
                [("state", "=", "sale")], ["partner_id"], ["__count", "date_order:max"]
            ):
                customer = partner.commercial_partner_id.id
                counts[customer] = counts.get(customer, 0) + count
                latest[customer] = max(latest.get(customer, when), when)
            ids = [
                customer
                for customer, count in counts.items()
                if count >= 2
                and (self.today - self.local(env, latest[customer]).date()).days > 90
            ]
            return env["res.partner"].search_count([*customers, ("id", "in", ids)])
        orders = env["sale.order"].search_fetch(
            [
                ("order_line.product_id", "=", self.products[name]),
                ("state", "=", "sale"),
                ("date_order", ">=", self.since - timedelta(days=1)),
            ],
            ["partner_id", "date_order", "amount_total"],
        )
        totals = {}
        for order in orders:
            at = self.local(env, order.date_order)
            if at.date() >= self.since and at.isoweekday() > 5:
                customer = order.partner_id.commercial_partner_id.id
                totals[customer] = totals.get(customer, 0) + order.amount_total
        ids = [id_ for id_, total in totals.items() if total >= LEAST]
        return env["res.partner"].search_count([*customers, ("id", "in", ids)])

    def floor(self, name):
        """:return: SQL of the ids of the customers"""
        customer = SQL(
            """customer.state_id = %s AND customer.active
               AND customer.member_number IS NOT NULL
               AND customer.commercial_partner_id = customer.id
               AND (customer.company_id IS NULL OR customer.company_id = %s)""",
            self.province,
            self.company.id,
        )
        if name == "lapsed":
            return SQL(
                """SELECT customer.id FROM res_partner customer
                     JOIN crm_customer_metric m ON m.partner_id = customer.id
                    WHERE m.company_id = %s AND m.lifecycle = 'lapsed' AND %s""",
                self.company.id,
                customer,
            )
        return SQL(
            """SELECT customer.id FROM (
                   SELECT p.commercial_partner_id AS id
                     FROM sale_order o JOIN res_partner p ON p.id = o.partner_id
                    WHERE o.id IN (SELECT order_id FROM sale_order_line
                                    WHERE product_id = %(product)s
                                      AND product_uom_qty > 0
                                      AND is_downpayment IS NOT TRUE)
                      AND o.company_id = %(company)s AND o.state = 'sale'
                      AND o.date_order >= %(since)s::timestamp
                              AT TIME ZONE %(tz)s AT TIME ZONE 'UTC'
                      AND o.date_order < (%(today)s::date + 1)::timestamp
                              AT TIME ZONE %(tz)s AT TIME ZONE 'UTC'
                      AND EXTRACT(isodow FROM o.date_order AT TIME ZONE 'UTC'
                              AT TIME ZONE %(tz)s) IN (6, 7)
                 GROUP BY 1 HAVING sum(o.amount_total) >= %(least)s) bought
                 JOIN res_partner customer
                   ON customer.id = bought.id AND %(customer)s""",
            product=self.products[name],
            company=self.company.id,
            since=self.since,
            today=self.today,
            tz=self.tz,
            least=LEAST,
            customer=customer,
        )

    def floor_count(self, env, name):
        env.cr.execute(SQL("SELECT count(*) FROM (%s) fit", self.floor(name)))
        return env.cr.fetchone()[0]

    def floor_refresh(self, name):
        """:return: SQL: who entered and who left, in one statement"""
        return SQL(
            """WITH fresh AS (%s), diff AS (
                   SELECT fresh.id, stored.id AS row
                     FROM fresh FULL JOIN (
                          SELECT id, partner_id FROM bench_member
                           WHERE segment_id = %s AND "left" IS NULL) stored
                       ON stored.partner_id = fresh.id
                    WHERE fresh.id IS NULL OR stored.id IS NULL
               ), gone AS (
                   UPDATE bench_member SET "left" = now(), leave_todo = FALSE
                    WHERE id IN (SELECT row FROM diff WHERE id IS NULL)
               )
               INSERT INTO bench_member (segment_id, company_id, partner_id, entered,
                                         enter_todo, leave_todo)
               SELECT %s, %s, id, now(), FALSE, FALSE FROM diff WHERE row IS NULL""",
            self.floor(name),
            self.ids[name],
            self.ids[name],
            self.company.id,
        )


def empty(env):
    env.cr.execute("TRUNCATE crm_segment_member, bench_member")


def move(shop, name):
    """A hundredth of the members left and as many who do not belong came in, so that
    both have to be written."""

    def run(env):
        for table in ("crm_segment_member", "bench_member"):
            env.cr.execute(
                SQL(
                    """WITH picked AS (
                           SELECT id, row_number() OVER (ORDER BY partner_id) AS nth
                             FROM %(table)s
                            WHERE segment_id = %(id)s AND "left" IS NULL),
                            swapped AS (SELECT partner_id FROM %(table)s
                                         WHERE segment_id = %(id)s)
                       UPDATE %(table)s m SET partner_id = m.partner_id + 1
                         FROM picked WHERE picked.id = m.id AND nth %% 100 = 0
                          AND m.partner_id + 1 NOT IN (SELECT partner_id FROM swapped)
                          AND EXISTS (SELECT FROM res_partner
                                       WHERE id = m.partner_id + 1)""",
                    table=SQL.identifier(table),
                    id=shop.ids[name],
                )
            )

    return run


def prepare(env):
    """:return: Shop, with both memberships stored"""
    if not env["product.product"].search_count([("name", "=", "Bench 0")], limit=1):
        load_lines(env)
    load_provinces(env)
    vacuum(env, "res_partner", "sale_order", "sale_order_line")
    env["crm.customer.metric"]._rebuild(company_ids=env.company.ids)
    shop = Shop(env)
    shop.ids = {}
    for name in (*shop.products, "lapsed"):
        segment = shop.segment(env, name)
        shop.ids[name] = segment.id
        segment._recompute_members()
    env.cr.execute("DROP TABLE IF EXISTS bench_member")
    env.cr.execute(
        """CREATE TABLE bench_member (LIKE crm_segment_member INCLUDING ALL,
               FOREIGN KEY (segment_id) REFERENCES crm_segment ON DELETE CASCADE,
               FOREIGN KEY (company_id) REFERENCES res_company ON DELETE CASCADE,
               FOREIGN KEY (partner_id) REFERENCES res_partner ON DELETE SET NULL)"""
    )
    for name in shop.ids:
        env.cr.execute(shop.floor_refresh(name))
    vacuum(env, "crm_customer_metric", "crm_segment_member", "bench_member")
    return shop


def check(env, shop, name):
    """:return: number of customers, the same in every way"""
    found = {
        "suite": shop.preview(env, name),
        "native": shop.native(env, name),
        "floor": shop.floor_count(env, name),
    }
    env.cr.execute(
        """SELECT count(*), count(*) FILTER (
                      WHERE m.partner_id IS NULL OR f.partner_id IS NULL)
             FROM (SELECT * FROM crm_segment_member
                    WHERE segment_id = %(id)s AND "left" IS NULL) m
        FULL JOIN (SELECT * FROM bench_member
                    WHERE segment_id = %(id)s AND "left" IS NULL) f
            USING (partner_id)""",
        {"id": shop.ids[name]},
    )
    members, wrong = env.cr.fetchone()
    print(f"{name}: {found}, {members} members, {wrong} not in both")
    if wrong or {*found.values(), members} != {members}:
        raise SystemExit("the ways disagree")
    return members


def measure_counting(env, shop, name, rows):
    low = measure(
        env, f"floor, {name}, count", lambda e: shop.floor_count(e, name), rows=rows
    )
    ours = measure(
        env, f"suite, {name}, preview", lambda e: shop.preview(e, name), rows=rows
    )
    print(f"  preview: {ours / low:.2f} of the floor")
    if not os.environ.get("BENCH_SKIP_NATIVE"):
        measure(
            env, f"native, {name}, count", lambda e: shop.native(e, name), rows=rows
        )


def measure_membership(env, shop, name, rows):
    def floor(e):
        e.cr.execute(shop.floor_refresh(name))

    def suite(e):
        e["crm.segment"].browse(shop.ids[name])._recompute_members()

    for label, before in (
        ("all enter", empty),
        ("a hundredth changes", move(shop, name)),
        ("nothing changes", None),
    ):
        low = measure(env, f"floor, {name}, {label}", floor, before, rows)
        ours = measure(env, f"suite, {name}, {label}", suite, before, rows)
        print(f"  {label}: {ours / low:.2f} of the floor")


def main(env):
    crm_segment_preview.PATIENCE_MS = 0  # however busy the machine is
    shop = prepare(env)
    for name in shop.ids:
        rows = check(env, shop, name)
        measure_counting(env, shop, name, rows)
        measure_membership(env, shop, name, rows)


main(env)  # noqa: F821 (given by the shell)
