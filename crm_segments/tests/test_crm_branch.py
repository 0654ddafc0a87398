from psycopg2 import IntegrityError
from psycopg2.errors import UniqueViolation

from odoo.exceptions import UserError
from odoo.tests import Form, TransactionCase, new_test_user, tagged
from odoo.tools import mute_logger
from odoo.tools.safe_eval import safe_eval


@tagged("post_install", "-at_install")
class TestBranch(TransactionCase):
    """Where a sale was made decides who is told about a branch's offer, and which
    branch gets the credit for it (M2, D3)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["crm.branch"].search([]).active = False
        cls.company = cls.env.company
        cls.other = cls.env["res.company"].create({"name": "Second Shop"})
        cls.env.user.company_ids |= cls.other
        cls.customer = cls.env["res.partner"].create({"name": "Buyer"})

    def branch(self, name, company=None, **vals):
        company = company or self.company
        return self.env["crm.branch"].create(
            {"name": name, "company_id": company.id, **vals}
        )

    def order(self, **vals):
        return self.env["sale.order"].create({"partner_id": self.customer.id, **vals})

    def test_no_branch(self):
        self.assertFalse(self.order().branch_id)

    def test_only_branch_is_taken(self):
        self.branch("Elsewhere", self.other)
        branch = self.branch("Siam")
        self.assertEqual(self.order().branch_id, branch)
        self.branch("Ari")
        self.assertFalse(self.order().branch_id)

    def test_branch_of_the_user(self):
        self.branch("Siam")
        self.env.user.default_branch_id = mine = self.branch("Ari")
        self.assertEqual(self.order().branch_id, mine)
        with Form(self.env["sale.order"]) as form:
            form.partner_id = self.customer
            self.assertEqual(form.branch_id, mine)
        mine.active = False
        self.assertNotEqual(self.order().branch_id, mine)

    def test_branch_of_the_user_in_another_company(self):
        self.env.user.default_branch_id = self.branch("Siam")
        theirs = self.branch("Elsewhere", self.other)
        order = self.order(company_id=self.other.id)
        self.assertEqual(order.branch_id, theirs)

    def test_chosen_branch_stays(self):
        self.branch("Siam")
        chosen = self.branch("Ari")
        order = self.order(branch_id=chosen.id)
        order.note = "x"
        self.assertEqual(order.branch_id, chosen)
        self.assertEqual(order.copy().branch_id, chosen)

    def test_branch_of_another_company_refused(self):
        theirs = self.branch("Elsewhere", self.other)
        with self.assertRaises(UserError):
            self.order(branch_id=theirs.id)

    @mute_logger("odoo.sql_db")
    def test_code_unique_in_company(self):
        self.branch("Siam", code="001")
        self.branch("Elsewhere", self.other, code="001")
        self.branch("No code")
        self.branch("No code either")
        with self.assertRaises(UniqueViolation), self.cr.savepoint():
            self.branch("Ari", code="001")

    def test_found_by_code(self):
        branch = self.branch("Siam", code="B-77")
        found = self.env["crm.branch"].name_search("b-77")
        self.assertEqual([id_ for id_, _name in found], branch.ids)

    def test_address_in_thailand(self):
        bangkok = self.env["res.country.state"].search(
            [("country_id.code", "=", "TH")], limit=1
        )
        with Form(self.env["crm.branch"]) as form:
            form.name = "Siam"
            form.country_id = self.env.ref("base.fr")
            form.state_id = bangkok
            self.assertEqual(form.country_id.code, "TH")
            form.country_id = self.env.ref("base.fr")
            self.assertFalse(form.state_id)

    @mute_logger("odoo.sql_db")
    def test_used_branch_is_archived_not_deleted(self):
        branch = self.branch("Siam")
        self.order()
        with self.assertRaises(IntegrityError), self.cr.savepoint():
            branch.unlink()
        branch.active = False
        self.assertFalse(self.order().branch_id)

    def test_user_sets_own_branch(self):
        branch = self.branch("Siam")
        user = new_test_user(self.env, "clerk", "base.group_user")
        user.with_user(user).default_branch_id = branch
        self.assertEqual(user.default_branch_id, branch)

    def test_only_branches_of_the_company_are_offered(self):
        here, there = self.branch("Siam"), self.branch("Elsewhere", self.other)
        domain = self.env["sale.order"]._fields["branch_id"].domain
        self.assertEqual(domain, "[('company_id', '=', company_id)]")
        order = self.order()
        offered = self.env["crm.branch"].search(
            safe_eval(domain, {"company_id": order.company_id.id})
        )
        self.assertIn(here, offered)
        self.assertNotIn(there, offered)

    def test_orders_by_branch(self):
        """D3: what was sold where, from the order list's own grouping."""
        siam, ari = self.branch("Siam"), self.branch("Ari")
        orders = self.env["sale.order"].create(
            [
                {"partner_id": self.customer.id, "branch_id": branch.id}
                for branch in (siam, ari, siam)
            ]
        )
        groups = self.env["sale.order"]._read_group(
            [("id", "in", orders.ids)], ["branch_id"], ["__count"]
        )
        self.assertEqual(dict(groups), {siam: 2, ari: 1})

    def test_order_screens_show_it(self):
        """Form, list and search view of orders, where it can be grouped by."""
        orders = self.env["sale.order"]
        for xmlid, view_type in [
            ("sale.view_order_form", "form"),
            ("sale.view_quotation_tree", "list"),
            ("sale.view_sales_order_filter", "search"),
        ]:
            arch = orders.get_view(self.env.ref(xmlid).id, view_type)["arch"]
            self.assertIn('name="branch_id"', arch, xmlid)
        self.assertIn("'group_by': 'branch_id'", arch)

    def test_orders_from_before_keep_no_branch(self):
        """Installing must not claim that old orders were made at the only branch."""
        order = self.order()
        self.assertFalse(order.branch_id)
        self.branch("Siam")
        order.invalidate_recordset()
        self.assertFalse(order.branch_id)
