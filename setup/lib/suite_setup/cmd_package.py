"""setup/package: installable wheels of the modules."""

import argparse
import subprocess
import sys

from .ground import prepare_python
from .modules import own_modules
from .paths import ROOT
from .say import SetupError, say

DESCRIPTION = """Build a wheel of each module (odoo-addon-...), for 'pip install' beside
an Odoo 19 that was installed by pip. Takes 20 s or less, once setup/test has run."""


def options(arguments):
    parser = argparse.ArgumentParser(
        prog="setup/package",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "folder", nargs="?", default=str(ROOT / "dist"), help="where to (default dist/)"
    )
    return parser.parse_args(arguments)


def prepare(_parsed):
    return prepare_python()


def main(parsed):
    for wheel in build(parsed.folder):
        say(f"built {wheel}")
    return 0


def build(folder):
    """Build the wheels of all modules into a folder; returns their paths."""
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps"]
    command += ["--no-build-isolation", "-w", str(folder)]
    command += [str(ROOT / name) for name in own_modules()]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise SetupError(f"building the wheels failed: {done.stderr.strip()}")
    return sorted(ROOT.joinpath(folder).glob("odoo_addon_*.whl"))
