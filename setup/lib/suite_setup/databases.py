"""Databases with their file stores: create, copy, drop, install modules."""

import os
import shutil
import subprocess
import sys
from contextlib import closing, contextmanager
from datetime import datetime, timezone

import psycopg2
from psycopg2 import sql

from .checklog import check_log
from .ground import write_config
from .paths import DATA, LOGS
from .say import SetupError


@contextmanager
def server():
    """A cursor for statements about whole databases."""
    name = os.environ.get("PGDATABASE", "postgres")
    with closing(psycopg2.connect(dbname=name)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            yield cursor


def exists(name):
    """Whether a database is there."""
    with server() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        return bool(cursor.fetchone())


def names(prefix):
    """Databases whose name starts with `prefix`, the latest used first."""
    with server() as cursor:
        cursor.execute(
            "SELECT datname FROM pg_database WHERE starts_with(datname, %s) ORDER BY "
            "shobj_description(oid, 'pg_database') DESC NULLS LAST",
            [prefix],
        )
        return [row[0] for row in cursor.fetchall()]


def create(name, template="template0"):
    """Create a database, as a copy of `template` with its file store."""
    statement = "CREATE DATABASE {} TEMPLATE {} ENCODING 'unicode'"
    if template == "template0":
        statement += " LC_COLLATE 'C'"
    identifiers = sql.Identifier(name), sql.Identifier(template)
    with server() as cursor:
        cursor.execute(sql.SQL(statement).format(*identifiers))
    if template == "template0":
        _add_trigrams(name)
    source = DATA / "filestore" / template
    if source.is_dir():
        target = DATA / "filestore" / name
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(source, target, copy_function=os.link)


def _add_trigrams(name):
    """Odoo adds this to the databases it makes; without it trigram indexes lack."""
    with closing(psycopg2.connect(dbname=name)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")


def drop(name):
    """Drop a database and its file store, also when somebody is connected."""
    statement = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
    with server() as cursor:
        cursor.execute(statement.format(sql.Identifier(name)))
    shutil.rmtree(DATA / "filestore" / name, ignore_errors=True)


def rename(name, new_name):
    """Rename a database and its file store."""
    statement = sql.SQL("ALTER DATABASE {} RENAME TO {}")
    with server() as cursor:
        cursor.execute(statement.format(sql.Identifier(name), sql.Identifier(new_name)))
    source, target = (DATA / "filestore" / each for each in (name, new_name))
    shutil.rmtree(target, ignore_errors=True)
    if source.is_dir():
        source.rename(target)


def comment(name, text):
    """Keep a short note with a database."""
    statement = sql.SQL("COMMENT ON DATABASE {} IS {}")
    with server() as cursor:
        cursor.execute(statement.format(sql.Identifier(name), sql.Literal(text)))


def mark_used(name):
    """Note on a template that it was used now, for `names` and cleaning up."""
    comment(name, datetime.now(timezone.utc).isoformat())


def odoo(arguments, log, what, script=""):
    """Run Odoo to its end and fail on any warning or error in its log.

    :param arguments: Odoo's command line
    :param script: what to give to Odoo's shell
    :param log: name of the log file below .local/log
    :param what: starts the error line
    """
    LOGS.mkdir(parents=True, exist_ok=True)
    path = LOGS / f"{log}.log"
    environment = {**os.environ, "ODOO_RC": str(write_config("install"))}
    environment.pop("PYTHONPATH", None)
    with open(path, "wb") as output:
        done = subprocess.run(
            [sys.executable, "-m", "odoo", *arguments],
            stdout=output,
            stderr=subprocess.STDOUT,
            input=script.encode(),
            env=environment,
        )
    complaints = check_log(path)
    if complaints:
        lines = "\n    ".join(complaints[:20])
        raise SetupError(f"{what}: warnings or errors in {path}:\n    {lines}")
    if done.returncode:
        raise SetupError(f"{what} failed, see {path}")
