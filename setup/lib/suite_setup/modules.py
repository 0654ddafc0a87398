"""The modules of this repository and what they depend on."""

import ast
import os
from pathlib import Path

from .paths import ROOT, digest

NOT_LOADED = {"tests", "static", "readme", "__pycache__"}


def manifests():
    """{module name: manifest} of the installable modules at the root, sorted."""
    found = {}
    for path in sorted(ROOT.glob("*/__manifest__.py")):
        manifest = ast.literal_eval(path.read_text())
        if manifest.get("installable", True):
            found[path.parent.name] = manifest
    return found


def own_modules():
    """Names of our modules."""
    return list(manifests())


def dependencies():
    """Names of the modules of others that ours depend on directly, sorted."""
    found = manifests()
    needed = {name for manifest in found.values() for name in manifest["depends"]}
    return sorted(needed - set(found))


def sources_digest():
    """A short name for everything of our modules that an installation loads."""
    files = []
    for name in own_modules():
        for folder, below, names in os.walk(ROOT / name):
            below[:] = sorted(set(below) - NOT_LOADED)
            files += [f"{folder}/{file}" for file in sorted(names)]
    wanted = (".py", ".xml", ".csv", ".po", ".sql", ".json", ".xlsx", ".txt")
    files = [file for file in files if file.endswith(wanted)]
    return digest(*(part for file in files for part in (file, Path(file))))
