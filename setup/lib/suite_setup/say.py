"""What the setup commands print: progress with times, and one-line errors."""

import sys
import time
from contextlib import contextmanager


class SetupError(Exception):
    """Something the user has to know; printed as one line, without a traceback."""


def say(text):
    """Print a line at once, to stderr, so that stdout stays the command's own."""
    print(f"setup: {text}", file=sys.stderr, flush=True)


@contextmanager
def step(text, usual=""):
    """Announce a step that takes a while and say how long it took.

    :param usual: how long it usually takes, for example "about 20 s"
    """
    say(f"{text}{f' ({usual})' if usual else ''} ...")
    start = time.monotonic()
    yield
    say(f"    done in {time.monotonic() - start:.0f} s")
