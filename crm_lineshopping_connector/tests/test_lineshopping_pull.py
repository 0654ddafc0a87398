"""Reading the orders of LINE SHOPPING: everything arrives, nothing twice, whatever goes
wrong on the way."""

from datetime import timedelta

from odoo import fields
from odoo.tests import BaseCase, tagged
from odoo.tools import mute_logger

from ..models import crm_lineshopping_shop_work
from ..tools import myshop_api
from .common_pull import PullCase, utc_now
from .emulators.faults import Faults

API_LOG = "odoo.addons.crm_lineshopping_connector.tools.myshop_api"


@tagged("post_install", "-at_install")
class TestPull(PullCase):
    def test_everything_arrives(self):
        pull = self.import_all()
        self.assert_truth()
        self.assertEqual(pull.read_count, len(self.server.book.orders))
        self.assertEqual(pull.progress, 100)
        self.assertFalse(self.troubles.search([]))

    def test_again_reads_only_lists(self):
        """A reading that is repeated asks for no order that says nothing new."""
        self.import_all()
        before = len(self.server.requests)
        pull = self.import_all()
        self.assertEqual((pull.read_count, pull.changed_count), (0, 0))
        self.assertLess(len(self.server.requests) - before, 12)

    def test_windows_split(self):
        """More than a page: windows are made shorter, none has two pages."""
        self.server.book.step(8, move="new")
        self.import_all()
        self.assert_truth()

    def test_changes_while_reading(self):
        """Orders move out of the windows while these are read."""
        server = self.start_server(orders=16, moving=3)
        self.connect_line(server)
        self.import_all()
        server.moving = 0
        self.start_pull("now", 1)
        self.work(3)
        self.assert_truth(server)
        self.assert_rules_kept(server)

    def test_same_second(self):
        """A shop that ships 12 orders at once: the second cannot be split."""
        server = self.start_server(orders=16, same_time=12)
        self.connect_line(server)
        self.import_all()
        self.assert_truth(server)
        self.assert_rules_kept(server)

    @mute_logger(API_LOG)
    def test_faults(self):
        server = self.start_server(
            orders=16, moving=5, faults=Faults(share=0.2, hold=0.01, only="/myshop")
        )
        self.connect_line(server)
        self.import_all()
        server.moving = 0
        self.line_shop.wait_until = False
        self.start_pull("now", 1)
        for _turn in range(10):
            self.troubles.search([]).next_try_at = fields.Datetime.now()
            self.line_shop.wait_until = False
            self.work()
        self.assertFalse(self.troubles.search([]).mapped("error"))
        self.assert_truth(server)
        self.assert_rules_kept(server)

    def changed_before(self, moment):
        """:return: set of numbers of the server's orders, by their last change"""
        return {
            order.number
            for order in self.server.book.orders.values()
            if order.updated.replace(tzinfo=None) < moment
        }

    def test_cursor_waits_for_the_whole_window(self):
        """The service goes away in the middle: the window is read again."""
        self.env.flush_all()
        self.server.faults = Faults(only="/myshop/v1/orders/", kinds=("500",))
        pull = self.start_pull("now", 40)
        with mute_logger(API_LOG):
            self.work()
        stopped = pull.cursor_at
        self.assertEqual(pull.state, "running")
        self.assertLess(stopped, pull.end_at)
        # what the cursor has passed is waiting to be tried again
        waiting = set(self.troubles.search([]).mapped("number"))
        self.assertLessEqual(self.changed_before(stopped), waiting)
        self.assertEqual(self.line_shop.failures, 1)
        self.assertTrue(self.line_shop.wait_until > fields.Datetime.now())
        self.server.faults = None
        self.work()
        self.assertEqual(pull.cursor_at, stopped, "it rests")
        self.line_shop.wait_until = False
        self.troubles.search([]).next_try_at = fields.Datetime.now()
        self.work(3)
        self.assertEqual(pull.state, "done")
        self.assertFalse(self.line_shop.failures or self.line_shop.last_error)
        self.assertEqual(self.line_shop.cursor_at, pull.end_at)
        self.assert_truth()

    def test_one_order_fails(self):
        """One order that cannot be read does not hold up the others; its head is
        known, and it is tried again."""
        number = list(self.server.book.orders)[5]
        path = f"/myshop/v1/orders/{number}"
        self.server.faults = Faults(only=path, kinds=("500",))
        with mute_logger(API_LOG):
            self.import_all()
        trouble = self.troubles.search([])
        self.assertEqual((trouble.number, trouble.kind), (number, "fetch"))
        order = trouble.order_id
        self.assertTrue(order.order_status or order.flag)
        self.assertFalse(order.has_items)
        self.server.faults = None
        self.work()
        self.assertTrue(trouble.exists(), "its time has not come")
        trouble.action_retry()
        self.work()
        self.assertFalse(trouble.exists())
        self.assert_truth()

    def break_orders(self, numbers):
        """The server answers everything but these orders."""
        paths = tuple(f"/myshop/v1/orders/{number}" for number in numbers)
        self.server.faults = Faults(only=paths, kinds=("500",))

    def turns(self, times):
        """Let the job work after each of its pauses."""
        for _turn in range(times):
            self.line_shop.wait_until = False
            self.work()

    def by_change(self):
        """:return: numbers of the server's orders, the first changed first"""
        orders = self.server.book.orders.values()
        return [one.number for one in sorted(orders, key=lambda one: one.updated)]

    def assert_all_but(self, bad):
        """The bad ones wait among the exceptions, all others are here."""
        self.assertEqual(set(self.troubles.search([]).mapped("number")), set(bad))
        stored = self.orders.search([("has_items", "=", True)])
        self.assertEqual(set(stored.mapped("number")), set(self.by_change()) - set(bad))

    @mute_logger(API_LOG)
    def test_orders_in_a_row_fail(self):
        """Three neighbours that cannot be read do not hold up the others, neither in a
        window nor when all are due again."""
        bad = self.by_change()[4:7]
        self.break_orders(bad)
        pull = self.start_pull("now", 40)
        self.turns(8)
        self.assertEqual((pull.state, pull.cursor_at), ("done", pull.end_at))
        self.assert_all_but(bad)
        self.assertLessEqual(self.line_shop.failures, 1)
        self.server.book.step(3, move="new")
        self.troubles.search([]).next_try_at = fields.Datetime.now()
        pull = self.start_pull()
        self.turns(1)
        self.assertEqual(pull.state, "done")
        self.assertTrue(min(self.troubles.search([]).mapped("tries")) > 1)
        waiting = self.troubles.search([("next_try_at", ">", fields.Datetime.now())])
        self.assertEqual(len(waiting), len(bad))
        self.assert_all_but(bad)
        self.server.faults = None
        self.troubles.search([]).next_try_at = fields.Datetime.now()
        self.turns(1)
        self.assert_truth()

    @mute_logger(API_LOG)
    def test_events_in_a_row_fail(self):
        events = self.env["crm.lineshopping.event"]
        numbers = self.by_change()
        for number in numbers:
            events._store_event(self.line_shop, f"key {number}", "X", number)
        # the first three that the job takes
        bad = events.search([], limit=3).mapped("order_number")
        self.break_orders(bad)
        self.turns(2)
        self.assertEqual(set(events.search([]).mapped("state")), {"done"})
        self.assert_all_but(bad)

    @mute_logger(API_LOG)
    def test_service_is_down(self):
        """Nothing moves, and no order is to blame."""
        events = self.env["crm.lineshopping.event"]
        pull = self.start_pull("now", 40)
        started = pull.cursor_at
        for number in self.by_change()[:4]:
            events._store_event(self.line_shop, f"key {number}", "X", number)
        self.server.faults = Faults(only="/myshop", kinds=("500",))
        self.turns(2)
        self.assertEqual(set(events.search([]).mapped("state")), {"new"})
        self.assertEqual((pull.state, pull.cursor_at), ("running", started))
        self.assertFalse(self.troubles.search([]) or self.orders.search([]))
        self.assertEqual(self.line_shop.failures, 2)
        self.server.faults = None
        self.turns(2)
        self.assert_truth()

    def test_what_the_database_cannot_keep(self):
        """It is left out; an answer that still cannot be stored waits alone."""
        number, *others = self.by_change()
        order = self.server.book.orders[number]
        self.server.book.people[order.recipient].name = "A\x00nn"
        self.import_all()
        self.assert_truth_of(others)
        stored = self.orders.search([("number", "=", number)])
        self.assertEqual(stored.recipient_name, "Ann")

    def assert_truth_of(self, numbers):
        stored = self.orders.search([("has_items", "=", True)])
        self.assertTrue(set(numbers) <= set(stored.mapped("number")))

    @mute_logger("odoo.sql_db", "odoo.addons.crm_lineshopping_connector.models")
    def test_what_cannot_be_stored_waits_alone(self):
        truth = self.server.book.truth()
        one, two, three, *_rest = truth
        answers = {
            one: truth[one],
            two: {**truth[two], "orderNumber": " "},
            three: {**truth[three], "remarkBuyer": "\x00"},
        }
        changed = self.line_shop._store_safely(
            answers, [], {}, {}, "pull", self.env.cr.now()
        )
        self.assertEqual(changed.mapped("number"), [one])
        troubles = self.troubles.search([])
        self.assertEqual(set(troubles.mapped("number")), {two, three})
        self.assertEqual(set(troubles.mapped("kind")), {"fetch"})

    def test_gone(self):
        self.import_all()
        number = list(self.server.book.orders)[3]
        order = self.orders.search([("number", "=", number)])
        self.server.book.gone.add(number)
        order.action_read_again()
        self.work()
        self.assertTrue(order.gone)
        asked = len(self.server.requests)
        self.line_shop.next_check_at = fields.Datetime.now()
        self.orders.search([]).checked_at = False
        self.work(2)
        paths = [path for _method, path, _s in self.server.requests[asked:]]
        self.assertFalse([path for path in paths if path.endswith(number)])

    def test_clock_of_the_service_is_behind(self):
        """What it changes now has an earlier time than ours: the cursor stays behind
        its clock."""
        server = self.start_server(orders=8, skew=-600)
        self.connect_line(server)
        self.start_pull("now", 40)
        self.work(2)
        server.book.step(5)
        self.start_pull()
        self.work(2)
        shop_time = utc_now() - timedelta(seconds=590)
        self.assertLessEqual(self.line_shop.cursor_at, shop_time)
        server.skew = -590
        server.book.now = server.now
        self.start_pull()
        self.work(2)
        self.assert_truth(server)

    def test_head_without_goods(self):
        number = list(self.server.book.orders)[0]
        self.server.book.orders[number].items.clear()
        self.import_all()
        trouble = self.troubles.search([])
        self.assertEqual(trouble.mapped("number"), [number])

    def test_turns(self):
        """The job ends its turn in time and goes on with the next one."""
        self.patch(crm_lineshopping_shop_work, "TURN_SECONDS", -10)
        self.patch(crm_lineshopping_shop_work, "LEAST_SECONDS", 0)
        pull = self.start_pull("since", 40)
        self.env["crm.lineshopping.shop"].with_context(
            ir_cron_progress_id=1
        )._cron_work()
        self.assertEqual((pull.state, pull.read_count), ("running", 0))

    def test_paused(self):
        pull = self.start_pull("since", 40)
        self.line_shop.action_pause()
        self.work()
        self.assertEqual((pull.state, pull.read_count), ("running", 0))
        self.line_shop.action_resume()
        self.work()
        self.assertEqual(pull.state, "done")

    def test_cancel(self):
        pull = self.start_pull("since", 40)
        self.line_shop.action_cancel_pull()
        self.work()
        self.assertEqual((pull.state, pull.read_count), ("cancelled", 0))

    def test_two_shops_one_broken(self):
        """What goes wrong at one shop does not keep the other waiting."""
        other = self.line_shop.create(
            {
                "name": "A broken one",
                "api_key": "wrong",
                "api_url": self.server.url,
            }
        )
        other._start_pull("now", start=utc_now() - timedelta(days=40))
        with mute_logger(API_LOG):
            self.import_all()
        self.assertEqual(other.state, "stopped")
        self.assert_truth()


@tagged("post_install", "-at_install")
class TestRefused(PullCase):
    @mute_logger(API_LOG)
    def test_key_is_refused(self):
        """401 stops the shop, and somebody is told; a new key starts it again."""
        good = self.line_shop.api_key
        self.line_shop.user_id = self.env.ref("base.user_admin")
        self.line_shop.api_key = "revoked"
        pull = self.start_pull("now", 40)
        self.work()
        shop = self.line_shop
        self.assertEqual(shop.state, "stopped")
        self.assertEqual(shop.activity_ids.user_id, shop.user_id)
        asked = len(self.server.requests)
        self.work(3)
        self.assertEqual(len(self.server.requests), asked)
        shop.action_test()
        self.assertEqual((shop.state, len(shop.activity_ids)), ("stopped", 1))
        shop.api_key = f" {good}\n"
        self.assertEqual(shop.state, "active")
        self.assertFalse(shop.activity_ids)
        self.work()
        self.assertEqual(pull.state, "done")
        self.assert_truth()

    def test_connection_test(self):
        answer = self.line_shop.action_test()
        self.assertEqual(answer["params"]["type"], "success")
        self.server.faults = Faults(kinds=("503",))
        with mute_logger(API_LOG):
            answer = self.line_shop.action_test()
        self.assertEqual(answer["params"]["type"], "warning")
        self.assertEqual(self.line_shop.state, "active")

    def test_key_is_asked_for(self):
        self.assertEqual(self.line_shop.state, "active")
        self.line_shop.api_key = False
        self.assertEqual(self.line_shop.state, "draft")
        asked = len(self.server.requests)
        self.work()
        self.assertEqual(len(self.server.requests), asked)


@tagged("post_install", "-at_install")
class TestCheck(PullCase):
    def check(self):
        """Let a night pass."""
        self.orders.search([]).checked_at = fields.Datetime.now() - timedelta(days=1)
        self.line_shop.next_check_at = fields.Datetime.now()
        self.work(3)
        return self.env["crm.lineshopping.pull"].search(
            [("kind", "=", "check")], limit=1
        )

    def test_silent_changes_are_found(self):
        """Orders expire and are refunded without any word of it, and without a new
        moment of change."""
        self.import_all()
        book = self.server.book
        for order in book.orders.values():
            if order.open and order.unpaid:
                order.status = "EXPIRED"
            elif order.open:
                order.payment = "PENDING_REFUND"
        pull = self.check()
        self.assertEqual((pull.state, pull.progress), ("done", 100))
        self.assertGreater(pull.changed_count, 0)
        for stored in self.orders.search([("flag", "=", False)]):
            order = book.orders[stored.number]
            self.assertEqual(stored.order_status, order.status)

    def test_only_open_and_awarded_ones(self):
        self.import_all()
        closed = self.orders.search([("stage", "=", "done")])
        closed.points_state = "none"
        awarded = closed[:2]
        awarded.write({"points_state": "given", "paid_at": fields.Datetime.now()})
        asked = len(self.server.requests)
        self.check()
        paths = {
            path.rsplit("/", 1)[1] for _m, path, _s in self.server.requests[asked:]
        }
        self.assertTrue(set(awarded.mapped("number")) <= paths)
        self.assertFalse(set((closed - awarded).mapped("number")) & paths)

    def test_not_twice_in_a_night(self):
        self.import_all()
        self.check()
        asked = len(self.server.requests)
        self.line_shop.next_check_at = fields.Datetime.now()
        self.work(2)
        details = [
            path
            for _method, path, _status in self.server.requests[asked:]
            if not path.endswith("/orders")
        ]
        self.assertFalse(details)
        self.assertGreater(self.line_shop.next_check_at, fields.Datetime.now())

    def test_told_late(self):
        """A change that the service lists only later is found by night."""
        self.import_all()
        self.start_pull()
        self.work()
        order = next(iter(self.server.book.orders.values()))
        order.house += 1
        order.updated = self.server.now() - timedelta(hours=20)
        self.start_pull()
        self.work()
        self.check()
        self.assert_truth()


@tagged("post_install", "-at_install")
class TestPace(BaseCase):
    def test_limiter(self):
        """Never more than the service allows, by a clock that waits for nobody."""
        moments, clock = [], [0.0]

        def sleep(seconds):
            clock[0] += seconds

        limiter = myshop_api.Limiter(45, 950, lambda: clock[0], sleep)
        for _call in range(3000):
            limiter.wait()
            moments.append(clock[0])
        for span, most in ((1.0, 50), (60.0, 1000)):
            for position, moment in enumerate(moments):
                last = position + most
                if last < len(moments):
                    self.assertGreater(moments[last], moment + span - 1e-9)

    def test_waits_when_told(self):
        clock = [0.0]
        limiter = myshop_api.Limiter(
            10, 900, lambda: clock[0], lambda s: clock.__setitem__(0, clock[0] + s)
        )
        limiter.wait()
        limiter.hold(7)
        limiter.wait()
        self.assertGreaterEqual(clock[0], 7)

    def test_one_pace_for_a_key(self):
        one = myshop_api.MyshopApi("https://x", "key", 10)
        two = myshop_api.MyshopApi("https://x", "key", 5)
        self.assertIs(one.limiter, two.limiter)
        other = myshop_api.MyshopApi("https://x", "other", 5)
        self.assertIsNot(one.limiter, other.limiter)
