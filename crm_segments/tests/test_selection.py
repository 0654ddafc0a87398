from odoo.exceptions import AccessError, UserError
from odoo.tests import TransactionCase, new_test_user, tagged


@tagged("post_install", "-at_install")
class TestSelection(TransactionCase):
    """Whoever ticks three customers and presses a button must never change them all,
    and whoever takes the whole result must not lose those behind the 20,000th."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partners = cls.env["res.partner"].with_context(crm_customer=True)
        cls.customers = cls.partners.create([{"name": f"Sel {i}"} for i in range(4)])
        cls.domain = [["id", "in", cls.customers.ids]]

    def selected(self, env=None, **context):
        context.setdefault("active_model", "res.partner")
        partners = (env or self.env)["res.partner"].with_context(**context)
        return partners.search(partners._get_selected_domain())

    def test_ticked(self):
        """The search's domain comes along, and says nothing."""
        ticked = self.customers[:2]
        found = self.selected(active_ids=ticked.ids, active_domain=self.domain)
        self.assertEqual(found, ticked)
        found = self.selected(
            active_ids=ticked.ids, active_domain=self.domain, crm_whole_result=False
        )
        self.assertEqual(found, ticked)

    def test_ticked_archived(self):
        self.customers[0].active = False
        found = self.selected(active_ids=self.customers[:2].ids)
        self.assertEqual(found, self.customers[:2])

    def test_whole_result(self):
        """Not only those whose ids the client sent."""
        found = self.selected(
            active_ids=self.customers[:1].ids,
            active_domain=self.domain,
            crm_whole_result=self.domain,
        )
        self.assertEqual(found, self.customers)

    def test_whole_result_leaves_out_archived(self):
        self.customers[0].active = False
        found = self.selected(active_domain=self.domain, crm_whole_result=self.domain)
        self.assertEqual(found, self.customers[1:])

    def test_everybody(self):
        everybody = self.env["res.partner"].search([])
        self.assertEqual(
            self.selected(active_domain=[], crm_whole_result=[]), everybody
        )

    def test_answer_of_an_earlier_list(self):
        found = self.selected(
            active_ids=self.customers[:1].ids,
            active_domain=[["name", "=", "Sel 2"]],
            crm_whole_result=self.domain,
        )
        self.assertEqual(found, self.customers[0])

    def test_nothing(self):
        for context in [
            {},
            {"active_ids": []},
            {"active_domain": self.domain},
            {"active_ids": self.customers.ids, "active_model": "res.users"},
        ]:
            with self.assertRaisesRegex(UserError, "Tick some customers"):
                self.selected(**context)

    def test_rights_of_the_user(self):
        """A domain made up by the client finds nothing that the user may not read."""
        other = self.env["res.company"].create({"name": "Other"})
        self.customers[0].company_id = other
        viewer = new_test_user(self.env, "v", "crm_segments.crm_segments_group_viewer")
        env = self.env(user=viewer)
        for context in [
            {"active_domain": self.domain, "crm_whole_result": self.domain},
            {"active_ids": self.customers.ids},
        ]:
            self.assertEqual(self.selected(env, **context), self.customers[1:])
        secret = [["signup_type", "=", "x"]]
        with self.assertRaises(AccessError):
            self.selected(env, active_domain=secret, crm_whole_result=secret)
        bypass = [["user_ids", "any!", [["login", "=", "admin"]]]]
        with self.assertRaises(ValueError):
            self.selected(env, active_domain=bypass, crm_whole_result=bypass)
