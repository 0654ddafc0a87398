from odoo.exceptions import AccessError
from odoo.tests import HttpCase, tagged

from .common_export import MANAGER, VIEWER, ExportCase


@tagged("post_install", "-at_install")
class TestExportRights(ExportCase):
    """A file has what its asker may read, at the time it is made; it is seen by the
    asker and the managers of its companies."""

    def test_without_the_right_to_export(self):
        viewer = self.new_user("looks", "crm_segments.crm_segments_group_viewer")
        viewer.group_ids -= self.env.ref("base.group_allow_export")
        with self.assertRaisesRegex(AccessError, "may not export"):
            self.export(user=viewer)

    def test_right_taken_away_meanwhile(self):
        export = self.export(["name"])
        export.action_start()
        self.user.group_ids -= self.env.ref("base.group_allow_export")
        self.run_job()
        self.assertEqual(export.sudo().state, "failed")
        self.assertIn("may not export", export.sudo().error_message)

    def test_archived_user(self):
        export = self.export(["name"])
        export.action_start()
        self.user.active = False
        self.run_job()
        self.assertEqual(export.sudo().state, "failed")

    def test_no_secrets(self):
        known = self.env["res.partner"].with_user(self.user)._crm_export_fields()
        for name in ("signup_type", "signup_token", "access_token", "image_1920"):
            self.assertNotIn(name, known)
        self.assertIn("phone", known)
        for name in known:
            field = self.env["res.partner"]._fields[name]
            self.assertTrue(
                self.env["res.partner"]
                .with_user(self.user)
                ._has_field_access(field, "read")
            )

    def test_field_of_a_group(self):
        field = self.env["res.partner"]._fields["comment"]
        self.patch(field, "groups", "base.group_system")
        known = self.env["res.partner"].with_user(self.user)._crm_export_fields()
        self.assertNotIn("comment", known)
        export = self.export(["name"])
        export.sudo().column_ids[0].name = "comment"
        with self.assertRaisesRegex(AccessError, "may not read"):
            export.action_start()

    def test_field_closed_meanwhile(self):
        export = self.export(["name", "comment"])
        export.action_start()
        field = self.env["res.partner"]._fields["comment"]
        self.patch(field, "groups", "base.group_system")
        self.run_job()
        self.assertEqual(export.state, "failed")
        self.assertIn("comment", export.error_message)

    def test_rules_of_the_asker(self):
        """Record rules and companies of the asker count, not those of the job."""
        other = self.env["res.company"].create({"name": "Other"})
        self.people[0].company_id = other
        names = [row[0] for row in self.rows(self.make(self.export(["name"])))]
        self.assertEqual(names, ["Name", "Malee", "Anan"])
        both = self.new_user("both", VIEWER, self.company + other)
        rows = self.rows(
            self.make(
                self.export(
                    ["name"],
                    user=both,
                    allowed_company_ids=[self.company.id, other.id],
                )
            )
        )
        self.assertEqual(len(rows), 4)

    def test_customer_moved_away_meanwhile(self):
        export = self.export(["name"], active_ids=self.people.ids)
        export.action_start()
        self.people[0].company_id = self.env["res.company"].create({"name": "Other"})
        self.run_job()
        self.assertEqual(len(self.rows(export)), 3)

    def test_other_company(self):
        other = self.env["res.company"].create({"name": "Other"})
        manager = self.new_user("other_boss", MANAGER, other)
        both = self.new_user("both", MANAGER, self.company + other)
        export = self.make(self.export(["name"]))
        of_both = self.make(
            self.export(
                ["name"],
                user=both,
                allowed_company_ids=[self.company.id, other.id],
            )
        )
        self.assertEqual(of_both.sudo().company_ids, self.company + other)
        exports, log = self.env["crm.export"], self.env["crm.export.log"]
        found = exports.with_user(manager).search([])
        self.assertFalse(found & (export + of_both))
        mine = log.with_user(manager).search([("export_number", "=", export.id)])
        self.assertFalse(mine)
        found = exports.with_user(self.manager).search([])
        self.assertEqual(found & (export + of_both), export.with_user(self.manager))
        seen = exports.with_user(both).with_context(
            allowed_company_ids=[self.company.id, other.id]
        )
        found = seen.search([("id", "in", (export + of_both).ids)])
        self.assertEqual(len(found), 2)

    def test_others_exports(self):
        export = self.make(self.export(["name"]))
        stranger = self.new_user("stranger", VIEWER)
        self.assertFalse(export.with_user(stranger).search([("id", "=", export.id)]))
        with self.assertRaises(AccessError):
            export.with_user(stranger).read(["name"])
        file = export.attachment_id
        with self.assertRaises(AccessError):
            file.with_user(stranger).read(["datas"])
        self.assertEqual(export.with_user(self.manager).name, export.name)
        with self.assertRaisesRegex(AccessError, "of your own"):
            export.with_user(self.manager).action_again()

    def test_only_buttons_steer(self):
        export = self.export(["name"])
        for vals in (
            {"state": "done"},
            {"user_id": self.manager.id},
            {"search_domain": "[]"},
            {"company_ids": [(5,)]},
            {"row_count": 1},
        ):
            with self.assertRaises(AccessError, msg=vals):
                export.write(vals)
        with self.assertRaises(AccessError):
            self.env["crm.export"].with_user(self.user).create(
                {"res_model": "res.users", "company_id": self.company.id}
            )
        self.make(export)
        with self.assertRaises(AccessError):
            export.what = "all"
        with self.assertRaises(AccessError):
            export.column_ids[0].name = "phone"
        with self.assertRaises(AccessError):
            self.env["crm.export.column"].with_user(self.user).create(
                {"export_id": export.id, "name": "phone"}
            )

    def test_log_is_written_by_nobody(self):
        self.make(self.export(["name"]))
        log = self.env["crm.export.log"].with_user(self.manager).search([], limit=1)
        self.assertTrue(log)
        for forbidden in (
            lambda: log.write({"row_count": 0}),
            lambda: log.unlink(),
            lambda: log.create({"event": "made", "company_id": self.company.id}),
        ):
            with self.assertRaises(AccessError):
                forbidden()
        with self.assertRaises(AccessError):
            log.with_user(self.user).search([])

    def test_read_by_a_program_is_logged(self):
        export = self.make(self.export(["name"]))
        export.attachment_id.with_user(self.manager).read(["datas"])
        log = self.env["crm.export.log"].search([("export_number", "=", export.id)])
        last = log.sorted("id")[-1]
        self.assertEqual((last.event, last.user_id), ("downloaded", self.manager))


@tagged("post_install", "-at_install")
class TestExportDownload(HttpCase, ExportCase):
    def test_download(self):
        export = self.make(self.export(["name"], fmt="csv"))
        urls = [
            f"/crm/export/{export.id}/file",
            f"/web/content/{export.attachment_id.id}?download=true",
        ]
        for login, status in (("taker", 200), ("boss", 200), ("stranger", 404)):
            if login == "stranger":
                self.new_user(login, VIEWER)
            self.authenticate(login, login)
            before = len(self.events(export))
            for url in urls:
                response = self.url_open(url)
                self.assertEqual(response.status_code, status, (login, url))
                self.assertEqual(b"Somchai" in response.content, status == 200)
            asked = 2 if status == 200 else 0
            self.assertEqual(len(self.events(export)), before + asked)
        self.assertEqual(self.events(export)[2:], ["downloaded"] * 4)
        self.authenticate(None, None)
        for url in urls:
            self.assertNotIn(b"Somchai", self.url_open(url).content)

    def test_sample(self):
        export = self.export(fmt="csv")
        url = f"/crm/export/{export.id}/sample"
        self.authenticate("taker", "taker")
        response = self.url_open(url)
        self.assertEqual(response.status_code, 200)
        self.assertTrue(response.content.startswith(b"\xef\xbb\xbfMember Number"))
        self.new_user("stranger", VIEWER)
        self.authenticate("stranger", "stranger")
        self.assertEqual(self.url_open(url).status_code, 404)
