import json
import zipfile
from io import BytesIO

from odoo import fields
from odoo.tests import tagged
from odoo.tools import SQL

from ..tools import sms_links
from .common_law import LawCase

NUMBER = "+66819472630"
TRACE = r"81[ -]?947[ -]?2630|Wunwunny"


@tagged("post_install", "-at_install")
class TestSmsPrivacy(LawCase):
    """Everything said to a person is handed out on request, and gone when the person
    asks to be forgotten; costs and results of campaigns stay."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.person = cls.env["res.partner"].create(
            {
                "name": "Wunwunny Rakthai",
                "phone": "081-947-2630",
                "country_id": cls.thai.id,
                "company_id": cls.shop.id,
            }
        )

    def setUp(self):
        super().setUp()
        self.of_her = {"number": NUMBER, "partner_id": self.person.id}
        self.sent = self.deliver(
            **self.of_her, text=f"Hello Wunwunny {NUMBER}", cost=0.75, parts=1
        )
        self.before = self.deliver(number=NUMBER, partner_id=False, text="Hello you")
        self.waiting = self.deliver(**self.of_her, state="queued", waiting=True)
        self.strange = self.deliver(text="Hello Anong")
        self.stop = self.stops._stop(self.shop, [NUMBER], "manual", "Wunwunny called")
        self.complaint = self.env["crm.sms.complaint"].create(
            {"number": NUMBER, "what": "Wunwunny is angry", "outcome": "called her"}
        )
        automation = self.env["crm.automation"].create(
            {"name": "x", "moment": "birthday", "text": "x"}
        )
        self.event = (
            self.env["crm.automation.event"]
            .sudo()
            .create(
                {
                    "automation_id": automation.id,
                    "company_id": self.shop.id,
                    "partner_id": self.person.id,
                    "event_key": "birthday:2026",
                    "happened_at": fields.Datetime.now(),
                    "due_at": fields.Datetime.now(),
                }
            )
        )
        self.env.flush_all()

    def test_handed_out(self):
        _name, content = self.person._crm_export_zip(companies=self.shop)
        archive = zipfile.ZipFile(BytesIO(content))
        texts = {
            name: archive.read(name).decode("utf-8-sig") for name in archive.namelist()
        }
        everything = "\n".join(texts.values())
        for said in ("Hello Wunwunny", "Hello you", "Wunwunny called", "is angry"):
            self.assertIn(said, everything)
        self.assertNotIn("Hello Anong", everything)
        for secret in (self.sent.token, self.sent.uuid):
            self.assertNotIn(secret, everything)
        self.assertTrue(any("automatic_messages" in name for name in texts))
        json.loads(next(t for n, t in texts.items() if n.endswith(".json")))

    def test_erased(self):
        token = self.sent.token
        self.person._crm_erase("test")
        self.env.invalidate_all()
        for message in (self.sent, self.before, self.waiting):
            self.assertFalse(message.number)
            self.assertFalse(message.text)
            self.assertFalse(message.token)
        self.assertEqual((self.sent.cost, self.sent.parts), (0.75, 1))
        self.assertEqual(self.sent.state, "accepted")
        self.assertEqual(self.waiting.state, "cancelled")
        self.assertFalse(self.stop.exists())
        self.assertFalse(self.event.exists())
        self.assertTrue(self.complaint.exists())
        self.assertFalse(self.env["sms.delivery"]._by_opt_out_token(token))
        self.assertEqual(self.strange.text, "Hello Anong")
        self.assertEqual(self.strange.number, self.number)
        self.assertFalse(self.traces())
        # again does no harm
        self.person._crm_erase("test")

    def traces(self):
        """:return: the columns of the tables of this module that still name her"""
        self.env.flush_all()
        tables = {
            model._table
            for model in self.env.values()
            if model._original_module == "crm_sms_wallet" and model._auto
        }
        columns = self.env.execute_query(
            SQL(
                """SELECT table_name, column_name FROM information_schema.columns
                    WHERE table_name = ANY(%s) AND table_schema = current_schema
                      AND data_type IN ('text', 'character varying', 'jsonb')""",
                [*tables, "mail_message"],
            )
        )
        return [
            (table, column)
            for table, column in columns
            if self.env.execute_query(
                SQL(
                    "SELECT FROM %s WHERE %s::text ~* %s",
                    SQL.identifier(table),
                    SQL.identifier(column),
                    TRACE,
                )
            )
        ]

    def test_a_number_of_two_people(self):
        """Her husband said no by the same number: it goes on to count."""
        self.person.copy({"name": "Husband", "phone": NUMBER})
        self.person._crm_erase("test")
        self.env.invalidate_all()
        self.assertTrue(self.stop.exists())
        self.assertTrue(self.stops._stopped_among(self.shop, [NUMBER]))
        self.assertFalse(self.sent.number)
        self.assertEqual(self.before.number, NUMBER)

    def test_link_of_an_erased_message(self):
        self.assertTrue(sms_links.is_token(self.sent.token))
        self.person._crm_erase("test")
        links = self.env["crm.sms.link"]
        self.assertFalse(links._of_message(self.sent, 1))
