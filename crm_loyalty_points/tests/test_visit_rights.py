import base64

from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, TransactionCase, new_test_user, tagged
from odoo.tools import mute_logger

from odoo.addons.crm_segments.tests.common_rights import RightsByRole

GROUP = "crm_segments.crm_segments_group_{}"
MEDICAL = "crm_loyalty_points.crm_visit_group_medical"
SECRET = "eczema on both elbows"
PIXEL = (
    b"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kg"
    b"AAAABJRU5ErkJggg=="
)


class RightsCase(TransactionCase):
    """A visit with a medical note and a photo, and a user of each role."""

    ROLES = ("portal", "internal", "viewer", "officer", "editor", "manager")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        groups = {
            "portal": "base.group_portal",
            "internal": "base.group_user",
            "medical": MEDICAL,
            "admin": f"base.group_system,{GROUP.format('manager')}",
        } | {role: GROUP.format(role) for role in cls.ROLES[2:]}
        cls.users = {
            role: new_test_user(cls.env, f"visit_{role}", group, password=role * 2)
            for role, group in groups.items()
        }
        # the right to export must not be what stops an export
        export = cls.env.ref("base.group_allow_export")
        for user in cls.users.values():
            user.group_ids |= export
        cls.partner = cls.env["res.partner"].create({"name": "Somchai"})
        cls.visit = cls.env["crm.visit"].create({"partner_id": cls.partner.id})
        nurse = cls.users["medical"]
        cls.note = (
            cls.env["crm.visit.medical"]
            .with_user(nurse)
            .create({"visit_id": cls.visit.id, "findings": SECRET})
        )
        photo = (
            cls.env["ir.attachment"]
            .with_user(nurse)
            .create({"name": "elbow.png", "datas": PIXEL})
        )
        cls.note.photo_ids = photo
        cls.photo = photo.with_env(cls.env)
        cls.staff = cls.env["crm.branch.staff"].create({"name": "Suda"})
        cls.branch = cls.env["crm.branch"].create({"name": "Siam"})
        cls.hours = cls.env["crm.branch.hours"].create(
            {"branch_id": cls.branch.id, "weekday": "0"}
        )


@tagged("post_install", "-at_install")
class TestVisitRights(RightsByRole, RightsCase):
    """Findings and treatment are the most private thing a shop knows about a customer.
    Whoever is not in the medical group must not get at them, by any way round."""

    # model: role that may first read, create, write and unlink (None: nobody)
    RIGHTS = {
        "crm.visit": ("viewer", "officer", "officer", "manager"),
        "crm.visit.medical": (None, None, None, None),
        "crm.visit.footfall": ("viewer", None, None, None),
        "crm.customer.history": ("viewer", None, None, None),
        "crm.branch.staff": ("viewer", "manager", "manager", None),
        "crm.branch.hours": ("internal", "manager", "manager", "manager"),
    }

    def test_rights_of_each_role(self):
        self.assertRights()

    def test_the_medical_group_and_nothing_more(self):
        nurse = self.users["medical"]
        for operation in ("read", "create", "write", "unlink"):
            self.assertTrue(self.note.with_user(nurse).has_access(operation))
        visit = self.visit.with_user(nurse)
        self.assertTrue(visit.has_access("read"))
        self.assertFalse(visit.has_access("write"))
        self.assertEqual(visit.medical_count, 1)
        action = visit.action_view_medical()
        self.assertEqual(action["res_id"], self.note.id)
        self.assertFalse(self.users["manager"].has_group(MEDICAL))
        self.assertFalse(self.users["admin"].has_group(MEDICAL))

    def _outsiders(self):
        return {role: user for role, user in self.users.items() if role != "medical"}

    @mute_logger("odoo.models", "odoo.addons.base.models.ir_rule")
    def test_no_way_through_the_note(self):
        for role, user in self._outsiders().items():
            note = self.note.with_user(user)
            note.invalidate_recordset()
            attempts = [
                lambda n: n.read(["findings"]),
                lambda n: n.findings,
                lambda n: n.search([]),
                lambda n: n.search_count([("findings", "ilike", "eczema")]),
                lambda n: n.search_read([], ["findings"]),
                lambda n: n.web_search_read([], {"findings": {}}),
                lambda n: n.name_search(""),
                lambda n: n.formatted_read_group([], ["findings"], ["__count"]),
                lambda n: n._read_group([], ["findings"]),
                lambda n: n.export_data(["findings"]),
                lambda n: n.copy_data(),
                lambda n: n.write({"findings": ""}),
                lambda n: n.unlink(),
                lambda n: n.create({"visit_id": self.visit.id}),
            ]
            for number, attempt in enumerate(attempts):
                with self.assertRaises(AccessError, msg=(role, number)):
                    attempt(note)

    @mute_logger("odoo.models", "odoo.addons.base.models.ir_rule")
    def test_no_way_through_the_visit_or_the_customer(self):
        """Lists, filters and exports follow fields; none of them leads to the note."""
        for role in ("viewer", "manager", "admin"):
            user = self.users[role]
            visits = self.env["crm.visit"].with_user(user)
            self.assertNotIn("medical_count", visits.fields_get())
            with self.assertRaises(AccessError):
                visits.browse(self.visit.id).action_view_medical()
            with self.assertRaises(AccessError):
                visits.browse(self.visit.id).read(["medical_count"])
            with self.assertRaises(AccessError):
                visits.browse(self.visit.id).export_data(["medical_count"])
            with self.assertRaises(AccessError):
                visits.search([("medical_count", ">", 0)])
        for model in ("crm.visit", "res.partner"):
            for name, field in self.env[model]._fields.items():
                self.assertNotEqual(field.comodel_name, "crm.visit.medical", name)

    @mute_logger("odoo.models", "odoo.addons.base.models.ir_rule")
    def test_no_way_through_the_photos(self):
        self.assertEqual(self.photo.res_model, "crm.visit.medical")
        self.assertEqual(self.photo.res_id, self.note.id)
        self.assertTrue(self.photo.with_user(self.users["medical"]).datas)
        for role, user in self._outsiders().items():
            photo = self.photo.with_user(user)
            photo.invalidate_recordset()
            for number, attempt in enumerate(
                [
                    lambda p: p.read(["datas"]),
                    lambda p: p.raw,
                    lambda p: p.write({"public": True}),
                    lambda p: p.write({"res_model": False, "res_id": False}),
                    lambda p: p.generate_access_token(),
                    lambda p: p.copy(),
                    lambda p: p.unlink(),
                ]
            ):
                with self.assertRaises(AccessError, msg=(role, number)):
                    attempt(photo)
            for domain in ([("id", "=", photo.id)], [("name", "=", "elbow.png")]):
                self.assertNotIn(photo, photo.search(domain), (role, domain))
            with self.assertRaises(AccessError):
                photo.search([("res_model", "=", "crm.visit.medical")])

    def test_photos_of_others_are_not_taken_over(self):
        """Linking a file to a note does not make it the note's."""
        own = self.env["ir.attachment"].create(
            {
                "name": "contract.pdf",
                "datas": PIXEL,
                "res_model": "res.partner",
                "res_id": self.partner.id,
            }
        )
        self.note.photo_ids |= own
        self.assertEqual(own.res_model, "res.partner")

    def test_nothing_in_the_messages(self):
        self.note.findings = f"{SECRET}, spreading"
        messages = self.visit.message_ids | self.partner.message_ids
        for message in messages:
            self.assertNotIn("eczema", message.body or "")
            for value in message.sudo().tracking_value_ids:
                self.assertNotIn("eczema", value.new_value_char or "")
        self.assertNotIn("eczema", self.note.display_name)

    def test_who_may_not_read_may_not_destroy(self):
        with self.assertRaises(UserError):
            self.visit.with_user(self.users["manager"]).unlink()
        self.note.unlink()
        self.assertFalse(self.photo.exists())
        self.visit.with_user(self.users["manager"]).unlink()
        self.assertFalse(self.visit.exists())

    def test_another_company_is_out_of_sight(self):
        other = self.env["res.company"].create({"name": "Second Shop"})
        theirs = self.env["crm.visit"].create(
            {"partner_id": self.partner.id, "company_id": other.id}
        )
        note = self.env["crm.visit.medical"].create({"visit_id": theirs.id})
        staff = self.env["crm.branch.staff"].create(
            {"name": "Nok", "company_id": other.id}
        )
        manager, nurse = self.users["manager"], self.users["medical"]
        for record, user in ((theirs, manager), (note, nurse), (staff, manager)):
            records = record.with_user(user)
            self.assertNotIn(record, records.search([]))
            with self.assertRaises(AccessError):
                records.read(["id", "create_date"])
        self.assertEqual(self.partner.with_user(manager).visit_count, 0)

    # -- erasing ---------------------------------------------------------------------

    def test_erasing_a_customer(self):
        """B11: that somebody came is kept, who it was and what was found is not."""
        self.visit.write({"state": "arrived", "note": "ticklish"})
        self.visit.message_post(body="Somchai called")
        file = self.env["ir.attachment"].create(
            {
                "name": "x.png",
                "datas": PIXEL,
                "res_model": "crm.visit",
                "res_id": self.visit.id,
            }
        )
        day = self.visit.day
        self.partner.unlink()
        self.assertFalse((self.note | self.note).exists())
        self.assertFalse(self.photo.exists())
        self.assertFalse(file.exists())
        self.assertTrue(self.visit.is_anonymous)
        self.assertFalse(self.visit.partner_id or self.visit.note)
        self.assertFalse(self.visit.message_ids)
        self.assertEqual((self.visit.state, self.visit.day), ("arrived", day))
        self.assertNotIn("Somchai", self.visit.display_name)
        with self.assertRaises(UserError):
            self.visit.action_done()

    def test_only_who_may_delete_erases(self):
        with self.assertRaises(AccessError):
            self.partner.with_user(self.users["viewer"]).unlink()
        self.assertTrue(self.note.exists())
        self.assertEqual(self.visit.partner_id, self.partner)


@tagged("post_install", "-at_install")
class TestMedicalPhotoOnTheWire(HttpCase, RightsCase):
    """The address of a photo is guessable: numbers. The server must refuse."""

    def _get(self, login, path):
        self.authenticate(login, login.removeprefix("visit_") * 2)
        with mute_logger("odoo.http", "odoo.addons.base.models.ir_binary"):
            return self.url_open(path)

    def test_photo_by_its_address(self):
        pixel = base64.b64decode(PIXEL)
        path = f"/web/content/{self.photo.id}"
        self.assertEqual(self._get("visit_medical", path).content, pixel)
        for role in ("portal", "internal", "manager", "admin"):
            for address in (path, f"/web/image/{self.photo.id}"):
                answer = self._get(f"visit_{role}", address)
                self.assertNotEqual(answer.content, pixel, (role, address))
