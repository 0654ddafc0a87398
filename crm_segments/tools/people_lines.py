"""Reading a pasted list of people: one per line, name and e-mail."""

import re
from dataclasses import dataclass

from odoo.tools import email_normalize

NAME_LENGTH = 80
# Beyond this a paste is a mistake, or an attempt to send mails to many.
MAX_PEOPLE = 200
ADDRESS = re.compile(r"[^\s<>,;\"'()]+@[^\s<>,;\"'()]+")


@dataclass(frozen=True)
class Person:
    """``line`` number from 1; ``error`` a key, "" when name and e-mail are good:
    no_email, bad_email, two_emails, no_name, twice, too_many."""

    line: int
    name: str
    email: str
    error: str = ""


def people_of(text):
    """Read lines like "Name <mail>", "name, mail", "mail name" or name, tab, mail.

    :return: list of ``Person``, one for each line that is not blank
    """
    people, seen = [], set()
    for number, line in enumerate((text or "").splitlines(), 1):
        if not line.strip():
            continue
        person = _person(number, line)
        if len(people) >= MAX_PEOPLE and not person.error:
            person = _with_error(person, "too_many")
        elif not person.error and person.email in seen:
            person = _with_error(person, "twice")
        seen.add(person.email)
        people.append(person)
    return people


def _person(number, line):
    found = ADDRESS.findall(line)
    name = ADDRESS.sub(" ", line)
    name = re.sub(r"[\s<>,;\"()]+", " ", name).strip(" '-")[:NAME_LENGTH]
    if len(found) != 1:
        return Person(number, name, "", "two_emails" if found else "no_email")
    email = email_normalize(found[0])
    if not email or "." not in email.rpartition("@")[2]:
        return Person(number, name, found[0], "bad_email")
    return Person(number, name, email, "" if name else "no_name")


def _with_error(person, error):
    return Person(person.line, person.name, person.email, error)
