"""What every command needs before it can begin."""

import os

from .odoo_source import find_odoo
from .paths import DATA, LOCAL, ROOT, digest
from .postgres import ensure_server
from .python_env import ensure_environment


def prepare_all(tests=False):
    """Odoo, Python packages and PostgreSQL; returns environment variables.

    Seconds when everything is there, about two minutes the first time.
    """
    return {**prepare_python(tests), **ensure_server()}


def prepare_python(tests=True):
    """Odoo and Python packages only; returns environment variables."""
    LOCAL.mkdir(parents=True, exist_ok=True)
    odoo = find_odoo()
    ensure_environment(odoo, tests=tests)
    return {"CRM_SUITE_ODOO_VERSION": odoo.version}


def write_config(name, **extra):
    """Write an Odoo configuration file and return its path.

    Another run of the same command may read it at the same time, so it is replaced
    in one go.

    :param name: which of the files: each command has its own
    """
    DATA.mkdir(parents=True, exist_ok=True)
    values = {
        "addons_path": ROOT,
        "data_dir": DATA,
        "db_host": os.environ.get("PGHOST", ""),
        "db_port": os.environ.get("PGPORT", ""),
        "db_user": os.environ.get("PGUSER", ""),
        "db_password": os.environ.get("PGPASSWORD", ""),
        "list_db": False,
        "http_interface": "127.0.0.1",
        **extra,
    }
    lines = [f"{key} = {value}" for key, value in values.items() if value != ""]
    path = LOCAL / f"{name}-{digest(ROOT)}.conf"
    draft = path.with_suffix(f".{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_text("\n".join(["[options]", *lines, ""]))
    draft.rename(path)
    return path
