"""setup/run: the shop, from nothing to a login page."""

import argparse
import os
import signal
import socket
import subprocess
import sys
import time

from .ground import prepare_all, write_config
from .paths import LOGS, ROOT
from .postgres import stop_server
from .say import SetupError, say
from .shell import telling_line

DESCRIPTION = """Install what is missing, create the demo shop and serve it.

The first run takes about 5 minutes: Odoo 19, its Python packages and PostgreSQL go to
.local/ (nothing else on the machine changes), then a Thai company with our modules and
their demo data is set up. Later runs start in seconds; after a change of our sources
the database is upgraded first (20 s). Ctrl-C stops the shop."""


def options(arguments):
    parser = argparse.ArgumentParser(
        prog="setup/run",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--fresh", action="store_true", help="throw the database away and build again")
    add("--port", type=int, default=8069, help="port of the shop (default 8069)")
    add("--no-demo", action="store_true", help="an empty shop (database 'shop')")
    add("--db", help="name of the database (default 'demo')")
    add("--workers", type=int, default=0, help="worker processes (default: threads)")
    add(
        "--host",
        default="127.0.0.1",
        help="address to listen on (default this machine)",
    )
    add(
        "--stop",
        action="store_true",
        help="stop the private PostgreSQL server, no more",
    )
    parsed = parser.parse_args(arguments)
    parsed.db = parsed.db or ("shop" if parsed.no_demo else "demo")
    return parsed


def prepare(parsed):
    if parsed.stop:
        stop_server()
        return None
    _check_port(parsed.host, parsed.port)
    return prepare_all()


def main(parsed):
    from . import line_emulator, shop

    shop.ensure_shop(parsed.db, demo=not parsed.no_demo, fresh=parsed.fresh)
    _check_port(parsed.host, parsed.port)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    shown = "localhost" if parsed.host in ("127.0.0.1", "0.0.0.0") else parsed.host
    url = f"http://{shown}:{parsed.port}"
    with line_emulator.serving(parsed.db, url) as line_url:
        return _serve(parsed, url, line_url)


def _serve(parsed, url, line_url):
    """Run Odoo's server until it ends, or somebody ends it."""
    from . import shop

    log = LOGS / "server.log"
    server = _start(parsed, log)
    try:
        while not shop.answers(url):
            if server.poll() is not None:
                raise SetupError(f"Odoo stopped: {telling_line(log)} (see {log})")
            time.sleep(0.5)
        shop.print_logins(parsed.db, url)
        if line_url:
            say(f"    the member page inside LINE, played: {line_url}")
        say(f"    Odoo's log is {log}; Ctrl-C stops the shop")
        return server.wait()
    except KeyboardInterrupt:
        return 0
    finally:
        server.terminate()
        server.wait()


def _start(parsed, log):
    """Start Odoo's server on the shop's database."""
    config = write_config("run", http_interface=parsed.host, dbfilter=f"^{parsed.db}$")
    arguments = ["-d", parsed.db, f"--http-port={parsed.port}"]
    arguments += [f"--workers={parsed.workers}"]
    environment = {**os.environ, "ODOO_RC": str(config)}
    environment.pop("PYTHONPATH", None)
    with open(log, "wb") as output:
        return subprocess.Popen(
            [sys.executable, "-m", "odoo", *arguments],
            stdout=output,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            env=environment,
            cwd=ROOT,
            start_new_session=True,
        )


def _check_port(host, port):
    """One clear line before any work when the port is taken."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise SetupError(
                f"port {port} on {host} is not free ({error.strerror}): "
                "choose another with --port"
            ) from error
