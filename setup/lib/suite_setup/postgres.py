"""A PostgreSQL server: the one the PG* variables name, or a private one."""

import os
import re
import shutil
from pathlib import Path

from .apt import PrivateApt, remove, unpack
from .paths import LOCAL, LOGS, VENV, digest, only_one
from .say import SetupError, say, step
from .shell import have, is_root, output_of, run

PORT = "5432"  # only a name: the private server listens on a socket in its own folder
USER = "odoo"
SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "jit": "off",
    "max_wal_size": "2GB",
}
CHECK = (
    "import psycopg2 as p, os; c = p.connect(dbname=os.environ.get('PGDATABASE', "
    "'postgres')); k = c.cursor(); k.execute('select current_user, rolcreatedb or "
    "rolsuper from pg_roles where rolname = current_user'); print(*k.fetchone())"
)


def ensure_server():
    """Make sure a server runs; returns the environment variables that name it."""
    given = {k: v for k, v in os.environ.items() if k.startswith("PG")}
    if given.keys() & {"PGHOST", "PGPORT", "PGUSER", "PGSERVICE", "PGHOSTADDR"}:
        answer = _ask({})
        if answer:
            _check_role(*answer)
            return {}
        say("the PG* variables name a server that does not answer; using a private one")
    server = PrivateServer()
    server.start()
    return server.variables()


def stop_server():
    """Stop the private server, if there is one."""
    PrivateServer().stop()


def _ask(variables):
    """Who we are on a server and whether we may create databases, or None."""
    environment = {**os.environ, **variables}
    return output_of([VENV / "bin/python", "-c", CHECK], env=environment).split()


def _check_role(user, may_create):
    if user == "postgres":
        raise SetupError("Odoo refuses the database user postgres; set PGUSER")
    if may_create != "True":
        raise SetupError(f"the database user {user} may not create databases")


class PrivateServer:
    """A PostgreSQL of our own, reached only by a socket in its own folder.

    PostgreSQL refuses to run as root: root starts it as the user nobody.
    """

    def __init__(self):
        self.home = LOCAL / "postgresql"
        if is_root() and not self._reachable(LOCAL):
            self.home = Path(f"/var/tmp/crm-suite-{digest(LOCAL)}")
        self.data = self.home / "data"
        self.socket = self.home / "socket"
        if len(str(self.socket)) > 85:
            self.socket = Path(f"/tmp/crm-suite-{os.geteuid()}-{digest(LOCAL)}")

    def variables(self):
        """The PG* variables of this server."""
        programs = f"{self._programs()}:{os.environ.get('PATH', '')}"
        found = {"PGHOST": str(self.socket), "PGPORT": PORT, "PGUSER": USER}
        return {**found, "PATH": programs, **self._libraries()}

    def start(self):
        """Create the cluster once and start it; does nothing when it runs."""
        with only_one("postgresql"):
            programs = self._programs() or self._fetch()
            if _ask(self.variables()):
                return
            if not (self.data / "PG_VERSION").is_file():
                self._create(programs)
            self._check_version(programs)
            options = f"-k {self.socket} -p {PORT} " + " ".join(
                f"-c {name}={value}" for name, value in SETTINGS.items()
            )
            self._folder(self.socket)
            self._run(
                [programs / "pg_ctl", "-D", self.data, "-w", "-t", "120"]
                + ["-l", self.home / "server.log", "-o", options, "start"],
                "starting PostgreSQL",
            )

    def stop(self):
        """Stop the server if it runs."""
        programs = self._programs()
        if programs and (self.data / "postmaster.pid").is_file():
            command = [programs / "pg_ctl", "-D", self.data, "-m", "fast", "stop"]
            self._run(command, "stopping PostgreSQL")

    def _create(self, programs):
        """Create the cluster; a half made one is removed."""
        with step("creating a private PostgreSQL server", "about 3 s"):
            self._folder(self.home)
            try:
                self._run(
                    [programs / "initdb", "-D", self.data, "-U", USER, "-A", "trust"]
                    + ["-E", "UTF8", "--locale=C.UTF-8"],
                    "creating the PostgreSQL server",
                )
            except SetupError:
                remove(self.data)
                raise

    def _check_version(self, programs):
        made_by = (self.data / "PG_VERSION").read_text().strip()
        text = output_of(
            [programs / "pg_ctl", "--version"], env={**os.environ, **self._libraries()}
        )
        ours = re.search(r"(\d+)", text or "0").group()
        if ours != made_by:
            raise SetupError(
                f"{self.data} was made by PostgreSQL {made_by} but {ours} is here: "
                f"install {made_by} again or remove that folder"
            )

    def _programs(self):
        """The folder with initdb and pg_ctl: the machine's newest, or our copy."""
        for place in (Path("/usr/lib/postgresql"), self.home / "usr/lib/postgresql"):
            found = [path.parent for path in place.glob("*/bin/initdb")]
            if found:
                return max(found, key=lambda path: float(path.parent.name))
        if have("initdb") and have("pg_ctl"):
            return Path(shutil.which("initdb")).resolve().parent
        return None

    def _libraries(self):
        """Where our own copy's shared libraries are, for the dynamic loader."""
        places = sorted((self.home / "usr/lib").glob("*-linux-*"))
        if not places:
            return {}
        own = [str(place) for place in places]
        given = os.environ.get("LD_LIBRARY_PATH")
        return {"LD_LIBRARY_PATH": ":".join(own + ([given] if given else []))}

    def _fetch(self):
        """Unpack Debian's PostgreSQL into our folder; all of it or nothing."""
        work, draft = LOCAL / "postgresql-fetch.tmp", self.home / "usr.tmp"
        remove(work)
        remove(draft)
        try:
            with step("fetching PostgreSQL, about 20 MB", "about 20 s"):
                apt = PrivateApt(work)
                apt.update()
                debs = apt.download_missing(["postgresql"])
                self._folder(self.home)
                unpack(debs, draft)
                (draft / "usr").rename(self.home / "usr")
        finally:
            remove(work)
            remove(draft)
        programs = self._programs()
        if not programs:
            raise SetupError("Debian's package postgresql brought no initdb")
        return programs

    def _run(self, command, what):
        if is_root():
            drop = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"]
            command = drop + command
        LOGS.mkdir(parents=True, exist_ok=True)
        environment = {**os.environ, **self._libraries()}
        run(command, what, log="postgresql", cwd="/", env=environment)

    def _folder(self, folder):
        """Make a folder that belongs to whoever runs the server."""
        folder.mkdir(parents=True, exist_ok=True)
        if is_root():
            shutil.chown(folder, "nobody", "nogroup")

    def _reachable(self, folder):
        """Whether the user nobody can enter a folder (not below /root, say)."""
        folder.mkdir(parents=True, exist_ok=True)
        test = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"]
        return bool(output_of(test + ["sh", "-c", 'cd "$1" && echo 1', "-", folder]))
