"""Texts in files that spreadsheet programs open."""

# What a spreadsheet takes for the beginning of a formula, also in the full-width forms
# of East Asian keyboards.
FORMULA_SIGNS = frozenset("=+-@\t\r\n＝＋－＠")


def plain_text(text):
    """:return: a text that no spreadsheet program takes for a formula when it opens a
    file without types (CSV); harmless and empty ones are returned as they are"""
    return f"'{text}" if text[:1] in FORMULA_SIGNS else text
