"""The style checks, each one program over the whole repository."""

import os
import subprocess
import sys

from .modules import own_modules
from .node import npx
from .paths import ROOT
from .readmes import out_of_date

XML = [f"{name}/**/*.xml" for name in ("crm_*",)]
SCRIPTS = ["crm_*/static/**/*.js", "*.mjs"]


def ruff(fix=False):
    """Python: errors, order of imports, line length, complexity."""
    return _run(_tool("ruff"), "check", *(["--fix"] if fix else []))


def ruff_format(fix=False):
    """Python: layout."""
    return _run(_tool("ruff"), "format", *([] if fix else ["--diff", "--quiet"]))


def pylint(fix=False):
    """Python and manifests: what goes wrong in Odoo modules."""
    return _run(_tool("pylint"), *own_modules())


def prettier(fix=False):
    """XML, JavaScript, styles: layout."""
    files = [*XML, *SCRIPTS, "crm_*/static/src/**/*.scss", "*.json"]
    mode = "--write" if fix else "--check"
    files = [file for file in files if any(ROOT.glob(file))]
    return _run(*npx("prettier"), mode, "--log-level=warn", *files)


def eslint(fix=False):
    """JavaScript: errors."""
    files = [file for file in SCRIPTS if any(ROOT.glob(file))]
    return _run(*npx("eslint"), *(["--fix"] if fix else []), *files)


def readmes(fix=False):
    """README.rst and the description page agree with the fragments in readme/."""
    files = [str(path.relative_to(ROOT)) for path in out_of_date(write=fix)]
    return [] if fix else [f"out of date, run setup/lint --fix: {f}" for f in files]


def private_words(fix=False):
    """No package registry and no folder of one machine is named in the repository."""
    words = r"registry\.npm[j]s|py[p]i\.org|python[h]osted|deb\.debia[n]|/hom[e]/"
    command = ["git", "grep", "-nIE", words, "--", ".", ":!*/static/lib/*"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    return done.stdout.splitlines()


CHECKS = {
    check.__name__: check
    for check in (ruff, ruff_format, pylint, prettier, eslint, readmes, private_words)
}


def _tool(name):
    return os.path.join(os.path.dirname(sys.executable), name)


def _run(*command):
    """Run a program; its output lines if it found something, else an empty list."""
    done = subprocess.run(
        command,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "NO_COLOR": "1", "npm_config_loglevel": "error"},
    )
    return done.stdout.splitlines() or ["failed"] if done.returncode else []
