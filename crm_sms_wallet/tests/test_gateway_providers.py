"""Each adapter against its emulator, over real lines."""

from odoo.tests import tagged

from odoo.addons.crm_sms_wallet.tools.gateways.answers import Unknown

from .common_gateways import GOOD, GatewayCase, GatewayContract
from .emulators.infobip import Infobip
from .emulators.movider import Movider
from .emulators.smsmkt import SmsMkt
from .emulators.thaibulksms import ThaiBulkSms
from .emulators.twilio import Twilio

LOGIN = {"key": "key", "secret": "s3cret"}


@tagged("post_install", "-at_install")
class TestThaiBulkSms(GatewayContract, GatewayCase):
    provider = "thaibulksms"
    values = LOGIN

    def emulator(self):
        return ThaiBulkSms()

    def sent_text(self, request):
        return request.form["message"]

    def sent_sender(self, request):
        return request.form["sender"]

    def test_route_and_credits(self):
        self.record.route = "corporate"
        with self.record._api() as api:
            (row,) = self.send(GOOD, api=api)
            self.assertEqual(api.balance().credits, 7)
        (request,) = self.sends()
        self.assertEqual(request.form["force"], "corporate")
        self.assertEqual(row["credit"], 1)

    def test_sender_not_registered(self):
        (row,) = self.send(GOOD, sender="BARRED")
        self.assertEqual(row["state"], "registration_needed")
        self.assertEqual(row["refused_by"], "gateway")

    def test_own_codes(self):
        """The vendor documents no codes: what the shop learns, it enters."""
        self.record.own_codes = "120 = refused"
        with self.record._api() as api:
            (row,) = self.send(GOOD, sender="BARRED", api=api)
        self.assertEqual(row["refused_by"], "message")


@tagged("post_install", "-at_install")
class TestSmsMkt(GatewayContract, GatewayCase):
    provider = "smsmkt"
    values = LOGIN

    def emulator(self):
        return SmsMkt()

    def sent_text(self, request):
        return request.json()["message"]

    def sent_sender(self, request):
        return request.json()["sender"]

    def test_number_as_dialled_at_home(self):
        self.send(GOOD)
        (request,) = self.sends()
        self.assertEqual(request.json()["phone"], "0812345678")

    def test_barred_foreign_and_unheard_of(self):
        barred, foreign, unheard = self.send(
            "+66811110110", "+12025550123", "+66811999999"
        )
        self.assertEqual(barred["state"], "barred_number")
        self.assertEqual(barred["refused_by"], "message")
        self.assertEqual(foreign["state"], "country_not_supported")
        self.assertEqual(unheard["state"], "unknown", "no certain refusal")


@tagged("post_install", "-at_install")
class TestMovider(GatewayContract, GatewayCase):
    provider = "movider"
    values = LOGIN

    def emulator(self):
        return Movider()

    def sent_text(self, request):
        return request.form["text"]

    def sent_sender(self, request):
        return request.form["from"]

    def test_price(self):
        (row,) = self.send(GOOD)
        self.assertEqual(str(row["price"]), "0.013")


@tagged("post_install", "-at_install")
class TestInfobip(GatewayContract, GatewayCase):
    provider = "infobip"
    values = {"key": "s3cret"}

    def emulator(self):
        return Infobip()

    def sent_text(self, request):
        return request.json()["messages"][0]["content"]["text"]

    def sent_sender(self, request):
        return request.json()["messages"][0]["sender"]

    def test_query(self):
        (row,) = self.send(GOOD)
        self.server.fault = "cut"
        (lost,) = self.send(GOOD)
        self.server.accepted[lost["uuid"]]["status"] = "DELIVERED_TO_HANDSET"
        found = self.api.query({row["uuid"]: row["ref"], lost["uuid"]: None, "x": None})
        self.assertEqual(found[row["uuid"]].state, "accepted")
        self.assertEqual(found[lost["uuid"]].state, "delivered")
        self.assertNotIn("x", found, "the log lags: absence proves nothing")

    def test_sent_before_is_no_refusal(self):
        """Said to be a duplicate: it went out, and somebody paid for it."""
        message = {"content": "Hi", "numbers": [{"number": GOOD, "uuid": "u1"}]}
        self.server.fault = "cut"
        (first,) = self.api._send_sms_batch([message])
        self.server.fault = ""
        (second,) = self.api._send_sms_batch([message])
        self.assertEqual([first["state"], second["state"]], ["unknown"] * 2)
        self.assertEqual(len(self.server.accepted), 1)
        self.assertEqual(self.api.query({"u1": None})["u1"].state, "accepted")


@tagged("post_install", "-at_install")
class TestTwilio(GatewayContract, GatewayCase):
    provider = "twilio"
    values = {"account": Twilio.account, "secret": "s3cret"}

    def emulator(self):
        return Twilio()

    def sent_text(self, request):
        return request.form["Body"]

    def sent_sender(self, request):
        return request.form["From"]

    def test_query(self):
        (row,) = self.send(GOOD)
        self.server.accepted[row["ref"]]["status"] = "undelivered"
        found = self.api.query({row["uuid"]: row["ref"], "x": None, "y": "SMnone"})
        self.assertEqual(
            {u: r.state for u, r in found.items()}, {row["uuid"]: "failed"}
        )

    def test_stopped_number(self):
        (row,) = self.send("+66811610610")
        self.assertEqual(row["state"], "barred_number")
        self.assertEqual(row["refused_by"], "message")

    def test_signature_of_the_vendors_example(self):
        """The example in the vendor's documentation of its signatures."""
        self.record.secret = "12345"
        values = {
            "CallSid": "CA1234567890ABCDE",
            "Caller": "+14158675310",
            "Digits": "1234",
            "From": "+14158675310",
            "To": "+18005551212",
        }
        with self.record._api() as api:
            made = api.signature("https://example.com/myapp.php?foo=1&bar=2", values)
        self.assertEqual(made, "L/OH5YylLD5NRKLltdqwSvS0BnU=")


@tagged("post_install", "-at_install")
class TestAllAdapters(GatewayCase):
    """Of each adapter there is a contract test above or beside."""

    def setUp(self):
        super(GatewayCase, self).setUp()

    def test_each_provider_is_held_to_the_contract(self):
        tested = {case.provider for case in GatewayContract.__subclasses__()}
        known = set(self.env["crm.sms.gateway"]._api_classes()) - {"simulator"}
        self.assertLessEqual(known - {"http", "smpp"}, tested)

    def test_unknown_is_no_refusal(self):
        self.assertFalse(hasattr(Unknown("x"), "by"))
