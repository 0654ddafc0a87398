"""Models that are views over the tables of several modules."""

from odoo.tools import SQL

# Rows of several tables need ids of their own: id of the row times this, plus the
# number of its source.
MAX_SOURCES = 64


def union_view(columns, sources, only=None):
    """All rows of all sources, with an id that no two rows share.

    :param dict columns: name of a column to its SQL type, ``id`` first
    :param dict sources: a name, unique per source, to SQL that selects the columns
        in their order
    :param str only: name of the one source to show; its ids stay the same
    :return: SQL, as ``_table_query`` wants it
    """
    numbered = [
        (number, query)
        for number, (name, query) in enumerate(sorted(sources.items()))
        if only in (None, name)
    ]
    if not numbered:
        nothing = SQL(", ").join(
            SQL("NULL::%s AS %s", SQL(column_type), SQL.identifier(name))
            for name, column_type in columns.items()
        )
        return SQL("SELECT %s WHERE FALSE", nothing)
    names = SQL(", ").join(SQL.identifier(name) for name in columns)
    others = SQL(", ").join(SQL.identifier(name) for name in list(columns)[1:])
    return SQL(" UNION ALL ").join(
        SQL(
            "SELECT id::int8 * %s + %s AS id, %s FROM (%s) AS source_%s(%s)",
            MAX_SOURCES,
            number,
            others,
            query,
            SQL(str(number)),
            names,
        )
        for number, query in numbered
    )
