"""Names of persons: one text, or first name and last name.

``split_name`` and ``compose_name`` are each other's inverse for every text that
is a name. ``sql_split`` is the same split as SQL, for whole tables at once; a test
keeps the two equal.
"""

import re

# Spaces that people really type or paste: blank, tab, line ends, no-break space
# and the wide space of East Asian keyboards. Spelled out because the meaning of \s
# differs between Python and the locale of a database.
_BLANKS = " \t\r\n\u00a0\u3000"
# A phone number or an e-mail address stands in for a name that nobody knows yet.
_NOT_A_NAME = rf"^[0-9+().,*#/{_BLANKS}-]*$|@"
# A title belongs to the first name: the first space after it is the one that counts.
TITLES = (
    "คุณ",
    "นาย",
    "นาง",
    "นางสาว",
    "น.ส.",
    "ด.ช.",
    "ด.ญ.",
    "เด็กชาย",
    "เด็กหญิง",
    "Mr.",
    "Mrs.",
    "Ms.",
    "Miss",
    "Mr",
    "Mrs",
    "Ms",
)
_TITLE = "(?:{})".format("|".join(title.replace(".", "[.]") for title in TITLES))
_FIRST = rf"^(?:{_TITLE} )?[^ ]+"


def clean_name(text):
    """:return: ``text`` with single blanks inside and none around ('' for nothing)"""
    return re.sub(f"[{_BLANKS}]+", " ", text or "").strip(" ")


def is_name(text):
    """:return: whether ``text`` names somebody (a phone number does not)"""
    return re.search(_NOT_A_NAME, text or "") is None


def split_name(text):
    """Split a name typed in one piece on its first space.

    :param text: the name as typed, or None/False
    :return: (first name, last name); '' for a part that is not there, and
        ('', '') when the text is a phone number or an e-mail address
    """
    text = clean_name(text)
    if not text or not is_name(text):
        return "", ""
    first = re.match(_FIRST, text).group()
    return first, text[len(first) + 1 :]


def compose_name(first, last):
    """:return: the name in one piece made of its two parts ('' for none)"""
    return clean_name(f"{first or ''} {last or ''}")


def without_title(first):
    """:return: a first name as one greets with it: "นาย สมชาย" gives "สมชาย" """
    return re.sub(rf"^{_TITLE} ", "", clean_name(first))


def complete_parts(name, parts):
    """Find the part of a name that was not given.

    :param str name: the name in one piece
    :param dict parts: one or both of ``first_name`` and ``last_name``
    :return: a dict with the missing part, empty when the name does not tell it
    """
    name = clean_name(name)
    if not name or len(parts) != 1:
        return {}
    if "first_name" in parts:
        start = clean_name(parts["first_name"])
        if start and (name == start or name.startswith(f"{start} ")):
            return {"last_name": name[len(start) + 1 :] or False}
    else:
        end = clean_name(parts["last_name"])
        if end and name.endswith(f" {end}"):
            return {"first_name": name[: -len(end) - 1]}
    return {}


def sql_split():
    """:return: (query, params): fills the columns first_name and last_name of every
    person in res_partner in one statement"""
    query = """
        WITH cleaned AS (
            SELECT id, btrim(regexp_replace(name, %(blanks)s, ' ', 'g')) AS name
              FROM res_partner
             WHERE name IS NOT NULL AND is_company IS NOT TRUE
        ), split AS (
            SELECT id, name, substring(name FROM %(first)s) AS first_name
              FROM cleaned
             WHERE name <> '' AND name !~ %(not_a_name)s
        )
        UPDATE res_partner partner
           SET first_name = split.first_name,
               last_name = NULLIF(substr(split.name, length(split.first_name) + 2), '')
          FROM split
         WHERE partner.id = split.id
           AND btrim(concat_ws(' ', partner.first_name, partner.last_name))
               IS DISTINCT FROM split.name
    """
    params = {
        "blanks": f"[{_BLANKS}]+",
        "first": _FIRST,
        "not_a_name": _NOT_A_NAME,
    }
    return query, params
