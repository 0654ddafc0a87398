"""The wallet's entries and draws are append-only, see `append_only` of crm_segments."""

from odoo.addons.crm_segments.tools import append_only

FUNCTION = "crm_sms_wallet_append_only"
TABLES = ("crm_sms_wallet_entry", "crm_sms_credit_draw")


def protect(cr, table):
    """Refuse UPDATE, DELETE and TRUNCATE on `table`; safe to repeat."""
    append_only.protect(cr, table, FUNCTION, "the SMS wallet")


def unprotect(cr):
    """Drop the triggers and their function."""
    append_only.unprotect(cr, FUNCTION)


def protected(cr):
    """:return: how many of the triggers are there, two for each table"""
    return append_only.protected(cr, FUNCTION)
