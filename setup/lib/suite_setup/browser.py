"""The browser that tours and screenshots run in."""

from .apt import need_system, os_release
from .say import SetupError
from .shell import have

NAMES = ("google-chrome", "chromium", "chromium-browser", "google-chrome-stable")


def ensure_browser():
    """Make sure Chromium is there; root on Debian gets it installed."""
    if any(have(name) for name in NAMES):
        return
    if os_release().get("ID") == "ubuntu":
        raise SetupError("the tests need Google Chrome or Chromium: please install one")
    need_system(["chromium", "fonts-thai-tlwg"], "the tests need Chromium")
