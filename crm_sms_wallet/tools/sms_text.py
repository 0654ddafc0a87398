"""What Thai law and operators ask of the text of an advertising message."""

import re
from urllib.parse import urlsplit

from . import sms_links

# Shared shorteners hide where a link leads: operators refuse them.
SHORTENERS = frozenset(
    """adf.ly bit.do bit.ly bitly.com bl.ink buff.ly clck.ru cutt.ly dlvr.it fb.me
    flip.it goo.gl goo.su grabify.link gg.gg hyperurl.co is.gd j.mp kutt.it lnk.bio
    lnkd.in link.co linktr.ee mcaf.ee me2.do n9.cl ow.ly page.link qr.ae rb.gy
    rebrand.ly reurl.cc s.id s.lazada.co.th shope.ee shorten.asia shorten.tv
    shorturl.asia shorturl.at short.io short.gy shrtco.de smarturl.it soo.gd surl.li
    t.co t.ly t2m.io tiny.cc tiny.one tinyurl.com tr.im trib.al u.nu urlz.fr v.gd
    vt.tiktok.com x.gd yourls.org zpr.io""".split()
)
# What a telephone would install or open without a page in between.
DOWNLOADS = (
    *(".apk", ".aab", ".apks", ".xapk", ".ipa", ".exe", ".msi", ".dmg", ".pkg", ".bat"),
    *(".cmd", ".scr", ".jar", ".js", ".vbs", ".zip", ".rar", ".7z", ".iso"),
    *(".doc", ".docx", ".docm", ".xls", ".xlsx", ".xlsm", ".ppt", ".pptx", ".pdf"),
    *(".mobileconfig", ".deb"),
)
# Addresses without https:// in front; telephones make links of them, too.
_TOP = (
    "com|net|org|info|biz|co|th|asia|shop|store|app|me|io|ly|link|page|site|online|xyz"
    "|cc|gd|gg|at|to|is|ai|dev|us|uk|tv|ws|su|ru|cn|club|top|vip|bet|win|life|live|pro"
    "|one|id|la|cl|fr|li|my|sg|vn|jp|kr|hk|tw|eu|de|nu|im|ee|tk|ml|ga|cf|gq"
)
BARE = re.compile(
    rf"(?<![A-Za-z0-9@/.\-])(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.)+(?:{_TOP})"
    rf"(?![A-Za-z0-9.\-]*[A-Za-z0-9@])(?:[/?#]{sms_links._ASCII}*)?",
    re.IGNORECASE,
)


def addresses(text):
    """:return: all web addresses in a text, those without https:// too"""
    full = sms_links.find_urls(text)
    rest = sms_links.URL.sub(" ", text or "")
    bare = (match.group().rstrip(sms_links._ENDING) for match in BARE.finditer(rest))
    return list(dict.fromkeys([*full, *bare]))


def host_and_path(address):
    """:return: (host in lower case without www, path) of an address with or without
    https://; ("", "") for what is none"""
    if "://" not in address:
        address = f"//{address}"
    try:
        parts = urlsplit(address)
        host = (parts.hostname or "").rstrip(".").lower()
    except ValueError:
        return "", ""
    return host.removeprefix("www."), parts.path


def has_user(address):
    """:return: whether a name stands before the host, as in https://bank.th@evil.ru:
    people read the name and take it for the host"""
    return "@" in urlsplit(address if "://" in address else f"//{address}").netloc


def is_shortener(address):
    """:return: whether the address is one of a shortener that anybody can use"""
    return host_and_path(address)[0] in SHORTENERS


def is_download(address):
    """:return: whether the address leads to a file instead of a page"""
    path = host_and_path(address)[1].lower()
    return path.endswith(DOWNLOADS)


def is_registered(address, patterns):
    """Whether an address is covered by a registration.

    ``shop.co.th`` covers every page of that host, ``shop.co.th/promo`` what lies
    below that page; other hosts, also below it, are registered on their own.

    :param patterns: as registered with the operator
    """
    host, path = host_and_path(address)
    for pattern in patterns:
        known, below = host_and_path(pattern)
        below = below.rstrip("/")
        if host and host == known and (path == below or path.startswith(f"{below}/")):
            return True
        if host and host == known and not below:
            return True
    return False


def names_brand(text, names):
    """:return: whether one of the names stands in the text, however it is written"""
    plain = _plain(text)
    return any(_plain(name) in plain for name in names if _plain(name))


def _plain(text):
    return re.sub(r"[\s\-_.'’]", "", text or "").casefold()
