"""Template databases for the tests: built once, copied for each run.

The lower one holds Odoo's modules that ours depend on; it changes with the Odoo
version, the Python packages and that list. The upper one adds our modules; it changes
with their sources. Both are named after what they hold, so a stale one is never used.
"""

import os

from . import databases
from .modules import dependencies, own_modules, sources_digest
from .paths import ROOT, digest, only_one
from .say import step

LOWER, UPPER = "crm_suite_base_", "crm_suite_all_"
KEEP = {LOWER: 2, UPPER: 6}
# Every channel of a shop: the till, the website, deliveries. What we build must live
# beside them, and Odoo's own tests of them run with our modules loaded.
EXTRA = (
    "web_tour",
    "website_sale_loyalty",
    "pos_loyalty",
    "pos_discount",
    "pos_sale",
    "sale_stock",
    "payment_demo",
)
RECIPE = "6"  # to be changed with what `_build` does
# A tour that has to wait for these to be compiled fails on a busy machine.
ASSETS = """
for name in (
    "web.assets_web",
    "web.assets_tests",
    "web.assets_web_print",
    "web.assets_frontend",
    "web.assets_frontend_minimal",
    "web.assets_frontend_lazy",
    "point_of_sale.assets_prod",
    "crm_loyalty_points.assets_member",
    "crm_loyalty_points.assets_counter",
):
    bundle = env["ir.qweb"]._get_asset_bundle(name, css=True, js=True)
    bundle.js(), bundle.css()

env.cr.commit()
"""


# The database's own jobs would look at the tables whenever a test has just filled them,
# or find nothing but rows that were rolled back and take the table for empty, and plan
# the next test's statements by what they saw: slow here, fast there.
STATISTICS = """
env.cr.execute('''
    DO $$
    DECLARE name regclass;
    BEGIN
        FOR name IN SELECT oid FROM pg_class
                     WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace LOOP
            EXECUTE format('ALTER TABLE %s SET (autovacuum_enabled = false)', name);
        END LOOP;
    END $$;
    ANALYZE;
''')
env.cr.commit()
"""


def template():
    """The name of the template database with all our modules; builds what is missing.

    Takes some minutes the first time, about 40 s after a change of our modules.
    """
    lower, upper = names()
    own = own_modules()
    with only_one("templates"):
        if not databases.exists(lower):
            what = "a database with Odoo's own modules"
            _build(lower, "template0", _needed(), what, "about 2 minutes")
        databases.mark_used(lower)
        if not databases.exists(upper):
            _build(upper, lower, own, f"installing {', '.join(own)}", "about 40 s")
        databases.mark_used(upper)
        _clean_up()
    return upper


def names():
    """:return: names of the templates (without our modules, with them)"""
    packages = (ROOT / "requirements.txt", ROOT / "setup" / "constraints.txt")
    version = os.environ["CRM_SUITE_ODOO_VERSION"]
    lower = LOWER + digest(RECIPE, version, *packages, *_needed())
    return lower, UPPER + digest(lower, sources_digest())


def _needed():
    return sorted({*dependencies(), *EXTRA})


def _build(name, source, modules, what, usual):
    """Build under another name and rename at the end, so that it is whole or absent."""
    draft = f"{name}_draft"
    with step(what, usual):
        databases.drop(draft)
        databases.create(draft, source)
        arguments = ["-d", draft, "-i", ",".join(modules), "--stop-after-init"]
        databases.odoo([*arguments, "--no-http"], f"install-{name}", what)
        if source != "template0":
            shell = ["shell", "-d", draft, "--no-http"]
            databases.odoo(shell, f"assets-{name}", "compiling assets", ASSETS)
            databases.odoo(shell, f"analyze-{name}", "statistics", STATISTICS)
        databases.rename(draft, name)


def _clean_up():
    """Drop the templates not used for longest."""
    for prefix, number in KEEP.items():
        for name in databases.names(prefix)[number:]:
            databases.drop(name)
