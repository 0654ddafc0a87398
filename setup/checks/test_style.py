"""Style, translations and packaging, as tests so that one summary tells all."""

import zipfile

import pytest
from suite_setup import cmd_package, lint, translations
from suite_setup.modules import manifests, own_modules

from odoo.tests.common import get_db_name


@pytest.mark.parametrize("check", lint.CHECKS)
def test_style(check):
    found = lint.CHECKS[check]()
    assert not found, "\n".join(found)


@pytest.fixture(scope="session")
def exported(tmp_path_factory):
    return translations.export(get_db_name(), tmp_path_factory.mktemp("i18n"))


def test_translations(exported):
    """Each .pot is what the source says, and every term has a Thai translation."""
    found = []
    for module, pot in exported.items():
        found += translations.complaints(module, pot)
    assert not found, "\n".join(found)


@pytest.fixture(scope="session")
def wheels(tmp_path_factory):
    return cmd_package.build(tmp_path_factory.mktemp("wheels"))


@pytest.mark.parametrize("module", own_modules())
def test_packaging(module, wheels):
    """pip gets the whole module, and an apps list finds what it shows."""
    (wheel,) = (
        path for path in wheels if path.name.startswith(f"odoo_addon_{module}-")
    )
    with zipfile.ZipFile(wheel) as archive:
        names = {name.removeprefix("odoo/addons/") for name in archive.namelist()}
    manifest = manifests()[module]
    shown = [f"static/description/{n}" for n in ("icon.png", "icon.svg", "index.html")]
    needed = [*manifest["data"], *manifest.get("demo", ()), *shown, "README.rst"]
    assert {f"{module}/{name}" for name in needed} <= names
    assert manifest["version"].startswith("19.0.")
    assert len(manifest["name"]) <= 25
