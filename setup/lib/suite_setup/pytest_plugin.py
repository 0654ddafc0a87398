"""What a run of our tests demands beyond pytest-odoo.

* no test may skip, except for a reason on the checked-in list;
* Odoo's own tests that assert a fault we close must fail, each with its reason;
* Odoo's own tests count days in UTC;
* Odoo's own browser tours run in full runs only: the till's take some 12 minutes;
* a test in a browser may fail once: a busy machine loses a click or a second. It is
  listed as RERUN at the end, to be looked at;
* all our modules must be loaded, or Odoo's own tests would prove nothing.
"""

import os
import re
import tomllib
from pathlib import Path

import hypothesis
import pytest

from .cmd_test import NATIVE
from .modules import own_modules
from .paths import ROOT

EXPECTED = ROOT / "tests" / "expected.toml"
BROWSER = {"start_tour", "start_pos_tour", "browser_js"}


def pytest_configure(config):
    """Refuse to run without the HTTP server: browser tests would skip in silence."""
    if not config.getoption("--odoo-http"):
        raise pytest.UsageError("run with --odoo-http, or browser tests are skipped")
    config.stash[_KEY] = tomllib.loads(EXPECTED.read_text())
    # A busy machine is no fault of a test: hypothesis shall not measure time.
    hypothesis.settings.register_profile(
        "suite",
        deadline=None,
        suppress_health_check=[hypothesis.HealthCheck.too_slow],
    )
    hypothesis.settings.load_profile("suite")


_KEY = pytest.StashKey[dict]()


@pytest.fixture(scope="session", autouse=True)
def all_modules_loaded(load_registry):
    """Stop at once when one of our modules is not in the registry."""
    import odoo.tests.common
    from odoo.modules.registry import Registry

    loaded = Registry(odoo.tests.common.get_db_name())._init_modules
    missing = set(own_modules()) - set(loaded)
    if missing:
        pytest.exit(f"not loaded: {', '.join(sorted(missing))}", returncode=3)


@pytest.fixture(autouse=True)
def native_clock(request, monkeypatch):
    """Odoo's own tests take their days from UTC and let programmes begin and end by
    it. With the shop in Bangkok they would fail from 17:00 UTC to midnight."""
    if _is_native(request.node):
        from odoo.addons.crm_loyalty_points.models.sale_order_conditions import (
            SaleOrder,
        )

        monkeypatch.delattr(SaleOrder, "_get_confirmed_tx_create_date")


def pytest_collection_modifyitems(config, items):
    """Mark the native tests that assert a fault we close, leave long ones out."""
    faults = {row["test"]: row["why"] for row in _rows(config, "native_fault")}
    found = set()
    for item in items:
        name = _short(item)
        if name in faults:
            found.add(name)
            item.add_marker(pytest.mark.xfail(reason=faults[name], strict=True))
    collected = {_short(item).split("::")[0] for item in items}
    gone = [
        name
        for name in set(faults) - found
        if name.split("::")[0] in collected and not config.option.keyword
    ]
    if gone and not any("::" in str(argument) for argument in config.args):
        raise pytest.UsageError(f"{EXPECTED.name} names unknown tests: {gone}")
    if not os.environ.get("CRM_SUITE_TOURS"):
        _leave_out_native_tours(config, items)
    for item in items:
        if _has_server(item):
            item.add_marker(pytest.mark.flaky(reruns=1))


def _has_server(item):
    """Whether a test talks to a server of its own, mostly by a browser."""
    from odoo.tests import HttpCase

    return isinstance(item.cls, type) and issubclass(item.cls, HttpCase)


def _leave_out_native_tours(config, items):
    """Deselect Odoo's own tours."""
    tours = {item for item in items if _is_native(item) and _starts_browser(item)}
    items[:] = [item for item in items if item not in tours]
    config.hook.pytest_deselected(items=list(tours))


def _is_native(item):
    return _short(item).split("/")[0] in NATIVE


def _starts_browser(item):
    """Whether the code of a test names one of the methods that open a browser."""
    code = item.function.__code__
    nested = [part.co_names for part in code.co_consts if hasattr(part, "co_names")]
    return not BROWSER.isdisjoint({*code.co_names, *(n for row in nested for n in row)})


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """Turn a skip that is on no list into a failure."""
    outcome = yield
    report = outcome.get_result()
    if not report.skipped or hasattr(report, "wasxfail"):
        return
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else ""
    for row in _rows(item.config, "skip"):
        if re.search(row["test"], _short(item)) and re.search(row["reason"], reason):
            if not _forbidden_by_data(row):
                return
    report.outcome = "failed"
    report.longrepr = f"{_short(item)} skipped: {reason} (not in {EXPECTED.name})"


def _forbidden_by_data(row):
    """A skip for want of the data files counts only where they are really absent."""
    return row.get("only_without_data") and Path(os.environ["CRM_SUITE_DATA"]).is_dir()


def _rows(config, kind):
    return config.stash[_KEY].get(kind, [])


def _short(item):
    """module/tests/file.py::Class::method, wherever the module lies."""
    path = item.path
    for parent in path.parents:
        if (parent / "__manifest__.py").is_file():
            path = path.relative_to(parent.parent)
            break
    else:
        path = path.relative_to(ROOT) if path.is_relative_to(ROOT) else path
    return "::".join([str(path), *item.nodeid.split("::")[1:]])
