"""Exporting customers: suite against native Odoo against xlsxwriter and csv alone.

    setup/bench export --size 1000000

or `setup/odoo shell -d bench < tests/bench/bench_export.py` on a database of its own
with crm_segments, which is filled with BENCH_SIZE customers unless it has some. Each
size up to that is exported, 15 columns: texts, a tag, linked names, a choice, numbers
and a date.

What each way leaves out:

* suite   nothing: the whole job with rights, a commit for each batch, progress on the
          bus, the log, and the file stored as an attachment
* native  Odoo's own export as the web client asks for it, all in memory; no progress,
          no log, no file kept. Only at small sizes
* floor   for CSV: one hand-written statement read through a cursor, csv.writer and the
          check for formulas; no rights, nothing committed
          for XLSX: xlsxwriter alone, constant_memory, rows that are in memory already:
          reading them is not counted

Before anything is timed, the cells of suite and floor are compared, all of them.
Ratios are of processor time (of Python and of the database's process, read from
/proc). Memory is what the process needs at most above what it had when a way began.
"""

import csv
import io
import json
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, os.environ.get("BENCH_HOME", "tests/bench"))

import openpyxl  # noqa: E402
import xlsxwriter  # noqa: E402
from measure import cpu_seconds  # noqa: E402

from odoo.tools import SQL  # noqa: E402

SIZE = int(os.environ.get("BENCH_SIZE", 200_000))
RUNS = int(os.environ.get("BENCH_RUNS", 3))
SIZES = (10_000, 100_000, 200_000, 1_000_000)
NATIVE_UP_TO = int(os.environ.get("BENCH_NATIVE_UP_TO", 10_000))
COLUMNS = [
    *("member_number", "name", "nickname", "phone", "email", "customer_group_id"),
    *("category_id", "state_id", "zip", "customer_lifecycle", "customer_order_count"),
    *("customer_amount_total_all", "customer_amount_total", "customer_amount_paid"),
    "customer_last_order_date",
]
DANGEROUS = frozenset("=+-@\t\r\n＝＋－＠")
FLOOR = """
    SELECT p.member_number, p.name, p.nickname, p.phone, p.email, g.name, t.names,
           s.name || ' (' || c.code || ')', p.zip, coalesce(m.lifecycle, 'prospect'),
           coalesce(m.order_count, 0), coalesce(m.amount_total_all, 0),
           coalesce(m.amount_total, 0), coalesce(m.amount_paid, 0), m.last_order_date
      FROM (SELECT * FROM res_partner WHERE member_number LIKE 'B%%'
             ORDER BY id LIMIT %s) p
      LEFT JOIN crm_customer_metric m ON m.partner_id = p.id AND m.company_id = %s
      LEFT JOIN (SELECT id, name->>'en_US' AS name FROM crm_customer_group) g
        ON g.id = p.customer_group_id
      LEFT JOIN res_country_state s ON s.id = p.state_id
      LEFT JOIN res_country c ON c.id = s.country_id
      LEFT JOIN (SELECT partner_id, string_agg(name->>'en_US', ', ') AS names
                   FROM res_partner_res_partner_category_rel r
                   JOIN res_partner_category k ON k.id = r.category_id
               GROUP BY partner_id) t ON t.partner_id = p.id
     ORDER BY p.id
"""


def load(env, customers):
    """Customers with figures, the same for the same number."""
    env.cr.execute(
        """
        INSERT INTO res_partner (id, commercial_partner_id, name, complete_name,
                                 active, autopost_bills, type, lang, member_number,
                                 phone, zip, create_date)
        SELECT id, id, n, n, TRUE, 'ask', 'contact', 'en_US',
               'B' || lpad(i::text, 8, '0'),
               CASE i %% 3 WHEN 0 THEN '+668' ELSE '08' END
                   || lpad((i::bigint * 7919 %% 100000000)::text, 8, '0'),
               (10000 + i %% 60000)::text, now()
          FROM (SELECT i, nextval('res_partner_id_seq') AS id,
                       (ARRAY['สมชาย','สมหญิง','ประเสริฐ','มาลี'])[1 + i %% 4]
                       || ' ' || (ARRAY['ใจดี','สุขสันต์','ทองดี'])[1 + i %% 3]
                       || ' ' || i AS n
                  FROM generate_series(1, %s) i) x
        """,
        [customers],
    )
    env.cr.execute(
        """
        INSERT INTO crm_customer_metric (partner_id, company_id, order_count,
               order_count_all, amount_total, amount_total_all, amount_paid,
               first_order_date, last_order_date, lifecycle)
        SELECT id, %s, id %% 9 + 1, id %% 9 + 2, id %% 9999 + 0.25, id %% 9999 + 50.5,
               id %% 9999, '2024-01-01', date '2024-01-01' + (id %% 900)::int, 'regular'
          FROM res_partner WHERE member_number LIKE 'B%%' AND id %% 5 < 3
        """,
        [env.company.id],
    )


def complete(env):
    """Nicknames, e-mails, groups, a tag and places for customers without."""
    groups = env["crm.customer.group"].search([]).ids
    states = env["res.country.state"].search([("country_id.code", "=", "TH")]).ids
    tag = env["res.partner.category"].create({"name": "Bench"})
    env.flush_all()
    env.cr.execute(
        """
        UPDATE res_partner SET nickname = 'เล็ก', email = 'c' || id || '@example.com',
               customer_group_id = (%s)[1 + id %% %s], state_id = (%s)[1 + id %% %s]
         WHERE member_number LIKE 'B%%' AND nickname IS NULL
        """,
        [groups, len(groups), states, len(states)],
    )
    env.cr.execute(
        """
        INSERT INTO res_partner_res_partner_category_rel (partner_id, category_id)
        SELECT id, %s FROM res_partner WHERE member_number LIKE 'B%%' AND id %% 3 = 0
        """,
        [tag.id],
    )
    env.cr.commit()
    env.cr._cnx.autocommit = True
    env.cr.execute("VACUUM ANALYZE")
    env.cr._cnx.autocommit = False


def memory(key):
    """:return: MB, of /proc/self/status"""
    with open("/proc/self/status") as status:
        for line in status:
            if line.startswith(f"{key}:"):
                return int(line.split()[1]) // 1024
    return 0


def measure(env, label, rows, run, runs=RUNS):
    """:return: dict of what is noted; ``cpu`` is the median of processor time"""
    clock, cpu, peaks = [], [], []
    for _number in range(runs):
        env.cr.commit()
        env.invalidate_all()
        Path("/proc/self/clear_refs").write_text("5")  # forget the peak so far
        before = memory("VmRSS")
        start, start_cpu = time.perf_counter(), cpu_seconds(env)
        run(env)
        cpu.append(cpu_seconds(env) - start_cpu)
        clock.append(time.perf_counter() - start)
        peaks.append(memory("VmHWM") - before)
    median, seconds = statistics.median(cpu), statistics.median(clock)
    print(
        f"{label:<28}{median:8.2f} s cpu ({min(cpu):.2f} - {max(cpu):.2f})"
        f"{seconds:8.2f} s clock{max(peaks):6} MB above start",
        flush=True,
    )
    noted = dict(label=label, rows=rows, cpu=round(median, 3))
    return noted | dict(clock=round(seconds, 3), peak_mb=max(peaks))


def note(*rows):
    """Add rows to the file of results, in the order of the table."""
    if os.environ.get("BENCH_RESULT"):
        with open(os.environ["BENCH_RESULT"], "a") as results:
            results.writelines(json.dumps(row) + "\n" for row in rows)


def domain(env, rows):
    """:return: domain of the first so many customers"""
    query = "SELECT id FROM res_partner WHERE member_number LIKE 'B%%' ORDER BY id"
    env.cr.execute(f"{query} OFFSET %s LIMIT 1", [rows - 1])
    [(last,)] = env.cr.fetchall()
    return [["member_number", "=like", "B%"], ["id", "<=", last]]


def export(env, rows, file_format):
    """:return: crm.export, made by its job"""
    user = env.ref("base.user_admin")
    model = env["res.partner"].with_user(user)
    model = model.with_context(active_domain=domain(env, rows))
    made = env["crm.export"].with_user(user)._new_from_list(model).sudo()
    made.file_format = file_format
    made.column_ids = env["crm.export.set"]._commands(COLUMNS)
    made.write({"state": "waiting", "name": f"bench.{file_format}"})
    env.cr.commit()
    made._run_safely(float("inf"))
    if made.state != "done":
        raise SystemExit(f"export failed: {made.error_message}")
    return made


def suite(rows, file_format):
    def run(env):
        export(env, rows, file_format).unlink()
        env.cr.commit()

    return run


def floor_rows(env, rows):
    """Iterator of lists of the rows of one statement."""
    query = SQL(FLOOR, rows, env.company.id)
    env.cr.execute(SQL("DECLARE bench CURSOR FOR %s", query))
    labels = env["res.partner"]._fields["customer_lifecycle"]
    labels = dict(labels._description_selection(env))
    while True:
        env.cr.execute("FETCH 2000 FROM bench")
        found = env.cr.fetchall()
        if not found:
            break
        yield [(*row[:9], labels[row[9]], *row[10:]) for row in found]
    env.cr.execute("CLOSE bench")


def safe(value):
    if value.__class__ is str and value[:1] in DANGEROUS:
        return f"'{value}"
    return value


def floor_csv(rows):
    def run(env):
        with tempfile.NamedTemporaryFile("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file)
            for batch in floor_rows(env, rows):
                writer.writerows([safe(value) for value in row] for row in batch)
        env.cr.rollback()

    return run


def floor_xlsx(data):
    """xlsxwriter alone: each column by the method for its type."""

    def run(env):
        with tempfile.NamedTemporaryFile(suffix=".xlsx") as file:
            options = {"constant_memory": True}
            with xlsxwriter.Workbook(file.name, options) as book:
                sheet = book.add_worksheet()
                day = book.add_format({"num_format": "dd/mm/yyyy"})
                text, number = sheet.write_string, sheet.write_number
                for index, row in enumerate(data):
                    for column in range(10):
                        if row[column] is not None:
                            text(index, column, row[column])
                    for column in range(10, 14):
                        number(index, column, row[column])
                    if row[14] is not None:
                        sheet.write_datetime(index, 14, row[14], day)

    return run


def native(rows, file_format):
    """Odoo's own export, called below the web request."""
    from odoo.addons.web.controllers import export as web

    def run(env):
        partners = env["res.partner"].search(domain(env, rows), order="id")
        names = [*COLUMNS]
        data = partners.export_data(names)["datas"]
        if file_format == "csv":
            web.CSVExport().from_data([], names, data)
            return
        book = io.BytesIO()
        with xlsxwriter.Workbook(book, {"in_memory": True}) as target:
            sheet = target.add_worksheet()
            for index, row in enumerate(data):
                for column, value in enumerate(row):
                    sheet.write(index, column, value or "")

    return run


def check(env, rows):
    """Cells of the suite's files are those of the floor's statement."""
    expected = [row for batch in floor_rows(env, rows) for row in batch]
    files = env["ir.attachment"]
    made = export(env, rows, "csv")
    path = files._full_path(made.attachment_id.store_fname)
    with open(path, encoding="utf-8-sig", newline="") as file:
        cells = list(csv.reader(file))[1:]
    as_text = [["" if v is None else str(safe(v)) for v in row] for row in expected]
    same = cells == as_text
    made = export(env, rows, "xlsx")
    path = files._full_path(made.attachment_id.store_fname)
    book = openpyxl.load_workbook(open(path, "rb"), read_only=True)
    for found, row in zip(
        book.worksheets[0].iter_rows(min_row=2, values_only=True), expected, strict=True
    ):
        day = found[14] and found[14].date()
        same = same and (*found[:14], day) == row
    env["crm.export"].search([("name", "like", "bench.")]).unlink()
    env.cr.commit()
    print(f"same cells as the floor in {len(expected):,} rows: {same}")
    if not same:
        raise SystemExit("the ways disagree")


def main(env):
    env.cr.execute("SELECT count(*) FROM res_partner WHERE member_number LIKE 'B%'")
    [(customers,)] = env.cr.fetchall()
    if not customers:
        load(env, SIZE)
        customers = SIZE
    if not env["res.partner.category"].search_count([("name", "=", "Bench")]):
        if env["sale.order"].search_count([], limit=1):
            env["crm.customer.metric"]._rebuild()
        complete(env)
    check(env, min(customers, 10_000))
    for rows in SIZES:
        if rows > customers:
            break
        for file_format in ("csv", "xlsx"):
            compare(env, file_format, rows)


def compare(env, file_format, rows):
    """Measure the ways to make one file. The suite goes first: memory that the floor
    has given back to Python would be there for it to take."""
    runs = RUNS if rows < 1_000_000 else 1
    name = f"{file_format.upper()}, {rows:,} rows"
    ours = measure(env, f"suite, {name}", rows, suite(rows, file_format), runs)
    if file_format == "csv":
        way = floor_csv(rows)
    else:
        way = floor_xlsx([row for batch in floor_rows(env, rows) for row in batch])
    low = measure(env, f"floor, {name}", rows, way, runs)
    print(f"  ratio to the floor: {ours['cpu'] / low['cpu']:.2f}")
    note(low, ours)
    if rows <= NATIVE_UP_TO:
        theirs = measure(env, f"native, {name}", rows, native(rows, file_format), 1)
        print(f"  native / suite: {theirs['cpu'] / ours['cpu']:.1f}")
        note(theirs)


main(env)  # noqa: F821 (given by the shell)
