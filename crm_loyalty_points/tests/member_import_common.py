import base64

from .common import LedgerCase

HEAD = "เบอร์โทร,รหัสสมาชิก,ชื่อ,นามสกุล,วันเกิด,แท็ก,คะแนนคงเหลือ,วันหมดอายุ\n"
SOMCHAI = "081-234-5678,A001,สมชาย,ใจดี,21/11/2530,VIP,1200.50,31/12/2590\n"
SUDA = "0898765432,,สุดา,,2530-11-21,,80,\n"
EDITOR = "crm_segments.crm_segments_group_editor"
MANAGER = "crm_segments.crm_segments_group_manager"


class MemberImportCase(LedgerCase):
    """Members files, run as the cron runs them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env.company
        cls.company.write({"customer_tz": "Asia/Bangkok"})
        cls.company.country_id = cls.env.ref("base.th")
        cls.program.write({"company_id": cls.company.id, "welcome_points": 50})
        cls.imports = cls.env["crm.member.import"]

    def tearDown(self):
        self.assertEqual(self.env["loyalty.point.award"]._check_ledger(), [])
        super().tearDown()

    def upload(self, content, user=None, **values):
        data = content.encode() if isinstance(content, str) else content
        imports = self.imports.with_user(user) if user else self.imports
        return imports.create(
            {
                "file": base64.b64encode(data),
                "file_name": "members.csv",
                "program_id": self.program.id,
                **values,
            }
        )

    def run_import(self, content, user=None, **values):
        record = content
        if not isinstance(content, type(self.imports)):
            record = self.upload(content, user, **values)
        record.action_check()
        self.assertEqual(record.state, "checked", record.error_message)
        record.action_import()
        self.run_cron()
        self.assertEqual(record.state, "done", record.error_message)
        return record

    def run_cron(self):
        with self.enter_registry_test_mode():
            self.env.ref(self.imports._job).method_direct_trigger()
        self.env.invalidate_all()

    def member(self, phone):
        """:return: (customer, card) by phone number"""
        customer = self.env["res.partner"].search([("phone_sanitized", "=", phone)])
        card = self.Card.search(
            [("partner_id", "=", customer.id), ("program_id", "=", self.program.id)]
        )
        return customer, card

    def counts(self, record):
        return {
            name: record[f"{name}_count"]
            for name in ("row", "new", "matched", "changed", "same", "error", "skip")
            if record[f"{name}_count"]
        }

    def awards(self, card):
        awards = self.env["loyalty.point.award"].search(
            [("card_id", "=", card.id), ("remaining", "!=", 0)]
        )
        return sorted((str(a.expiry or ""), a.remaining) for a in awards)
