"""Conditions as PostgreSQL plans them best."""

from odoo.tools import SQL


def half_of_all(condition):
    """Of two columns that are equal, and of what is computed, PostgreSQL takes one row
    in 200 for granted, and looks up half a shop one by one, or all of it again and
    again. Of a CASE it expects half of the rows.

    :param SQL condition: one that many rows meet
    :return: SQL that means the same where it stands alone or beside AND"""
    return SQL("CASE WHEN %s THEN TRUE ELSE FALSE END", condition)
