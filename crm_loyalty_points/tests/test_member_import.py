import io

import openpyxl
from freezegun import freeze_time

from odoo.exceptions import AccessError
from odoo.tests import Form, new_test_user, tagged

from .member_import_common import EDITOR, HEAD, SOMCHAI, SUDA, MemberImportCase


@tagged("post_install", "-at_install")
class TestMemberImport(MemberImportCase):
    """A shop brings ten years of members. They must be the same people here, with the
    same points, whatever is uploaded how often."""

    def test_dry_run_writes_nothing(self):
        before = self.env["res.partner"].search_count([])
        record = self.upload(HEAD + SOMCHAI + SUDA + "12,,,,,,5,\n")
        self.assertEqual(
            record.column_ids.mapped("target"),
            [
                "phone",
                "number",
                "first_name",
                "last_name",
                "birthdate",
                "tags",
                "points",
                "points_expiry",
            ],
        )
        record.action_check()
        self.assertEqual(self.counts(record), {"row": 3, "new": 2, "error": 1})
        self.assertEqual(record.points_given, 1280.5)
        self.assertEqual((record.line_ids.row, record.line_ids.code), (4, "phone_bad"))
        self.assertIn("phone", record.line_ids.message)
        self.assertEqual(self.env["res.partner"].search_count([]), before)

    def test_members_arrive(self):
        self.program.write({"expiry_policy": "date", "expiry_date": "2085-05-05"})
        record = self.run_import(HEAD + SOMCHAI + SUDA)
        somchai, card = self.member("+66812345678")
        self.assertEqual(
            (
                somchai.name,
                somchai.last_name,
                somchai.member_number,
                str(somchai.birthdate),
                somchai.category_id.name,
            ),
            ("สมชาย ใจดี", "ใจดี", "A001", "1987-11-21", "VIP"),
        )
        self.assertBalance(card, 1200.5)
        entry = card.point_entry_ids
        self.assertEqual(
            (entry.kind, entry.reason, str(entry.expiry), entry.source_id),
            ("opening", "moved_in", "2047-12-31", record.id),
        )
        self.assertNotIn("812345678", f"{entry.key} {entry.policy} {entry.source_name}")
        suda, card = self.member("+66898765432")
        self.assertTrue(suda.member_number)
        self.assertEqual(self.awards(card), [("2085-05-05", 80)])
        consents = self.env["crm.consent"]
        self.assertFalse(consents.search([("partner_id", "in", (somchai | suda).ids)]))

    def test_again_changes_nothing(self):
        self.run_import(HEAD + SOMCHAI + SUDA)
        _customer, card = self.member("+66812345678")
        self._post(-200, card=card)
        number = self.env["loyalty.point.entry"].search_count([])
        with freeze_time("2030-02-03"):
            record = self.run_import(HEAD + SOMCHAI + SUDA)
        self.assertEqual(self.counts(record), {"row": 2, "matched": 2, "same": 2})
        self.assertEqual((record.points_given, record.points_taken), (0, 0))
        self.assertEqual(self.env["loyalty.point.entry"].search_count([]), number)
        self.assertBalance(card, 1000.5)

    def test_corrected_file_posts_the_difference(self):
        self.run_import(HEAD + SOMCHAI + SUDA)
        corrected = (
            HEAD
            + SOMCHAI.replace("1200.50", "1300.50")
            + SUDA.replace(",80,", ",30,31/12/2590")
        )
        record = self.run_import(corrected)
        self.assertEqual((record.points_given, record.points_taken), (130, 80))
        _customer, card = self.member("+66812345678")
        self.assertEqual(
            self.awards(card), [("2047-12-31", 100), ("2047-12-31", 1200.5)]
        )
        _customer, card = self.member("+66898765432")
        self.assertEqual(self.awards(card), [("2047-12-31", 30)])
        kinds = card.point_entry_ids.sorted("seq").mapped("kind")
        self.assertCountEqual(kinds, ["opening", "opening", "reversal"])
        record = self.run_import(corrected)
        self.assertEqual(self.counts(record), {"row": 2, "matched": 2, "same": 2})
        # spent meanwhile: what the correction takes is owed
        self._post(-30, card=card)
        self.run_import(HEAD + SUDA.replace(",80,", ",0,"))
        self.assertBalance(card, -30)
        self.run_import(HEAD + SUDA)
        self.assertBalance(card, 50)

    def test_known_customers_are_completed(self):
        self.partner.write({"phone": "0812345678", "email": "somchai@example.com"})
        self._post(10)
        columns = "Phone,Name,E-mail,Gender,Points,SMS consent\n"
        row = "+66 81 234 5678,Another Name,new@example.com,M,100,yes\n"
        record = self.run_import(columns + row)
        self.assertEqual(self.counts(record), {"row": 1, "matched": 1, "changed": 1})
        self.assertEqual(
            (self.partner.name, self.partner.email, self.partner.gender),
            ("Somchai", "somchai@example.com", "male"),
        )
        self.assertBalance(self.card, 110)
        self.assertTrue(self.partner.consent_marketing_sms)
        self.assertFalse(self.partner.consent_marketing_email)
        self.run_import(columns + row, overwrite=True)
        self.assertEqual(
            (self.partner.name, self.partner.email), ("Another Name", "new@example.com")
        )
        self.assertBalance(self.card, 110)
        consents = self.partner.consent_ids
        self.assertEqual(len(consents), 1)

    def test_customer_named_by_the_phone_gets_the_name(self):
        customer = self.env["res.partner"].create({"phone": "0812345678"})
        self.run_import(HEAD + SOMCHAI)
        self.assertEqual((customer.name, customer.first_name), ("สมชาย ใจดี", "สมชาย"))

    def test_changed_phone_and_merged_customers(self):
        self.run_import(HEAD + SOMCHAI + SUDA)
        somchai, card = self.member("+66812345678")
        somchai.phone = "0800000000"
        record = self.run_import(HEAD + SOMCHAI)
        self.assertFalse(record.new_count)
        self.assertBalance(card, 1200.5)
        suda, _other = self.member("+66898765432")
        self.env["base.partner.merge.automatic.wizard"]._merge(
            (suda | somchai).ids, somchai, extra_checks=False
        )
        self.assertBalance(card, 1280.5)
        record = self.run_import(HEAD + SOMCHAI.replace("1200.50", "1280.50") + SUDA)
        self.assertEqual(record.line_ids.mapped("code"), ["same_customer"])
        self.assertFalse(record.new_count)

    def test_who_is_who(self):
        first, second = self.env["res.partner"].create(
            [{"name": "A", "phone": "0812345678"}, {"name": "B", "phone": "0812345678"}]
        )
        self.other_partner.member_number = "A7"
        self.other_partner.phone = "0811111111"
        nameless = self.partner
        nameless.member_number = "A8"
        record = self.upload(
            "Phone,Member number,Points\n"
            "0812345678,,5\n"  # two customers have it
            "0822222222,A7,5\n"  # the number is another customer's
            "0833333333,A8,5\n"  # known by number, has no phone yet
        )
        record.action_check()
        self.assertEqual(
            record.line_ids.mapped("code"), ["phone_shared", "number_taken"]
        )
        self.assertEqual(self.counts(record)["matched"], 1)
        record.action_import()
        self.run_cron()
        self.assertEqual(nameless.phone_sanitized, "+66833333333")
        self.assertBalance(self.card, 5)
        (first | second).action_archive()

    def test_xlsx_with_dates_and_numbers(self):
        book = openpyxl.Workbook()
        sheet = book.active
        sheet.append(["Members of the shop"])
        sheet.append(["Mobile", "First name", "Last name", "Birthday", "Points"])
        sheet.append([812345678, "Somchai", "Jaidee", "21 พ.ย. 2530", 12.5])
        sheet.append([898765432.0, "Suda", None, None, "x"])
        data = io.BytesIO()
        book.save(data)
        record = self.run_import(data.getvalue(), file_name="members.xlsx")
        self.assertEqual((record.error_count, record.done_count), (1, 1))
        somchai, card = self.member("+66812345678")
        self.assertEqual(str(somchai.birthdate), "1987-11-21")
        self.assertBalance(card, 12.5)

    def test_kept_map(self):
        record = self.upload("a,b\n0812345678,5\n0898765432,6\n")
        form = Form(record)
        with form.column_ids.edit(0) as column:
            column.target = "phone"
        with form.column_ids.edit(1) as column:
            column.target = "points"
        form.source = "Old till"
        form.save()
        record.action_save_map()
        again = self.upload("a,b\n0812345678,5\n")
        self.assertEqual(again.source, "Old till")
        self.assertEqual(again.column_ids.mapped("target"), ["phone", "points"])

    def test_findings_in_thai(self):
        self.env["res.lang"]._activate_lang("th_TH")
        record = self.upload(HEAD + "x,,,,,,5,\n")
        record.action_check()
        line = record.with_context(lang="th_TH").line_ids
        self.assertTrue(line.message)

    def test_group_tier_branch_and_joining_day(self):
        tier = self.env["loyalty.tier"].create({"name": "Gold"})
        branch = self.env["crm.branch"].create({"name": "สยาม"})
        group = self.env.ref("crm_segments.crm_customer_group_wholesale")
        columns = "Phone,Customer group,Tier,Branch,Joined,Points,Full name\n"
        row = f"0812345678,{group.name.upper()}, gold,สยาม,2/1/2560,5,นาย สมชาย ใจดี\n"
        record = self.run_import(columns + row)
        customer, card = self.member("+66812345678")
        self.assertEqual(customer.first_name, "นาย สมชาย")
        self.assertEqual(customer.customer_group_id, group)
        self.assertEqual((card.tier_id, str(card.member_since)), (tier, "2017-01-02"))
        self.assertEqual(card.point_entry_ids.branch_id, branch)
        self.assertEqual(record.tier_count, 1)
        silver = self.env["loyalty.tier"].create({"name": "Silver"})
        record = self.run_import(columns + row.replace("gold", "silver"))
        self.assertEqual(self.counts(record), {"row": 1, "matched": 1, "same": 1})
        self.assertEqual(card.tier_id, tier)
        record = self.upload(columns + row.replace("gold", "silver"), overwrite=True)
        record.action_check()
        self.assertEqual(record.changed_count, 1)
        editor = new_test_user(self.env, "import_editor", EDITOR)
        with self.assertRaises(AccessError):
            record.with_user(editor).action_import()
        record.action_import()
        self.run_cron()
        self.assertEqual(card.tier_id, silver)
        self.assertBalance(card, 5)
