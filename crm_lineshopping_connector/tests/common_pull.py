import time
from datetime import datetime, timedelta, timezone

from ..models import crm_lineshopping_pull_run, crm_lineshopping_shop_work
from ..tools import myshop_api, myshop_order, myshop_windows
from .common_line import LineCase


def fast_values():
    """The emulator is not spared: no pace, no waiting, small pages, and what it changed
    a moment ago is told. The pace is proven apart.

    :return: list of (module, name, value)"""
    return [
        (myshop_api, "MOST_PER_SECOND", 10**6),
        (myshop_api, "MOST_PER_MINUTE", 10**6),
        (myshop_api, "PAUSES", (0.0,)),
        (myshop_api, "LONGEST_PAUSE", 0.01),
        (myshop_api, "PER_PAGE", 5),
        (myshop_windows, "PER_PAGE", 5),
        (myshop_windows, "SETTLED", timedelta(0)),
        (crm_lineshopping_shop_work, "BATCH", 4),
        (crm_lineshopping_pull_run, "BATCH", 4),
    ]


def fast_api(case):
    for values in fast_values():
        case.classPatch(*values)


def utc_now():
    return datetime.now(timezone.utc).replace(tzinfo=None, microsecond=0)


class PullCase(LineCase):
    """A connected shop whose job is run by the test."""

    server_values = {"limits": (10**6, 10**6), "orders": 14}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        fast_api(cls)
        cls.env["ir.cron"].search([]).active = False
        cls.orders = cls.env["crm.lineshopping.order"]
        cls.troubles = cls.env["crm.lineshopping.exception"]
        cls.line_shop.calls_per_second = 45

    def setUp(self):
        super().setUp()
        # the job commits; here that ends with the test
        self.patch(self.env.registry["ir.cron"], "_commit_progress", _no_commit)
        shops = self.env.registry["crm.lineshopping.shop"]
        self.patch(shops, "_roll_back", lambda shop: shop.env.invalidate_all())
        self.patch(myshop_api, "limiter_of", lambda *_values: NoLimit())

    def work(self, times=1):
        for _time in range(times):
            self.env["crm.lineshopping.shop"]._cron_work()

    def start_pull(self, kind="now", days=None):
        """:param days: so far back, default where reading stopped
        :return: crm.lineshopping.pull up to now, when the second is over"""
        time.sleep(1.01 - time.time() % 1)
        start = utc_now() - timedelta(days=days) if days else None
        return self.line_shop._start_pull(kind, start=start)

    def import_all(self, days=40):
        """Read everything the server has."""
        pull = self.start_pull("since", days)
        for _turn in range(50):
            self.work()
            if pull.state == "done":
                return pull
        raise AssertionError("the reading does not end")

    def assert_truth(self, server=None):
        """Odoo has what the server has, order by order."""
        truth = (server or self.server).book.truth()
        stored = self.orders.search(
            [("shop_id", "=", self.line_shop.id), ("gone", "=", False)]
        )
        self.assertEqual(set(stored.mapped("number")), set(truth))
        for order in stored:
            self.assertEqual(
                myshop_order.payload_hash(order.payload),
                myshop_order.payload_hash(truth[order.number]),
                order.number,
            )


def _no_commit(self, processed=0, *, remaining=None, deactivate=False):
    self.env.flush_all()
    return float("inf")


class NoLimit:
    def wait(self):
        pass

    def hold(self, seconds):
        pass
