"""Warnings and errors in an Odoo log. An installation must not have any."""

import re

LINE = re.compile(r"^\S+ \S+ \d+ (WARNING|ERROR|CRITICAL) (\S+) (.*)$")
# What Odoo itself says on a machine like ours, and is none of our business.
KNOWN = (
    r"unaccent",
    r"invalid module names, ignored: ",
    r"addons_path.*no such directory|invalid addons directory",
    r"Running as user 'root'",
)


def check_log(path):
    """The lines of a log at level WARNING or above, without the known ones."""
    found = []
    with open(path, errors="replace") as lines:
        for line in lines:
            match = LINE.match(line)
            if match and not any(re.search(known, line) for known in KNOWN):
                level, _database, text = match.groups()
                found.append(f"{level} {text}")
    return found
