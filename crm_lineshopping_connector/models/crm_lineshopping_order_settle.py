import time

from odoo import api, models

from odoo.addons.crm_segments.tools.cron_turn import turn_deadline
from odoo.addons.crm_segments.tools.lost_races import LOST_RACES

TURN_SECONDS = 50


class CrmLineshoppingOrder(models.Model):
    """The job that settles what was left: orders whose settling was cut off, or whose
    products staff have told."""

    _inherit = "crm.lineshopping.order"

    @api.model
    def _cron_settle(self):
        """Settle what is dirty, batch by batch, each committed. What somebody else is
        settling, or has just changed, waits for the next turn."""
        deadline = turn_deadline(self.env, TURN_SECONDS)
        if deadline is None:
            return
        last = 0
        while time.monotonic() < deadline:
            domain = [("dirty", "=", True), ("id", ">", last)]
            orders = self.sudo().search(domain, order="id", limit=self._sale_batch)
            if not orders:
                break
            last = orders.ids[-1]
            self._settle_committed(orders)
        left = self.sudo().search_count([("dirty", "=", True), ("id", ">", last)])
        self.env["ir.cron"]._commit_progress(0, remaining=left)

    @api.model
    def _settle_committed(self, orders):
        try:
            orders._settle()
            self.env.flush_all()
        except LOST_RACES:
            self.env.cr.rollback()
        else:
            self.env["ir.cron"]._commit_progress(len(orders), remaining=1)
        # The cache of thousands of records would only make each batch slower.
        self.env.invalidate_all(flush=False)
