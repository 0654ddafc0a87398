"""Find an Odoo 19 on this machine, or unpack Debian's package of it privately."""

import os
import re
import sys
from dataclasses import dataclass
from pathlib import Path

from .apt import PrivateApt, release, remove, unpack
from .paths import LOCAL, PREFIX, only_one
from .say import SetupError, say, step
from .shell import output_of, run

FROM_SID = ("odoo-19", "fonts-montserrat")
FROM_RELEASE = (
    "fonts-font-awesome",
    "fonts-inconsolata",
    "fonts-ocr-b",
    "fonts-roboto-unhinted",
    "libjs-jquery",
    "libjs-jquery-form",
    "libjs-underscore",
)
FIND_ODOO = (
    "import importlib.util as u; s = u.find_spec('odoo'); "
    "print(*(s.submodule_search_locations or []) if s else [], sep='\\n')"
)


@dataclass
class Odoo:
    """An Odoo 19: the folder that holds the package `odoo`, and which one it is."""

    folder: Path
    version: str
    origin: str


def find_odoo():
    """The Odoo to use: ODOO_HOME, one that Python can import, or our own copy."""
    home = os.environ.get("ODOO_HOME")
    if home:
        odoo = _odoo_in(Path(home).resolve(), "ODOO_HOME")
        if not odoo:
            raise SetupError(f"ODOO_HOME={home} holds no Odoo 19 (no odoo/release.py)")
        return odoo
    return _importable() or _odoo_in(_packages(), "Debian package") or _fetch()


def _odoo_in(folder, origin):
    """The Odoo 19.0 whose package `odoo` lies in this folder, or None."""
    path = folder / "odoo" / "release.py"
    text = path.read_text() if path.is_file() else ""
    if not re.search(r"version_info = \(19, 0,", text):
        return None
    note = folder / "odoo" / ".package-version"
    version = note.read_text().strip() if note.is_file() else f"19.0 {folder}"
    return Odoo(folder, version, origin)


def _importable():
    """An Odoo 19 that this Python or the system's can import."""
    for python in dict.fromkeys((sys.executable, "/usr/bin/python3")):
        environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
        found = output_of([python, "-P", "-c", FIND_ODOO], env=environment)
        for line in found.splitlines():
            odoo = _odoo_in(Path(line).parent, f"importable by {python}")
            if odoo:
                return odoo
    return None


def _packages():
    return PREFIX / "usr/lib/python3/dist-packages"


def _fetch():
    """Unpack Debian's odoo-19 and what its links point to; all of it or nothing."""
    with only_one("fetch"):
        odoo = _odoo_in(_packages(), "Debian package")
        if odoo:
            return odoo
        work, draft = LOCAL / "fetch.tmp", LOCAL / "odoo.tmp"
        remove(work)
        remove(draft)
        try:
            with step("fetching Odoo 19 from Debian, 125 MB", "15 s to a few minutes"):
                _unpack_packages(work, draft)
            remove(PREFIX)
            draft.rename(PREFIX)
        finally:
            remove(work)
            remove(draft)
    odoo = _odoo_in(_packages(), "Debian package")
    if not odoo:
        raise SetupError("Debian's package odoo-19 holds no Odoo 19.0 any more")
    return odoo


def _unpack_packages(work, draft):
    apt = PrivateApt(work, suites=[release(), "sid"])
    apt.update()
    names = [f"{name}/sid" for name in FROM_SID]
    names += [f"{name}/{release()}" for name in FROM_RELEASE]
    debs = apt.download(names)
    draft.mkdir(parents=True)
    unpack(debs, draft)
    deb = next(deb for deb in debs if deb.name.startswith("odoo-19_"))
    version = output_of(["dpkg-deb", "-f", deb, "Version"]).strip()
    package = draft / "usr/lib/python3/dist-packages/odoo"
    (package / ".package-version").write_text(f"{version}\n")
    _add_stub(package)
    _check_links(draft)
    say(f"    Odoo {version}")


def _add_stub(package):
    """Add the file Debian removes from the mail module but its manifest still names.

    Without it every page logs an error in the browser, which fails every tour.
    """
    folder = package / "addons/mail/static/lib/selfie_segmentation"
    folder.mkdir(parents=True, exist_ok=True)
    stub = folder / "selfie_segmentation.js"
    stub.write_text("// background blur is not available in this build\n")


def _check_links(draft):
    """Every link of the package must lead somewhere, or pages come out broken."""
    log = run(["find", "-L", draft, "-type", "l"], "checking links", log="links")
    broken = log.read_text().splitlines()
    if broken:
        raise SetupError(f"{len(broken)} files of Odoo are missing, first {broken[0]}")
