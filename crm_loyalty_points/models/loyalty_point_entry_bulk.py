from odoo import api, models

from ..tools.ledger_bulk import QueryWriter


class LoyaltyPointEntry(models.Model):
    """Postings for whole customer bases: nothing travels through Python."""

    _inherit = "loyalty.point.entry"

    @api.model
    def _post_query(self, query, columns):
        """Post the movements that a query gives.

        The same rules as `_post`, without milestone mails, for ordinary movements:
        no reversals, no transfers, no "all that is left". A key that is known has no
        second effect, one that the query gives twice is refused.

        :param query: odoo.tools.SQL, a SELECT of the `columns`
        :param columns: names among the values of `_post`; card_id, kind, points and
            key are needed. `policy` is jsonb, `points` a number of two digits.
        :return: number of entries made
        :raises NotEnoughPoints, UserError, ValueError: see `_post`
        """
        self.env.flush_all()
        writer = QueryWriter(self.env, query, columns)
        self._run_writer(writer)
        return writer.count
