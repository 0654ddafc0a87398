from datetime import timedelta

from odoo.exceptions import ValidationError
from odoo.tests import tagged

from odoo.addons.crm_segments.tools.local_date import local_today

from ..tools import sms_text
from .common_law import LawCase


@tagged("post_install", "-at_install")
class TestSmsSender(LawCase):
    """A name that lapses with the operators silences the shop: renewed in time."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.today = local_today(cls.env, cls.shop)
        cls.sender = cls.env["crm.sms.sender"].create(
            {"name": "GOODTEA", "state": "registered"}
        )

    def renew_in(self, days):
        self.sender.renew_before = self.today + timedelta(days=days)

    def test_names(self):
        for wrong in (
            *("AB", "TWELVELETTER", "GOOD TEA", "ชาดี", "12345", "A-B", "INFO", "sms"),
            "",
        ):
            with self.assertRaises(ValidationError, msg=wrong):
                self.env["crm.sms.sender"].create({"name": wrong or "  "})
        self.env["crm.sms.sender"].create([{"name": "Tea24"}, {"name": "ABC"}])

    def test_domains(self):
        for wrong in ("shop", "bit.ly/x", "https://tinyurl.com", "a b.th"):
            with self.assertRaises(ValidationError, msg=wrong):
                self.sender.domain_ids = [(0, 0, {"name": wrong})]

    def test_situation(self):
        for days, situation in (
            (31, "valid"),
            (30, "due"),
            (1, "due"),
            (0, "overdue"),
            (-9, "overdue"),
        ):
            self.renew_in(days)
            self.assertEqual(self.sender.situation, situation, days)
        self.sender.renew_before = False
        self.assertEqual(self.sender.situation, "valid")
        self.sender.state = "asked"
        self.assertEqual(self.sender.situation, "open")

    def test_reminded_once(self):
        senders = self.env["crm.sms.sender"]
        self.renew_in(31)
        senders._cron_remind()
        self.assertFalse(self.sender.activity_ids)
        self.renew_in(30)
        for _day in range(3):
            senders._cron_remind()
        activity = self.sender.activity_ids
        self.assertEqual(len(activity), 1)
        self.assertEqual(activity.date_deadline, self.sender.renew_before)
        self.assertEqual(activity.user_id, self.sender.user_id)
        # done or not: not again for this date
        activity.action_feedback()
        senders._cron_remind()
        self.assertFalse(self.sender.activity_ids)
        # the next year again
        self.renew_in(20)
        senders._cron_remind()
        self.assertEqual(len(self.sender.activity_ids), 1)

    def test_only_what_is_registered_is_renewed(self):
        self.renew_in(3)
        self.sender.state = "refused"
        self.env["crm.sms.sender"]._cron_remind()
        self.assertFalse(self.sender.activity_ids)

    def test_last_used(self):
        self.assertFalse(self.sender.last_used)
        self.deliver(sender="GOODTEA", sent_at="2026-01-02 03:04:05")
        self.deliver(self.other, sender="GOODTEA", sent_at="2026-05-02 03:04:05")
        self.sender.invalidate_recordset()
        self.assertEqual(str(self.sender.last_used), "2026-01-02")


@tagged("post_install", "-at_install")
class TestSmsTextWarnings(LawCase):
    """What operators and the law refuse is said before it is paid for."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sender = cls.env["crm.sms.sender"].create(
            {
                "name": "GOODTEA",
                "state": "registered",
                "domain_ids": [
                    (0, 0, {"name": "https://tea.example"}),
                    (0, 0, {"name": "shop.co.th/promo"}),
                ],
            }
        )
        cls.shop.sms_brands = "Good Tea, ชาดี"
        cls.fine = "ชาดี ลด 50% https://shop.co.th/promo/1 {optout}"

    def found(self, text, sender=True, purpose="marketing_sms"):
        """:return: (levels, all messages)"""
        if sender is True:
            sender = self.sender
        found = self.shop._sms_text_warnings(text, sender, purpose)
        return [level for level, _text in found], " ".join(text for _l, text in found)

    def test_fine(self):
        self.assertEqual(self.found(self.fine), ([], ""))
        self.assertEqual(self.found(self.fine, "goodtea"), ([], ""))

    def test_whitelist(self):
        wrong = (
            "https://shop.co.th/",
            "https://shop.co.th/promo2",
            "https://m.shop.co.th/promo",
            "https://shop.co.th.evil.example/promo",
            "evil.co.th/promo",
        )
        for address in wrong:
            levels, text = self.found(f"ชาดี {address} {{optout}}")
            self.assertEqual(levels, ["warn"], address)
            self.assertIn("GOODTEA", text)
        self.shop.sms_link_check = "block"
        for address in wrong:
            self.assertEqual(self.found(f"ชาดี {address} {{optout}}")[0], ["block"])
        for address in (
            "https://www.shop.co.th/promo",
            "HTTPS://SHOP.CO.TH/promo/x?y=1",
            "shop.co.th/promo",
            "https://tea.example/anything",
        ):
            self.assertEqual(self.found(f"ชาดี {address} {{optout}}")[0], [], address)

    def test_domain_of_own_links(self):
        self.shop.sms_link_domain = "https://new.example"
        levels, text = self.found("ชาดี {optout}")
        self.assertEqual(levels, ["warn"])
        self.assertIn("new.example", text)
        # nothing is shown: nothing to register
        self.assertEqual(self.found("ชาดี ยกเลิก โทร 02-123-4567")[0], [])

    def test_ended_registration_of_a_link(self):
        today = local_today(self.env, self.shop)
        self.sender.domain_ids[1].renew_before = today + timedelta(days=1)
        self.assertEqual(self.found(self.fine)[0], [])
        self.sender.domain_ids.filtered("renew_before").renew_before = today
        self.assertEqual(self.found(self.fine)[0], ["warn"])

    def test_shorteners_are_always_refused(self):
        for address in ("https://bit.ly/abc", "tinyurl.com/abc", "HTTP://T.CO/a"):
            self.sender.domain_ids = [(5,)]
            levels, text = self.found(f"ชาดี {address} ยกเลิก โทร 021234567")
            self.assertIn("block", levels)
            self.assertIn(address, text)
            # also what is no advertising
            self.assertIn("block", self.found(address, purpose="service")[0])

    def test_files_and_disguises(self):
        for address in (
            "https://shop.co.th/promo/app.apk",
            "https://shop.co.th/promo/menu.PDF?v=1",
            "https://shop.co.th@evil.example/promo",
        ):
            self.assertIn("block", self.found(f"ชาดี {address} {{optout}}")[0], address)

    def test_name_of_the_shop(self):
        for text in ("GOOD-TEA ลด {optout}", "goodtea! {optout}", "{shop} {optout}"):
            self.assertEqual(self.found(text)[0], [], text)
        levels, text = self.found("ลดทุกอย่าง {optout}")
        self.assertEqual(levels, ["warn"])
        self.assertIn("Good Tea, ชาดี", text)
        self.shop.sms_brands = False
        self.shop.name = "บริษัท น้ำชา จำกัด"
        self.assertEqual(self.found("น้ำชา ลด {optout}")[0], [])

    def test_way_out(self):
        self.assertEqual(self.found("ชาดี ลดทุกอย่าง")[0], ["block"])
        page = f"{self.shop._sms_link_base()}/u/abcdEFGH"
        for way in ("{optout}", page, "ยกเลิก *137", "To stop: 02 123 4567"):
            self.assertEqual(self.found(f"ชาดี {way}")[0], [], way)
        self.assertEqual(self.found("Your order is ready", purpose="service")[0], [])

    def test_sender(self):
        self.assertEqual(self.found("ชาดี {optout}", None)[0], ["warn"])
        self.assertEqual(self.found("ชาดี {optout}", "NOBODY")[0], ["warn"])
        self.sender.state = "asked"
        self.assertEqual(self.found(self.fine)[0], ["warn"])
        self.sender.state = "registered"
        self.sender.renew_before = local_today(self.env, self.shop)
        self.assertIn("has ended", self.found(self.fine)[1])

    def test_sender_of_the_gateway(self):
        """When nobody chose a name, the one that the gateway has is sent."""
        self.assertEqual(self.found(self.fine, None)[0], ["warn"])
        gateway = self.env["crm.sms.gateway"].create(
            {"name": "Try", "provider": "simulator", "company_id": self.shop.id}
        )
        gateway.sender = "GOODTEA"
        self.assertEqual(self.found(self.fine, None)[0], [])

    def test_sender_of_another_company_is_nobodys(self):
        found = self.other._sms_text_warnings("Other Shop {optout}", "GOODTEA")
        self.assertEqual([level for level, _text in found], ["warn"])

    def test_what_is_no_address(self):
        for text in (
            "ราคา 1.99 ถึง 20.00 น.",
            "a@shop.co.th",
            "อ.เมือง จ.ชลบุรี",
            "U.S.A v1.2",
            "ลด 50%.Now",
        ):
            self.assertFalse(sms_text.addresses(text), text)
        self.assertEqual(
            sms_text.addresses("ที่shop.co.thเลย, bit.ly/x (a.com)"),
            ["shop.co.th", "bit.ly/x", "a.com"],
        )


@tagged("post_install", "-at_install")
class TestSmsComplaint(LawCase):
    """Asked by an authority, the shop shows what it sent and what had been agreed."""

    def test_what_did_we_send(self):
        before = self.deliver(sent_at="2026-01-01 00:00:00")
        self.agree(date="2026-01-02 00:00:00")
        agreed = self.deliver(sent_at="2026-01-03 00:00:00")
        service = self.deliver(sent_at="2026-01-03 00:00:00", purpose="service")
        self.agree(given=False, date="2026-01-04 00:00:00")
        withdrawn = self.deliver(sent_at="2026-01-05 00:00:00")
        nobody = self.deliver(partner_id=False, sent_at="2026-01-05 00:00:00")
        theirs = self.deliver(self.other, sent_at="2026-01-05 00:00:00")
        complaint = self.env["crm.sms.complaint"].create(
            {"number": "0812345678", "what": "I never agreed"}
        )
        self.assertEqual(complaint.partner_id, self.customer)
        action = complaint.action_open_messages()
        sent = self.env["sms.delivery"].search(action["domain"])
        self.assertEqual(sent, before | agreed | service | withdrawn | nobody)
        self.assertNotIn(theirs, sent)
        self.assertEqual(
            [m.consent_then for m in (before, agreed, service, withdrawn, nobody)],
            ["none", "given", "not_needed", "withdrawn", "none"],
        )
        self.assertEqual(str(agreed.consent_then_on), "2026-01-02 00:00:00")

    def test_stop_and_handle(self):
        complaint = self.env["crm.sms.complaint"].create(
            {"number": self.number, "what": "Too many", "channel": "authority"}
        )
        self.assertFalse(complaint.is_stopped)
        complaint.action_stop()
        complaint.action_stop()
        self.assertTrue(complaint.is_stopped)
        self.assertTrue(self.stopped())
        complaint.action_done()
        self.assertEqual(complaint.handled_by_id, self.env.user)
        complaint.action_reopen()
        self.assertFalse(complaint.handled_by_id)

    def test_number_of_two_people(self):
        self.customer.copy({"phone": self.number})
        complaint = self.env["crm.sms.complaint"].create(
            {"number": self.number, "what": "Too many"}
        )
        self.assertFalse(complaint.partner_id)
