"""Entry of all setup commands: prepare the ground, then go on inside of it."""

import importlib
import os
import sys

from .paths import ROOT, VENV
from .say import SetupError

COMMANDS = ("run", "test", "lint", "odoo", "translations", "package", "bench")


def main(arguments):
    """Run one command.

    The first time with the machine's own Python, which prepares Odoo, the Python
    environment and PostgreSQL; then again with the environment's Python.
    """
    name, rest = arguments[0], arguments[1:]
    if name not in COMMANDS:
        raise SetupError(f"unknown command {name}")
    command = importlib.import_module(f".cmd_{name}", __package__)
    if os.environ.get("CRM_SUITE_INSIDE") != str(VENV):
        options = command.options(rest)
        variables = command.prepare(options)
        if variables is None:
            return 0
        variables = {**os.environ, **variables, "CRM_SUITE_INSIDE": str(VENV)}
        python = str(VENV / "bin" / "python")
        os.execve(python, [python, "-m", __package__, *arguments], variables)
    os.environ.pop("CRM_SUITE_INSIDE")
    os.environ["PATH"] = f"{VENV / 'bin'}:{os.environ.get('PATH', '')}"
    return command.main(command.options(rest))


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except SetupError as error:
        sys.exit(f"setup: {error}")
    except KeyboardInterrupt:
        sys.exit(f"setup: stopped ({ROOT.name})")
