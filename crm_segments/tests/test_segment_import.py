import base64
import io

import xlsxwriter

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .common_segments import SegmentsCase


@tagged("post_install", "-at_install")
class TestSegmentImport(SegmentsCase):
    """The list of those who came to the opening, typed by whoever stood at the door."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.country_id = cls.env.ref("base.th")
        cls.list = cls.segment(kind="fixed", name="Guests")
        for number, person in enumerate(cls.people):
            person.phone = f"08151234{number:02d}"
            person.email = f"guest{number}@example.com"

    def upload(self, content, name="guests.csv", **values):
        data = content.encode() if isinstance(content, str) else content
        return self.env["crm.segment.import"].create(
            {
                "file": base64.b64encode(data),
                "file_name": name,
                "segment_id": self.list.id,
                **values,
            }
        )

    def run_import(self, record):
        record.action_check()
        self.assertEqual(record.state, "checked", record.error_message)
        record.action_import()
        with self.enter_registry_test_mode():
            self.env.ref("crm_segments.crm_segment_import_cron").method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual(record.state, "done", record.error_message)

    def test_each_way_to_name_a_customer(self):
        one, two, three, four = self.people[:4]
        record = self.upload(
            "รหัสสมาชิก,เบอร์โทรศัพท์,อีเมล\n"
            f"{one.member_number},,\n"
            ",+66 81 512 3401,\n"
            ",0815-123402,\n"
            f",,{four.email.upper()}\n"
            ",0899999999,nobody@example.com\n"
            f"{one.member_number},,\n"
            ",,\n"
        )
        record.action_check()
        self.assertEqual(
            (record.row_count, record.matched_count, record.new_count), (6, 4, 4)
        )
        self.assertEqual(
            [(line.row, line.code) for line in record.line_ids],
            [(6, "not_found"), (7, "twice")],
        )
        self.assertFalse(self.current(self.list), "a check writes nothing")
        self.run_import(record)
        self.assertEqual(self.current(self.list), one | two | three | four)
        self.assertEqual(record.done_count, 4)
        again = self.upload(f"member number\n{one.member_number}\n")
        again.action_check()
        self.assertEqual((again.matched_count, again.new_count), (1, 0))

    def test_ambiguous(self):
        self.people[1].phone = self.people[0].phone
        record = self.upload(
            f"phone,number\n{self.people[0].phone},\n"
            f"{self.people[0].phone},{self.people[1].member_number}\n"
        )
        self.run_import(record)
        self.assertEqual(record.line_ids.code, "ambiguous")
        self.assertEqual(self.current(self.list), self.people[1])

    def test_spreadsheet(self):
        output = io.BytesIO()
        with xlsxwriter.Workbook(output) as book:
            sheet = book.add_worksheet()
            sheet.write(0, 0, "Mobile")
            sheet.write(1, 0, "081 512 3405")
        self.run_import(self.upload(output.getvalue(), "guests.xlsx"))
        self.assertEqual(self.current(self.list), self.people[5])

    def test_file_without_such_a_column(self):
        record = self.upload("name,town\nSomchai,Chiang Mai\n")
        record.action_check()
        self.assertEqual(record.state, "draft")
        self.assertIn("Phone", record.error_message)

    def test_rights_and_companies(self):
        officer = new_test_user(
            self.env, "filer", groups="crm_segments.crm_segments_group_officer"
        )
        with self.assertRaises(AccessError):
            self.env["crm.segment.import"].with_user(officer).create({})
        other = self.env["res.company"].create({"name": "Other"})
        with self.assertRaises(UserError):
            self.upload("phone\n1", company_id=other.id)
        editor = new_test_user(
            self.env, "editor", groups="crm_segments.crm_segments_group_editor"
        )
        record = self.upload("phone\n0815123400\n").with_user(editor)
        self.run_import(record)
        with self.assertRaises(AccessError):
            record.user_id = officer
