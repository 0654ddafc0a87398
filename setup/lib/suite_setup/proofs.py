"""docs/proofs.md: what a full run proved, on which commit, with which versions."""

import datetime
import os
import platform
import subprocess
import xml.etree.ElementTree as ElementTree

from .databases import server
from .paths import ROOT

FILE = ROOT / "docs" / "proofs.md"


def record(reports):
    """Add the summary of a full run to docs/proofs.md, the latest first.

    :param reports: pytest's JUnit files of the run's processes
    """
    head, *older = FILE.read_text().split("\n## ")
    blocks = [head.rstrip(), summary(reports).rstrip(), *older]
    FILE.write_text("\n\n## ".join(block.strip("\n") for block in blocks) + "\n")


def summary(reports):
    """The figures of a run as Markdown, starting with its title."""
    suites = [ElementTree.parse(path).getroot().find("testsuite") for path in reports]
    cases = [case for suite in suites for case in suite.findall("testcase")]
    seconds = max(float(suite.get("time")) for suite in suites)
    failed, errors = (
        sum(int(suite.get(name)) for suite in suites) for name in ("failures", "errors")
    )
    faults = [case for case in cases if case.find("skipped") is not None]
    figures = [
        f"{len(cases)} tests in {seconds:.0f} s: {failed} failed, {errors} errors, "
        f"{len(faults)} expected",
        *(f"{module}: {number} tests" for module, number in _by_module(cases).items()),
        f"Odoo {os.environ['CRM_SUITE_ODOO_VERSION']}, Python "
        f"{platform.python_version()}, PostgreSQL {_server_version()}, "
        f"{os.cpu_count()} cores",
    ]
    lines = [f"- {figure}" for figure in figures]
    lines += [f"- expected: {_name(case)}: {_why(case)}" for case in faults]
    return "\n".join([f"{datetime.date.today()}, commit {_commit()}", "", *lines])


def _by_module(cases):
    """{module or folder: number of its tests}, by the dotted name of the test file."""
    found = {}
    for case in cases:
        parts = case.get("classname").removeprefix("odoo.addons.").split(".")
        parts = [part for part in parts if part.strip()]
        where = parts[parts.index("tests") - 1] if "tests" in parts[1:] else parts[0]
        found[where] = found.get(where, 0) + 1
    return dict(sorted(found.items()))


def _name(case):
    return f"{case.get('classname').split('.')[-1]}.{case.get('name')}"


def _why(case):
    return case.find("skipped").get("message") or ""


def _commit():
    """The commit, and whether the folder held changes beyond it."""

    def git(*arguments):
        done = subprocess.run(
            ["git", *arguments], cwd=ROOT, capture_output=True, text=True
        )
        return done.stdout.strip()

    changed = git("status", "--porcelain", "--untracked-files=no")
    return git("rev-parse", "--short", "HEAD") + (" with changes" if changed else "")


def _server_version():
    with server() as cursor:
        cursor.execute("SHOW server_version")
        return cursor.fetchone()[0].split()[0]
