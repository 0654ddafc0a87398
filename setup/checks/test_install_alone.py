"""A shop may take one of our modules and leave the others."""

import os

import pytest
from suite_setup import databases, modules


@pytest.mark.parametrize("module", modules.own_modules())
def test_installs_alone(module):
    """With nothing but what it depends on, and without a warning in the log."""
    if not os.environ.get("CRM_SUITE_FULL"):
        pytest.skip("CRM_SUITE_FULL: a whole installation for each module")
    name = f"crm_suite_alone_{os.getpid()}"
    databases.drop(name)
    databases.create(name)
    try:
        databases.odoo(
            ["-d", name, "-i", module, "--stop-after-init", "--no-http"],
            f"alone-{module}",
            f"installing {module} alone",
        )
    finally:
        databases.drop(name)
