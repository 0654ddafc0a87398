from datetime import timedelta

from odoo import models
from odoo.tools import split_every

from ..tools.myshop_windows import read_window
from .crm_lineshopping_shop_work import BATCH

# After a window with few orders the next one may be longer, but not by more.
GROWTH = 8
COMFORTABLE = 60
# The nightly check looks for changes that were told late, so far back.
LATE = timedelta(days=2)
# Whatever was asked for in the hours before is not asked for again at night.
FRESH = timedelta(hours=6)


class CrmLineshoppingPull(models.Model):
    """Reading, window by window."""

    _inherit = "crm.lineshopping.pull"

    def _run(self, api_client, deadline):
        """Go on reading until it is done or time is over.

        :return: whether it is done, or was cancelled
        :raise MyshopError: the service cannot be used now
        """
        self.ensure_one()
        span = None
        while self.state == "running":
            if not self.shop_id._may_go_on(deadline):
                return False
            if self.cursor_at < self.end_at:
                span = self._run_window(api_client, deadline, span)
                continue
            if self.kind == "check" and not self._run_check(api_client, deadline):
                return False
            if self.state == "running":
                self._finish()
            self.shop_id._works()
            self.shop_id._commit(1)
        return True

    def _run_window(self, api_client, deadline, span):
        """Read one window; the cursor moves once all of it is stored.

        :param span: how long it may be, None for all that is left
        :return: how long the next one may be
        """
        start, end, shop = self.cursor_at, self.end_at, self.shop_id
        if span:
            end = min(end, start + span)
        shop._commit()
        calls = api_client.calls
        rows, until, missing = read_window(api_client, start, end)
        self.call_count += api_client.calls - calls
        for numbers, heads in self._window_batches(rows):
            if not self._read(api_client, numbers, heads):
                return span
            if not shop._may_go_on(deadline):
                return span
        self._move_cursor(until, api_client.skew, len(rows), missing)
        shop._commit(1)
        factor = min(COMFORTABLE / len(rows), GROWTH) if rows else GROWTH
        return max((until - start) * factor, timedelta(seconds=1))

    def _window_batches(self, rows):
        """:return: list of (numbers to read, {number: head}); what is known as it is,
        or is tried again as an exception, is left out"""
        shop = self.shop_id
        known = self.env["crm.lineshopping.order"]._heads_known(shop, rows)
        troubles = self.env["crm.lineshopping.exception"].search(
            [("shop_id", "=", shop.id), ("kind", "=", "fetch")]
        )
        known |= set(troubles.mapped("number"))
        heads = {str(row["orderNumber"]): row for row in rows}
        todo = [number for number in heads if number not in known]
        return [
            (numbers, {number: heads[number] for number in numbers})
            for numbers in split_every(BATCH, todo, list)
        ]

    def _read(self, api_client, numbers, heads=None):
        """:return: whether to go on: nobody cancelled"""
        source = "check" if self.kind == "check" else "pull"
        calls = api_client.calls
        counts = self.shop_id._read_orders(api_client, numbers, source, heads)
        self.call_count += api_client.calls - calls
        self.read_count += counts["read"]
        self.changed_count += counts["changed"]
        self.trouble_count += counts["trouble"]
        self.shop_id._works()
        self.shop_id._commit(len(numbers))
        return self.state == "running"

    def _move_cursor(self, until, skew, listed, missing):
        """The window until there is stored as a whole."""
        # by the service's own clock some of it may not have happened yet
        safe = self.shop_id._now_settled(skew)
        until = max(min(until, safe), self.cursor_at)
        if until < self.end_at and until == self.cursor_at:
            self.end_at = until  # the rest is for the next reading
        self.cursor_at = until
        self.listed_count += listed
        self.missing_count += missing
        if self.kind in ("schedule", "now"):
            reached = max(self.shop_id.cursor_at or until, until)
            self.shop_id.cursor_at = min(reached, safe)

    # -- nightly check -----------------------------------------------------------------

    def _run_check(self, api_client, deadline):
        """Read again what may have changed without being told: unpaid orders expire and
        paid ones are refunded in silence.

        :return: whether all are read
        """
        orders = self.env["crm.lineshopping.order"]
        domain = self.shop_id._check_domain(self.started_at)
        while found := orders.search(domain, limit=BATCH, order="id"):
            if not self.shop_id._may_go_on(deadline):
                return False
            if not self.check_total:
                self.check_total = orders.search_count(domain)
            numbers = found.mapped("number")
            self.check_done += len(numbers)
            if not self._read(api_client, numbers):
                return True
        return True
