"""The texts by which one person is known, and finding and striking them out.

A person's name and numbers are not only in the fields made for them: order notes,
messages, names of files. These are found by text, within what belongs to the person.
"""

import re

from odoo.tools import SQL

STRUCK = "[erased]"
# Shorter ones are part of too many other words.
SHORTEST_NAME = 4
SHORTEST_NUMBER = 7
SEPARATORS = r"[\s./()-]*"
# Characters with a meaning in regular expressions of Python and PostgreSQL alike.
SPECIAL = re.compile(r"([\\.^$*+?()\[\]{}|])")
TEXT_TYPES = ("text", "varchar", "bpchar", "json", "jsonb")


def phone_pattern(number, calling_code="66"):
    """A pattern that meets a phone number however it was written.

    :param str number: in any form
    :param str calling_code: of the country whose prefix may be there or be a zero
    :return: a regular expression, None for what is no number
    """
    digits = re.sub(r"\D", "", number or "")
    for prefix in (f"00{calling_code}", calling_code, "0"):
        if digits.startswith(prefix):
            digits = digits[len(prefix) :]
            break
    if len(digits) < SHORTEST_NUMBER:
        return None
    prefix = rf"(\+?{calling_code}|00{calling_code})?{SEPARATORS}0?{SEPARATORS}"
    return prefix + SEPARATORS.join(digits)


def text_pattern(text):
    """:return: a regular expression that meets the text, spaces of any number; None
    for what is too short to be looked for"""
    words = (text or "").split()
    if len("".join(words)) < SHORTEST_NAME:
        return None
    return r"\s+".join(SPECIAL.sub(r"\\\1", word) for word in words)


def pattern(texts, phones, calling_code="66"):
    """:return: one regular expression for all of these, None when there is nothing to
    look for. Longer ones come first: a full name is struck out before its parts."""
    found = {text_pattern(text) for text in texts}
    found |= {phone_pattern(phone, calling_code) for phone in phones}
    found = sorted(filter(None, found), key=lambda part: (-len(part), part))
    return "|".join(found) or None


def strike_out(env, table, columns, pattern, where):
    """Replace what meets the pattern in text columns of some rows, in one statement.

    :param str table: name of the table
    :param columns: {name: SQL type} as :func:`text_columns` returns
    :param where: SQL, which rows; the table is called ``row`` there
    """
    if not columns or not pattern:
        return
    names = {name: SQL("row.%s", SQL.identifier(name)) for name in columns}
    struck = [
        SQL(
            "%s = regexp_replace(%s::text, %s, %s, 'gi')::%s",
            SQL.identifier(name),
            names[name],
            pattern,
            STRUCK,
            SQL(sql_type),
        )
        for name, sql_type in columns.items()
    ]
    met = [SQL("%s::text ~* %s", name, pattern) for name in names.values()]
    env.cr.execute(
        SQL(
            "UPDATE %s AS row SET %s WHERE (%s) AND (%s)",
            SQL.identifier(table),
            SQL(", ").join(struck),
            where,
            SQL(" OR ").join(met),
        )
    )


def text_columns(env, table=None):
    """:param str table: only of this one
    :return: {table: {column: SQL type}} of the columns that hold text"""
    rows = env.execute_query(
        SQL(
            """
            SELECT c.relname, a.attname, t.typname
              FROM pg_class c
              JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
                   AND NOT a.attisdropped AND a.attgenerated = ''
              JOIN pg_type t ON t.oid = a.atttypid AND t.typname IN %s
             WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition
               AND c.relnamespace = current_schema::regnamespace AND %s
            """,
            TEXT_TYPES,
            SQL("c.relname = %s", table) if table else SQL("TRUE"),
        )
    )
    columns = {}
    for name, column, sql_type in rows:
        columns.setdefault(name, {})[column] = sql_type
    return columns


def partner_references(env):
    """:return: [(table, column)] of the foreign keys to res_partner; none from the
    tables that link two records and hold nothing else"""
    return env.execute_query(
        SQL(
            """
            SELECT DISTINCT k.conrelid::regclass::text, a.attname
              FROM pg_constraint k
              JOIN pg_attribute a
                ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1]
             WHERE k.contype = 'f' AND k.confrelid = 'res_partner'::regclass
               AND array_length(k.conkey, 1) = 1
               AND EXISTS (SELECT FROM pg_attribute i
                            WHERE i.attrelid = k.conrelid AND i.attname = 'id')
          ORDER BY 1, 2
            """
        )
    )


def find_traces(env, pattern):
    """Search the whole database. Slow: each table is read from end to end.

    :return: {"table.column": number of rows that meet the pattern}, all others left
        out
    """
    found = {}
    env.flush_all()
    for table, columns in sorted(text_columns(env).items()):
        counts = [
            SQL("count(*) FILTER (WHERE %s::text ~* %s)", SQL.identifier(name), pattern)
            for name in columns
        ]
        query = SQL("SELECT %s FROM %s", SQL(", ").join(counts), SQL.identifier(table))
        row = env.execute_query(query)[0]
        for name, count in zip(columns, row, strict=True):
            if count:
                found[f"{table}.{name}"] = count
    return found
