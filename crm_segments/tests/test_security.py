from odoo.exceptions import AccessError
from odoo.service.model import get_public_method
from odoo.tests import TransactionCase, new_test_user, tagged

from .common_rights import RightsByRole

GROUP = "crm_segments.crm_segments_group_{}"


@tagged("post_install", "-at_install")
class TestSecurity(RightsByRole, TransactionCase):
    """Who may do what, seen from each role. A clerk who can rewrite a consent, or a
    branch of another company in a list, is a breach nobody notices."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.env["res.company"].create({"name": "Second Shop"})
        cls.users = {
            role: new_test_user(cls.env, f"user_{role}", GROUP.format(role))
            for role in ("viewer", "officer", "editor", "manager")
        }
        cls.users["internal"] = new_test_user(cls.env, "user_i", "base.group_user")
        cls.users["portal"] = new_test_user(cls.env, "user_p", "base.group_portal")
        cls.customer = (
            cls.env["res.partner"]
            .with_context(crm_customer=True)
            .create({"name": "Customer"})
        )
        cls.records = {
            "crm.branch": cls.env["crm.branch"].create({"name": "Here"}),
            "crm.customer.group": cls.env["crm.customer.group"].create({"name": "G"}),
            "crm.consent": cls.customer._crm_record_consent("service"),
            "crm.contact.call": cls.env["crm.contact.call"].create(
                {"partner_id": cls.customer.id}
            ),
        }
        cls.foreign = {
            "crm.branch": cls.env["crm.branch"].create(
                {"name": "There", "company_id": cls.other.id}
            ),
            "crm.customer.group": cls.env["crm.customer.group"].create(
                {"name": "F", "company_id": cls.other.id}
            ),
            "crm.consent": cls.customer.with_company(cls.other)._crm_record_consent(
                "service"
            ),
            "crm.contact.call": cls.env["crm.contact.call"].create(
                {"partner_id": cls.customer.id, "company_id": cls.other.id}
            ),
        }

    # model: role that may first read, create, write and unlink (None: nobody)
    RIGHTS = {
        "crm.branch": ("internal", "manager", "manager", "manager"),
        "crm.customer.group": ("internal", "manager", "manager", "manager"),
        "crm.consent": ("viewer", "officer", None, None),
        "crm.contact.history": ("viewer", None, None, None),
        "crm.contact.call": ("viewer", "officer", "officer", "officer"),
    }
    ROLES = ("portal", "internal", "viewer", "officer", "editor", "manager")

    def test_rights_of_each_role(self):
        self.assertRights()

    def test_another_company_is_out_of_sight(self):
        for model, record in self.foreign.items():
            records = self.env[model].with_user(self.users["manager"])
            found = records.with_context(active_test=False).search([])
            self.assertNotIn(record, found, model)
            self.assertIn(self.records[model], found, model)
            with self.assertRaises(AccessError):
                record.with_user(self.users["manager"]).read(["company_id"])

    def test_shared_group_is_in_sight_of_all(self):
        shared = self.env["crm.customer.group"].create(
            {"name": "Shared", "company_id": False}
        )
        user = self.users["manager"]
        user.write({"company_ids": [(6, 0, self.other.ids)], "company_id": self.other})
        found = shared.with_user(user).search([])
        self.assertIn(shared, found)
        self.assertIn(self.foreign["crm.customer.group"], found)

    def test_who_enters_customers(self):
        for role in self.ROLES:
            partners = self.env["res.partner"].with_user(self.users[role])
            partners = partners.with_context(crm_customer=True)
            if role in ("officer", "editor", "manager"):
                customer = partners.create({"phone": "0812345678"})
                self.assertTrue(customer.member_number)
            else:
                with self.assertRaises(AccessError):
                    partners.create({"phone": "0812345678"})

    def test_consent_is_recorded_for_who_may_not_write_it(self):
        """A customer on the portal agrees; the log is written on their behalf."""
        portal = self.users["portal"]
        partner = portal.partner_id.with_user(portal)
        row = partner._crm_record_consent("marketing_sms", source="Portal")
        self.assertEqual(row.sudo().partner_id, portal.partner_id)
        self.assertTrue(partner._crm_consent_given("marketing_sms"))
        with self.assertRaises(AccessError):
            row.given = False

    def test_menu(self):
        menu = self.env.ref("crm_segments.crm_segments_menu_root")
        for role in self.ROLES[1:]:
            visible = self.env["ir.ui.menu"].with_user(self.users[role])
            self.assertEqual(
                menu.id in visible._visible_menu_ids(), role != "internal", role
            )

    def test_member_numbers_are_not_given_by_remote_calls(self):
        with self.assertRaises(AccessError):
            get_public_method(self.env["res.partner"], "_ensure_member_number")
