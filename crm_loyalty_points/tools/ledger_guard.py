"""The points ledger's tables are append-only, see `append_only`.

A superuser who drops or disables the triggers is found by the nightly proof.
"""

from odoo.addons.crm_segments.tools import append_only

FUNCTION = "crm_loyalty_points_append_only"
TABLES = ("loyalty_point_entry", "loyalty_point_draw", "loyalty_point_redate")


def protect(cr, table):
    """Refuse UPDATE, DELETE and TRUNCATE on `table`; safe to repeat."""
    append_only.protect(cr, table, FUNCTION, "the points ledger")


def unprotect(cr):
    """Drop the triggers and their function."""
    append_only.unprotect(cr, FUNCTION)
