from datetime import date
from unittest.mock import patch

from freezegun import freeze_time

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from odoo.addons.crm_segments.tools.notify import NotifyChannel

from ..models.loyalty_point_notice import LoyaltyPointNotice
from .common import LedgerCase


@tagged("post_install", "-at_install")
class TestPointsNotice(LedgerCase):
    """A member who is told twice is annoyed, one who is not told complains."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        freezer = freeze_time("2026-03-01 05:00:00")
        cls.clock = freezer.start()
        cls.addClassCleanup(freezer.stop)
        cls.partner.email = "somchai@example.com"
        cls.template = cls.env.ref("crm_loyalty_points.mail_template_points_ending")
        cls.template.auto_delete = False
        cls.rule = cls._rule(30)
        cls.Notice = cls.env["loyalty.point.notice"]
        cls.last_day = date(2026, 3, 31)

    @classmethod
    def _rule(cls, days, **values):
        return cls.env["loyalty.mail"].create(
            {
                "program_id": cls.program.id,
                "trigger": "lapse",
                "lapse_days": days,
                "mail_template_id": cls.template.id,
                **values,
            }
        )

    def setUp(self):
        super().setUp()
        self._on("2026-03-01")
        self.sent = []

    def _on(self, day):
        self.clock.move_to(f"{day} 05:00:00")
        self.env.invalidate_all()

    def _notify(self, dies=False, **options):
        """Run the job; one that dies leaves what it has committed."""
        self.env.flush_all()
        with self.enter_registry_test_mode(), self.registry.cursor() as cr:
            notices = self.Notice.with_env(self.env(cr=cr))
            # assertRaises would roll back what the job has committed
            try:
                notices._cron_notify(**options)
            except KeyboardInterrupt:
                cr.rollback()
                self.assertTrue(dies)
        self.env.invalidate_all()

    def _mails(self):
        domain = [("model", "=", "loyalty.card"), ("res_id", "in", self.card.ids)]
        return self.env["mail.mail"].search(domain, order="id")

    def _use_channel(self, send=None):
        """Plug in a way to send, as the modules of SMS and LINE do."""

        def send_text(partners, notice):
            self.sent += [notice.texts[id_] for id_ in partners.ids]
            return partners

        channel = NotifyChannel(
            "Pigeon", lambda partners: partners.filtered("phone"), send or send_text
        )
        self.classPatch(
            self.registry["res.partner"],
            "_crm_notify_channels",
            lambda partners: {"pigeon": channel},
        )

    def test_sent_once(self):
        self._post(120, expiry=self.last_day)
        self._post(300)
        for _i in range(3):
            self._notify()
        [mail] = self._mails()
        self.assertEqual(mail.recipient_ids, self.partner)
        self.assertIn("120", mail.body_html)
        self.assertIn("31 Mar 2026", mail.body_html)
        self.assertIn("420", mail.body_html)
        notice = self.Notice.search([])
        self.assertEqual((notice.state, notice.channel), ("sent", "email"))
        self.assertEqual((notice.points, notice.days), (120, 30))

    def test_not_before_its_day(self):
        self._post(120, expiry=date(2026, 4, 1))
        self._notify()
        self.assertFalse(self._mails())
        self._on("2026-03-02")
        self._notify()
        self.assertEqual(len(self._mails()), 1)

    def test_several_notices(self):
        """One who is told late is told once; then again when it is urgent."""
        self._rule(7)
        self._rule(20)
        self._post(120, expiry=self.last_day)
        for day, count in (
            ("2026-03-01", 1),
            ("2026-03-12", 2),
            ("2026-03-25", 3),
            ("2026-03-31", 3),
            ("2026-04-01", 3),
        ):
            self._on(day)
            self._notify()
            self.assertEqual(len(self._mails()), count, day)
        days = self.Notice.search([], order="id").mapped("days")
        self.assertEqual(days, [30, 20, 7])

    def test_late_job_skips_what_is_past(self):
        self._rule(7)
        self._post(120, expiry=self.last_day)
        self._on("2026-03-28")
        self._notify()
        self.assertEqual(self.Notice.search([]).days, 7)

    def test_extended_points_get_another_notice(self):
        self.program.write(
            {
                "expiry_policy": "inactivity",
                "expiry_count": 30,
                "expiry_unit": "days",
            }
        )
        self._post(120, expiry=self.last_day)
        self._notify()
        self._on("2026-03-10")
        self._post(-20)
        self._notify()
        self.assertEqual(
            self.Notice.search([], order="id").mapped("expiry"),
            [self.last_day, date(2026, 4, 9)],
        )

    def test_who_said_no(self):
        self._post(120, expiry=self.last_day)
        self.partner._crm_record_consent("service", False, "counter")
        self._notify()
        self.assertFalse(self._mails())
        self.assertEqual(self.Notice.search([]).state, "skipped")

    def test_blacklisted(self):
        self._post(120, expiry=self.last_day)
        self.env["mail.blacklist"]._add(self.partner.email)
        self._notify()
        self.assertFalse(self._mails())

    def test_message_first_then_mail(self):
        self._use_channel()
        self.rule.lapse_channel = "message"
        other = self._card(self.other_partner)
        self.other_partner.phone = "081"
        self._post(120, expiry=self.last_day)
        self._post(80, card=other, expiry=self.last_day)
        self._post(7, card=other, expiry=date(2026, 4, 15))
        self._notify()
        self._notify()
        [text] = self.sent
        self.assertIn("80 of your points end on 31 Mar 2026", text)
        self.assertEqual(len(self._mails()), 1)
        channels = {n.card_id: n.channel for n in self.Notice.search([])}
        self.assertEqual(channels, {self.card: "email", other: "pigeon"})

    def test_crash_after_a_message_left(self):
        """The process dies before it can note that the message went out."""

        def send_and_die(partners, notice):
            self.sent.append("gone")
            raise KeyboardInterrupt

        self._use_channel(send_and_die)
        self.rule.lapse_channel = "message"
        self.partner.phone = "081"
        self._post(120, expiry=self.last_day)
        self._notify(dies=True)
        self.assertEqual(self.Notice.search([]).state, "reserved")
        self._use_channel()
        self._notify()
        self.assertEqual(self.sent, ["gone"], "told twice")

    def test_crash_before_mails_are_queued(self):
        """Then there is neither mail nor note, and the next run sends it."""
        self._post(120, expiry=self.last_day)
        with patch.object(LoyaltyPointNotice, "_send", side_effect=KeyboardInterrupt):
            self._notify(dies=True)
        self.assertFalse(self.Notice.search([]))
        self._notify()
        self.assertEqual(len(self._mails()), 1)

    def test_batches(self):
        for number in range(5):
            partner = self.env["res.partner"].create(
                {"name": f"P{number}", "email": f"p{number}@example.com"}
            )
            self._post(10, card=self._card(partner), expiry=self.last_day)
        self._notify(limit=2)
        self.assertEqual(self.Notice.search([]).mapped("state"), ["sent"] * 5)

    def test_settings(self):
        for values in (
            {"lapse_days": 0},
            {"lapse_channel": "message", "lapse_text": False},
        ):
            with self.subTest(values), self.assertRaises(ValidationError):
                self.rule.write(values)
        with self.assertRaises(UserError):
            self.rule.lapse_text = "{no_such_thing}"

    def test_language_of_the_member(self):
        self.env["res.lang"]._activate_lang("th_TH")
        self.template.with_context(lang="th_TH").subject = "แต้มใกล้หมดอายุ"
        self.partner.lang = "th_TH"
        self._post(120, expiry=self.last_day)
        self._notify()
        self.assertEqual(self._mails().subject, "แต้มใกล้หมดอายุ")
