"""Run other programs; a failure becomes one clear line."""

import os
import shutil
import subprocess

from .paths import LOGS
from .say import SetupError


def run(command, what, log=None, **kwargs):
    """Run a program to its end with its output in a log file.

    :param what: what it is for; starts the error line
    :raise SetupError: when it fails, with its last telling line and the log's place
    """
    LOGS.mkdir(parents=True, exist_ok=True)
    path = LOGS / f"{log or os.path.basename(str(command[0]))}.log"
    with open(path, "wb") as output:
        try:
            done = subprocess.run(
                [str(part) for part in command],
                stdout=output,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                **kwargs,
            )
        except FileNotFoundError as error:
            raise SetupError(f"{what}: {command[0]} is not installed") from error
    if done.returncode:
        raise SetupError(f"{what} failed: {telling_line(path)} (all of it: {path})")
    return path


def telling_line(path):
    """The line of a log that most likely says what went wrong."""
    lines = [line.strip() for line in path.read_text(errors="replace").splitlines()]
    lines = [line for line in lines if line]
    for mark in ("E: ", "ERROR: ", "FATAL: ", "error: "):
        for line in lines:
            if line.startswith(mark) or f" {mark}" in line:
                return line[:300]
    return lines[-1][:300] if lines else "no output"


def output_of(command, **kwargs):
    """The standard output of a program, or "" when it is missing or fails."""
    try:
        done = subprocess.run(
            [str(part) for part in command],
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            **kwargs,
        )
    except FileNotFoundError:
        return ""
    return done.stdout if done.returncode == 0 else ""


def have(program):
    """Whether a program is in the path."""
    return shutil.which(program) is not None


def is_root():
    """Whether we may install Debian packages and must not start PostgreSQL."""
    return os.geteuid() == 0
