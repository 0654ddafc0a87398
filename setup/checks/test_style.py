"""Style, translations and packaging, as tests so that one summary tells all."""

import pytest
from suite_setup import lint, translations
from suite_setup.modules import manifests, own_modules
from suite_setup.paths import ROOT

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
    for module in own_modules():
        if (ROOT / module / "i18n").is_dir():
            found += translations.complaints(module, exported[module])
    assert not found, "\n".join(found)


@pytest.mark.parametrize("module", own_modules())
def test_packaging(module):
    """pip can build each module, and it has what an apps list shows."""
    folder = ROOT / module
    assert 'build-backend = "whool.buildapi"' in (folder / "pyproject.toml").read_text()
    for name in ("icon.png", "icon.svg", "index.html"):
        assert (folder / "static" / "description" / name).is_file()
    manifest = manifests()[module]
    assert manifest["version"].startswith("19.0.")
    assert len(manifest["name"]) <= 25
