"""The modules' translation files: .pot from the source, th.po complete."""

import os
import subprocess
import sys
from pathlib import Path

import polib

from .ground import write_config
from .modules import own_modules
from .paths import ROOT
from .say import SetupError

LANGUAGE = "th"
# The export stamps the minute it ran: an unchanged module would change every time.
STAMPS = ("POT-Creation-Date", "PO-Revision-Date")
HEADER = dict.fromkeys(STAMPS, "2026-11-21 00:00+0000") | {
    "Content-Transfer-Encoding": "8bit"
}


def export(database, folder):
    """Export every module's .pot from a database with all our modules.

    :return: {module name: path of the new .pot}
    """
    found = {}
    environment = {**os.environ, "ODOO_RC": str(write_config("odoo"))}
    environment.pop("PYTHONPATH", None)
    for name in own_modules():
        found[name] = Path(folder) / f"{name}.pot"
        command = [sys.executable, "-m", "odoo", "i18n", "export", "-d", database]
        done = subprocess.run(
            [*command, "-o", str(found[name]), name],
            capture_output=True,
            text=True,
            env=environment,
        )
        if done.returncode or not found[name].is_file():
            raise SetupError(f"exporting the terms of {name} failed:\n{done.stderr}")
    return found


def terms(path):
    """{(context, text): where it occurs} of a .pot or .po file."""
    return {
        (entry.msgctxt, entry.msgid): sorted(entry.occurrences)
        for entry in polib.pofile(str(path))
        if not entry.obsolete
    }


def complaints(name, exported):
    """What is wrong with the translation files of a module, as lines."""
    folder = ROOT / name / "i18n"
    pot, po = folder / f"{name}.pot", folder / f"{LANGUAGE}.po"
    if not pot.is_file() or not po.is_file():
        return [f"{name}: {pot.name} or {po.name} is missing"]
    found = []
    new, old = terms(exported), terms(pot)
    for text, verb in ((new.keys() - old.keys(), "lacks"), (old.keys() - new, "keeps")):
        found += [f"{pot.name} {verb} {term[1]!r}" for term in sorted(text, key=str)]
    translated = polib.pofile(str(po))
    done = {(entry.msgctxt, entry.msgid) for entry in translated}
    found += [f"{po.name} of {name} lacks {t[1]!r}" for t in new if t not in done]
    found += [
        f"{po.name} of {name}, not translated: {entry.msgid!r}"
        for entry in translated
        if not entry.obsolete and (entry.fuzzy or not entry.msgstr)
    ]
    return found


def update(name, exported):
    """Write the module's .pot anew and bring its th.po in line with it.

    :return: how many terms of th.po still have no translation
    """
    folder = ROOT / name / "i18n"
    folder.mkdir(exist_ok=True)
    template = polib.pofile(str(exported), wrapwidth=78)
    template.metadata |= HEADER
    template.save(str(folder / f"{name}.pot"))
    path = folder / f"{LANGUAGE}.po"
    known = polib.pofile(str(path)) if path.is_file() else polib.POFile()
    have = {(entry.msgctxt, entry.msgid): entry.msgstr for entry in known}
    template.metadata |= {"Language": LANGUAGE, "Plural-Forms": "nplurals=1; plural=0;"}
    for entry in template:
        entry.msgstr = have.get((entry.msgctxt, entry.msgid), "")
    template.save(str(path))
    return sum(not entry.msgstr for entry in template)
