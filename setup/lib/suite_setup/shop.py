"""The database that setup/run serves: a Thai shop with our modules."""

import os
import urllib.error
import urllib.request
from contextlib import closing

import psycopg2

from . import databases
from .modules import dependencies, own_modules, sources_digest
from .paths import ROOT, digest, only_one
from .say import say, step

SHOP = "crm_suite_shop_"
COUNTRY = "TH"
LANGUAGES = "en_US,th_TH"
CHART = "l10n_th"
# A shop's daily channels beside Sales; its website would cost the shop a minute more.
EXTRA = ("web_tour", "pos_loyalty", "sale_stock")


def ensure_shop(name, demo=True, fresh=False):
    """Create the shop's database, or bring it up to date with our sources.

    It is built under another name, so it is whole or absent.

    :param demo: with demo data of our own modules (never of Odoo's: those would bring
        American customers into the Thai shop)
    :param fresh: build it again even when it is there
    """
    with only_one("shop"):
        if fresh or not databases.exists(name):
            _build(name, demo)
        elif _note(name) != sources_digest():
            with step("bringing the database up to date", "about 20 s"):
                _odoo(name, "-u", "upgrading our modules")
                _set_note(name)


def _build(name, demo):
    own = own_modules()
    draft = f"{name}_draft"
    base = _base()
    databases.drop(draft)
    databases.create(draft, base)
    what = "our modules with demo data" if demo else "our modules"
    with step(f"installing {what}", "1 to 2 minutes" if demo else "20 s"):
        if demo:
            _allow_demo(draft, True)
        _odoo(draft, "-i", f"installing {', '.join(own)}")
        _allow_demo(draft, False)
    _set_note(draft)
    databases.drop(name)
    databases.rename(draft, name)


def _base():
    """A Thai company with the modules ours depend on; kept as a template."""
    needed = sorted({*dependencies(), *EXTRA, CHART})
    packages = (ROOT / "requirements.txt", ROOT / "setup" / "constraints.txt")
    version = os.environ["CRM_SUITE_ODOO_VERSION"]
    base = SHOP + digest(version, *packages, *needed, COUNTRY, LANGUAGES)
    if databases.exists(base):
        databases.mark_used(base)
        return base
    draft = f"{base}_draft"
    with step("creating a Thai company with Odoo's own modules", "2 minutes"):
        databases.drop(draft)
        command = ["db", "init", "--country", COUNTRY, draft]
        databases.odoo(command, "shop-init", "creating the database")
        arguments = ["-d", draft, "-i", ",".join(needed), "--no-http"]
        arguments += [f"--load-language={LANGUAGES}", "--stop-after-init"]
        databases.odoo(arguments, "shop-modules", "installing Odoo's modules")
        databases.rename(draft, base)
    databases.mark_used(base)
    for old in databases.names(SHOP)[1:]:
        databases.drop(old)
    return base


def _allow_demo(name, allowed):
    """Let our modules install their demo data, though Odoo's own modules have none.

    Odoo installs a module's demo data when all modules it depends on have theirs.
    """
    with closing(psycopg2.connect(dbname=name)) as connection, connection:
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE ir_module_module SET demo = %s WHERE name = ANY(%s)",
                [allowed, dependencies()],
            )


def _odoo(name, option, what):
    modules = ",".join(own_modules())
    arguments = ["-d", name, option, modules, "--no-http", "--stop-after-init"]
    databases.odoo(arguments, f"shop-{name}", what)


def _note(name):
    """For which sources of ours the database was last installed or upgraded."""
    with databases.server() as cursor:
        cursor.execute(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database "
            "WHERE datname = %s",
            [name],
        )
        return cursor.fetchone()[0]


def _set_note(name):
    databases.comment(name, sources_digest())


def answers(url):
    """Whether the shop's login page answers."""
    try:
        with urllib.request.urlopen(f"{url}/web/login", timeout=60) as page:
            return page.status == 200
    except (urllib.error.URLError, OSError):
        return False


def print_logins(name, url):
    """Print where the shop is and who can log in."""
    say(f"the shop is open at {url}")
    with closing(psycopg2.connect(dbname=name)) as connection:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT u.login, p.name, p.lang FROM res_users u JOIN res_partner p "
                "ON p.id = u.partner_id WHERE u.active AND u.id > 1 AND NOT u.share "
                "ORDER BY u.id LIMIT 6"
            )
            for login, person, language in cursor.fetchall():
                tongue = "Thai" if language == "th_TH" else "English"
                say(f"    login {login}, password {login}  ({person}, {tongue})")
            _print_pages(cursor, url)


def _print_pages(cursor, url):
    """Print the demo's counter staff and member, and where their pages are."""
    cursor.execute(
        "SELECT u.login, p.name, p.member_number, "
        "(SELECT min(slug) FROM crm_shop WHERE company_id = u.company_id AND active) "
        "FROM ir_model_data d JOIN res_users u ON u.id = d.res_id "
        "JOIN res_partner p ON p.id = u.partner_id "
        "WHERE d.module = 'crm_loyalty_points' AND d.model = 'res.users' AND u.active "
        "ORDER BY u.id"
    )
    for login, person, number, slug in cursor.fetchall():
        if number:
            who, page = f"{person}, member {number}", f"{url}/member/{slug}"
        else:
            who, page = person, f"{url}/counter"
        say(f"    login {login}, password {login}  ({who}): {page}")
