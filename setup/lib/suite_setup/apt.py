"""Debian packages without touching the machine: private lists, cache and folders.

Sources are written from the mirror the machine's own apt configuration names, and
apt checks every signature against Debian's archive keyring as usual.
"""

import os
import pwd
import shutil
from pathlib import Path

from .say import SetupError, say
from .shell import have, is_root, output_of, run

KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
TEMPLATE = Path("/usr/share/python-apt/templates/Debian.info")
KNOWN_RELEASES = ("bookworm", "trixie")
NO_APT = (
    "there is no apt here: unpack an Odoo 19 source tree and set ODOO_HOME to its "
    "folder (the one with odoo/ and addons/ in it)"
)


def os_release():
    """What /etc/os-release says, as a dict."""
    lines = Path("/etc/os-release").read_text().splitlines()
    pairs = (line.split("=", 1) for line in lines if "=" in line)
    return {key: value.strip("\"'") for key, value in pairs}


def release():
    """The Debian release whose packages suit this machine."""
    codename = os_release().get("VERSION_CODENAME", "")
    return codename if codename in KNOWN_RELEASES else KNOWN_RELEASES[0]


def debian_mirror():
    """A Debian mirror: the one the machine uses, or one it knows of.

    :raise SetupError: on a machine that is not Debian and names none
    """
    if os.environ.get("CRM_SUITE_DEBIAN_MIRROR"):
        return os.environ["CRM_SUITE_DEBIAN_MIRROR"]
    system = os_release()
    if system.get("ID") == "debian":
        targets = output_of(
            ["apt-get", "indextargets", "--no-release-info", "--format"]
            + ["$(RELEASE) $(COMPONENT) $(REPO_URI)", "Created-By: Packages"]
        )
        rows = [line.split() for line in targets.splitlines()]
        rows = [row for row in rows if len(row) == 3 and row[1] == "main"]
        codename = system.get("VERSION_CODENAME")
        own = [row[2] for row in rows if row[0] in (codename, "stable", "sid")]
        if own:
            return own[0]
    elif TEMPLATE.is_file():
        for line in TEMPLATE.read_text().splitlines():
            if line.startswith("BaseURI: "):
                return line.split()[1]
    raise SetupError(
        "apt names no Debian mirror here, and Odoo 19 comes from Debian: set "
        "CRM_SUITE_DEBIAN_MIRROR to one, or ODOO_HOME to an Odoo 19 source tree"
    )


def check_keyring():
    """Make sure Debian's archive keys are here; root may install them."""
    if not KEYRING.is_file() and is_root():
        install_system(["debian-archive-keyring"])
    if not KEYRING.is_file():
        raise SetupError(
            "Debian's archive keys are missing: install the package "
            "debian-archive-keyring, or set ODOO_HOME to an Odoo 19 source tree"
        )


class PrivateApt:
    """apt-get with its lists and downloads in a folder of its own.

    :param work: the folder; the caller removes it
    :param suites: Debian suites to read instead of the machine's own sources
    """

    def __init__(self, work, suites=None):
        if not have("apt-get"):
            raise SetupError(NO_APT)
        self.work = Path(work)
        for name in ("state/lists/partial", "cache/archives/partial", "debs"):
            (self.work / name).mkdir(parents=True)
        self.options = [
            f"Dir::State::Lists={self.work}/state/lists",
            f"Dir::Cache={self.work}/cache",
            f"APT::Sandbox::User={pwd.getpwuid(os.geteuid()).pw_name}",
            "Acquire::Languages=none",
            "Acquire::PDiffs=false",
            "Acquire::Retries=1",
            "Debug::NoLocking=true",
        ]
        if suites:
            self._use_only(suites)

    def _use_only(self, suites):
        """Read these suites and nothing of the machine's own sources."""
        check_keyring()
        sources = self.work / "suite.sources"
        sources.write_text(
            f"Types: deb\nURIs: {debian_mirror()}\nSuites: {' '.join(suites)}\n"
            f"Components: main\nSigned-By: {KEYRING}\n"
        )
        (self.work / "status").touch()
        self.options += [f"Dir::Etc::SourceList={sources}"]
        self.options += [
            f"Dir::Etc::{name}=/dev/null"
            for name in ("SourceParts", "Preferences", "PreferencesParts")
            + ("Trusted", "TrustedParts")
        ]
        self.options += [f"Dir::State::status={self.work}/status"]
        self.options += ["APT::Update::Error-Mode=any"]

    def _apt(self, what, *arguments, **kwargs):
        options = [part for option in self.options for part in ("-o", option)]
        run(["apt-get", *options, "-qq", *arguments], what, log="apt", **kwargs)

    def update(self):
        """Fetch and check the package lists."""
        self._apt("reading the package lists", "update")

    def download(self, packages):
        """Fetch these packages; returns the .deb files."""
        folder = self.work / "debs"
        self._apt("downloading packages", "download", *packages, cwd=folder)
        return sorted(folder.glob("*.deb"))

    def download_missing(self, packages):
        """Fetch these packages and whatever they need that is not installed."""
        self._apt(
            "downloading packages",
            *("install", "--yes", "--download-only", "--no-install-recommends"),
            *packages,
        )
        return sorted((self.work / "cache/archives").glob("*.deb"))


def unpack(debs, prefix):
    """Unpack .deb files into a folder."""
    for deb in debs:
        run(["dpkg-deb", "-x", deb, prefix], f"unpacking {deb.name}", log="unpack")


def install_system(packages):
    """Install Debian packages on the machine; for root only."""
    say(f"installing the Debian packages {' '.join(packages)} (about 1 minute)")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    if not any(Path("/var/lib/apt/lists").glob("*_Packages*")):
        run(["apt-get", "-qq", "update"], "reading the package lists", log="apt")
    run(
        ["apt-get", "install", "-y", "--no-install-recommends", *packages],
        f"installing {' '.join(packages)}",
        log="apt",
        env=environment,
    )


def need_system(packages, purpose):
    """Install Debian packages when we may, else say what to install.

    :raise SetupError: for an ordinary user, with the command to give
    """
    if not have("apt-get"):
        raise SetupError(f"{purpose} needs: {' '.join(packages)}; please install it")
    if not is_root():
        raise SetupError(f"{purpose}: run 'sudo apt-get install {' '.join(packages)}'")
    install_system(packages)


def remove(folder):
    """Remove a folder if it is there."""
    shutil.rmtree(folder, ignore_errors=True)
