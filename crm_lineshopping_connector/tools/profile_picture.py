"""Pictures of people on LINE, from LINE's own servers for pictures."""

import time
from urllib.parse import urlsplit

import requests

from . import service_url

# Names that LINE's servers for pictures end with.
ENDINGS = (".line-scdn.net", ".line-apps.com")
TIMEOUT = 10
MOST_BYTES = 3 * 1024 * 1024


def is_allowed(env, url):
    """:return: whether a picture may be asked for at an address"""
    parts = urlsplit(url or "")
    if parts.scheme == "https" and parts.port is None and not parts.username:
        if (parts.hostname or "").endswith(ENDINGS):
            return True
    return service_url.is_allowed(env, url, ())


def fetch(url):
    """No transaction should be open while this waits.

    :return: bytes of the picture, b"" when there is none to be had for good
    :raise OSError: not now
    """
    raw, end = b"", time.monotonic() + TIMEOUT
    with requests.get(
        url, timeout=TIMEOUT, stream=True, allow_redirects=False
    ) as response:
        if response.status_code >= 500 or response.status_code == 429:
            raise OSError(f"status {response.status_code}")
        if response.status_code != 200:
            return b""
        for chunk in response.iter_content(64 * 1024):
            raw += chunk
            if len(raw) > MOST_BYTES or time.monotonic() > end:
                return b""
    return raw
