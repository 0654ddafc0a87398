from datetime import timedelta

from psycopg2 import IntegrityError

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from odoo.addons.crm_segments.tests.common_rights import RightsByRole

from .common_law import LawCase

GROUP = "crm_segments.crm_segments_group_"


@tagged("post_install", "-at_install")
class TestSmsStop(LawCase):
    """Who says no to one shop is left alone by it at once, whoever wrote it down, and
    goes on hearing from the others."""

    def lift(self, stops, reason="asked at the counter"):
        action = stops.action_lift()
        lifts = self.env["crm.sms.stop.lift"].with_context(**action["context"])
        lifts.create({"reason": reason}).action_lift()

    def test_by_hand(self):
        waiting = self.deliver(state="queued")
        stop = self.stops.create({"number": "081-234 5678", "reason": "by phone"})
        self.assertEqual(stop.number, self.number)
        self.assertEqual((stop.source, stop.user_id), ("manual", self.env.user))
        self.assertTrue(self.stopped())
        self.assertFalse(self.stopped(self.other))
        self.assertEqual(waiting.state, "cancelled")

    def test_no_number(self):
        for wrong in ("abc", "", "12", False):
            with self.assertRaises(UserError):
                self.stops.create({"number": wrong})

    def test_once(self):
        self.stops.create({"number": self.number})
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            self.stops.create({"number": "0812345678"})

    def test_many_at_once(self):
        numbers = [f"+668{n:08}" for n in range(500)]
        self.stops._stop(self.shop, numbers[:300], "page")
        made = self.stops._stop(self.shop, [*numbers, *numbers], "operator")
        self.assertEqual(len(made), 200)
        self.assertEqual(
            self.stops._stopped_among(self.shop, ["+66900000000", *numbers]),
            set(numbers),
        )

    def test_lift_needs_a_reason_and_leaves_a_proof(self):
        stop = self.stops.create({"number": self.number})
        self.lift(stop)
        self.assertFalse(self.stopped())
        self.assertEqual(
            (stop.lift_reason, stop.lifted_by_id, stop.active),
            ("asked at the counter", self.env.user, False),
        )
        again = self.stops.create({"number": self.number})
        self.assertTrue(self.stopped())
        both = self.stops.with_context(active_test=False).search(
            [("number", "=", self.number)]
        )
        self.assertEqual(both, stop | again)

    def test_odoos_own_list_is_respected_and_not_written(self):
        self.env["phone.blacklist"].create({"number": self.number})
        self.assertTrue(self.stopped())
        self.assertTrue(self.stopped(self.other))
        self.env["phone.blacklist"].search([]).unlink()
        self.assertFalse(self.stopped())
        self.stops._stop(self.shop, [self.number], "page")
        self.assertFalse(self.env["phone.blacklist"].search([]))

    def test_odoos_own_mass_messages(self):
        """They know one list for all companies; ours is asked as well."""
        twin = self.customer.copy({"name": "Malee", "phone": "+66812345679"})
        self.stops._stop(self.shop, [self.number], "page")
        self.stops._stop(self.other, [twin.phone_sanitized], "page")
        composer = self.env["sms.composer"].create(
            {
                "composition_mode": "mass",
                "res_model": "res.partner",
                "res_ids": repr((self.customer | twin).ids),
                "body": "Tea",
                "mass_force_send": False,
            }
        )
        composer.action_send_sms()
        messages = self.env["sms.sms"].search([("body", "=", "Tea")])
        states = {m.partner_id: (m.state, m.failure_type) for m in messages}
        self.assertEqual(states[self.customer], ("canceled", "sms_optout"))
        self.assertNotEqual(states[twin][0], "canceled")

    def test_blocked_by_the_operator(self):
        now = fields.Datetime.now()
        blocked = [
            {"failure_type": "barred_number"},
            {"failure_text": "REJECTED (BLOCKED_MKT)"},
            {"failure_text": "21610: unsubscribed recipient"},
            {"failure_type": "x", "failure_text": "DND"},
        ]
        other = [
            {"failure_text": "MOBILE_OFF"},
            {"failure_type": "barred_number", "state": "delivered"},
            {"failure_type": "barred_number", "purpose": "service"},
            {"failure_type": "barred_number", "company": self.other},
            {"failure_type": "barred_number", "number": False},
        ]
        for n, values in enumerate([*blocked, *other]):
            number = f"+6681000000{n}"
            values = {"number": number, "state": "failed", "failed_at": now, **values}
            self.deliver(**values)
        found = self.stops._import_blocked(self.shop)
        self.assertEqual(found, len(blocked))
        stops = self.stops.search([])
        self.assertEqual(set(stops.mapped("source")), {"operator"})
        self.assertEqual(stops.company_id, self.shop)
        self.assertEqual(
            set(stops.mapped("number")),
            {f"+6681000000{n}" for n in range(len(blocked))},
        )
        self.assertEqual(self.stops._import_blocked(self.shop), 0)

    def test_what_staff_took_off_stays_off(self):
        failed = {"failure_type": "barred_number", "state": "failed"}
        long_ago = fields.Datetime.now() - timedelta(days=2)
        self.deliver(**failed, failed_at=long_ago)
        self.stops._cron_import_blocked()
        stop = self.stops.search([("number", "=", self.number)])
        self.lift(stop)
        self.stops._cron_import_blocked()
        self.assertFalse(self.stopped())
        self.deliver(**failed, failed_at=fields.Datetime.now() + timedelta(minutes=5))
        self.stops.action_import_blocked()
        self.assertTrue(self.stopped())

    def test_old_refusals_are_left_alone_by_the_job(self):
        month = fields.Datetime.now() - timedelta(days=30)
        self.deliver(failure_type="barred_number", state="failed", failed_at=month)
        self.stops._cron_import_blocked()
        self.assertFalse(self.stopped())
        self.stops.action_import_blocked()
        self.assertTrue(self.stopped())


@tagged("post_install", "-at_install")
class TestLawRights(LawCase, RightsByRole):
    """Officers listen to customers, managers answer for senders; nobody rewrites the
    past."""

    ROLES = ("viewer", "officer", "editor", "manager")
    RIGHTS = {
        "crm.sms.stop": ("viewer", "officer", "officer", None),
        "crm.sms.link": ("viewer", None, None, None),
        "crm.sms.click": ("viewer", None, None, None),
        "crm.sms.sender": ("viewer", "manager", "manager", "manager"),
        "crm.sms.sender.domain": ("viewer", "manager", "manager", "manager"),
        "crm.sms.complaint": ("viewer", "officer", "officer", None),
        "crm.sms.stop.lift": ("officer", "officer", "officer", "officer"),
    }

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = {
            role: new_test_user(
                cls.env,
                f"law_{role}",
                GROUP + role,
                company_id=cls.shop.id,
                company_ids=[(6, 0, cls.shop.ids)],
            )
            for role in cls.ROLES
        }

    def test_rights(self):
        self.assertRights()

    def test_own_companies(self):
        theirs = self.other
        self.stops._stop(theirs, [self.number], "page")
        self.env["crm.sms.link"]._numbers(["https://a.th"], theirs)
        message = self.deliver(theirs)
        link = self.env["crm.sms.link"].sudo().search([("company_id", "=", theirs.id)])
        self.env["crm.sms.click"]._note(message, link, {"User-Agent": "x"})
        sender = self.env["crm.sms.sender"].create(
            {
                "name": "OTHERSHOP",
                "company_id": theirs.id,
                "domain_ids": [(0, 0, {"name": "a.th"})],
            }
        )
        self.env["crm.sms.complaint"].create(
            {"number": self.number, "company_id": theirs.id, "what": "!"}
        )
        for model in self.RIGHTS:
            if model == "crm.sms.stop.lift":
                continue
            mine = self.env[model].with_user(self.users["manager"])
            self.assertFalse(mine.search([]), model)
            self.assertTrue(mine.sudo().search([("company_id", "=", theirs.id)]), model)
        with self.assertRaises(AccessError):
            sender.with_user(self.users["manager"]).read(["name"])

    def test_an_officer_forges_nothing(self):
        stops = self.stops.with_user(self.users["officer"])
        stop = stops.create(
            {
                "number": self.number,
                "source": "page",
                "active": False,
                "since": "2020-01-01",
                "lift_reason": "x",
            }
        )
        self.assertEqual((stop.source, stop.active), ("manual", True))
        self.assertFalse(stop.lift_reason)
        self.assertGreater(stop.since.year, 2020)
        for values in (
            {"active": False},
            {"number": "+66899999999"},
            {"source": "page"},
        ):
            with self.assertRaises(UserError):
                stop.write(values)
        stop.write({"reason": "by phone"})
        with self.assertRaises(AccessError):
            stop.unlink()

    def test_a_viewer_lifts_nothing(self):
        stop = self.stops._stop(self.shop, [self.number], "page")
        viewer = self.users["viewer"]
        with self.assertRaises(AccessError):
            self.env["crm.sms.stop.lift"].with_user(viewer).create(
                {"reason": "x", "stop_ids": stop.ids}
            )
        with self.assertRaises(AccessError):
            self.stops.with_user(viewer).action_import_blocked()
        theirs = self.stops._stop(self.other, [self.number], "page")
        lift = self.env["crm.sms.stop.lift"].with_user(self.users["officer"])
        with self.assertRaises(AccessError):
            lift.create({"reason": "x", "stop_ids": theirs.ids}).action_lift()
        self.assertTrue(self.stopped(self.other))
