"""Fill a database of its own with the generator's shop (BENCH_SIZE customers).

    BENCH_SIZE=10000 setup/odoo shell -d bench < tests/bench/bench_fill.py

Rows come by COPY; foreign keys of customers and orders are not looked up row by row.
Every second customer has a card with four entries: three awards and a spend, posted by
the ledger itself. A database that is filled stays as it is.
"""

import io
import os
import sys
import time

sys.path.insert(0, os.environ.get("BENCH_HOME", "tests/bench"))

from generator import PRODUCTS, Shop  # noqa: E402
from measure import bulk_load  # noqa: E402

from odoo.tools import SQL  # noqa: E402

SIZE = int(os.environ.get("BENCH_SIZE", 10_000))
CHUNK = 50_000
MEASURED_CARDS = 100_000  # those that the ledger's benchmark posts to


def copy(env, table, columns, rows):
    """Add rows by COPY, with ids of their own.

    :return: the first id
    """
    env.cr.execute(
        SQL("SELECT coalesce(max(id), 0) + 1 FROM %s", SQL.identifier(table))
    )
    [(first,)] = env.cr.fetchall()
    id_, buffer, names = first, [], ", ".join(f'"{name}"' for name in columns)
    for row in rows:
        buffer.append("\t".join(map(str, (id_, *row))))
        id_ += 1
        if len(buffer) == CHUNK:
            _flush(env, table, names, buffer)
    _flush(env, table, names, buffer)
    env.cr.execute("SELECT setval(%s, %s)", [f"{table}_id_seq", id_])
    return first


def _flush(env, table, names, buffer):
    text = io.StringIO("\n".join(buffer) + "\n" if buffer else "")
    env.cr.copy_expert(f'COPY "{table}" (id, {names}) FROM STDIN', text)
    buffer.clear()


def fill_partners(env, shop):
    columns = ["name", "complete_name", "phone", "city", "zip", "active", "type"]
    columns += ["autopost_bills", "lang", "company_id"]
    rows = (
        (name, *person, "t", "contact", "ask", "en_US", r"\N")
        for name, *person in ((p[0], *p) for p in shop.people())
    )
    first = copy(env, "res_partner", columns, rows)
    env.cr.execute(
        r"""UPDATE res_partner SET commercial_partner_id = id,
                  phone_sanitized =
                      '+668' || right(regexp_replace(phone, '\D', '', 'g'), 8),
                  member_number = 'B' || lpad(id::text, 8, '0') WHERE id >= %s""",
        [first],
    )
    return first


def fill_orders(env, shop, first_partner, products):
    company = env.company
    columns = ["name", "partner_id", "partner_invoice_id", "partner_shipping_id"]
    columns += ["company_id", "currency_id", "currency_rate", "state", "date_order"]
    columns += ["amount_untaxed", "amount_total"]
    currency = company.currency_id.id

    def orders():
        for number, (customer, moment, lines) in enumerate(shop.orders()):
            id_ = first_partner + customer
            total = sum(quantity * price for _product, quantity, price in lines)
            yield (
                *(f"BENCH{number}", id_, id_, id_, company.id, currency, 1, "sale"),
                *(moment, total, total),
            )

    first = copy(env, "sale_order", columns, orders())

    def lines():
        for number, (customer, _moment, rows) in enumerate(shop.orders()):
            for product, quantity, price in rows:
                total = quantity * price
                yield (
                    *(first + number, first_partner + customer, products[product]),
                    *("Bench", quantity, price, 0, company.id, currency, "sale"),
                    *(total, total),
                )

    columns = ["order_id", "order_partner_id", "product_id", "name", "product_uom_qty"]
    columns += ["price_unit", "customer_lead", "company_id", "currency_id", "state"]
    copy(env, "sale_order_line", [*columns, "price_subtotal", "price_total"], lines())


def fill_cards(env, first_partner, size):
    """Cards by SQL, entries by the ledger's own bulk path."""
    program = env["loyalty.program"].create(
        {"name": "Bench", "program_type": "loyalty", "applies_on": "both"}
    )
    env.flush_all()
    env.cr.execute(
        """
        INSERT INTO loyalty_card (program_id, company_id, partner_id, code, points,
                                  active, is_member_card, write_uid, create_date)
        SELECT %s, %s, id,
               CASE WHEN (id - %s) / 2 < %s THEN 'bench' ELSE 'other' END || id,
               0, TRUE, TRUE, 1, now()
          FROM res_partner WHERE id >= %s AND (id - %s) %% 2 = 0 ORDER BY id
        """,
        [
            *(program.id, program.company_id.id or None, first_partner),
            *(MEASURED_CARDS, first_partner, first_partner),
        ],
    )
    for turn, kind, points in (
        (1, "bonus", 10),
        (2, "bonus", 10),
        (3, "welcome", 10),
        (4, "adjust", -25),
    ):
        env["loyalty.point.entry"]._post_query(
            SQL(
                """SELECT id AS card_id, %s AS kind, %s AS points,
                          'fill:' || %s || ':' || id AS key
                     FROM loyalty_card WHERE program_id = %s ORDER BY id""",
                kind,
                points,
                turn,
                program.id,
            ),
            ["card_id", "kind", "points", "key"],
        )
        env.cr.commit()


def main(env):
    if env["loyalty.program"].search_count([("name", "=", "Bench")]):
        print("filled already")
        return
    start = time.perf_counter()
    env["loyalty.program"].search([]).action_archive()
    shop = Shop(SIZE)
    products = env["product.product"].create(
        [
            {"name": f"Bench {number}", "list_price": 50, "type": "service"}
            for number in range(PRODUCTS)
        ]
    )
    env.flush_all()
    with bulk_load(env, "res_partner", "sale_order", "sale_order_line"):
        first_partner = fill_partners(env, shop)
        fill_orders(env, shop, first_partner, products.ids)
    env.cr.commit()
    fill_cards(env, first_partner, SIZE)
    env.cr._cnx.autocommit = True
    env.cr.execute("VACUUM ANALYZE")
    env.cr._cnx.autocommit = False
    print(f"{SIZE:,} customers in {time.perf_counter() - start:.0f} s")


if "env" in globals():
    main(env)  # noqa: F821  given by the shell
