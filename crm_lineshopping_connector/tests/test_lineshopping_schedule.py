"""When orders are read: by the clock of the shop, wherever the server stands."""

import os
import time
from datetime import datetime, timedelta
from unittest.mock import patch

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import BaseCase, Form, freeze_time, new_test_user, tagged

from ..tools.pull_times import next_daily, next_pull
from .common_pull import PullCase

DAY = timedelta(days=1)


@tagged("post_install", "-at_install")
class TestTimes(BaseCase):
    def test_bangkok(self):
        """19:00 in Bangkok is 12:00 UTC, every day of the year."""
        for after, due in (
            ("2026-11-23 11:59:59", "2026-11-23 12:00:00"),
            ("2026-11-23 12:00:00", "2026-11-24 12:00:00"),
            ("2026-12-31 23:00:00", "2027-01-01 12:00:00"),
            ("2028-02-28 12:00:01", "2028-02-29 12:00:00"),
        ):
            found = next_daily(datetime.fromisoformat(after), 19.0, "Asia/Bangkok")
            self.assertEqual(found, datetime.fromisoformat(due))

    def test_day_of_the_shop(self):
        """01:30 in Bangkok is the evening before in UTC."""
        found = next_daily(datetime(2026, 11, 23, 18), 1.5, "Asia/Bangkok")
        self.assertEqual(found, datetime(2026, 11, 23, 18, 30))

    def test_summer_time(self):
        """A shop where clocks change: the same time of the day, also that day."""
        for after, due in (
            (datetime(2026, 3, 28, 18, 30), datetime(2026, 3, 29, 17)),
            (datetime(2026, 10, 24, 17, 30), datetime(2026, 10, 25, 18)),
        ):
            self.assertEqual(next_daily(after, 19.0, "Europe/Berlin"), due)
        # 02:30 does not exist on this day
        found = next_daily(datetime(2026, 3, 28, 12), 2.5, "Europe/Berlin")
        self.assertEqual(found, datetime(2026, 3, 29, 1, 30))

    def test_also_every_few_minutes(self):
        after = datetime(2026, 11, 23, 11, 50)
        self.assertEqual(
            next_pull(after, 19.0, "Asia/Bangkok", 5), after + timedelta(minutes=5)
        )
        self.assertEqual(
            next_pull(after, 19.0, "Asia/Bangkok", 30), datetime(2026, 11, 23, 12)
        )

    @settings(max_examples=200, deadline=None)
    @given(
        st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1)),
        st.integers(0, 24 * 60 - 1),
        st.sampled_from(["Asia/Bangkok", "America/New_York", "Pacific/Apia", "UTC"]),
    )
    def test_always_the_next_one(self, after, minutes, zone):
        found = next_daily(after, minutes / 60, zone)
        self.assertLess(after, found)
        self.assertLessEqual(found - after, DAY + timedelta(hours=2))
        self.assertEqual(found.second, 0)


@tagged("post_install", "-at_install")
class TestSchedule(PullCase):
    server_values = {"limits": (10**6, 10**6), "orders": 3}

    def server_zone(self, zone):
        """Set the clock of the machine to another time zone."""
        self.enterContext(patch.dict(os.environ, {"TZ": zone}))
        time.tzset()
        self.addCleanup(time.tzset)

    def pulls(self):
        return self.env["crm.lineshopping.pull"].search(
            [("shop_id", "=", self.line_shop.id), ("kind", "=", "schedule")]
        )

    def test_nineteen_hours_in_bangkok(self):
        """The job begins reading at 19:00 Bangkok, whatever zone the server has."""
        for zone in ("UTC", "Asia/Bangkok", "America/Los_Angeles", "Pacific/Auckland"):
            with self.subTest(zone=zone):
                self.server_zone(zone)
                self.pulls().unlink()
                with freeze_time("2026-11-24 11:00:00"):
                    self.line_shop.write({"pull_time": 18.0, "tz": "UTC"})
                    self.line_shop.write({"pull_time": 19.0, "tz": "Asia/Bangkok"})
                    self.line_shop.cursor_at = datetime(2026, 11, 23, 12)
                begun = []
                for minute in range(50, 75, 5):
                    moment = datetime(2026, 11, 24, 11) + timedelta(minutes=minute)
                    with freeze_time(moment):
                        self.line_shop._start_due()
                        if self.pulls() and not begun:
                            begun.append(moment)
                self.assertEqual(begun, [datetime(2026, 11, 24, 12)])
                self.assertEqual(len(self.pulls()), 1)
                self.assertEqual(
                    self.line_shop.next_pull_at, datetime(2026, 11, 25, 12)
                )

    def test_the_job_is_there(self):
        job = self.env.ref("crm_lineshopping_connector.crm_lineshopping_cron_work")
        self.assertEqual((job.interval_number, job.interval_type), (5, "minutes"))

    def test_due_shop_is_read_by_the_job(self):
        self.line_shop.next_pull_at = fields.Datetime.now() - timedelta(minutes=1)
        self.work()
        self.assertEqual(self.pulls().state, "done")
        self.assertEqual(self.line_shop.last_pull_at, self.pulls().finished_at)
        self.assertGreater(self.line_shop.next_pull_at, fields.Datetime.now())
        self.work()
        self.assertEqual(len(self.pulls()), 1)

    def test_missed_while_paused(self):
        shop = self.line_shop
        shop.action_pause()
        shop.next_pull_at = fields.Datetime.now() - 3 * DAY
        self.work()
        self.assertFalse(self.pulls())
        shop.action_resume()
        self.work()
        self.assertEqual(len(self.pulls()), 1, "once, not for each day")

    def test_limits(self):
        for vals in (
            {"pull_time": 24},
            {"pull_time": -1},
            {"every_minutes": 4},
            {"every_minutes": -5},
            {"calls_per_second": 46},
        ):
            with self.assertRaises(Exception) as caught, self.env.cr.savepoint():
                self.line_shop.write(vals)
                self.env.flush_all()
            self.assertNotIsInstance(caught.exception, AssertionError)

    def test_company_is_kept(self):
        self.import_all()
        company = self.env["res.company"].create({"name": "Another"})
        with self.assertRaises(ValidationError):
            self.line_shop.company_id = company

    def test_buttons(self):
        shop = self.line_shop
        shop.action_pull_now()
        shop.action_pull_now()
        self.assertEqual(len(shop._running_pulls()), 1)
        self.assertEqual(shop.running_pull_id.kind, "now")
        self.work()
        self.assertFalse(shop.running_pull_id)
        wizard = self.env["crm.lineshopping.since"].with_context(
            **shop.action_import_since()["context"]
        )
        with Form(wizard) as form:
            form.since = "2026-01-01"
        form.save().action_import()
        pull = shop.running_pull_id
        self.assertEqual(pull.start_at, datetime(2025, 12, 31, 17), "by the shop's day")
        with self.assertRaises(UserError):
            form.save().action_import()
        shop.action_pause()
        with self.assertRaises(UserError):
            shop.action_pull_now()

    def test_who_may_press_them(self):
        viewer = new_test_user(
            self.env, "line_viewer", "crm_segments.crm_segments_group_officer"
        )
        editor = new_test_user(
            self.env, "line_editor", "crm_segments.crm_segments_group_editor"
        )
        for name in ("test", "pause", "resume", "pull_now", "import_since"):
            with self.assertRaises(AccessError):
                getattr(self.line_shop.with_user(viewer), f"action_{name}")()
            getattr(self.line_shop.with_user(editor), f"action_{name}")()
        kept = ({"cursor_at": False}, {"state": "active"}, {"next_pull_at": False})
        for vals in kept:
            with self.assertRaises(AccessError):
                self.line_shop.with_user(editor).write(vals)
