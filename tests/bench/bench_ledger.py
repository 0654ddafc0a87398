"""Posting and proving points: suite against native Odoo against raw SQL.

    setup/bench ledger

or `setup/odoo shell -d bench < tests/bench/bench_ledger.py` on a database that
`bench_fill.py` has filled. Each run posts one entry on each of up to 100,000 cards and
is rolled back. Ratios are of processor time (of Python and of the database's process,
read from /proc): the clock of a shared machine says little.

What each way leaves out:

* suite   nothing: keys, sequence, balances, awards, draws, foreign keys, append-only
          triggers. "query": the movements come from an SQL query, "list": from Python
* native  `loyalty.history` records: no balance, no key, no expiry, no draws
* floor   for posting: INSERT .. SELECT of generated rows into the ledger's own tables,
          with their indexes and triggers, and the UPDATE of the balances; for
          spends the draws and the UPDATE of the awards as well. No keys asked for, no
          order in which awards are drawn, no debts, nothing locked in order
          for the proof: sum of the entries of each card against its balance; no
          sequence, and nothing of what the whole proof adds: awards, draws, reversals
"""

import contextlib
import os
import resource
import statistics
import sys
import time

sys.path.insert(0, os.environ.get("BENCH_HOME", "tests/bench"))

from measure import cpu_seconds, note  # noqa: E402

from odoo.sql_db import db_connect  # noqa: E402
from odoo.tools import SQL  # noqa: E402

from odoo.addons.crm_loyalty_points.tools import ledger_proof  # noqa: E402

RUNS = int(os.environ.get("BENCH_RUNS", 3))
BATCH = int(os.environ.get("BENCH_BATCH", 50_000))


def load(env):
    """:return: ids of the cards to post to"""
    env.cr.execute("SELECT id FROM loyalty_card WHERE code LIKE 'bench%' ORDER BY id")
    return [id_ for (id_,) in env.cr.fetchall()]


def measure(env, label, rows, run):
    """:return: median seconds of processor time of RUNS runs, each rolled back"""
    clock, cpu = [], []
    for _number in range(RUNS):
        sweep(env)
        env.flush_all()
        start, start_cpu = time.perf_counter(), cpu_seconds(env)
        run(env)
        env.flush_all()
        cpu.append(cpu_seconds(env) - start_cpu)
        clock.append(time.perf_counter() - start)
        env.cr.rollback()
        env.invalidate_all()
    median = statistics.median(cpu)
    note(
        label=label,
        rows=rows,
        cpu=round(median, 3),
        clock=round(statistics.median(clock), 3),
        peak_mb=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    )
    print(
        f"{label:<28}{median:7.2f} s cpu ({min(cpu):.2f} - {max(cpu):.2f})"
        f"{rows / median:12,.0f} rows/s cpu {statistics.median(clock):7.2f} s clock",
        flush=True,
    )
    return median


def sweep(env):
    """Remove what the run before left: unique indexes look at dead rows, too."""
    with contextlib.closing(db_connect(env.cr.dbname).cursor()) as cr:
        cr._cnx.autocommit = True
        for table in ("entry", "award", "draw"):
            cr.execute(SQL("VACUUM %s", SQL.identifier(f"loyalty_point_{table}")))
        cr.execute("VACUUM loyalty_card")
        cr._cnx.autocommit = False


def movements(cards, kind, points, name):
    return [
        {
            "card_id": card,
            "kind": kind,
            "points": points,
            "key": f"{name}:{card}",
            "reason": "bench",
        }
        for card in cards
    ]


def suite_post(cards, kind, points, name):
    vals_list = movements(cards, kind, points, name)

    def run(env):
        for start in range(0, len(vals_list), BATCH):
            env["loyalty.point.entry"]._post(
                vals_list[start : start + BATCH], bulk=True
            )

    return run


def suite_query(kind, points, name):
    query = SQL(
        """SELECT id AS card_id, %s AS kind, %s AS points, %s || id AS key,
                  'bench' AS reason
             FROM loyalty_card WHERE code LIKE 'bench%%' ORDER BY id""",
        kind,
        points,
        name,
    )

    def run(env):
        env["loyalty.point.entry"]._post_query(
            query, ["card_id", "kind", "points", "key", "reason"]
        )

    return run


def native_post(cards):
    vals_list = [
        {"card_id": card, "description": "Bench", "issued": 10} for card in cards
    ]

    def run(env):
        for start in range(0, len(vals_list), 1000):
            env["loyalty.history"].create(vals_list[start : start + 1000])

    return run


def floor_post(points):
    def run(env):
        env.cr.execute(
            """UPDATE loyalty_card SET points = points + %s, entry_seq = entry_seq + 1
                WHERE code LIKE 'bench%%'""",
            [points],
        )
        env.cr.execute(
            """
            WITH e AS (
                INSERT INTO loyalty_point_entry (card_id, seq, kind, points, date,
                    posted_at, company_id, program_id, reason, key, body_hash,
                    operator_model, operator_id, operator_name)
                SELECT id, entry_seq, 'welcome', %(points)s,
                       current_date, now(), company_id, program_id, 'bench',
                       'floor' || %(points)s || id, md5(id::text), 'res.users', 1,
                       'OdooBot'
                  FROM loyalty_card WHERE code LIKE 'bench%%'
                RETURNING id, card_id, company_id, program_id, points
            ), a AS (
                INSERT INTO loyalty_point_award (entry_id, card_id, company_id,
                                                 program_id, remaining)
                SELECT id, card_id, company_id, program_id, points
                  FROM e WHERE points > 0
            ), held AS (
                SELECT DISTINCT ON (a.card_id) a.entry_id, e.id, e.points
                  FROM e JOIN loyalty_point_award a USING (card_id)
                 WHERE e.points < 0 AND a.remaining >= -e.points
                 ORDER BY a.card_id, a.entry_id
            ), d AS (
                INSERT INTO loyalty_point_draw (entry_id, award_entry_id, points)
                SELECT id, entry_id, -points FROM held
            )
            UPDATE loyalty_point_award a SET remaining = remaining + held.points
              FROM held WHERE held.entry_id = a.entry_id
            """,
            {"points": points},
        )

    return run


def floor_proof(env):
    env.cr.execute(
        """
        SELECT c.id, c.points, s.points
          FROM loyalty_card c
          JOIN (SELECT card_id, sum(points) AS points FROM loyalty_point_entry
                 GROUP BY card_id) s ON s.card_id = c.id
         WHERE round(c.points::numeric, 2) <> s.points
        """
    )
    assert not env.cr.fetchall()


def suite_balances(env):
    assert not ledger_proof.check(env, parts=("balance",))


def suite_proof(env):
    assert not env["loyalty.point.award"]._check_ledger()


def check_same(env, cards):
    """The ways must leave the same balances.

    :raise SystemExit: they do not
    """
    found = []
    for run in (
        suite_query("welcome", 10, "same:"),
        suite_post(cards, "welcome", 10, "same"),
        floor_post(10),
    ):
        run(env)
        env.cr.execute("SELECT sum(points) FROM loyalty_card")
        found += env.cr.fetchall()
        env.cr.rollback()
        env.invalidate_all()
    if len(set(found)) > 1:
        raise SystemExit(f"the ways disagree: {found}")


def main(env):
    cards = load(env)
    rows = len(cards)
    check_same(env, cards)
    print(f"{rows:,} cards, median of {RUNS} runs")
    measure(env, "native, history lines", rows, native_post(cards))
    for what, kind, points in (("awards", "welcome", 10), ("spends", "redeem", -4)):
        floor = measure(env, f"floor, {what}", rows, floor_post(points))
        for name, run in (
            ("query", suite_query(kind, points, "q:")),
            ("list", suite_post(cards, kind, points, "l")),
        ):
            suite = measure(env, f"suite, {what} from a {name}", rows, run)
            print(f"  suite / floor {suite / floor:.2f}")
    env.cr.execute("SELECT count(*) FROM loyalty_point_entry")
    [(count,)] = env.cr.fetchall()
    floor = measure(env, "floor, balances", count, floor_proof)
    suite = measure(env, "suite, balances", count, suite_balances)
    print(f"  suite / floor {suite / floor:.2f}")
    suite = measure(env, "suite, whole proof", count, suite_proof)
    print(f"  suite / floor {suite / floor:.2f}")


main(env)  # noqa: F821  given by the shell
