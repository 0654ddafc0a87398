import psycopg2

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from .crm_segment import RULE

# Nobody waits longer for a number; the job that fills the segment may take its time.
PATIENCE_MS = 8000


class CrmSegment(models.Model):
    """How many customers fit, before anything is saved."""

    _inherit = "crm.segment"

    preview_count = fields.Integer("Fit Now", compute="_compute_preview")
    preview_error = fields.Char("Why Nobody Is Counted", compute="_compute_preview")

    @api.depends(*sorted(RULE - {"active"}), "company_id", "member_count")
    def _compute_preview(self):
        for segment in self:
            segment.preview_count, segment.preview_error = segment._preview()

    def _preview(self):
        """:return: (number of customers, False) or (0, why they cannot be counted)"""
        if self.kind == "fixed" or self._is_as_stored():
            return self._origin.member_count, False
        if not self.company_id:
            return 0, False
        try:
            self._check_conditions()
            return self._count_customers(), False
        except (UserError, AccessError, ValueError) as error:
            return 0, str(error)

    def _is_as_stored(self):
        """:return: bool, whether what is stored is what the rule on the screen says"""
        origin = self._origin
        if not origin or origin.state != "ready":
            return False
        return all(
            self[name]._origin == origin[name]
            if self._fields[name].relational
            else self[name] == origin[name]
            for name in RULE
        )

    def _count_customers(self):
        """:return: number of customers who fit now
        :raise UserError: when that takes too long, or the values cannot be compared"""
        query = SQL(
            "SELECT count(*) FROM (%s) AS fit", self._customers_query().select()
        )
        self.env.flush_query(query)
        try:
            with self._comparing():
                self.env.cr.execute(
                    SQL(
                        "SELECT set_config('statement_timeout', %s, true)",
                        str(PATIENCE_MS),
                    )
                )
                self.env.cr.execute(query, log_exceptions=False)
                [(count,)] = self.env.cr.fetchall()
                self.env.cr.execute("SELECT set_config('statement_timeout', '0', true)")
        except psycopg2.errors.QueryCanceled:
            raise UserError(
                self.env._(
                    "This takes long to count. Save the segment: it is counted in the "
                    "background."
                )
            ) from None
        return count
