from datetime import timedelta

from odoo import fields, models
from odoo.fields import Domain

from ..tools.pull_times import next_daily
from .crm_lineshopping_pull_run import FRESH, LATE

# By the clock of the shop, when nobody buys.
CHECK_TIME = 3.5
# An order that nothing was heard of for so long is not asked for any more.
OPEN_DAYS = 90


class CrmLineshoppingShop(models.Model):
    """Every night open orders, and those that gave points of late, are read again."""

    _inherit = "crm.lineshopping.shop"

    check_days = fields.Integer(
        "Check Points For (Days)",
        default=30,
        help="Orders that gave points are read again every night for so many days, "
        "since LINE SHOPPING does not tell of refunds.",
    )
    next_check_at = fields.Datetime(readonly=True, copy=False)

    def _start_check(self):
        """Begin the nightly check when it is due."""
        self.ensure_one()
        now = fields.Datetime.now()
        if not self.next_check_at:
            self.next_check_at = next_daily(now, CHECK_TIME, self.tz)
        elif self.next_check_at <= now:
            if not self._running_pulls(("check",)):
                end = self.cursor_at or self._now_settled()
                pull = self._start_pull("check", start=end - LATE)
                pull.end_at = max(end, pull.cursor_at)
            self.next_check_at = next_daily(now, CHECK_TIME, self.tz)

    def _check_domain(self, started_at):
        """:return: domain of the orders to read again in a check begun then"""
        now = started_at
        since = now - timedelta(days=OPEN_DAYS)
        lately = now - timedelta(days=self.check_days)
        is_open = Domain("stage", "in", ("unpaid", "paid", "shipped", "unknown"))
        is_open |= Domain("payment_status", "=", "PENDING_REFUND")
        is_open &= Domain("updated_at", ">=", since) | Domain(
            "checkout_at", ">=", since
        )
        gave = Domain("points_state", "in", ("waiting", "given", "frozen"))
        gave &= Domain("paid_at", ">=", lately) | Domain("checkout_at", ">=", lately)
        stale = Domain("checked_at", "=", False)
        stale |= Domain("checked_at", "<", started_at - FRESH)
        here = Domain("shop_id", "=", self.id) & Domain("gone", "=", False)
        return here & stale & (is_open | gave)
