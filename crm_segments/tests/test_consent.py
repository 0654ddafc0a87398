from datetime import datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.exceptions import AccessError
from odoo.tests import TransactionCase, new_test_user, tagged

PURPOSES = ["service", "marketing_sms", "marketing_line", "marketing_email"]


@tagged("post_install", "-at_install")
class TestConsent(TransactionCase):
    """A message without consent costs a fine and a customer (B11, M10). The log must
    show what was agreed to, when and to which text, whatever happened since."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.env["res.company"].create({"name": "Second Shop"})
        cls.customers = cls.env["res.partner"].create(
            [{"name": name} for name in ("A", "B", "C")]
        )
        cls.customer = cls.customers[0]

    def test_no_answer_is_no_consent(self):
        for purpose in PURPOSES:
            self.assertFalse(self.customers._crm_consent_given(purpose))
            self.assertFalse(self.customer[f"consent_{purpose}"])

    def test_given_and_withdrawn(self):
        row = self.customer._crm_record_consent(
            "marketing_sms", policy_version="3", source="Counter", address="0812345678"
        )
        self.assertEqual(
            (row.policy_version, row.source, row.address, row.company_id, row.given),
            ("3", "Counter", "0812345678", self.env.company, True),
        )
        self.assertEqual(
            self.customers._crm_consent_given("marketing_sms"), self.customer
        )
        self.assertFalse(self.customers._crm_consent_given("marketing_line"))
        self.customer._crm_record_consent("marketing_sms", given=False)
        self.assertFalse(self.customers._crm_consent_given("marketing_sms"))
        self.assertEqual(len(self.customer.consent_ids), 2)

    def test_latest_by_time_not_by_entry(self):
        self.customer._crm_record_consent(
            "marketing_sms", given=False, date=datetime(2026, 5, 2)
        )
        self.customer._crm_record_consent("marketing_sms", date=datetime(2026, 5, 1))
        self.assertFalse(self.customer._crm_consent_given("marketing_sms"))
        self.customer._crm_record_consent("marketing_sms", date=datetime(2026, 5, 2))
        self.assertTrue(self.customer._crm_consent_given("marketing_sms"))

    def test_each_company_for_itself(self):
        self.customer._crm_record_consent("marketing_sms")
        theirs = self.customers.with_company(self.other)
        self.assertFalse(theirs._crm_consent_given("marketing_sms"))
        self.assertFalse(theirs[0].consent_marketing_sms)
        self.assertTrue(self.customer.consent_marketing_sms)
        self.assertFalse(theirs.search([("consent_marketing_sms", "=", True)]))

    def test_contact_follows_its_customer(self):
        contact = self.env["res.partner"].create(
            {"name": "Child", "parent_id": self.customer.id}
        )
        contact._crm_record_consent("marketing_line")
        self.assertEqual(self.customer.consent_ids.partner_id, self.customer)
        both = contact | self.customer
        self.assertEqual(both._crm_consent_given("marketing_line"), both)
        self.assertIn(contact, both.search([("consent_marketing_line", "=", True)]))

    def test_unknown_purpose(self):
        with self.assertRaisesRegex(ValueError, "marketing_pigeon"):
            self.customer._crm_consent_given("marketing_pigeon")
        with self.assertRaisesRegex(ValueError, "marketing_pigeon"):
            self.customer._crm_record_consent("marketing_pigeon")

    @settings(deadline=None, max_examples=30)
    @given(
        st.lists(
            st.tuples(
                st.integers(0, 2),
                st.sampled_from(PURPOSES[:2]),
                st.booleans(),
                st.integers(1, 4),
                st.booleans(),
            ),
            max_size=12,
        )
    )
    def test_state_is_the_latest_row(self, rows):
        customers = self.env["res.partner"].create([{"name": "X"}] * 3)
        state = {}
        for sequence, (index, purpose, given_, day, elsewhere) in enumerate(rows):
            company = self.other if elsewhere else self.env.company
            customers[index].with_company(company)._crm_record_consent(
                purpose, given=given_, date=datetime(2026, 1, day)
            )
            key = (company, index, purpose)
            state[key] = max(state.get(key, (0, -1, False)), (day, sequence, given_))
        for company in (self.env.company, self.other):
            for purpose in PURPOSES[:2]:
                here = customers.with_company(company)
                expected = here.browse(
                    customers[i].id
                    for i in range(3)
                    if state.get((company, i, purpose), (0, 0, False))[2]
                )
                self.assertEqual(here._crm_consent_given(purpose), expected)
                field = f"consent_{purpose}"
                inside = [("id", "in", customers.ids)]
                self.assertEqual(here.search([*inside, (field, "=", True)]), expected)
                self.assertEqual(
                    here.search([*inside, (field, "=", False)]), here - expected
                )
                self.assertEqual(here.filtered(field), expected)

    def test_nobody_rewrites_the_log(self):
        row = self.customer._crm_record_consent("service")
        manager = new_test_user(
            self.env, "boss", "crm_segments.crm_segments_group_manager"
        )
        row = row.with_user(manager)
        self.assertEqual(row.partner_id, self.customer)
        with self.assertRaises(AccessError):
            row.given = False
        with self.assertRaises(AccessError):
            row.unlink()

    def test_merge_keeps_both_logs(self):
        first, second = self.customers[:2]
        first._crm_record_consent("marketing_sms", date=datetime(2026, 5, 1))
        second._crm_record_consent(
            "marketing_sms", given=False, date=datetime(2026, 5, 2)
        )
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((first | second).ids, first)
        self.assertEqual(len(first.consent_ids), 2)
        self.assertFalse(first._crm_consent_given("marketing_sms"))


@tagged("post_install", "-at_install")
class TestMergeMemberNumber(TransactionCase):
    """The card in the customer's purse has to work after the shop has merged two
    entries of the same person."""

    def merge(self, numbers, survivor=0):
        partners = self.env["res.partner"].create(
            [{"name": f"P{i}", "member_number": n} for i, n in enumerate(numbers)]
        )
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge(partners.ids, partners[survivor])
        self.assertEqual(len(partners.exists()), 1)
        return partners.exists().member_number

    def test_survivor_keeps(self):
        self.assertEqual(self.merge(["K1", "K2", "K3"]), "K1")
        self.assertEqual(self.merge(["L1", "L2"], survivor=1), "L2")

    def test_survivor_takes(self):
        self.assertEqual(self.merge([False, "K2", "K3"]), "K2")

    def test_none(self):
        self.assertFalse(self.merge([False, False]))

    def test_name_parts_stay_those_of_the_survivor(self):
        first = self.env["res.partner"].create({"first_name": "A B", "last_name": "C"})
        second = self.env["res.partner"].create({"name": "X Y", "gender": "female"})
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((first | second).ids, first)
        self.assertEqual((first.first_name, first.last_name), ("A B", "C"))
        self.assertEqual(first.gender, "female")
