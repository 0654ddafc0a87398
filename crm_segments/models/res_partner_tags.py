from odoo import api, models
from odoo.tools import SQL


class ResPartner(models.Model):
    """Tags given to many customers by one statement never pass through write()."""

    _inherit = "res.partner"

    @api.model
    def _after_bulk_tag_change(self, ids_sql):
        """The tags of many customers have changed: whatever depends on tags follows.

        :param SQL ids_sql: selects the ids of the customers
        """
        self.env["crm.segment.dirty"].sudo()._add_query(
            SQL("SELECT changed.*, NULL::int FROM (%s) changed", ids_sql)
        )
