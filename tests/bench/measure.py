"""What the benchmarks share: how they are timed.

Ratios are of processor time (of Python and of the database's process, read from /proc;
one process each, so without parallel plans): the clock of a shared machine says little.
"""

import json
import os
import resource
import statistics
import threading
import time
from contextlib import contextmanager

from odoo.tools import SQL

RUNS = int(os.environ.get("BENCH_RUNS", 3))
SIZE = int(os.environ.get("BENCH_SIZE") or os.environ.get("BENCH_CUSTOMERS", 200_000))


def backend(env):
    """:return: process id of the database's side of this connection"""
    return env.cr._cnx.get_backend_pid()


def cpu_seconds(env):
    """Processor time of this process and of its database process, if it is here."""
    try:
        with open(f"/proc/{backend(env)}/schedstat") as stat:
            nanoseconds = int(stat.read().split()[0])
    except OSError:
        return time.perf_counter()
    if not nanoseconds:  # this kernel does not count them
        return time.perf_counter()
    return time.process_time() + nanoseconds / 1e9


class Memory(threading.Thread):
    """The largest memory of its own that the database's process takes, in MB."""

    def __init__(self, env):
        super().__init__(daemon=True)
        self.path = f"/proc/{backend(env)}/status"
        self.peak = 0
        self.done = threading.Event()

    def run(self):
        while not self.done.wait(0.02):
            try:
                with open(self.path) as status:
                    lines = dict(line.split(":", 1) for line in status)
            except OSError:
                return
            self.peak = max(self.peak, int(lines["RssAnon"].split()[0]) // 1024)


def measure(env, label, run, before=None, rows=1):
    """Median of RUNS, each rolled back, printed and noted.

    :param run: called with ``env``
    :param before: the same, not timed
    :param rows: how many rows the job is about
    :return: seconds of processor time
    """
    clock, cpu = [], []
    memory = Memory(env)
    memory.start()
    for _ in range(RUNS):
        env.cr.execute("SET LOCAL max_parallel_workers_per_gather = 0")
        if before:
            before(env)
        start, start_cpu = time.perf_counter(), cpu_seconds(env)
        run(env)
        clock.append(time.perf_counter() - start)
        cpu.append(cpu_seconds(env) - start_cpu)
        env.cr.rollback()
        env.invalidate_all()
    memory.done.set()
    median = max(statistics.median(cpu), 0.001)
    seconds = statistics.median(clock)
    note(
        label=label,
        rows=rows,
        cpu=round(median, 4),
        clock=round(seconds, 4),
        peak_mb=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        database_mb=memory.peak,
    )
    print(
        f"{label:<52}{seconds:8.3f} s{median:9.3f} s cpu"
        f" ({min(cpu):.3f} - {max(cpu):.3f}){memory.peak:6} MB",
        flush=True,
    )
    return median


def note(**values):
    """Add a line to the file of results, if there is one."""
    if os.environ.get("BENCH_RESULT"):
        with open(os.environ["BENCH_RESULT"], "a") as results:
            results.write(json.dumps(values) + "\n")


@contextmanager
def bulk_load(env, *tables):
    """Load rows that fit by construction: without a look at each foreign key, and with
    indexes made afterwards. Only a superuser of the database may; others wait."""
    env.cr.execute("SELECT usesuper FROM pg_user WHERE usename = current_user")
    [(may,)] = env.cr.fetchall()
    if not may:
        yield
        return
    env.cr.execute(
        """SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid)
             FROM pg_index
            WHERE indrelid = ANY(%s::regclass[]) AND NOT indisunique""",
        [list(tables)],
    )
    indexes = env.cr.fetchall()
    env.cr.execute("SET LOCAL session_replication_role = replica")
    env.cr.execute("SET LOCAL maintenance_work_mem = '512MB'")
    for name, _definition in indexes:
        env.cr.execute(SQL("DROP INDEX %s", SQL.identifier(name)))
    yield
    for _name, definition in indexes:
        env.cr.execute(definition.replace("%", "%%"))
    env.cr.execute("SET LOCAL session_replication_role = DEFAULT")


def vacuum(env, *tables):
    """Commit, and leave the tables as autovacuum would."""
    env.cr.commit()
    env.cr._cnx.autocommit = True
    for table in tables:
        env.cr.execute(SQL("VACUUM ANALYZE %s", SQL.identifier(table)))
    env.cr._cnx.autocommit = False
