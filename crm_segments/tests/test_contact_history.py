import random
from datetime import datetime, timedelta
from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.tests import TransactionCase, new_test_user, tagged

GROUP = "crm_segments.crm_segments_group_{}"
STATES = {
    "ready": "waiting",
    "process": "waiting",
    "pending": "sent",
    "sent": "sent",
    "bounce": "failed",
    "exception": "failed",
    "canceled": "cancelled",
}
RESULTS = ("reached", "no_answer", "busy", "wrong_number")
NOW = datetime(2026, 11, 20, 9, 0)


@tagged("post_install", "-at_install")
class ContactCase(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        partners = cls.env["res.partner"].with_context(crm_customer=True)
        cls.customer, cls.other = partners.create(
            [{"name": "Nok Shop", "is_company": True}, {"name": "Somebody"}]
        )
        cls.contact = cls.env["res.partner"].create(
            {"name": "Lek", "parent_id": cls.customer.id}
        )
        cls.users = {
            role: new_test_user(cls.env, f"contact_{role}", GROUP.format(role))
            for role in ("viewer", "officer", "manager")
        }
        cls.colleague = new_test_user(
            cls.env, "contact_colleague", GROUP.format("officer")
        )

    def history(self, user=None, customer=None):
        self.env.flush_all()
        self.env.invalidate_all()
        user = user or self.users["viewer"]
        return (customer or self.customer).with_user(user).contact_history_ids

    def message(self, partner, kind="email", state="sent", body="Hello", **values):
        message = self.env["mail.message"].create(
            {
                "message_type": "sms" if kind == "sms" else "comment",
                "model": "res.partner",
                "res_id": partner.id,
                "body": body,
                "date": NOW,
                "record_company_id": self.env.company.id,
                **values,
            }
        )
        self.env["mail.notification"].create(
            {
                "mail_message_id": message.id,
                "res_partner_id": partner.id,
                "notification_type": kind,
                "notification_status": state,
                "is_read": True,
            }
        )
        return message

    def call(self, user=None, **values):
        calls = self.env["crm.contact.call"].with_user(user or self.env.user)
        return calls.create({"partner_id": self.customer.id, **values})


class TestContactHistory(ContactCase):
    """A customer says nobody ever called. Whoever looks must see every message and
    every call, and nothing that was said to others."""

    def test_equals_brute_force(self):
        draw = random.Random(7)
        kinds = ["email", "sms"] if "sms.sms" in self.env else ["email"]
        people = [self.customer, self.contact, self.other]
        expected = []

        def note(partner, *row):
            if partner != self.other:
                expected.append(row)

        for number in range(60):
            partner = draw.choice(people)
            date = NOW - timedelta(minutes=draw.randrange(10**6))
            match draw.choice([*kinds, "call", "received"]):
                case "call":
                    result = draw.choice(RESULTS)
                    direction = draw.choice(["in", "out"])
                    self.call(
                        partner_id=partner.id,
                        date=date,
                        result=result,
                        direction=direction,
                        note=f"n{number}",
                    )
                    note(partner, "call", direction, date, f"n{number}", result)
                case "received":
                    self.env["mail.message"].create(
                        {
                            "message_type": "email",
                            "author_id": partner.id,
                            "body": f"<p>r{number}</p>",
                            "date": date,
                        }
                    )
                    note(partner, "email", "in", date, f"r{number}", "received")
                case kind:
                    state = draw.choice(list(STATES))
                    self.message(partner, kind, state, f"m{number}", date=date)
                    shown = STATES[state]
                    if (kind, state) == ("sms", "sent"):
                        shown = "delivered"
                    note(partner, kind, "out", date, f"m{number}", shown)
        rows = self.history()
        self.assertEqual(
            rows.mapped("date"), sorted((row[2] for row in expected), reverse=True)
        )
        found = [(r.channel, r.direction, r.date, r.text, r.state) for r in rows]
        self.assertCountEqual(found, expected)
        self.assertEqual(rows.customer_id, self.customer)
        self._check_totals(expected)

    def _check_totals(self, expected):
        customer = self.customer.with_user(self.users["viewer"])
        self.assertEqual(customer.contact_count, len(expected))
        labels = {"email": "E-mail", "sms": "SMS", "call": "Call"}
        parts = {
            f"{label} {sum(row[0] == channel for row in expected)}"
            for channel, label in labels.items()
        }
        summary = set(customer.contact_summary.split(" · "))
        self.assertEqual(summary, {part for part in parts if not part.endswith(" 0")})

    def test_text_is_plain(self):
        self.message(
            self.customer,
            body="<div>A &amp; B<br>2 &lt; 3</div><p>it's &nbsp;fine</p>",
            subject="News",
        )
        self.assertEqual(self.history().text, "News – A & B 2 < 3 it's fine")

    def test_staff_are_no_customers(self):
        self.message(self.users["officer"].partner_id, body="Wages")
        history = self.env["crm.contact.history"].search([("text", "=", "Wages")])
        self.assertFalse(history)

    def test_text_of_documents_needs_the_right_to_read_them(self):
        order = self.env["sale.order"].create({"partner_id": self.customer.id})
        self.message(self.customer, model="sale.order", res_id=order.id, body="Offer")
        row = self.history()
        self.assertEqual((row.text, row.state), (False, "sent"))
        seller = new_test_user(
            self.env, "contact_seller", "sales_team.group_sale_salesman_all_leads"
        )
        self.assertEqual(self.history(seller).text, "Offer")

    def test_another_company_is_out_of_sight(self):
        company = self.env["res.company"].create({"name": "Second Shop"})
        self.message(self.customer, record_company_id=company.id)
        self.call(company_id=company.id)
        self.assertFalse(self.history())
        customer = self.customer.with_user(self.users["viewer"])
        self.assertEqual(customer.contact_count, 0)

    def test_the_erased_are_forgotten(self):
        self.message(self.customer)
        self.call()
        self.customer._crm_erase()
        self.assertFalse(self.history())
        calls = self.env["crm.contact.call"].search(
            [("partner_id", "=", self.customer.id)]
        )
        self.assertFalse(calls)

    def test_notice_outlives_its_mail(self):
        self.other.email = "somebody@example.com"
        self.other._crm_notify("email", "Points end soon", subject="Points")
        row = self.history(customer=self.other)
        self.assertEqual((row.text, row.state), ("Points – Points end soon", "waiting"))
        mail = self.env["mail.mail"].search([("subject", "=", "Points")])
        server = type(self.env["ir.mail_server"])
        with (
            patch.object(server, "_disable_send", lambda *args: False),
            patch.object(server, "_connect__", lambda *args, **kw: None),
            patch.object(server, "send_email", lambda *args, **kw: "id"),
        ):
            mail.send()
        self.assertFalse(mail.exists())
        row = self.history(customer=self.other)
        self.assertEqual((row.text, row.state), ("Points – Points end soon", "sent"))

    def test_a_row_opens_what_was_said(self):
        self.message(self.customer)
        row = self.history()
        action = row.action_open()
        self.assertEqual((action["res_model"], action["res_id"]), (row._name, row.id))
        action = row.action_open_document()
        self.assertEqual(action["res_id"], self.customer.id)
        call = self.call()
        action = self.history().filtered(lambda r: r.channel == "call").action_open()
        self.assertEqual((action["res_model"], action["res_id"]), (call._name, call.id))


class TestContactCall(ContactCase):
    """Logging a call must be quicker than not logging it, and nobody may write what
    another one heard."""

    def test_one_press(self):
        officer = self.users["officer"]
        action = self.customer.with_user(officer).action_log_call()
        call = self.env["crm.contact.call"].browse(action["res_id"])
        self.assertEqual(
            (call.partner_id, call.user_id, call.direction, call.result),
            (self.customer, officer, "out", "reached"),
        )
        self.assertAlmostEqual(call.date, datetime.now(), delta=timedelta(minutes=1))
        self.assertEqual(self.history().state, "reached")
        self.assertEqual(self.history().author_id, officer)

    def test_own_calls_are_changed_and_taken_back(self):
        officer = self.users["officer"]
        call = self.call(officer)
        self.assertTrue(call.own)
        call.write({"result": "busy", "note": "again at five"})
        self.assertEqual(self.history().text, "again at five")
        call.action_undo()
        self.assertFalse(self.history())

    def test_calls_of_others_are_only_read(self):
        call = self.call(self.users["officer"]).with_user(self.colleague)
        self.assertEqual(call.result, "reached")
        self.assertFalse(call.own)
        with self.assertRaises(AccessError):
            call.note = "x"
        with self.assertRaises(AccessError):
            call.action_undo()
        with self.assertRaises(AccessError):
            self.call(self.colleague, user_id=self.users["officer"].id)
        call.with_user(self.users["manager"]).note = "corrected"

    def test_viewer_is_refused(self):
        viewer = self.users["viewer"]
        call = self.call(self.users["officer"]).with_user(viewer)
        self.assertFalse(call.own)
        with self.assertRaises(AccessError):
            self.customer.with_user(viewer).action_log_call()
        with self.assertRaises(AccessError):
            call.note = "x"
        with self.assertRaises(AccessError):
            call.unlink()
