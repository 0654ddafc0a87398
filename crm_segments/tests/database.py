"""Databases of their own for tests that need committed data and real connections.

A race needs several connections that commit, and the ledger forbids cleaning up after
itself, so such a test works on a copy of the database that is dropped afterwards::

    class TestRace(BaseCase):
        def test_two_spends(self):
            with cloned_database() as name:
                with committed(name) as env:
                    card = env["loyalty.card"].create({...})
                results = run_together(name, spend, spend)   # spend(env) -> anything
                with committed(name) as env:
                    ...check what is in the database now

Nothing here is a test; import it as ``odoo.addons.crm_segments.tests.database``.
"""

import os
import shutil
import subprocess
import sys
import threading
import uuid
from contextlib import closing, contextmanager
from functools import partial

import psycopg2
from psycopg2 import sql

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.service.model import retrying
from odoo.sql_db import close_db, connection_info_for
from odoo.tests.common import get_db_name
from odoo.tools import config


@contextmanager
def cloned_database(source=None, load=True):
    """Yield the name of a new copy of the test database; drop it at the end.

    The copy is made from the template that setup/test names in CRM_SUITE_TEMPLATE,
    in about a second. Without one the database under test itself is dumped and
    restored, which takes some seconds (PostgreSQL cannot copy a database in use).

    :param source: another database to copy, to which nobody may be connected
    :param load: whether this process needs the copy's registry
    """
    name = f"{get_db_name()[:30]}_copy_{uuid.uuid4().hex[:8]}"
    source = source or os.environ.get("CRM_SUITE_TEMPLATE")
    try:
        _create(name, source)
        _link_filestore(source or get_db_name(), name)
        if load:
            _load_registry(name)
        yield name
    finally:
        drop_database(name)


@contextmanager
def committed(name, user_id=SUPERUSER_ID, **context):
    """Yield an environment on a connection of its own; commit at the end.

    An exception rolls back and goes on to the caller, as in a request that fails.
    """
    with Registry(name).cursor() as cursor:
        env = api.Environment(cursor, user_id, context)
        yield env
        env.flush_all()


def run_together(name, *functions, timeout=60):
    """Run functions at the same time, each in a thread with a connection of its own.

    Every function gets an environment and is started when all connections stand and
    have begun their transaction; each commits when it returns.

    :return: per function (in order) what it returned, or the exception it raised
    """
    barrier = threading.Barrier(len(functions))
    results = [None] * len(functions)

    def work(position, function):
        try:
            with committed(name) as env:
                env.cr.execute("SELECT 1")  # the snapshot is taken here
                barrier.wait(timeout)
                results[position] = function(env)
        except Exception as error:
            results[position] = error

    threads = [
        threading.Thread(target=work, args=pair, daemon=True)
        for pair in enumerate(functions)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout)
        if thread.is_alive():
            raise TimeoutError(f"still running after {timeout} s")
    return results


def with_retry(function):
    """Run a function of env as Odoo runs a request: a lost race is repeated."""

    def call(env):
        return retrying(partial(function, env), env)

    return call


def run_odoo(*arguments, script=None, timeout=600):
    """Run Odoo's command line in a process of its own, as an administrator would.

    For example ``run_odoo("-d", name, "-u", "crm_segments", "--stop-after-init")`` or
    ``run_odoo("shell", "-d", name, script="print(env.user)")``.

    :return: a subprocess.CompletedProcess with stdout and stderr as text
    """
    environment = {
        **os.environ,
        "ODOO_RC": os.environ.get("ODOO_RC") or config["config"],
    }
    return subprocess.run(
        [sys.executable, "-m", "odoo", *arguments],
        input=script or "",
        capture_output=True,
        text=True,
        timeout=timeout,
        env={**environment, **_connection_variables()},
    )


def drop_database(name):
    """Drop a database, its connections, its registry and its file store."""
    Registry.delete(name)
    close_db(name)
    statement = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
    _execute(statement.format(sql.Identifier(name)))
    shutil.rmtree(config.filestore(name), ignore_errors=True)


def _create(name, source):
    if source:
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        _execute(statement.format(sql.Identifier(name), sql.Identifier(source)))
        return
    statement = sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'unicode'")
    _execute(statement.format(sql.Identifier(name)))
    environment = {**os.environ, **_connection_variables()}
    options = {"check": True, "env": environment}
    dump = subprocess.Popen(
        ["pg_dump", "-Fc", "-Z0", get_db_name()],
        stdout=subprocess.PIPE,
        env=environment,
    )
    restore = ["pg_restore", "--no-owner", "-d", name]
    with dump:
        subprocess.run(restore, stdin=dump.stdout, **options)


def _load_registry(name):
    """Load the copy's registry without running the tests of its modules on it."""
    enabled = config["test_enable"]
    config["test_enable"] = False
    try:
        Registry(name)
    finally:
        config["test_enable"] = enabled


def _execute(statement):
    """Run one statement outside of any transaction."""
    _name, connection = connection_info_for("postgres")
    with closing(psycopg2.connect(**connection)) as database:
        database.autocommit = True
        with database.cursor() as cursor:
            cursor.execute(statement)


def _connection_variables():
    """The PG* variables of the server the tests use."""
    _name, connection = connection_info_for("postgres")
    names = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER"}
    names["password"] = "PGPASSWORD"
    return {
        variable: str(connection[key])
        for key, variable in names.items()
        if connection.get(key)
    }


def _link_filestore(source, name):
    folder = config.filestore(source)
    if os.path.isdir(folder):
        shutil.copytree(folder, config.filestore(name), copy_function=os.link)
