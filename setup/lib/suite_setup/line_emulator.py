"""What stands in for LINE while setup/run serves the demo shop.

It runs beside Odoo, listens on this machine only and ends with setup/run, however that
ends: its input closes. The demo's records point at it while it runs; a shop with keys
of its own is left alone.
"""

import json
import os
import subprocess
import sys
from contextlib import closing, contextmanager, suppress

import psycopg2

from .paths import LOCAL, LOGS, ROOT
from .say import SetupError

PROGRAM = ROOT / "crm_lineshopping_connector" / "tests" / "emulators" / "line_server.py"
# as crm_lineshopping_connector/demo/loader.py writes it
KEY = "emulator-of-the-demo"
LOOPBACK = "crm_lineshopping_connector.loopback"
ORDERS, STRANGERS = 40, 4


@contextmanager
def serving(name, url):
    """Let the demo shop of a database be on LINE meanwhile; nothing happens to any
    other shop. Yields the address that opens the member page as inside LINE, or None.

    :param url: where Odoo will answer, on this machine
    """
    with closing(psycopg2.connect(dbname=name)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            demo = _read_demo(cursor)
    if not demo:
        yield None
        return
    liff_id = demo["keys"]["liff_id"]
    process = _start({**demo, "odoo": url}, name)
    try:
        port = _read_port(process)
        with closing(psycopg2.connect(dbname=name)) as connection:
            connection.autocommit = True
            with connection.cursor() as cursor:
                _wake(cursor, f"http://127.0.0.1:{port}")
        yield f"http://127.0.0.1:{port}/liff/{liff_id}"
    finally:
        with suppress(BrokenPipeError):
            process.stdin.close()
        process.wait()
        _put_to_sleep(name)


def _start(values, name):
    """:return: Popen of the emulator, which was told what to do"""
    with open(LOGS / "line.log", "wb") as output:
        process = subprocess.Popen(
            [sys.executable, PROGRAM, "--demo", "--orders", str(ORDERS)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=output,
            env={k: v for k, v in os.environ.items() if k != "PYTHONPATH"},
            start_new_session=True,
            text=True,
        )
    values["state_file"] = str(LOCAL / f"line-{name}-{values.pop('oid')}.pickle")
    print(json.dumps(values), file=process.stdin, flush=True)
    return process


def _read_port(process):
    """:return: text of the port that the emulator listens on"""
    line = process.stdout.readline()
    if not line.startswith("PORT "):
        raise SetupError(f"what stands in for LINE did not start (see {LOGS})")
    return line.split()[1]


# -- the database ----------------------------------------------------------------------


def _read_demo(cursor):
    """:return: dict of what the emulator is told, None without the demo's records"""
    cursor.execute("SELECT to_regclass('crm_lineshopping_shop') IS NOT NULL")
    if not cursor.fetchone()[0]:
        return None
    cursor.execute(
        "SELECT s.webhook_token, c.webhook_token, c.id, c.channel_id, "
        "       c.login_channel_id, c.liff_id, a.slug, "
        "       (SELECT oid FROM pg_database WHERE datname = current_database())::text "
        "  FROM crm_lineshopping_shop s "
        "  JOIN crm_line_channel c ON c.company_id = s.company_id "
        "  LEFT JOIN crm_shop a ON a.company_id = s.company_id AND a.active "
        " WHERE s.api_key = %(key)s AND c.access_token = %(key)s",
        {"key": KEY},
    )
    row = cursor.fetchone()
    if not row:
        return None
    shop_token, line_token, channel, channel_id, login_id, liff_id, slug, oid = row
    return {
        "oid": oid,
        "shop_path": f"/lineshopping/webhook/{shop_token}",
        "line_path": f"/line/webhook/{line_token}",
        "liff_path": f"/line/liff/{slug}" if slug else "",
        "keys": {
            "secret": KEY,
            "channel_id": channel_id,
            "login_channel_id": login_id,
            "liff_id": liff_id,
        },
        "book": {
            "people": _read_people(cursor, channel) + [{}] * STRANGERS,
            "goods": _read_goods(cursor),
            "days": 10,
        },
    }


def _read_people(cursor, channel):
    """:return: list of the members whose LINE accounts are known"""
    cursor.execute(
        "SELECT u.user_id, p.name, p.phone_sanitized, p.email "
        "  FROM crm_line_user u JOIN res_partner p ON p.id = u.partner_id "
        " WHERE u.channel_id = %s AND p.phone_sanitized IS NOT NULL ORDER BY u.id",
        [channel],
    )
    names = ("user_id", "name", "phone", "email")
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _read_goods(cursor):
    """:return: list of (sku, name, price in satang), one of them without a sku"""
    cursor.execute(
        "SELECT p.default_code, COALESCE(t.name->>'th_TH', t.name->>'en_US'), "
        "       (t.list_price * 100)::int "
        "  FROM product_product p JOIN product_template t ON t.id = p.product_tmpl_id "
        " WHERE p.active AND t.sale_ok AND t.list_price > 0 "
        "   AND p.default_code ~ '^(SV|PR)[0-9]+$' ORDER BY p.default_code LIMIT 14"
    )
    return [*map(list, cursor.fetchall()), ["", "ของแถมจากโกดัง", 9900]]


def _wake(cursor, url):
    """Let the demo's records point at the emulator."""
    _allow_loopback(cursor, "1")
    cursor.execute(
        "UPDATE crm_line_channel SET active = true, api_url = %(url)s, "
        "       data_url = %(url)s, sdk_url = %(url)s || '/liff/sdk.js' "
        " WHERE access_token = %(key)s",
        {"url": url, "key": KEY},
    )
    cursor.execute(
        "UPDATE crm_lineshopping_shop SET api_url = %s, state = 'active', "
        "       wait_until = NULL, next_pull_at = now() AT TIME ZONE 'UTC' "
        " WHERE api_key = %s",
        [url, KEY],
    )


def _put_to_sleep(name):
    """Without the emulator nobody is called."""
    with closing(psycopg2.connect(dbname=name)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            _allow_loopback(cursor, "0")
            cursor.execute(
                "UPDATE crm_line_channel SET active = false WHERE access_token = %s",
                [KEY],
            )
            cursor.execute(
                "UPDATE crm_lineshopping_shop SET state = 'paused' "
                " WHERE api_key = %s AND state = 'active'",
                [KEY],
            )


def _allow_loopback(cursor, value):
    cursor.execute(
        "INSERT INTO ir_config_parameter (key, value) VALUES (%s, %s) "
        "ON CONFLICT (key) DO UPDATE SET value = EXCLUDED.value",
        [LOOPBACK, value],
    )
