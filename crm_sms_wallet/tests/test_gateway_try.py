from datetime import timedelta
from uuid import UUID

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged

from .common_deliveries import DeliveryCase, make_gateway

PHONE = "081 234 5678"


@tagged("post_install", "-at_install")
class TestGatewayTry(DeliveryCase):
    """A test message goes to the own phone, by this gateway, once."""

    def setUp(self):
        super().setUp()
        self.company.country_id = self.env.ref("base.th")
        self.manager = new_test_user(
            self.env,
            "tester",
            "crm_segments.crm_segments_group_manager",
            {"no_reset_password": True},
            company_id=self.company.id,
            company_ids=[(6, 0, self.company.ids)],
        )
        self.manager.partner_id.write(
            {"phone": PHONE, "country_id": self.env.ref("base.th").id}
        )

    def try_it(self, gateway):
        gateway.with_user(self.manager).action_send_test()
        return self.env["sms.delivery"].search(
            [("user_id", "=", self.manager.id)], order="id desc", limit=1
        )

    def test_by_this_gateway_and_once(self):
        other = self.start_server()
        second = make_gateway(self.env, other, self.company, sequence=99)
        sent = self.try_it(second)
        with self.assertRaises(UserError):
            self.try_it(second)
        for _time in range(3):
            self.send()
        self.assertEqual((sent.state, sent.gateway_id), ("accepted", second))
        self.assertEqual(other.times(), {sent.uuid: 1})
        self.assertFalse(self.server.accepted)
        self.assertEqual(sent.number, "+66812345678")
        self.check_wallet()
        self.assertTrue(self.try_it(second), "another one when that has left")

    def test_refused_test_goes_nowhere_else(self):
        other = self.start_server()
        second = make_gateway(
            self.env, other, self.company, sequence=99, sender="BARRED"
        )
        sent = self.try_it(second)
        for _time in range(3):
            self.send()
        self.assertFalse(self.server.accepted)
        self.assertFalse(other.accepted)
        self.assertNotIn(sent.state, ("accepted", "delivered"))

    def test_no_phone_no_test(self):
        self.manager.partner_id.phone = False
        with self.assertRaises(UserError):
            self.try_it(self.gateway)

    def test_archived(self):
        self.gateway.active = False
        with self.assertRaises(UserError):
            self.try_it(self.gateway)

    def test_gateway_at_rest_is_tried_at_once(self):
        self.gateway._rest("no credit")
        self.assertTrue(self.gateway.waits_until)
        sent = self.try_it(self.gateway)
        self.send()
        self.assertEqual(sent.state, "accepted")


@tagged("post_install", "-at_install")
class TestGatewayNotice(DeliveryCase):
    def test_told_when_it_keeps_failing(self):
        manager = new_test_user(
            self.env,
            "noticed",
            "crm_segments.crm_segments_group_manager",
            {"no_reset_password": True},
            company_id=self.company.id,
            company_ids=[(6, 0, self.company.ids)],
        )
        self.gateway.key = "wrong"
        self.queue("One")

        def notices():
            return self.gateway.activity_ids.filtered(lambda a: a.user_id == manager)

        for count in (1, 2, 3, 4):
            self.send()
            self.assertEqual(self.gateway.wait_count, count)
            self.assertEqual(len(notices()), int(count >= 3))
            past = fields.Datetime.now() - timedelta(seconds=1)
            self.gateway._set_wait(past, count, "x")
        self.gateway.key = "s3cret"
        self.queue("Two")
        self.send()
        self.assertTrue(self.server.accepted)
        self.assertEqual(self.gateway.state, "new")
        self.assertFalse(notices())


@tagged("post_install", "-at_install")
class TestSimulatorReports(DeliveryCase):
    """The demonstration shows what became of messages: the job delivers reports."""

    def test_reports_arrive(self):
        self.gateway.active = False
        simulator = self.env["crm.sms.gateway"].create(
            {
                "name": "Simulator",
                "provider": "simulator",
                "company_id": self.company.id,
                "sim_late_seconds": 1,
                "sim_failed_percent": 50,
                "sim_seed": 3,
            }
        )
        # what becomes of a message follows from its uuid
        sent = self.env["sms.delivery"]._queue(
            [
                {
                    "company_id": self.company.id,
                    "number": f"+6681234{n:04}",
                    "text": f"Message {n}",
                    "uuid": UUID(int=n).hex,
                }
                for n in range(100, 200)
            ]
        )
        self.send()
        self.assertEqual(set(self.states(sent)), {"accepted"})
        sent.write({"sent_at": fields.Datetime.now() - timedelta(minutes=5)})
        for _time in range(2):
            simulator._cron_simulate_reports()
            self.assertEqual(
                set(self.states(sent)), {"accepted", "delivered", "failed"}
            )
        self.check_wallet()
