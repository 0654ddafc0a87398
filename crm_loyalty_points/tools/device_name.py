"""What a browser calls itself, in two words."""

BROWSERS = (
    ("Line/", "LINE"),
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("FxiOS", "Firefox"),
    ("Firefox", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrom", "Chrome"),
    ("Safari", "Safari"),
)
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Macintosh", "Mac"),
    ("Linux", "Linux"),
)


def device_name(agent):
    """:param str agent: the user agent, perhaps cut short
    :return: e.g. "Chrome, Android"; what it says of itself when nothing is known"""
    agent = agent or ""
    found = [
        next((name for sign, name in names if sign in agent), "")
        for names in (BROWSERS, SYSTEMS)
    ]
    return ", ".join(name for name in found if name) or agent[:40] or "?"
