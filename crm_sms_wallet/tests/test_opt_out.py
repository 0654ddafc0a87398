from odoo.tests import tagged

from ..controllers import sms_links as pages
from ..tools import opt_out_texts, sms_links
from .common_law import LawHttpCase

THAI, ENGLISH = opt_out_texts.TEXTS["th"], opt_out_texts.TEXTS["en"]


@tagged("post_install", "-at_install")
class TestOptOut(LawHttpCase):
    """Ending advertising must be as easy as one tap: no form, no log-in, at once, and
    for the shop that sent the message only."""

    def setUp(self):
        super().setUp()
        self.agree(policy_version="7")
        self.message = self.deliver()
        self.path = f"/u/{self.message.token}"

    def consents(self):
        return self.customer.consent_ids.sorted("id")

    def test_opening_changes_nothing(self):
        for _time in range(2):
            answer = self.visit(self.path)
            self.assertEqual(answer.status_code, 200)
        self.assertEqual(self.visit(self.path, head=True).status_code, 200)
        self.assertFalse(self.stopped())
        self.assertTrue(self.agreed())

    def test_page_needs_nothing_but_a_tap(self):
        page = self.visit(self.path, Accept_Language="th-TH,th;q=0.9").text
        self.assertTrue(page.startswith("<!DOCTYPE html>"))
        self.assertIn(self.shop.name, page)
        self.assertIn(THAI["stop"], page)
        self.assertIn(THAI["question"] % {"shop": self.shop.name}, page)
        self.assertEqual(page.count("<button"), 1)
        for part in ("<input", "<script", "csrf", "<textarea", "src=", self.number):
            self.assertNotIn(part, page)
        self.assertIn("5678", page)

    def test_language(self):
        english = self.visit(self.path, Accept_Language="en-GB,en;q=0.9").text
        self.assertIn(ENGLISH["stop"], english)
        self.assertIn('lang="en"', english)
        asked = self.visit(f"{self.path}?lang=th", Accept_Language="en").text
        self.assertIn(THAI["stop"], asked)
        other = self.visit(self.path, Accept_Language="de-DE,fr;q=0.5").text
        self.assertIn(THAI["stop"], other)
        self.assertIn(f"{self.path}?lang=en", other)
        done = self.visit(f"{self.path}?lang=en", data={}).text
        self.assertIn("sends you no more advertising", done)

    def test_one_tap(self):
        answer = self.visit(self.path, data={})
        self.assertEqual(answer.status_code, 200)
        self.assertIn(THAI["undo"], answer.text)
        self.assertTrue(self.stopped())
        self.assertFalse(self.agreed())
        said = self.consents()[-1]
        self.assertEqual(
            (said.given, said.source, said.address, said.company_id, said.purpose),
            (False, "opt-out page", self.number, self.shop, "marketing_sms"),
        )
        stop = self.stops.search([("number", "=", self.number)])
        self.assertEqual((stop.source, stop.delivery_id), ("page", self.message))
        self.assertIn(THAI["undo"], self.visit(self.path).text)

    def test_twice_is_once(self):
        for _time in range(3):
            self.visit(self.path, data={})
        self.assertEqual(len(self.consents()), 2)
        self.assertEqual(len(self.stops.search([("number", "=", self.number)])), 1)

    def test_button_of_a_mail_program(self):
        answer = self.visit(self.path, data={"List-Unsubscribe": "One-Click"})
        self.assertEqual(answer.status_code, 200)
        self.assertTrue(self.stopped())

    def test_other_company_goes_on(self):
        self.agree(self.other)
        waiting = self.deliver(self.other, state="queued")
        self.visit(self.path, data={})
        self.assertFalse(self.stopped(self.other))
        self.assertTrue(self.agreed(self.other))
        self.assertEqual(waiting.state, "queued")
        self.assertFalse(self.env["phone.blacklist"].search([]))

    def test_what_waits_is_taken_back(self):
        waiting = self.deliver(state="queued")
        prepared = self.deliver(state="draft")
        service = self.deliver(state="queued", purpose="service")
        leaving = self.deliver(state="sending")
        self.visit(self.path, data={})
        self.assertEqual(waiting.state, "cancelled")
        self.assertEqual(waiting.failure_type, "stopped")
        self.assertFalse(waiting.waiting)
        self.assertEqual(prepared.state, "cancelled")
        self.assertEqual(service.state, "queued")
        self.assertEqual(leaving.state, "sending")

    def test_undo(self):
        self.visit(self.path, data={})
        answer = self.visit(f"{self.path}/undo", data={})
        self.assertIn(THAI["undone"] % {"shop": self.shop.name}, answer.text)
        self.assertFalse(self.stopped())
        self.assertTrue(self.agreed())
        self.assertEqual(self.consents()[-1].policy_version, "7")
        # again: nothing more happens
        self.visit(f"{self.path}/undo", data={})
        self.assertEqual(len(self.consents()), 3)
        # and the proof of what was said stays
        rows = self.stops.with_context(active_test=False)
        self.assertEqual(len(rows.search([("number", "=", self.number)])), 1)
        self.visit(self.path, data={})
        self.assertTrue(self.stopped())
        self.assertFalse(self.agreed())

    def test_undo_gives_no_consent_that_never_was(self):
        self.customer.consent_ids.sudo().unlink()
        self.visit(self.path, data={})
        self.assertEqual(self.consents().mapped("given"), [False])
        self.visit(f"{self.path}/undo", data={})
        self.assertFalse(self.stopped())
        self.assertFalse(self.agreed())

    def test_what_staff_or_operator_entered_stays(self):
        for source in ("manual", "operator"):
            stop = self.stops._stop(self.shop, [self.number], source)
            page = self.visit(self.path).text
            self.assertNotIn(THAI["undo"], page)
            self.visit(f"{self.path}/undo", data={})
            self.assertTrue(self.stopped(), source)
            stop._lift("test")

    def test_message_to_nobody_known(self):
        message = self.deliver(partner_id=False)
        self.visit(f"/u/{message.token}", data={})
        self.assertTrue(self.stopped())
        self.visit(f"/u/{message.token}/undo", data={})
        self.assertFalse(self.stopped())

    def test_one_answer_to_all_that_leads_nowhere(self):
        """Forged, erased, malformed: nobody learns which."""
        erased = self.deliver(number=False, partner_id=False)
        wrong = [sms_links.token(), erased.token, "abc", "A" * 9, "%00abcdefg", "ก" * 8]
        pages = set()
        for token in wrong:
            for path, data in ((f"/u/{token}", None), (f"/u/{token}", {})):
                answer = self.visit(path, data=data)
                self.assertEqual(answer.status_code, 404, token)
                pages.add(answer.text)
            pages.add(self.visit(f"/u/{token}/undo", data={}).text)
            pages.add(self.visit(f"/s/{token}").text)
        self.assertEqual(len(pages), 1)
        self.assertFalse(self.stops.search([]))

    def test_who_guesses_is_refused(self):
        limit, pages.TRIES = pages.TRIES, 5
        self.addCleanup(setattr, pages, "TRIES", limit)
        for _try in range(5):
            self.visit(f"/u/{sms_links.token()}")
        answer = self.visit(self.path)
        self.assertEqual(answer.status_code, 404)
        self.assertIn(THAI["gone"], answer.text)
        self.visit(self.path, data={})
        self.assertFalse(self.stopped())

    def test_the_same_wrong_link_again_and_again_is_no_guessing(self):
        limit, pages.TRIES = pages.TRIES, 3
        self.addCleanup(setattr, pages, "TRIES", limit)
        wrong = sms_links.token()
        for _try in range(5):
            self.visit(f"/u/{wrong}")
        self.assertEqual(self.visit(self.path).status_code, 200)

    def test_headers(self):
        for answer in (self.visit(self.path), self.visit(self.path, data={})):
            headers = answer.headers
            self.assertEqual(headers["Cache-Control"], "no-store")
            self.assertEqual(headers["Referrer-Policy"], "no-referrer")
            self.assertIn("frame-ancestors 'none'", headers["Content-Security-Policy"])
            self.assertIn("noindex", headers["X-Robots-Tag"])
            self.assertNotIn("Set-Cookie", headers)

    def test_merged_customer_keeps_the_word(self):
        twin = self.env["res.partner"].create({"name": "Anong", "phone": self.number})
        self.visit(self.path, data={})
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((self.customer | twin).ids, twin)
        self.env.invalidate_all()
        self.assertFalse(self.customer.exists())
        self.assertEqual(self.message.partner_id, twin)
        self.assertTrue(self.stopped())
        self.assertFalse(twin._crm_consent_given("marketing_sms"))
        self.visit(f"{self.path}/undo", data={})
        self.assertEqual(twin._crm_consent_given("marketing_sms"), twin)

    def test_link_in_an_email(self):
        """Of an automatic e-mail: ends e-mails, and nothing else."""
        self.customer.email = "anong@example.com"
        self.agree(purpose="marketing_email")
        automation = self.env["crm.automation"].create(
            {"name": "x", "moment": "birthday", "text": "x", "channel": "email"}
        )
        now = "2026-01-01 00:00:00"
        event = self.env["crm.automation.event"].sudo()
        event = event.create(
            {
                "automation_id": automation.id,
                "company_id": self.shop.id,
                "partner_id": self.customer.id,
                "event_key": "birthday:2026",
                "happened_at": now,
                "due_at": now,
            }
        )
        event._sent(sms_links.token())
        path = f"/u/{event.token}"
        page = self.visit(path).text
        self.assertIn("a•••@example.com", page)
        self.assertTrue(self.agreed(purpose="marketing_email"))
        self.visit(path, data={"List-Unsubscribe": "One-Click"})
        self.assertFalse(self.agreed(purpose="marketing_email"))
        self.assertTrue(self.agreed())
        self.assertFalse(self.stopped())
        self.assertIn(THAI["undo"], self.visit(path).text)
        self.visit(f"{path}/undo", data={})
        self.assertTrue(self.agreed(purpose="marketing_email"))
        self.assertEqual(self.visit(f"/s/{event.token}").status_code, 404)
