"""Where everything lives: the repository, and one private folder for the rest."""

import fcntl
import hashlib
import os
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
LOCAL = Path(os.environ.get("CRM_SUITE_LOCAL") or ROOT / ".local").resolve()

PREFIX = LOCAL / "odoo"
VENV = LOCAL / "venv"
POSTGRES = LOCAL / "postgresql"
CLUSTER = LOCAL / "cluster"
DATA = LOCAL / "data"
LOGS = LOCAL / "log"
STAMPS = LOCAL / "stamps"


def stamp_matches(name, text):
    """Whether the step `name` was finished for exactly this `text`."""
    path = STAMPS / name
    return path.is_file() and path.read_text() == text


def stamp(name, text):
    """Remember that the step `name` is finished for this `text`."""
    STAMPS.mkdir(parents=True, exist_ok=True)
    (STAMPS / name).write_text(text)


def digest(*parts):
    """A short name for a set of texts and files; files count by content."""
    total = hashlib.sha256()
    for part in parts:
        is_file = isinstance(part, Path) and part.is_file()
        data = part.read_bytes() if is_file else str(part).encode()
        total.update(len(data).to_bytes(8, "big") + data)
    return total.hexdigest()[:10]


@contextmanager
def only_one(name):
    """Let one process at a time do `name`; the others wait."""
    LOCAL.mkdir(parents=True, exist_ok=True)
    with open(LOCAL / f".{name}.lock", "w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
