"""setup/lint: style and common mistakes, without a database."""

import argparse
import time

from .ground import prepare_python
from .say import say

DESCRIPTION = """Check the style: ruff and pylint-odoo for Python, prettier
for XML and JavaScript, eslint, the modules' READMEs, no address of a package registry.
Takes about a minute (two the first time). setup/test runs these too, and also checks
the translations, which needs a database."""


def options(arguments):
    parser = argparse.ArgumentParser(
        prog="setup/lint",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--fix", action="store_true", help="mend what can be mended")
    parser.add_argument(
        "checks", nargs="*", help="only these, for example: ruff pylint"
    )
    return parser.parse_args(arguments)


def prepare(_parsed):
    return prepare_python()


def main(parsed):
    from .lint import CHECKS
    from .node import ensure_node

    ensure_node()
    failed = 0
    for name in parsed.checks or CHECKS:
        start = time.monotonic()
        found = CHECKS[name](fix=parsed.fix)
        verdict = f"{len(found)} lines" if found else "fine"
        say(f"{name}: {verdict} ({time.monotonic() - start:.0f} s)")
        print(*found, sep="\n", end="\n" if found else "")
        failed += bool(found)
    return int(failed > 0)
