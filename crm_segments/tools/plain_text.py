"""Texts out of HTML, inside the database."""

from odoo.tools import SQL


def sql_plain_text(html):
    """:param SQL html: a column that holds HTML
    :return: SQL of its text on one line, NULL when there is none; for lists, where only
        tags and the common entities matter"""
    return SQL(
        r"""NULLIF(btrim(replace(replace(replace(replace(replace(regexp_replace(
            %s, '(<[^>]*>|&nbsp;|\s)+', ' ', 'g'), '&lt;', '<'), '&gt;', '>'),
            '&#34;', '"'), '&#39;', ''''), '&amp;', '&')), '')""",
        html,
    )
