import io
import json
import zipfile
from datetime import timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, HttpCase, TransactionCase, new_test_user, tagged
from odoo.tools import mute_logger

from ..tools.local_date import local_today
from ..tools.personal_texts import find_traces

GROUP = "crm_segments.crm_segments_group_{}"
NAME, PHONE = "Pornthip Wattanakul", "089 123 4567"
TRACE = r"pornthip|wattanakul|8[\s.()-]*9[\s.()-]*1[\s.()-]*2[\s.()-]*3[\s.()-]*4[\s.()-]*5[\s.()-]*6[\s.()-]*7"  # noqa: E501


class DeskCase(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.company.country_id = cls.env.ref("base.th")
        cls.users = {
            role: new_test_user(
                cls.env, f"desk_{role}", GROUP.format(role), password=f"desk_{role}"
            )
            for role in ("viewer", "officer", "editor", "manager")
        }
        cls.manager = cls.users["manager"]
        cls.person = (
            cls.env["res.partner"]
            .with_context(crm_customer=True)
            .create({"name": NAME, "phone": PHONE})
        )
        cls.person._crm_record_consent("marketing_sms", address=PHONE)
        cls.Request = cls.env["crm.privacy.request"]

    def _request(self, kind="access", user=None, **values):
        values = {"kind": kind, "partner_id": self.person.id, **values}
        return self.Request.with_user(user or self.manager).create(values)


@tagged("post_install", "-at_install")
class TestPrivacyDesk(DeskCase):
    """The law gives a month. A request that nobody sees, or that the wrong person
    carries out, costs the shop a fine and the customer the trust."""

    def test_found_by_phone_in_any_form(self):
        partners = self.env["res.partner"].with_user(self.manager)
        for text in ("0891234567", "+66 89 123 4567", "0066891234567", "089-123"):
            found = [id_ for id_, _name in partners.name_search(text)]
            self.assertIn(self.person.id, found, text)

    def test_due_date_reminder_and_overdue(self):
        self.env.company.write({"privacy_days": 20, "privacy_remind_days": 5})
        self.env.company.privacy_user_id = self.manager
        form = Form(self.Request.with_user(self.users["officer"]))
        form.partner_id = self.person
        form.kind = "erase"
        request = form.save()
        today = local_today(self.env)
        self.assertEqual(request.due_on, today + timedelta(days=20))
        activity = request.sudo().activity_ids
        self.assertEqual(activity.user_id, self.manager)
        self.assertEqual(activity.date_deadline, today + timedelta(days=15))
        self.assertFalse(request.is_overdue)
        late = self._request(received_on=today - timedelta(days=21))
        self.assertTrue(late.is_overdue)
        self.assertEqual((late.situation, request.situation), ("overdue", "open"))
        found = self.Request.search([("is_overdue", "=", True)])
        self.assertIn(late, found)
        self.assertNotIn(request, found)
        late.action_done()
        self.assertFalse(late.is_overdue or late.sudo().activity_ids)
        self.assertEqual(late.closed_by_id, self.manager)

    def test_who_may_do_what(self):
        request = self._request(user=self.users["officer"])
        for role in ("officer", "editor"):
            as_role = request.with_user(self.users[role])
            for act in (as_role._export, as_role._erase, as_role.action_withdraw):
                with self.subTest(role, act=act.__name__):
                    with self.assertRaises(AccessError):
                        act()
            with self.assertRaises(AccessError):
                as_role.write({"state": "done"})
            with self.assertRaises(AccessError):
                as_role.read(["holdings"])
        with self.assertRaises(AccessError):
            self._request(user=self.users["viewer"])
        with self.assertRaises(AccessError):
            request.with_user(self.manager).unlink()
        self.assertEqual(self.person.name, NAME)

    def test_export_tells_what_is_held_and_is_noted(self):
        request = self._request()
        self.assertIn("Consents", request.holdings)
        _name, content = request._export()
        archive = zipfile.ZipFile(io.BytesIO(content))
        self.assertEqual(json.loads(archive.read("profile.json"))[0]["phone"], PHONE)
        self.assertTrue(request.exported_on)
        self.assertIn("copy", request.message_ids[0].body)

    def test_withdraw(self):
        request = self._request("withdraw")
        self.assertTrue(self.person.consent_marketing_sms)
        request.action_withdraw()
        self.person.invalidate_recordset()
        self.assertFalse(self.person.consent_marketing_sms)
        self.assertEqual(request.state, "done")
        with self.assertRaises(UserError):
            request.action_withdraw()

    def test_refused_only_with_a_reason(self):
        request = self._request("erase")
        with self.assertRaises(UserError):
            request.action_refuse()
        with self.assertRaises(UserError):
            request.action_done()
        request.refusal = "Invoices under dispute"
        request.action_refuse()
        self.assertEqual(request.state, "refused")
        request.action_reopen()
        self.assertEqual(request.state, "open")

    def test_erase_after_preview_and_confirmation(self):
        earlier = self._request(note=f"{NAME} called from {PHONE}", requester=NAME)
        request = self._request("erase")
        action = request.action_preview_erase()
        wizard = self.env[action["res_model"]].browse(action["res_id"])
        wizard = wizard.with_user(self.manager)
        self.assertIn("Deleted", wizard.preview)
        self.assertIn("Stays without names", wizard.preview)
        for typed in ("", "yes"):
            wizard.typed = typed
            with self.assertRaises(UserError):
                wizard.action_erase()
        self.assertEqual(self.person.name, NAME)
        wizard.typed = f" {self.person.member_number.lower()} "
        wizard.action_erase()
        self.assertEqual(request.state, "done")
        self.assertEqual(request.pseudonym, self.person.name)
        self.assertIn(request.pseudonym, request.display_name)
        self.assertFalse(earlier.note or earlier.requester)
        self.assertEqual(find_traces(self.env, TRACE), {})
        with self.assertRaises(UserError):
            request.action_reopen()

    def test_customers_of_other_companies_are_not_erased(self):
        other = self.env["res.company"].create({"name": "Second Shop"})
        self.person.with_company(other)._crm_record_consent("service")
        request = self._request("erase")
        with self.assertRaises(AccessError):
            request._erase()
        self.assertEqual(self.person.name, NAME)


@tagged("post_install", "-at_install")
class TestPrivacyDownload(DeskCase, HttpCase):
    """The download holds everything about a person: only those who may make it get
    it, whatever number stands in the address."""

    def test_download(self):
        request = self._request()
        url = f"/crm/privacy/{request.id}/export"
        self.env.flush_all()
        answer = self.url_open(url, allow_redirects=False)
        self.assertNotEqual(answer.status_code, 200)
        self.authenticate("desk_officer", "desk_officer")
        with mute_logger("odoo.http"):
            self.assertEqual(self.url_open(url).status_code, 403)
        self.assertEqual(self.url_open("/crm/privacy/0/export").status_code, 404)
        self.authenticate("desk_manager", "desk_manager")
        answer = self.url_open(url)
        self.assertEqual(answer.headers["Cache-Control"], "no-store")
        names = zipfile.ZipFile(io.BytesIO(answer.content)).namelist()
        self.assertIn("profile.csv", names)
