"""Addresses as a page may show them to whoever looks over a shoulder."""

DOTS = "••••"


def masked(kind, address):
    """:param str kind: "phone" or "email"
    :return: enough to know one's own: "••••5678", "s••••@example.com" """
    if kind == "email":
        name, _at, host = (address or "").partition("@")
        return f"{name[:1]}{DOTS}@{host}" if host else ""
    return f"{DOTS}{address[-4:]}" if address else ""
