"""What the setup commands promise, as far as it costs only seconds."""

import os
import socket
import subprocess

import pytest
from suite_setup import checklog, modules, paths

COMMANDS = {
    path.name: path
    for path in sorted((paths.ROOT / "setup").iterdir())
    if path.is_file() and os.access(path, os.X_OK)
}


def call(command, *arguments, **environment):
    """Run a setup command as a user would, not as a child of this test run."""
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("CRM_SUITE_")}
    inherited["CRM_SUITE_LOCAL"] = str(paths.LOCAL)
    inherited.pop("PYTHONPATH", None)
    return subprocess.run(
        [COMMANDS[command], *arguments],
        capture_output=True,
        text=True,
        timeout=300,
        env={**inherited, **environment},
    )


def test_all_commands_are_there():
    assert {"run", "test", "lint", "odoo"} <= COMMANDS.keys()


@pytest.mark.parametrize("command", COMMANDS)
def test_help(command):
    """--help works before anything is installed and says how long it takes."""
    done = call(command, "-h", CRM_SUITE_LOCAL="/nonexistent/nowhere")
    assert done.returncode == 0, done.stderr
    assert any(word in done.stdout for word in ("minute", "20 s")), done.stdout


def test_port_in_use_is_one_line():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        done = call("run", "--port", str(port))
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert f"port {port}" in line and "--port" in line


def test_wrong_odoo_home_is_one_line(tmp_path):
    done = call(
        "odoo", "--version", ODOO_HOME=str(tmp_path), CRM_SUITE_LOCAL=str(tmp_path)
    )
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert "ODOO_HOME" in line and "no Odoo 19" in line


def test_failed_download_leaves_nothing(tmp_path):
    """A mirror that does not answer: one line, and no half made Odoo."""
    done = call(
        "odoo",
        "--version",
        CRM_SUITE_LOCAL=str(tmp_path),
        CRM_SUITE_DEBIAN_MIRROR="http://127.0.0.1:9/debian",
    )
    if "fetching" not in done.stderr:
        assert done.returncode == 0, done.stderr  # an Odoo 19 of the machine was used
        return
    assert done.returncode == 1
    line = done.stderr.splitlines()[-1]
    assert "reading the package lists failed" in line
    left = {path.name for path in tmp_path.iterdir() if not path.name.startswith(".")}
    assert left <= {"log"}


def test_second_call_changes_nothing():
    """Everything is there already, so nothing is installed or built again."""
    done = call("odoo", "--version")
    assert done.stdout.strip() == "Odoo Server 19.0"
    assert "setup:" not in done.stderr


def test_no_python_is_one_line():
    done = call("run", "--help", CRM_SUITE_PYTHON="no-such-python")
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert "Python 3.11" in line


def test_log_check_finds_what_matters(tmp_path):
    log = tmp_path / "odoo.log"
    log.write_text(
        "2026-01-01 10:00:00,000 7 INFO db odoo.modules: fine\n"
        "2026-01-01 10:00:00,001 7 WARNING db odoo.modules: _sql_constraints\n"
        "2026-01-01 10:00:00,002 7 ERROR db odoo.sql_db: bad query\n"
        "Traceback (most recent call last):\n"
    )
    assert checklog.check_log(log) == [
        "WARNING odoo.modules: _sql_constraints",
        "ERROR odoo.sql_db: bad query",
    ]


def test_sources_digest_follows_what_an_installation_loads(tmp_path, monkeypatch):
    """A change of a view builds the template again, a change of a test does not."""
    module = tmp_path / "crm_x"
    (module / "views").mkdir(parents=True)
    (module / "tests").mkdir()
    (module / "__manifest__.py").write_text("{'depends': ['sale']}")
    monkeypatch.setattr(modules, "ROOT", tmp_path)
    assert modules.dependencies() == ["sale"]
    first = modules.sources_digest()
    (module / "tests" / "test_x.py").write_text("x = 1")
    assert modules.sources_digest() == first
    (module / "views" / "x.xml").write_text("<odoo />")
    assert modules.sources_digest() != first
