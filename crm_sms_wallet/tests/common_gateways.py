"""What all adapters of gateways are held to."""

import time
from uuid import uuid4

from odoo.tests import TransactionCase

from odoo.addons.crm_sms_wallet.tools.gateways.answers import GatewayError

GOOD = "+66812345678"
THAI = 'ลด 50% ถึงวันนี้! {name} "quoted" & +1 = 🎉\nบรรทัดสอง\\n €'


class GatewayCase(TransactionCase):
    """A gateway record whose emulator runs on this machine."""

    provider = None
    values = {}

    def gateway(self, **values):
        return self.env["crm.sms.gateway"].create(
            {
                "name": "Gateway",
                "provider": self.provider,
                "sender": "SHOP",
                **self.values,
                **values,
            }
        )

    def emulator(self):
        """:return: a fresh emulator, a context manager"""
        raise NotImplementedError()

    def setUp(self):
        super().setUp()
        self.server = self.enterContext(self.emulator())
        self.record = self.gateway(base_url=self.base_url())
        self.api = self.enterContext(self.record._api())

    def base_url(self):
        return self.server.url

    def send(self, *numbers, text="Hello", api=None, sender=None):
        """:return: list of the results, in the order of the numbers"""
        targets = [{"number": number, "uuid": uuid4().hex} for number in numbers]
        message = {"content": text, "numbers": targets}
        if sender:
            message["sender"] = sender
        results = (api or self.api)._send_sms_batch([message])
        self.assertEqual(
            [row["uuid"] for row in results],
            [row["uuid"] for row in targets],
            "every uuid is answered, once",
        )
        return results

    def sends(self):
        """:return: list of the requests to send that came in"""
        return [r for r in self.server.requests if self.server.is_send(r)]


class GatewayContract:
    """The tests each adapter passes; a subclass says how its emulator is asked for a
    case. No message may be called refused that could go out: somebody would send it
    again, and pay twice."""

    # a number that the emulator refuses, and whether that is known to be the reason
    bad_number = "+66812000000"
    # what the server that answers 200 without a readable word leaves open
    garbage = "unknown"

    def no_credit(self):
        self.server.credit = 0

    def bad_login(self):
        """:return: an API with a wrong login"""
        self.record.write({"key": "wrong", "secret": "wrong"})
        return self.record._api()

    def sent_text(self, request):
        """:return: the text in a request to send"""
        raise NotImplementedError()

    def sent_sender(self, request):
        raise NotImplementedError()

    def test_accepted(self):
        (row,) = self.send(GOOD)
        self.assertIn(row["state"], ("success", "processing"), row)
        self.assertTrue(row["ref"])
        self.assertFalse(row["failure_reason"])
        self.assertEqual(len(self.server.accepted), 1)

    def test_text_arrives_as_written(self):
        self.send(GOOD, text=THAI)
        (request,) = self.sends()
        self.assertEqual(self.sent_text(request), THAI)

    def test_sender(self):
        self.send(GOOD)
        self.send(GOOD, sender="OTHER")
        names = [self.sent_sender(request) for request in self.sends()]
        self.assertEqual(names, ["SHOP", "OTHER"])

    def test_bad_number_is_refused_and_the_others_go(self):
        first, second, third = self.send(GOOD, self.bad_number, "+66812345679")
        self.assertIn(first["state"], ("success", "processing"))
        self.assertEqual(second["state"], "wrong_number_format", second)
        self.assertEqual(second["refused_by"], "message")
        self.assertIn(third["state"], ("success", "processing"))

    def test_no_number_is_never_sent(self):
        rows = self.send("", "0812345678", "+6681", "+66812345678;+66812345679")
        self.assertEqual(
            [row["state"] for row in rows],
            ["sms_number_missing", *["wrong_number_format"] * 3],
        )
        self.assertFalse(self.server.requests)

    def test_no_credit(self):
        self.no_credit()
        rows = self.send(GOOD, "+66812345679", "+66812345670")
        self.assertEqual({row["state"] for row in rows}, {"insufficient_credit"})
        self.assertEqual({row["refused_by"] for row in rows}, {"gateway"})
        self.assertEqual(len(self.sends()), 1, "the rest is not tried")
        self.assertFalse(self.server.accepted)

    def test_bad_login(self):
        with self.bad_login() as api:
            rows = self.send(GOOD, "+66812345679", api=api)
        self.assertEqual({row["state"] for row in rows}, {"unregistered"}, rows)
        self.assertEqual({row["refused_by"] for row in rows}, {"gateway"})
        self.assertFalse(self.server.accepted)

    def test_lost_answers_are_unknown(self):
        for fault in ("cut", "cut_before", "500", "garbage", "huge", "redirect"):
            with self.subTest(fault=fault):
                self.server.fault = fault
                (row,) = self.send(GOOD)
                self.assertEqual(row["state"], "unknown", row)
                self.assertNotIn("refused_by", row)
        self.server.fault = ""
        (row,) = self.send(GOOD)
        self.assertIn(row["state"], ("success", "processing"), "and goes on after it")

    def test_slow_answer_is_unknown(self):
        self.record.timeout = 0.3
        self.server.fault, self.server.slow_seconds = "slow", 0.6
        with self.record._api() as api:
            (row,) = self.send(GOOD, api=api)
        self.assertEqual(row["state"], "unknown")

    def test_dead_server_is_not_waited_for_each_time(self):
        self.server.fault = "cut"
        rows = self.send(*[GOOD] * 8)
        self.assertEqual([row["state"] for row in rows[:3]], ["unknown"] * 3)
        self.assertEqual({row["state"] for row in rows[3:]}, {"server_error"})
        self.assertEqual({row["refused_by"] for row in rows[3:]}, {"gateway"})
        self.assertEqual(len(self.sends()), 3, "what was not tried was not tried")

    def test_no_server_is_a_refusal(self):
        self.record.base_url = "http://127.0.0.1:1"
        with self.record._api() as api:
            rows = self.send(GOOD, "+66812345679", api=api)
        self.assertEqual({row["state"] for row in rows}, {"server_error"})
        self.assertEqual({row["refused_by"] for row in rows}, {"gateway"})

    def test_line_stays_open(self):
        self.send(*[GOOD] * 5)
        # a new one after a pause, which a busy machine may make
        self.assertLess(len(self.server.lines), 5)

    def test_pace(self):
        self.record.rate = 50
        with self.record._api() as api:
            begin = time.monotonic()
            self.send(*[GOOD] * 6, api=api)
        # a lower bound: nothing is asserted about how fast the machine is
        self.assertGreaterEqual(time.monotonic() - begin, 5 / 50)

    def test_balance(self):
        balance = self.api.balance()
        left = balance.credits if balance.credits is not None else balance.money
        self.assertEqual(left, self.server.credit)

    def test_balance_bad_login(self):
        with self.bad_login() as api, self.assertRaises(GatewayError):
            api.balance()

    def test_results_show_no_number_and_no_secret(self):
        shown = repr(self.send(GOOD, self.bad_number)) + repr(self.record._settings())
        for word in (GOOD[4:], self.bad_number[4:], "s3cret"):
            self.assertNotIn(word, shown)
        self.assertNotIn(self.record.token, shown)
