from hypothesis import given, settings
from hypothesis import strategies as st
from psycopg2.errors import UniqueViolation

from odoo.tests import TransactionCase, tagged
from odoo.tools import mute_logger

from ..hooks import post_init_hook, pre_init_hook, uninstall_hook


@tagged("post_install", "-at_install")
class TestMemberNumber(TransactionCase):
    """The member number is what a customer says at the counter: two customers with
    one number, or one customer with two, and points go to the wrong person."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.env["res.company"].create({"name": "Second Shop"})

    def partners(self, count, **vals):
        return self.env["res.partner"].create(
            [{"name": f"P{i}", **vals} for i in range(count)]
        )

    def test_each_company_has_its_sequence(self):
        companies = self.env["res.company"].search([])
        sequences = self.env["ir.sequence"].search([("code", "=", "crm.member.number")])
        self.assertLessEqual(companies, sequences.company_id)
        self.assertEqual(len(sequences), len(set(sequences.mapped("prefix"))))
        before = companies._ensure_member_sequence()
        self.assertEqual(companies._ensure_member_sequence(), before)

    def test_given_once(self):
        partner = self.partners(1)
        self.assertFalse(partner.member_number)
        self.assertEqual(partner._ensure_member_number(), partner)
        number = partner.member_number
        self.assertTrue(number)
        self.assertFalse(partner._ensure_member_number())
        self.assertEqual(partner.member_number, number)

    def test_ascending_in_one_go(self):
        partners = self.partners(30)
        partners._ensure_member_number()
        numbers = partners.mapped("member_number")
        self.assertEqual(numbers, sorted(set(numbers)))

    def test_statements_do_not_grow_with_partners(self):
        few, many = self.partners(2), self.partners(60)
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(__system__=10):
            few._ensure_member_number()
        self.env.invalidate_all()
        with self.assertQueryCount(__system__=10):
            many._ensure_member_number()
        self.assertTrue(all(many.mapped("member_number")))

    def test_companies_never_give_the_same_number(self):
        mine, theirs = self.partners(5), self.partners(5)
        mine._ensure_member_number()
        theirs.with_company(self.other)._ensure_member_number()
        numbers = (mine | theirs).mapped("member_number")
        self.assertEqual(len(set(numbers)), 10)
        prefix = self.other._ensure_member_sequence().prefix
        self.assertTrue(
            all(n.startswith(prefix) for n in theirs.mapped("member_number"))
        )

    def test_partner_of_a_company_counts_there(self):
        partner = self.partners(1, company_id=self.other.id)
        partner._ensure_member_number()
        prefix = self.other._ensure_member_sequence().prefix
        self.assertTrue(partner.member_number.startswith(prefix))

    def test_contact_is_not_the_customer(self):
        company = self.partners(1, is_company=True)
        contact = self.partners(1, parent_id=company.id)
        self.assertEqual(contact._ensure_member_number(), company)
        self.assertTrue(company.member_number)
        self.assertFalse(contact.member_number)

    def test_anonymous_visitor_is_no_customer(self):
        public = self.env.ref("base.public_user").partner_id
        self.assertFalse(public._ensure_member_number())
        self.assertFalse(public.member_number)

    def test_numbers_from_elsewhere_are_stepped_over(self):
        sequence = self.env.company._ensure_member_sequence()
        upcoming = sequence.number_next_actual
        taken = [sequence.get_next_char(upcoming + i) for i in (0, 1, 3)]
        for partner, number in zip(self.partners(3), taken, strict=True):
            partner.member_number = number
        partners = self.partners(3)
        partners._ensure_member_number()
        self.assertEqual(
            partners.mapped("member_number"),
            [sequence.get_next_char(upcoming + i) for i in (2, 4, 5)],
        )

    def test_more_digits_than_padding(self):
        sequence = self.env.company._ensure_member_sequence()
        sequence.write({"padding": 2, "number_next": 998})
        partners = self.partners(4)
        partners._ensure_member_number()
        self.assertEqual(
            partners.mapped("member_number"),
            [f"{sequence.prefix}{n}" for n in (998, 999, 1000, 1001)],
        )

    def test_other_kinds_of_sequence(self):
        sequence = self.env.company._ensure_member_sequence()
        sequence.write({"implementation": "no_gap", "prefix": "N", "number_next": 7})
        partners = self.partners(2)
        partners._ensure_member_number()
        self.assertEqual(partners.mapped("member_number"), ["N000007", "N000008"])

    @mute_logger("odoo.sql_db")
    def test_unique(self):
        first, second = self.partners(2)
        first.member_number = "X1"
        with self.assertRaises(UniqueViolation), self.cr.savepoint():
            second.member_number = "X1"
            self.env.flush_all()

    def test_never_copied(self):
        partner = self.partners(1)
        partner._ensure_member_number()
        self.assertFalse(partner.copy().member_number)

    def test_created_in_the_customers_app(self):
        partners = self.env["res.partner"].with_context(crm_customer=True)
        customer = partners.create({"phone": "0812345678"})
        self.assertTrue(customer.member_number)
        address = partners.create({"name": "Home", "parent_id": customer.id})
        self.assertFalse(address.member_number)

    @settings(deadline=None, max_examples=20)
    @given(
        st.lists(
            st.tuples(st.booleans(), st.sets(st.integers(0, 5))), min_size=1, max_size=6
        )
    )
    def test_any_order_of_asking(self, calls):
        """Whoever asks, for whom and how often: one number each, all different."""
        partners = self.partners(6)
        expected = {}
        for use_other, indexes in calls:
            company = self.other if use_other else self.env.company
            chosen = partners.browse([partners[i].id for i in sorted(indexes)])
            got = chosen.with_company(company)._ensure_member_number()
            self.assertEqual(
                set(got.ids), {p.id for p in chosen if p.id not in expected}
            )
            expected.update((p.id, p.member_number) for p in got)
        self.assertEqual(
            {p.id: p.member_number for p in partners if p.member_number}, expected
        )
        self.assertEqual(len(set(expected.values())), len(expected))


@tagged("post_install", "-at_install")
class TestMemberNumberOfOrders(TransactionCase):
    """Whoever orders is a customer (X1), and found by number from then on."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partner = cls.env["res.partner"].create({"name": "Buyer"})

    def order(self, partner, **vals):
        return self.env["sale.order"].create({"partner_id": partner.id, **vals})

    def test_order(self):
        self.order(self.partner)
        self.assertTrue(self.partner.member_number)

    def test_order_of_a_contact(self):
        contact = self.env["res.partner"].create(
            {"name": "C", "parent_id": self.partner.id}
        )
        self.order(contact)
        self.assertTrue(self.partner.member_number)
        self.assertFalse(contact.member_number)

    def test_order_given_to_another(self):
        other = self.env["res.partner"].create({"name": "Other"})
        self.order(self.partner).partner_id = other
        self.assertTrue(other.member_number)

    def test_cart_of_a_visitor(self):
        public = self.env.ref("base.public_user").partner_id
        self.order(public)
        self.assertFalse(public.member_number)

    def test_at_install(self):
        """What the install hook does for a shop that has orders already."""
        other = self.env["res.company"].create({"name": "Second Shop"})
        theirs = self.env["res.partner"].create({"name": "Theirs"})
        public = self.env.ref("base.public_user").partner_id
        self.order(self.partner)
        self.order(public)
        self.env["sale.order"].with_company(other).create(
            {"partner_id": theirs.id, "company_id": other.id}
        )
        none = self.env["res.partner"].create({"name": "No order"})
        everyone = self.partner | theirs | none | public
        everyone.member_number = False
        self.env["res.partner"]._ensure_member_number_of_buyers()
        self.assertTrue(self.partner.member_number)
        self.assertTrue(
            theirs.member_number.startswith(other._ensure_member_sequence().prefix)
        )
        self.assertFalse(none.member_number)
        self.assertFalse(public.member_number)

    def test_install_hook(self):
        """The hook as Odoo calls it; running it again changes nothing."""
        self.order(self.partner)
        self.partner.member_number = False
        self.env["ir.sequence"].search([("code", "=", "crm.member.number")]).unlink()
        post_init_hook(self.env)
        number = self.partner.member_number
        self.assertTrue(number)
        self.assertEqual(self.partner.customer_order_count_all, 1)
        post_init_hook(self.env)
        self.assertEqual(self.partner.member_number, number)

    def test_uninstall_hook_leaves_no_sequence(self):
        uninstall_hook(self.env)
        sequences = self.env["ir.sequence"].with_context(active_test=False)
        self.assertFalse(sequences.search([("code", "=", "crm.member.number")]))

    def test_columns_made_before_install_stay(self):
        """Names are split once at install; a later call keeps what was edited in
        two parts, as long as it still tells the same name."""
        partner = self.env["res.partner"].create(
            {"first_name": "A B", "last_name": "C"}
        )
        self.env.flush_all()
        pre_init_hook(self.env)
        self.env.invalidate_all()
        self.assertEqual((partner.first_name, partner.last_name), ("A B", "C"))
