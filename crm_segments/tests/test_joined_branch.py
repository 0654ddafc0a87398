from psycopg2 import IntegrityError

from odoo.tests import Form, TransactionCase, new_test_user, tagged
from odoo.tools import mute_logger


@tagged("post_install", "-at_install")
class TestJoinedBranch(TransactionCase):
    """M2: which branch brings new customers. A branch that gets the credit for another
    one's customers is paid for it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["crm.branch"].search([]).active = False
        cls.siam, cls.ari = cls.env["crm.branch"].create(
            [{"name": "Siam"}, {"name": "Ari"}]
        )
        cls.officer = new_test_user(
            cls.env, "joined_officer", "crm_segments.crm_segments_group_officer"
        )
        cls.officer.default_branch_id = cls.ari
        cls.partners = cls.env["res.partner"].with_user(cls.officer)

    def test_entered_by_an_officer(self):
        customer = self.partners.with_context(crm_customer=True).create({"name": "A"})
        self.assertEqual(customer.joined_branch_id, self.ari)
        chosen = self.partners.with_context(crm_customer=True).create(
            {"name": "B", "joined_branch_id": self.siam.id}
        )
        self.assertEqual(chosen.joined_branch_id, self.siam)
        contact = self.partners.create({"name": "No customer"})
        self.assertFalse(contact.joined_branch_id)

    def test_branch_of_the_first_order(self):
        partner = self.env["res.partner"].create({"name": "Buyer"})
        orders = self.env["sale.order"]
        orders.create({"partner_id": partner.id, "branch_id": self.siam.id})
        self.assertEqual(partner.joined_branch_id, self.siam)
        orders.create({"partner_id": partner.id, "branch_id": self.ari.id})
        self.assertEqual(partner.joined_branch_id, self.siam)

    def test_order_without_branch(self):
        """The branch of whoever brings in old orders is not where they joined."""
        self.env.user.default_branch_id = self.ari
        partner = self.env["res.partner"].create({"name": "Buyer"})
        order = self.env["sale.order"].create(
            {"partner_id": partner.id, "branch_id": False}
        )
        self.assertFalse(order.branch_id)
        self.assertTrue(partner.member_number)
        self.assertFalse(partner.joined_branch_id)

    def test_several_at_once(self):
        several = self.env["res.partner"].create(
            [
                {"name": "A"},
                {"name": "B"},
                {"name": "C", "joined_branch_id": self.ari.id},
            ]
        )
        several._ensure_member_number(self.siam)
        self.assertEqual(several.mapped("joined_branch_id.name"), [*("Siam", "Ari")])
        self.assertEqual(several[0].joined_branch_id, self.siam)
        self.assertEqual(several[2].joined_branch_id, self.ari)

    def test_merged_customers(self):
        kept, gone = self.env["res.partner"].create([{"name": "A"}, {"name": "B"}])
        gone._ensure_member_number(self.siam)
        wizard = self.env["base.partner.merge.automatic.wizard"].create(
            {"partner_ids": (kept | gone).ids, "dst_partner_id": kept.id}
        )
        wizard.action_merge()
        self.assertEqual(kept.joined_branch_id, self.siam)

    def test_found_and_counted_by_it(self):
        customers = self.env["res.partner"].create([{"name": n} for n in "ABC"])
        customers[:2]._ensure_member_number(self.siam)
        customers[2]._ensure_member_number(self.ari)
        groups = self.partners._read_group(
            [("id", "in", customers.ids)], ["joined_branch_id"], ["__count"]
        )
        self.assertEqual(dict(groups), {self.siam: 2, self.ari: 1})
        found = self.partners.search([("joined_branch_id", "=", "Siam")])
        self.assertEqual(found & customers, customers[:2])

    @mute_logger("odoo.sql_db")
    def test_form(self):
        customer = self.partners.with_context(crm_customer=True).create({"name": "A"})
        view = "crm_segments.res_partner_view_form_customer"
        with Form(customer, view=view) as form:
            self.assertEqual(form.joined_branch_id, self.ari)
            form.joined_branch_id = self.siam
        self.assertEqual(customer.joined_branch_id, self.siam)
        with self.assertRaises(IntegrityError), self.cr.savepoint():
            self.siam.unlink()
