"""setup/test: all tests, on a fresh copy of a template database."""

import argparse
import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

from .browser import ensure_browser
from .ground import prepare_all, write_config
from .modules import own_modules
from .paths import LOCAL, LOGS, ROOT
from .say import say

DESCRIPTION = """Run the tests.

Installs what is missing (Odoo, PostgreSQL, Python packages, as setup/run does, plus
test tools and Chromium), prepares a template database, copies it and runs pytest on
the copy. Without a path: lint, tests/, the tests of every module, and Odoo's own tests
of the modules we extend. With a path: only that.

The first run takes about 5 minutes to prepare; later a change of a module's sources
costs 40 seconds, no change costs 2. All tests together, in two processes, take about 25
minutes on two cores, at full size an hour and a half."""
EPILOG = """Everything else goes to pytest:
  setup/test crm_segments/tests/test_crm_branch.py -k name -x
"""
# Odoo's own tests that must still pass with all our modules loaded. The browser tours
# among them run with --full only, or when a path asks for them.
NATIVE = (
    *("loyalty", "sale_loyalty", "pos_loyalty", "website_sale_loyalty"),
    *("sms", "mass_mailing_sms"),
)
CLONE = "crm_suite_run_"
NO_TESTS = 5  # pytest's exit code when it found none
# The tests of these modules and Odoo's own take as long as all others.
BESIDE = (
    *("crm_loyalty_points", "crm_segments", "crm_sms_wallet"),
    "crm_loyalty_points_pos",
)


def options(arguments):
    parser = argparse.ArgumentParser(
        prog="setup/test",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument(
        "--full",
        action="store_true",
        help="full sizes, noted in docs/proofs.md; takes longer",
    )
    parser.add_argument(
        "--keep", action="store_true", help="keep the database of this run"
    )
    return parser.parse_known_args(arguments)


def prepare(_parsed):
    variables = prepare_all(tests=True)
    ensure_browser()
    return variables


def main(parsed):
    known, rest = parsed
    from . import templates
    from .node import ensure_node

    template = templates.template()
    rest = [_absolute(argument) for argument in rest]
    everything = not any(_is_path(argument) for argument in rest)
    if not everything:
        with clone(template, known.keep) as database:
            return _pytest(database, template, known.full, True, rest)
    ensure_node()
    reports = [LOGS / f"tests-{number}.xml" for number in (1, 2)]
    code = _run_all(template, known, rest, reports)
    if code == 0 and known.full:
        from . import proofs

        proofs.record(reports)
    return code


def _run_all(template, known, rest, reports):
    """Run everything in two processes, each on its own database; what the second one
    says is shown at its end.

    :return: 0 when both succeed
    """
    parts = [[], []]
    for path in default_paths():
        parts[_is_beside(path)].append(path)
    said = LOGS / "tests-beside.log"
    say(f"the tests of {' and '.join(BESIDE)} run beside the others, see {said}")
    with ExitStack() as stack, open(said, "w") as output, ThreadPoolExecutor() as pool:
        jobs = []
        for paths, report, out in zip(parts, reports, (None, output), strict=True):
            database = stack.enter_context(clone(template, known.keep, len(jobs)))
            arguments = [*rest, *paths, f"--junitxml={report}"]
            full = known.full
            jobs.append(
                pool.submit(_pytest, database, template, full, full, arguments, out)
            )
        codes = {job.result() for job in jobs}
    print(said.read_text(), flush=True)
    # a choice by name may leave a process without tests
    return max(codes - {NO_TESTS}, default=NO_TESTS)


def _is_beside(path):
    return Path(path).parent.name in BESIDE or not Path(path).is_relative_to(ROOT)


def default_paths():
    """Everything that has to pass: ours first, then Odoo's own."""
    import odoo.addons

    own = [ROOT / "tests"] + [ROOT / name / "tests" for name in own_modules()]
    native = [
        Path(place) / name / "tests"
        for name in NATIVE
        for place in odoo.addons.__path__
    ]
    paths = [*own, *native, ROOT / "setup" / "checks"]
    return [str(path) for path in paths if path.is_dir()]


def _is_path(argument):
    return not argument.startswith("-") and Path(argument.split("::")[0]).exists()


def _absolute(argument):
    """Paths are given relative to where the user stands; pytest runs at the root."""
    return str(Path.cwd() / argument) if _is_path(argument) else argument


@contextmanager
def clone(template, keep=False, number=0):
    """A copy of the template database for this run, or for a process of it."""
    from . import databases

    for name in databases.names(CLONE):
        if not _alive(name.removeprefix(CLONE).partition("_")[0]):
            databases.drop(name)
    database = f"{CLONE}{os.getpid()}_{number}"
    databases.create(database, template)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        yield database
    finally:
        if keep:
            say(f"the database of this run is {database}")
        else:
            databases.drop(database)


def _alive(pid):
    return pid.isdigit() and Path(f"/proc/{pid}").exists()


def _pytest(database, template, full, tours, arguments, output=None):
    """Run pytest on a database; returns its exit code.

    :param output: file for what it says, by default it is shown
    """
    from . import templates

    config = write_config("test", screenshots=LOCAL / "screenshots", max_cron_threads=0)
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT / "setup" / "lib"),
        "CRM_SUITE_TEMPLATE": template,
        "CRM_SUITE_PLAIN_TEMPLATE": templates.names()[0],
        "CRM_SUITE_CONFIG": str(config),
        "CRM_SUITE_FULL": "1" if full else "",
        "CRM_SUITE_TOURS": "1" if tours else "",
        "CRM_SUITE_DATA": os.environ.get("CRM_SUITE_DATA", str(ROOT.parent / "shared")),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    command = [sys.executable, "-m", "pytest", "-p", "suite_setup.pytest_plugin"]
    command += [f"--odoo-config={config}", f"--odoo-database={database}"]
    command += ["-c", str(ROOT / "pyproject.toml"), f"--rootdir={ROOT}"]
    return subprocess.run(
        [*command, *arguments], cwd=ROOT, env=environment, stdout=output
    ).returncode
