import io
import json
import zipfile

from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged

from odoo.addons.crm_segments.tools.personal_texts import find_traces

from ..tools import ledger_proof
from .personal_common import EMAIL, NAME, OTHER, PHONE, TRACE, PersonalCase

# Where the person may still be found, and why that is right.
ALLOWED = {
    # made by the test runner, which runs as a user and logs what it does
    "ir_logging.message": "the server's own log, which the shop keeps for days only",
}
# Sums that reports show; a person who leaves does not change what was sold and given.
SUMS = """
    SELECT (SELECT sum(amount_total) FROM sale_order),
           (SELECT count(*) FROM sale_order WHERE state = 'sale'),
           (SELECT sum(amount_total_signed) FROM account_move),
           (SELECT sum(points) FROM loyalty_point_entry WHERE kind = 'earn'),
           (SELECT count(*) FROM crm_visit),
           (SELECT count(*) FROM crm_consent),
           (SELECT sum(order_count) FROM crm_customer_metric)
"""


@tagged("post_install", "-at_install")
class TestExport(PersonalCase):
    """The law gives everybody a copy of what is held about them: complete, readable,
    and nothing about anybody else."""

    def _export(self, user=None):
        partner = self.person.with_user(user) if user else self.person
        name, content = partner._crm_export_zip()
        self.assertTrue(name.endswith(".zip"))
        return zipfile.ZipFile(io.BytesIO(content))

    def test_everything_about_the_person(self):
        archive = self._export(self.nurse)
        names = archive.namelist()
        rows = {
            name[:-5]: json.loads(archive.read(name))
            for name in names
            if name.endswith(".json") and name != "index.json"
        }
        profiles = {row["phone"] for row in rows["profile"]}
        self.assertEqual(profiles, {PHONE, "0819472630"})
        self.assertEqual(rows["profile"][0]["birthdate"], "1990-05-17")
        self.assertEqual(rows["accounts"][0]["login"], EMAIL)
        self.assertEqual(rows["consents"][0]["address"], PHONE)
        self.assertEqual(rows["identities"][0]["external_id"], "wilawan.shop")
        self.assertEqual(rows["orders"][0]["name"], self.order.name)
        self.assertEqual(rows["order_lines"][0]["product_uom_qty"], 1)
        self.assertEqual(rows["invoices"][0]["name"], self.invoice.name)
        self.assertEqual(rows["points"][0]["points"], 250)
        self.assertEqual(len(rows["points_notes"]), 1)
        self.assertIn("tea", rows["visits"][0]["note"])
        self.assertIn("stiff neck", rows["medical_notes"][0]["findings"])
        self.assertTrue(any("back door" in row["body"] for row in rows["messages"]))
        self.assertIn("files/medical_notes/neck.png", names)
        self.assertIn(f"files/profile/{NAME}.txt", names)
        self.assertIn(f"files/orders/Quotation {NAME}.txt", names)
        self.assertTrue(any(name.startswith("files/profile/image") for name in names))

    def test_nothing_about_others(self):
        self.other.message_post(body="Somebody else's words")
        archive = self._export()
        for name in archive.namelist():
            self.assertNotIn(OTHER.encode(), archive.read(name), name)

    def test_medical_notes_only_from_the_medical_group(self):
        clerk = new_test_user(
            self.env, "clerk", "crm_segments.crm_segments_group_manager"
        )
        archive = self._export(clerk)
        self.assertNotIn("medical_notes.json", archive.namelist())
        self.assertNotIn("files/medical_notes/neck.png", archive.namelist())
        index = json.loads(archive.read("index.json"))["sections"]
        withheld = [entry for entry in index if entry.get("withheld")]
        self.assertEqual(len(withheld), 1)
        self.assertIn("Medical", withheld[0]["withheld"])

    def test_tables_open_in_a_spreadsheet(self):
        """A cell that begins like a formula is none, and Thai is readable."""
        self.person.write({"nickname": "=HYPERLINK(1)", "city": "กรุงเทพ"})
        text = self._export().read("profile.csv").decode("utf-8")
        self.assertEqual(text[0], "\ufeff")
        self.assertIn("'=HYPERLINK(1)", text)
        self.assertIn("กรุงเทพ", text)

    def test_only_the_companies_asked_for(self):
        other = self.env["res.company"].create({"name": "Second Shop"})
        self.person.with_company(other)._crm_record_consent("service")
        _name, content = self.person._crm_export_zip(companies=other)
        archive = zipfile.ZipFile(io.BytesIO(content))
        self.assertEqual(len(json.loads(archive.read("consents.json"))), 1)
        self.assertNotIn("orders.json", archive.namelist())


@tagged("post_install", "-at_install")
class TestErase(PersonalCase):
    """Whoever asks to be forgotten must not be found any more by anything that was
    known: the whole database is searched. What the law and the ledger keep must not
    move by a single point."""

    def _sums(self):
        self.env.flush_all()
        self.env.cr.execute(SUMS)
        return self.env.cr.fetchall()

    def test_nothing_is_found_in_any_column(self):
        before = find_traces(self.env, TRACE)
        self.assertGreater(len(before), 20, before)
        sums = self._sums()
        pseudonym = self.person._crm_erase("test")
        self.assertIn(str(self.person.id), pseudonym)
        left = find_traces(self.env, TRACE)
        self.assertEqual({k: v for k, v in left.items() if k not in ALLOWED}, {})
        self.assertEqual(self._sums(), sums)

    def test_what_stays_stands_under_a_pseudonym(self):
        pseudonym = self.person._crm_erase("test")
        self.assertEqual(self.order.partner_id.name, pseudonym)
        self.assertEqual(self.invoice.invoice_partner_display_name, pseudonym)
        self.assertFalse(self.person.active)
        self.assertTrue(self.person.crm_erased_at)
        self.assertFalse(self.person.image_1920)
        self.assertFalse(self.person.member_number)
        consents = self.env["crm.consent"].search([("partner_id", "=", self.person.id)])
        self.assertEqual(consents.mapped("address"), [False])
        self.assertFalse(self.user.active)
        self.assertTrue(self.user.login.startswith("__deleted_user_"))
        found = self.env["res.partner"].with_context(active_test=False)
        for text in (NAME, PHONE, "+66819472630", EMAIL):
            self.assertFalse(found.name_search(text), text)

    def test_points_end_and_the_ledger_is_proven(self):
        self.person._crm_erase("test")
        self.assertFalse(self.card_of_person.partner_id)
        self.assertBalance(self.card_of_person, 0)
        self.assertEqual(ledger_proof.check(self.env), [])
        self.assertFalse(self.medical.exists())
        self.assertTrue(self.visit.is_anonymous)

    def test_other_customers_are_not_touched(self):
        self.other.message_post(body="Spoke to Somsri")
        first_name = NAME.split()[0]
        mail = self.env["mail.mail"].create(
            {
                "email_to": "other@example.com",
                "recipient_ids": self.other.ids,
                "body_html": f"<p>Dear {first_name}, your namesake waits</p>",
            }
        )
        before = self.other.read(["name", "phone", "active", "message_ids"])
        self.person._crm_erase("test")
        self.other.invalidate_recordset()
        self.assertEqual(
            self.other.read(["name", "phone", "active", "message_ids"]), before
        )
        mail.invalidate_recordset()
        self.assertIn(first_name, mail.body_html)

    def test_erasing_twice_does_no_harm(self):
        pseudonym = self.person._crm_erase("test")
        when, sums = self.person.crm_erased_at, self._sums()
        self.order.message_post(body="late", author_id=self.person.id)
        self.assertEqual(self.person._crm_erase("again"), pseudonym)
        self.assertEqual(self.person.crm_erased_at, when)
        self.assertEqual(self._sums(), sums)
        self.assertEqual(find_traces(self.env, TRACE).keys() - ALLOWED.keys(), set())

    def test_people_of_the_office_are_refused(self):
        boss = new_test_user(self.env, "boss", "base.group_user").partner_id
        for partner in (boss, self.env.company.partner_id):
            with self.assertRaises(UserError):
                partner._crm_erase("test")
            self.assertTrue(partner.active)

    def test_members_are_not_named_in_the_ledger(self):
        """Members act themselves in the web shop; the ledger is never erased."""
        entries = self.Entry.with_user(self.user).sudo()
        vals = self._vals(5, card=self.card_of_person)
        entry = entries._post([vals])
        self.assertEqual(entry.operator_name, "Member")
