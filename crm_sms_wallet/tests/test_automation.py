from datetime import datetime, timedelta
from unittest.mock import patch

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ..tools import sms_links
from ..tools.automation_texts import READY
from .common_automation import NOON, AutomationCase

HOUR = timedelta(hours=1)
NEXT_YEAR = NOON.replace(year=2028)


@tagged("post_install", "-at_install")
class TestAutomation(AutomationCase):
    """A greeting that comes twice, at night, or to somebody who said no, is worse than
    none."""

    # -- once per event ----------------------------------------------------------------

    def test_birthday(self):
        self.agree()
        automation = self.automation()
        self.run_job()
        message = self.sent()
        self.assertEqual(len(message), 1)
        self.assertEqual(message.number, self.number)
        self.assertEqual(message.purpose, "marketing_sms")
        self.assertEqual(message.partner_id, self.customer)
        self.assertEqual(message.state, "queued")
        page = sms_links.opt_out_url(self.shop._sms_link_base(), message.token)
        self.assertEqual(message.text, f"{self.shop.name}: happy birthday Anong {page}")
        event = automation.event_ids
        self.assertEqual((event.state, event.delivery_id), ("sent", message))
        self.assertEqual(event.event_key, "birthday:2027")
        self.assertEqual((automation.count_sent, automation.count_waiting), (1, 0))

    def test_once_however_often_it_runs(self):
        self.agree()
        automation = self.automation()
        self.run_job(times=3)
        self.at(NOON + HOUR)
        self.run_job(times=2)
        automation.is_on = False
        automation.is_on = True
        self.at(NOON + 2 * HOUR)
        self.run_job()
        self.assertEqual(len(self.sent()), 1)
        # next year again
        self.at(NEXT_YEAR)
        self.run_job(times=2)
        self.assertEqual(
            self.sent().sorted("id").mapped("queued_at"),
            [NOON, NEXT_YEAR],
        )

    def test_crash_after_noting(self):
        """What was noted and not sent is sent by the next run."""
        self.agree()
        automation = self.automation()
        automation._note_events(NOON)
        self.assertEqual(automation.event_ids.state, "waiting")
        self.run_job(times=2)
        self.assertEqual(len(self.sent()), 1)

    def test_crash_while_sending(self):
        """The message and the note that it was sent stand or fall together."""
        self.agree()
        automation = self.automation()
        automation._note_events(NOON)
        sending = type(self.events)._sent

        def crash(event, token, **values):
            sending(event, token, **values)
            raise RuntimeError("the worker dies here")

        with patch.object(type(self.events), "_sent", crash):
            with self.assertRaises(RuntimeError), self.env.cr.savepoint():
                automation.sudo()._send_batch(NOON, 10)
        self.env.invalidate_all()
        self.assertEqual(automation.event_ids.state, "waiting")
        self.assertFalse(self.sent())
        self.run_job(times=2)
        self.assertEqual(len(self.sent()), 1)

    def test_one_that_fails_does_not_stop_the_others(self):
        self.agree()
        broken = self.automation(sequence=1)
        self.env.cr.execute(
            "UPDATE crm_automation SET text_en = '{no_such_thing}' WHERE id = %s",
            [broken.id],
        )
        broken.invalidate_recordset()
        fine = self.automation(sequence=2)
        with mute_logger("odoo.addons.crm_sms_wallet.models.crm_automation_run"):
            self.run_job()
        self.assertIn("no_such_thing", broken.last_error)
        self.assertEqual(fine.event_ids.state, "sent")
        broken.text_en = False
        self.run_job()
        self.assertFalse(broken.last_error)
        self.assertEqual(broken.event_ids.state, "sent")

    def test_batches(self):
        people = [self.person(f"P{n}") for n in range(7)]
        self.automation()
        self.run_job(limit=3)
        self.assertEqual(
            self.sent().partner_id.sorted("id").ids, sorted(p.id for p in people)
        )
        self.assertEqual(len(self.sent()), 7)
        self.assertEqual(len(set(self.sent().mapped("token"))), 7)

    # -- never for what was before -----------------------------------------------------

    def test_switching_on_reaches_nobody_of_before(self):
        self.agree()
        self.automation(on_since=NOON)
        self.run_job()
        self.assertFalse(self.sent())
        self.at(NEXT_YEAR)
        self.run_job()
        self.assertEqual(len(self.sent()), 1)

    def test_switched_on_today_is_noted_by_the_server(self):
        automation = self.automations.create(
            {"name": "x", "moment": "birthday", "text": "{shop} {optout}"}
        )
        self.assertFalse(automation.is_on)
        self.assertFalse(automation.on_since)
        editor = new_test_user(
            self.env,
            "automation_editor",
            "crm_segments.crm_segments_group_editor",
            company_id=self.shop.id,
            company_ids=[(6, 0, self.shop.ids)],
        )
        automation.with_user(editor).write({"is_on": True, "on_since": "2020-01-01"})
        self.assertEqual(automation.on_since, NOON)
        self.at(NOON + HOUR)
        automation.delay = 1
        self.assertEqual(automation.on_since, NOON + HOUR, "it begins anew")

    def test_not_too_late(self):
        """After days in which no job ran nobody is congratulated."""
        self.agree()
        automation = self.automation()
        automation._note_events(NOON)
        self.at(NOON + timedelta(days=3))
        self.run_job()
        self.assertFalse(self.sent())
        self.assertEqual(automation.event_ids.reason, "late")

    def test_switched_off_drops_what_waits(self):
        self.agree()
        automation = self.automation()
        automation._note_events(NOON)
        automation.is_on = False
        self.assertEqual(automation.event_ids.reason, "off")
        automation.is_on = True
        self.run_job()
        self.assertFalse(self.sent())

    # -- hours -------------------------------------------------------------------------

    def test_quiet_hours(self):
        self.agree()
        automation = self.automation(hours_from=9, hours_until=20)
        for local, count in (
            ((0, 30), 0),
            ((8, 59), 0),
            ((9, 0), 1),
        ):
            self.at(datetime(2027, 3, 10, *local) - 7 * HOUR)
            self.run_job()
            self.assertEqual(len(self.sent()), count, local)
        self.assertEqual(automation.event_ids.state, "sent")

    def test_quiet_in_the_evening(self):
        self.agree()
        self.automation(hours_from=9, hours_until=20, delay=20, delay_unit="hours")
        self.at(datetime(2027, 3, 10, 13, 0))  # 20:00 in Bangkok
        self.run_job()
        self.assertFalse(self.sent())
        self.at(datetime(2027, 3, 11, 2, 0))
        self.run_job()
        self.assertEqual(len(self.sent()), 1)

    # -- when --------------------------------------------------------------------------

    def test_days_before(self):
        self.agree()
        self.automation(delay=-3, on_since=NOON - timedelta(days=30))
        self.at(datetime(2027, 3, 6, 5))
        self.run_job()
        self.assertFalse(self.sent())
        self.at(datetime(2027, 3, 7, 5))
        self.run_job(times=2)
        self.assertEqual(len(self.sent()), 1)
        self.at(NOON)
        self.run_job()
        self.assertEqual(len(self.sent()), 1)

    def test_29_february(self):
        self.agree()
        self.customer.birthdate = "1992-02-29"
        self.automation(on_since=datetime(2027, 1, 1))
        for day, count in ((datetime(2027, 2, 28, 5), 0), (datetime(2027, 3, 1, 5), 1)):
            self.at(day)
            self.run_job(times=2)
            self.assertEqual(len(self.sent()), count, day)
        self.at(datetime(2028, 2, 29, 5))
        self.run_job(times=2)
        self.assertEqual(len(self.sent()), 2)
        self.at(datetime(2028, 3, 1, 5))
        self.run_job()
        self.assertEqual(len(self.sent()), 2)

    def test_nothing_before_what_nobody_knows(self):
        with self.assertRaises(ValidationError):
            self.automation(moment="welcome", delay=-1)

    # -- who ---------------------------------------------------------------------------

    def test_nothing_without_consent(self):
        automation = self.automation()
        self.run_job()
        self.assertFalse(self.sent())
        self.assertEqual(automation.event_ids.reason, "consent")
        self.assertEqual(automation.count_skipped, 1)
        # whoever agrees later does not get it afterwards
        self.agree()
        self.run_job()
        self.assertFalse(self.sent())

    def test_consent_of_another_company_or_purpose(self):
        self.agree(self.other)
        self.agree(purpose="marketing_email")
        self.automation()
        self.run_job()
        self.assertFalse(self.sent())

    def test_stopped_number(self):
        self.agree()
        self.stops._stop(self.shop, [self.number], "manual")
        automation = self.automation()
        self.run_job()
        self.assertFalse(self.sent())
        self.assertEqual(automation.event_ids.reason, "stopped")

    def test_stopped_at_another_company(self):
        self.agree()
        self.stops._stop(self.other, [self.number], "page")
        self.automation()
        self.run_job()
        self.assertEqual(len(self.sent()), 1)

    def test_service_needs_no_consent_and_hears_a_no(self):
        self.stops._stop(self.shop, [self.number], "page")
        service = {"purpose": "service", "text": "{shop}", "text_en": False}
        self.automation(**service)
        self.run_job()
        self.assertEqual(self.sent().purpose, "service")
        self.agree(purpose="service", given=False)
        second = self.automation(**service)
        self.run_job()
        self.assertEqual(second.event_ids.reason, "consent")

    def test_no_mobile_phone(self):
        automation = self.automation()
        for phone in (False, "+6621234567", "02 123 4567"):
            self.agree()
            self.customer.phone = phone
            self.run_job()
            self.assertEqual(automation.event_ids.reason, "address", phone)
            automation.event_ids.sudo().unlink()
        self.assertFalse(self.sent())

    def test_other_companys_customers(self):
        self.customer.company_id = self.other
        self.agree()
        self.agree(self.other)
        self.automation()
        self.run_job()
        self.assertFalse(self.sent())

    # -- texts -------------------------------------------------------------------------

    def test_language(self):
        self.env["res.lang"]._activate_lang("th_TH")
        self.agree()
        self.customer.lang = "th_TH"
        self.automation()
        self.run_job()
        self.assertIn("สุขสันต์วันเกิด Anong", self.sent().text)

    def test_links_are_short_and_counted(self):
        self.agree()
        text = "{shop} https://shop.co.th/gift {optout}"
        automation = self.automation(text=text, text_en=False)
        self.run_job()
        message = self.sent()
        self.assertIn(f"https://tea.example/s/{message.token} ", message.text)
        link = self.env["crm.sms.link"]._of_message(message, 1)
        self.assertEqual(link.url, "https://shop.co.th/gift")
        self.assertEqual(
            (link.res_model, link.res_id), (automation._name, automation.id)
        )

    def test_what_the_law_forbids_is_not_switched_on(self):
        for text in ("{shop} no way out", "{shop} bit.ly/x {optout}", "{optout} {zzz}"):
            with self.assertRaises(ValidationError):
                self.automation(text=text)
        automation = self.automation(text="{shop} no way out", is_on=False)
        with self.assertRaises(ValidationError):
            automation.is_on = True
        automation.text = "{shop} {optout}"
        automation.is_on = True
        with self.assertRaises(ValidationError):
            automation.text = "{shop}"

    def test_preview(self):
        automation = self.automation(is_on=False)
        member = self.env["res.partner"].with_context(crm_customer=True)
        member.create({"name": "Somchai", "company_id": self.shop.id, "lang": "en_US"})
        self.assertIn("happy birthday Somchai", automation.preview)
        self.assertIn("https://tea.example/u/xxxxxxxx", automation.preview)
        self.assertIn("66 characters", automation.preview_cost)
        self.assertFalse(self.sent())

    # -- e-mail ------------------------------------------------------------------------

    def test_email(self):
        self.agree(purpose="marketing_email")
        automation = self.automation(channel="email", subject="Hooray")
        self.run_job(times=2)
        mail = self.env["mail.mail"].search([("subject", "=", "Hooray")])
        self.assertEqual(len(mail), 1)
        event = automation.event_ids
        self.assertEqual(event.state, "sent")
        self.assertIn(f"https://tea.example/u/{event.token}", mail.body_html)
        self.assertFalse(self.sent())
        event._opt_out()
        self.assertFalse(self.agreed(purpose="marketing_email"))
        self.assertFalse(self.stopped())
        event._opt_out()
        self.assertEqual(len(self.customer.consent_ids), 2)
        self.assertTrue(event._undo_opt_out())
        self.assertTrue(self.agreed(purpose="marketing_email"))

    # -- ready-made --------------------------------------------------------------------

    def test_ready_for_each_moment(self):
        page = self.automations.action_open_page()
        mine = self.automations.search([("company_id", "=", self.shop.id)])
        moments = set(dict(self.automations._selection_moment()))
        self.assertEqual(set(mine.mapped("moment")), moments & READY.keys())
        self.assertFalse(any(mine.mapped("is_on")))
        self.assertEqual(page["res_model"], "crm.automation")
        # whatever is ready can be switched on
        mine.is_on = True
        self.automations.action_open_page()
        again = self.automations.search([("company_id", "=", self.shop.id)])
        self.assertEqual(again, mine)
        mine[:1].active = False
        self.assertFalse(mine[:1].is_on)
        self.automations.action_open_page()
        self.assertEqual(
            self.automations.search([("company_id", "=", self.shop.id)]), mine[1:]
        )

    def test_welcome(self):
        self.at(NOON)
        automation = self.automation(moment="welcome", on_since=NOON)
        partners = self.env["res.partner"].with_context(crm_customer=True)
        new = partners.create(
            {"name": "New", "phone": "+66812345699", "company_id": self.shop.id}
        )
        self.env.cr.execute(
            "UPDATE res_partner SET create_date = %s WHERE id = %s",
            [NOON + HOUR, new.id],
        )
        new._crm_record_consent("marketing_sms")
        self.at(NOON + 2 * HOUR)
        self.run_job(times=2)
        self.assertEqual(automation.event_ids.partner_id, new)
        self.assertEqual(self.sent().partner_id, new)

    # -- rights ------------------------------------------------------------------------

    def test_rights(self):
        automation = self.automation(is_on=False)
        users = {
            role: new_test_user(
                self.env,
                f"automation_{role}",
                f"crm_segments.crm_segments_group_{role}",
                company_id=self.shop.id,
                company_ids=[(6, 0, self.shop.ids)],
            )
            for role in ("viewer", "officer", "editor")
        }
        for role in ("viewer", "officer"):
            mine = automation.with_user(users[role])
            self.assertTrue(mine.preview)
            mine.action_open_page()
            with self.assertRaises(AccessError):
                mine.is_on = True
        editor = automation.with_user(users["editor"])
        editor.is_on = True
        with self.assertRaises(AccessError):
            editor.unlink()
        events = self.events.with_user(users["editor"])
        for operation in ("create", "write", "unlink"):
            self.assertFalse(events.has_access(operation))
        theirs = self.automations.create(
            {
                "name": "x",
                "moment": "birthday",
                "text": "x",
                "company_id": self.other.id,
            }
        )
        with self.assertRaises(AccessError):
            theirs.with_user(users["editor"]).read(["text"])
        self.assertNotIn(theirs, self.automations.with_user(users["editor"]).search([]))

    def test_portal_users_have_no_page(self):
        portal = new_test_user(self.env, "automation_portal", "base.group_portal")
        with self.assertRaises(AccessError):
            self.automations.with_user(portal).action_open_page()

    # -- people ------------------------------------------------------------------------

    def test_merge(self):
        """Who was congratulated under one name is not again under the other."""
        self.agree()
        twin = self.person("Anong", company_id=self.shop.id)
        automation = self.automation()
        late = self.automation()
        self.run_job()
        self.assertEqual(len(self.sent()), 4)
        late.event_ids.sudo().filtered(lambda e: e.partner_id == twin).write(
            {"state": "waiting"}
        )
        kept = self.events.search(
            [("state", "=", "sent"), ("automation_id", "=", late.id)]
        )
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((self.customer | twin).ids, twin)
        self.env.invalidate_all()
        self.assertEqual(len(automation.event_ids), 1)
        self.assertEqual(late.event_ids, kept)
        self.assertEqual(late.event_ids.partner_id, twin)
        self.run_job(times=2)
        self.assertEqual(len(self.sent()), 4)
