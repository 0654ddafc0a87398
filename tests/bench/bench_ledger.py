"""Posting and proving points: suite against native Odoo against raw SQL.

    setup/odoo shell -d bench < tests/bench/bench_ledger.py

on a database of its own with crm_loyalty_points installed. BENCH_CARDS (default
100,000) cards are made once; each measured run posts one entry on each card and is
rolled back. BENCH_ENTRIES (default 2,000,000) entries are proven. Nothing here runs in
the test suite. Ratios are of processor time (of Python and of the database's process,
read from /proc): the clock of a shared machine says little.

What each way leaves out:

* suite   nothing: keys, sequence, balances, awards, draws, append-only triggers
* native  `loyalty.history` records: no balance, no key, no expiry, no draws
* floor   for posting: INSERT .. SELECT of generated rows into a table with the ledger's
          columns and indexes, and the UPDATE of the balances; no rows from Python, no
          keys asked for, no foreign keys, no triggers; for spends also the draws and
          the UPDATE of the awards.
          for the proof: sum of the entries of each card against its balance; no
          sequence, and nothing of what the whole proof adds: awards, draws, reversals
"""

import os
import statistics
import time

from odoo.tools import SQL

from odoo.addons.crm_loyalty_points.tools import ledger_proof

CARDS = int(os.environ.get("BENCH_CARDS", 100_000))
ENTRIES = int(os.environ.get("BENCH_ENTRIES", 2_000_000))
RUNS = int(os.environ.get("BENCH_RUNS", 3))
BATCH = int(os.environ.get("BENCH_BATCH", 50_000))


def load(env):
    """:return: ids of CARDS cards of one programme, made in SQL"""
    program = env["loyalty.program"].search([("name", "=", "Bench")], limit=1)
    if not program:
        program = env["loyalty.program"].create(
            {"name": "Bench", "program_type": "loyalty", "applies_on": "both"}
        )
        env.flush_all()
        env.cr.execute(
            """
            WITH partners AS (
                INSERT INTO res_partner (name, active, autopost_bills, type)
                SELECT 'Bench member ' || i, TRUE, 'ask', 'contact'
                  FROM generate_series(1, %(cards)s) i RETURNING id)
            INSERT INTO loyalty_card (program_id, company_id, partner_id, code, points,
                                      active, is_member_card, create_date)
            SELECT %(program)s, %(company)s, id, 'bench' || id, 0, TRUE, TRUE, now()
              FROM partners
            """,
            {
                "cards": CARDS,
                "program": program.id,
                "company": program.company_id.id or None,
            },
        )
        env.cr.commit()
        vacuum(env, "loyalty_card", "res_partner")
    env.cr.execute(
        "SELECT id FROM loyalty_card WHERE program_id = %s ORDER BY id", [program.id]
    )
    return [id_ for (id_,) in env.cr.fetchall()]


def vacuum(env, *tables):
    connection = env.cr._cnx
    env.cr.commit()
    level = connection.isolation_level
    connection.set_isolation_level(0)
    for table in tables:
        env.cr.execute(SQL("VACUUM ANALYZE %s", SQL.identifier(table)))
    connection.set_isolation_level(level)


def cpu_seconds(env):
    """Processor time of this process and of its database process, if it is here."""
    env.cr.execute("SELECT pg_backend_pid()")
    [(pid,)] = env.cr.fetchall()
    try:
        with open(f"/proc/{pid}/stat") as stat:
            words = stat.read().rpartition(")")[2].split()
    except OSError:
        return time.process_time()
    ticks = int(words[11]) + int(words[12])
    return time.process_time() + ticks / os.sysconf("SC_CLK_TCK")


def measure(env, label, rows, run, before=None):
    """:return: median seconds of processor time of RUNS runs, each rolled back"""
    clock, cpu = [], []
    for _number in range(RUNS):
        if before:
            before(env)
        env.flush_all()
        start, start_cpu = time.perf_counter(), cpu_seconds(env)
        run(env)
        env.flush_all()
        cpu.append(cpu_seconds(env) - start_cpu)
        clock.append(time.perf_counter() - start)
        env.cr.rollback()
        env.invalidate_all()
    median = statistics.median(cpu)
    print(
        f"{label:<28}{median:7.2f} s cpu ({min(cpu):.2f} - {max(cpu):.2f})"
        f"{rows / median:12,.0f} rows/s cpu {statistics.median(clock):7.2f} s clock",
        flush=True,
    )
    return median


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


def native_post(cards):
    vals_list = [
        {"card_id": card, "description": "Bench", "issued": 10} for card in cards
    ]

    def run(env):
        for start in range(0, len(vals_list), 1000):
            env["loyalty.history"].create(vals_list[start : start + 1000])

    return run


def floor_tables(env):
    env.cr.execute(
        """
        CREATE TEMP TABLE floor_entry (LIKE loyalty_point_entry INCLUDING INDEXES);
        CREATE TEMP TABLE floor_award (LIKE loyalty_point_award INCLUDING INDEXES);
        CREATE TEMP TABLE floor_draw (LIKE loyalty_point_draw INCLUDING INDEXES);
        CREATE SEQUENCE floor_seq
        """
    )


def floor_post(points):
    def run(env):
        env.cr.execute(
            """
            WITH e AS (
                INSERT INTO floor_entry (id, card_id, seq, kind, points, date,
                    posted_at, company_id, program_id, reason, key, body_hash,
                    operator_model, operator_id, operator_name)
                SELECT nextval('floor_seq'), id, coalesce(entry_seq, 0) + 1 + %(more)s,
                       'welcome', %(points)s, current_date, now(), company_id,
                       program_id, 'bench', 'floor' || %(points)s || id, md5(id::text),
                       'res.users', 1, 'OdooBot'
                  FROM loyalty_card WHERE code LIKE 'bench%%'
                RETURNING id, card_id, company_id, program_id, points
            )
            INSERT INTO floor_award (id, entry_id, card_id, company_id, program_id,
                                     remaining)
            SELECT nextval('floor_seq'), id, card_id, company_id, program_id, points
              FROM e WHERE points > 0
            """,
            {"points": points, "more": 0 if points > 0 else 1},
        )
        if points < 0:
            env.cr.execute(
                """
                INSERT INTO floor_draw (id, entry_id, award_entry_id, points)
                SELECT nextval('floor_seq'), e.id, a.entry_id, -e.points
                  FROM floor_entry e JOIN floor_award a USING (card_id)
                 WHERE e.points < 0;
                UPDATE floor_award a SET remaining = remaining + e.points
                  FROM floor_entry e WHERE e.card_id = a.card_id AND e.points < 0
                """
            )
        env.cr.execute(
            "UPDATE loyalty_card SET points = points + %s WHERE code LIKE 'bench%%'",
            [points],
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


def fill(env, cards):
    """Post up to ENTRIES entries for the proof: three awards, then a spend."""
    env.cr.execute("SELECT count(*) FROM loyalty_point_entry")
    [(count,)] = env.cr.fetchall()
    env.cr.execute("SELECT coalesce(max(entry_seq), 0) FROM loyalty_card")
    [(turn,)] = env.cr.fetchall()
    while count < ENTRIES:
        turn += 1
        kind, points = ("redeem", -25) if turn % 4 == 0 else ("earn", 10)
        suite_post(cards, kind, points, f"fill:{turn}")(env)
        env.cr.commit()
        count += len(cards)
    vacuum(env, "loyalty_card", "loyalty_point_entry", "loyalty_point_draw")
    vacuum(env, "loyalty_point_award")
    return count


def main(env):
    cards = load(env)
    rows = len(cards)
    print(f"{rows:,} cards, calls of {BATCH:,} movements, median of {RUNS} runs")
    native = measure(env, "native history lines", rows, native_post(cards))
    floor = measure(env, "floor, awards", rows, floor_post(10), floor_tables)
    suite = measure(
        env, "suite, awards", rows, suite_post(cards, "welcome", 10, "welcome")
    )
    print(f"  suite / floor {suite / floor:.2f}, native / suite {native / suite:.2f}")

    def given_floor(env):
        floor_tables(env)
        floor_post(10)(env)

    def given(env):
        suite_post(cards, "welcome", 10, "before")(env)

    floor = measure(env, "floor, spends with draws", rows, floor_post(-4), given_floor)
    suite = measure(
        *(env, "suite, spends with draws", rows),
        suite_post(cards, "redeem", -4, "spend"),
        given,
    )
    print(f"  suite / floor {suite / floor:.2f}")
    count = fill(env, cards)
    print(f"proof of {count:,} entries on {rows:,} cards")
    floor = measure(env, "floor, balances only", count, floor_proof)
    suite = measure(env, "suite, balances and sequence", count, suite_balances)
    print(f"  suite / floor {suite / floor:.2f}")
    suite = measure(env, "suite, whole proof", count, suite_proof)
    print(f"  suite / floor {suite / floor:.2f}")


main(env)  # noqa: F821  given by the shell
