"""The private Python environment: Odoo's requirements, and ours."""

import os
import sys
from pathlib import Path

from .apt import need_system, remove
from .paths import ROOT, VENV, digest, only_one, stamp, stamp_matches
from .say import SetupError, step
from .shell import output_of, run

CONSTRAINTS = ROOT / "setup" / "constraints.txt"


def ensure_environment(odoo, tests=False):
    """Create the environment, or bring it up to date; seconds when nothing changed.

    :param tests: also install what setup/test and setup/lint need
    """
    files = [ROOT / "requirements.txt", ROOT / "requirements-test.txt"]
    base = digest(sys.version, VENV)
    stamps = {
        "python": digest(base, CONSTRAINTS, files[0]),
        "python-tests": digest(base, CONSTRAINTS, *files),
    }
    wanted = "python-tests" if tests else "python"
    with only_one("python"):
        if not (stamp_matches("python-base", base) and _python().is_file()):
            _create(base)
        if not stamp_matches(wanted, stamps[wanted]):
            _install(files[tests], tests)
            stamp(wanted, stamps[wanted])
            if tests:  # which name the others, too
                stamp("python", stamps["python"])
        _name_odoo(odoo)


def _python():
    return VENV / "bin" / "python"


def _create(base):
    if not output_of([sys.executable, "-c", "import ensurepip; print(1)"]):
        need_system(["python3-venv"], "a private Python environment")
    remove(VENV)
    with step("creating a Python environment", "about 5 s"):
        try:
            run([sys.executable, "-m", "venv", VENV], "python -m venv", log="venv")
        except SetupError:
            remove(VENV)
            raise
    stamp("python-base", base)
    stamp("python", "")
    stamp("python-tests", "")


def _install(file, tests):
    what = "the Python packages for the tests" if tests else "Odoo's Python packages"
    with step(f"installing {what}", "about 30 s"):
        run(
            [_python(), "-m", "pip", "install", "--disable-pip-version-check"]
            + ["--quiet", "-r", file, "-c", CONSTRAINTS],
            f"installing {what}",
            log="pip",
            env={k: v for k, v in os.environ.items() if k != "PYTHONPATH"},
        )


def _name_odoo(odoo):
    """Let the environment import Odoo by naming its folder in a .pth file."""
    places = sorted((VENV / "lib").glob("python3*/site-packages"))
    path = Path(places[0]) / "zz_odoo.pth"
    line = f"{odoo.folder}\n"
    if not path.is_file() or path.read_text() != line:
        path.write_text(line)
