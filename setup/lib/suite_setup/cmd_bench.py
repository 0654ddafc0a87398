"""setup/bench: speed beside native Odoo and raw SQL, on a database of its own."""

import argparse
import json
import os
import subprocess
import sys
from contextlib import contextmanager, nullcontext
from datetime import date

from .ground import prepare_all, write_config
from .paths import LOCAL, ROOT, only_one
from .plots import draw
from .say import SetupError, say, step

DESCRIPTION = """Measure the suite beside Odoo's own way of the same job and beside raw
SQL, on the same rows in one process, and write the ratios to docs/performance.json and
docs/performance.md.

The first run with a size makes a database with a shop of that many customers (half a
minute for 10,000, several minutes for 1,000,000); later runs measure the same rows. A
benchmark takes from one to thirty minutes, depending on the size."""
SIZES = (10_000, 100_000, 1_000_000)
SCRIPTS = ROOT / "tests" / "bench"
# What each one measures; the first ones run when none is named.
BENCHMARKS = {
    "ledger": "posting points, proving balances",
    "confirm": "confirming an order with points",
    "import": "importing orders",
    "find": "finding customers, first page of their list",
    "metrics": "customer figures, beside raw SQL and native Odoo",
    "segments": "counting and refreshing segments",
    "export": "files of customers, beside xlsxwriter, csv and native Odoo",
    "report": "the report of customers, its figures, the best of each month",
    "pages": "pages of members and of the counter under load",
    "sms_prepare": "preparing a campaign: recipients, texts, parts, cost",
    "sms_send": "sending SMS that wait, with their credits",
    "lineshopping": "orders of LINE SHOPPING with points, beside native Odoo",
}
DEFAULT = ("ledger", "confirm")
# These commit what they do or add, so they get a copy of the database each.
COPIED = ("pages", "report", "sms_prepare", "sms_send")
PREFIX = "crm_suite_bench_"
MODULES = "crm_segments,crm_loyalty_points,crm_sms_wallet,crm_lineshopping_connector"
TABLE = "<!-- results: written by setup/bench -->"


def options(arguments):
    lines = (f"  {name:11} {what}" for name, what in BENCHMARKS.items())
    parser = argparse.ArgumentParser(
        prog="setup/bench",
        description=DESCRIPTION,
        epilog="benchmarks:\n" + "\n".join(lines),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "names", nargs="*", metavar="name", help="which (default: ledger confirm)"
    )
    parser.add_argument(
        "--size", type=int, default=SIZES[0], help="customers (default 10,000)"
    )
    parsed = parser.parse_args(arguments)
    unknown = set(parsed.names) - set(BENCHMARKS)
    if unknown or parsed.size < 100:
        parser.error(f"no such benchmark: {', '.join(unknown)}" if unknown else "size")
    return parsed


def prepare(_parsed):
    return prepare_all()


def main(parsed):
    with only_one("bench"):
        name = ensure_database(parsed.size)
        native = ensure_native()
        for benchmark in parsed.names or DEFAULT:
            run(benchmark, name, native, parsed.size)
    return 0


def ensure_database(size):
    """The database with that many customers; made, or brought up to date.

    :return: its name
    """
    from . import databases
    from .modules import sources_digest

    name, draft = f"{PREFIX}{size}", f"{PREFIX}{size}_draft"
    stamp = LOCAL / "stamps" / name
    stamp.parent.mkdir(parents=True, exist_ok=True)
    if not databases.exists(name):
        with step(f"a shop of {size:,} customers", "half a minute per 10,000"):
            databases.drop(draft)
            databases.create(draft)
            databases.odoo(
                ["-d", draft, "-i", MODULES, "--stop-after-init", "--no-http"],
                f"install-{name}",
                "installing the modules",
            )
            _script("bench_fill", draft, size)
            databases.rename(draft, name)
        stamp.write_text(sources_digest())
    elif not stamp.is_file() or stamp.read_text() != sources_digest():
        with step("bringing the database up to date", "about 30 s"):
            databases.odoo(
                # one of them may be newer than the database
                ["-d", name, "-i", MODULES, "-u", MODULES]
                + ["--stop-after-init", "--no-http"],
                f"update-{name}",
                "updating the modules",
            )
        stamp.write_text(sources_digest())
    return name


def ensure_native():
    """A database with Odoo's own loyalty and none of our modules.

    :return: its name
    """
    from . import databases

    name = f"{PREFIX}native"
    if not databases.exists(name):
        with step("a shop without our modules", "about 60 s"):
            databases.drop(f"{name}_draft")
            databases.create(f"{name}_draft")
            modules = "sale_management,sale_loyalty,contacts"
            databases.odoo(
                *(["-d", f"{name}_draft", "-i", modules, "--stop-after-init"],),
                *(f"install-{name}", "installing Odoo's loyalty"),
            )
            databases.rename(f"{name}_draft", name)
    return name


def run(benchmark, name, native, size):
    """Run one benchmark and put its figures into the documents."""
    say(f"{benchmark}: {BENCHMARKS[benchmark]}, {size:,} customers")
    results = LOCAL / f"bench-{benchmark}.jsonl"
    results.unlink(missing_ok=True)
    with _own_copy(name) if benchmark in COPIED else nullcontext(name) as database:
        _script(f"bench_{benchmark}", database, size, results=results, native=native)
    if results.is_file():
        rows = [json.loads(line) for line in results.read_text().splitlines()]
        write_results(ROOT / "docs", benchmark, size, rows)


@contextmanager
def _own_copy(name):
    """:return: name of a copy of a database, which is dropped afterwards"""
    from . import databases

    copy = f"{name}_copy"
    databases.drop(copy)
    databases.create(copy, name)
    try:
        yield copy
    finally:
        databases.drop(copy)


def _script(script, database, size, results="", native=""):
    """Give a script to Odoo's shell; what it prints is shown."""
    environment = {
        **os.environ,
        "ODOO_RC": str(write_config("bench")),
        "BENCH_SIZE": str(size),
        "BENCH_RESULT": str(results),
        "BENCH_NATIVE": native,
        "BENCH_HOME": str(SCRIPTS),
    }
    environment.pop("PYTHONPATH", None)
    command = [sys.executable, "-W", "ignore", "-m", "odoo", "shell", "-d", database]
    command += ["--no-http", "--log-level=warn"]
    with open(SCRIPTS / f"{script}.py") as source:
        done = subprocess.run(command, stdin=source, env=environment, cwd=ROOT)
    if done.returncode:
        raise SetupError(f"{script} failed")


def write_results(folder, benchmark, size, rows):
    """Keep the figures of this benchmark and size, beside those of the others.

    A row is a dict with label, rows, cpu (seconds), clock, peak_mb (of Python) and
    database_mb (of the database's process).
    """
    path = folder / "performance.json"
    known = json.loads(path.read_text()) if path.is_file() else {}
    known[f"{benchmark} {size}"] = {"date": date.today().isoformat(), "rows": rows}
    path.write_text(json.dumps(known, indent=1, sort_keys=True) + "\n")
    picture = draw(known, benchmark)
    if picture:
        (folder / "images" / f"growth-{benchmark}.svg").write_text(picture)
    page = folder / "performance.md"
    head = page.read_text().partition(TABLE)[0]
    page.write_text(f"{head}{TABLE}\n\n{table(known)}")


def table(known):
    """:return: Markdown; ratios are to the floor row last above, in processor time"""
    parts = []
    for name, run_ in sorted(known.items()):
        benchmark, size = name.split()
        parts.append(f"### {benchmark}, {int(size):,} customers ({run_['date']})\n")
        parts.append(
            "| | rows/s of CPU | CPU s | clock s | / floor | peak MB | database MB |"
        )
        parts.append("|---|---|---|---|---|---|---|")
        floor = None
        for row in run_["rows"]:
            cpu = max(row["cpu"], 0.000_01)  # measured as nothing
            if row["label"].startswith("floor"):
                floor = cpu
            ratio = f"{cpu / floor:.2f}" if floor else ""
            digits = 3 if cpu >= 0.01 else 5
            cells = (row["label"], f"{row['rows'] / cpu:,.0f}", f"{cpu:.{digits}f}")
            cells += (f"{row['clock']:.2f}", ratio)
            cells += (str(row.get("peak_mb", "")), str(row.get("database_mb", "")))
            parts.append("| " + " | ".join(cells) + " |")
        parts.append("")
    return "\n".join(parts)
