"""Conditions on partners by rows of other tables."""

from odoo.fields import Domain
from odoo.tools import SQL


def partners_with(rows_model, condition, exists=True):
    """Partners who are named by a row that meets ``condition``.

    EXISTS and NOT EXISTS become a join each; NOT (.. IN ..) would be a scan per
    partner, and rows without a partner would spoil it.

    :param rows_model: recordset with a column ``partner_id``, and the rights to search
    :param condition: Domain on that model
    :param exists: False for the partners without such a row
    :return: Domain on res.partner
    """

    def to_sql(_model, alias, _query):
        rows = rows_model._search(condition, order="id")
        rows.order = None
        rows.add_where(
            SQL(
                "%s = %s",
                SQL.identifier(rows_model._table, "partner_id"),
                SQL.identifier(alias, "id"),
            )
        )
        return SQL(
            "%s (%s)",
            SQL("EXISTS" if exists else "NOT EXISTS"),
            rows.subselect(SQL("1")),
        )

    return Domain.custom(to_sql=to_sql)
