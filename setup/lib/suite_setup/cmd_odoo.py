"""setup/odoo ARGS: Odoo's own command line with everything configured."""

import os
import sys

from .ground import prepare_all, write_config

HELP = """usage: setup/odoo [ODOO ARGUMENTS]

Odoo's own command line with Odoo, Python, PostgreSQL, add-ons path and data folder
configured. Installs what is missing first (two minutes once, then a second).

examples:
  setup/odoo --help                                      Odoo's own options
  setup/odoo shell -d demo                               Python on the demo shop
  setup/odoo -d x -i crm_segments --stop-after-init      a new database with one module
  setup/odoo db drop x                                   remove a database
"""


def options(arguments):
    """All arguments are Odoo's; alone, -h or nothing shows our own help."""
    if not arguments or arguments == ["-h"]:
        print(HELP, end="")
        sys.exit(0)
    if arguments == ["--help"]:
        print(HELP)
    return arguments


def prepare(arguments):
    return prepare_all()


def main(arguments):
    os.environ["ODOO_RC"] = str(write_config("odoo"))
    os.environ.pop("PYTHONPATH", None)
    os.execv(sys.executable, [sys.executable, "-m", "odoo", *arguments])
