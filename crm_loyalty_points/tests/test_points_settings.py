from odoo.exceptions import AccessError
from odoo.tests import Form, TransactionCase, new_test_user, tagged

SETTINGS = "crm_loyalty_points.loyalty_program_view_form_settings"


@tagged("post_install", "-at_install")
class TestPointsSettings(TransactionCase):
    """A shop that wants points and no more sets them on one screen, without the rights
    of an administrator, and sees at once what a bill earns."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        company = cls.env["res.company"].create(
            {"name": "Noodle Shop", "currency_id": cls.env.ref("base.THB").id}
        )
        cls.env.ref("base.THB").active = True
        cls.env["loyalty.program"].search([]).active = False
        cls.editor = new_test_user(
            cls.env,
            "settings_editor",
            "crm_segments.crm_segments_group_editor",
            company_id=company.id,
            company_ids=[(6, 0, company.ids)],
        )
        cls.programs = cls.env["loyalty.program"].with_user(cls.editor)
        cls.programs = cls.programs.with_company(company)

    def _open(self):
        """:return: Form as the menu opens it"""
        action = self.programs.action_open_points_settings()
        records = self.programs.browse(action["res_id"] or []).with_context(
            **action["context"]
        )
        return Form(records, view=SETTINGS)

    def test_first_settings(self):
        form = self._open()
        self.assertIn("40", form.earning_example)
        form.thb_per_point = 30
        self.assertIn("33", form.earning_example)
        form.welcome_points = 10
        form.expiry_policy = "after"
        form.expiry_count = 12
        form.reward_validity_days = 30
        program = form.save()
        self.assertEqual(program.company_id, self.editor.company_id)
        self.assertTrue(program._is_engine_program())
        self.assertEqual(program.rule_ids.mapped("reward_point_mode"), ["money"])
        partner = self.env["res.partner"].create({"name": "Malee"})
        product = self.env["product.product"].create(
            {"name": "Noodles", "lst_price": 1000, "taxes_id": False}
        )
        basket = self.programs._make_basket([(product, 1, 1000)], partner=partner)
        outcome = program._count_basket(basket)[program]
        self.assertEqual(outcome.points, 33)
        self.assertIn("33", program.earning_example)
        # the second visit opens what the first one made
        self.assertEqual(self._open().id, program.id)

    def test_choice_of_several(self):
        first, second = self.env["loyalty.program"].create(
            [
                {
                    "name": name,
                    "program_type": "loyalty",
                    "applies_on": "both",
                    "company_id": self.editor.company_id.id,
                }
                for name in ("Shop", "Web")
            ]
        )
        action = self.programs.action_open_points_settings()
        self.assertFalse(action.get("res_id"))
        self.assertEqual(self.programs.search(action["domain"]), first | second)

    def test_no_example_without_money(self):
        program = self.env["loyalty.program"].create(
            {
                "name": "Visits",
                "program_type": "loyalty",
                "applies_on": "both",
                "rule_ids": [(5, 0), (0, 0, {"reward_point_mode": "order"})],
            }
        )
        self.assertFalse(program.earning_example)

    def test_rights(self):
        menu = self.env.ref("crm_loyalty_points.loyalty_program_settings_menu")
        officer = new_test_user(
            self.env, "settings_officer", "crm_segments.crm_segments_group_officer"
        )
        menus = self.env["ir.ui.menu"]
        self.assertNotIn(menu.id, menus.with_user(officer)._visible_menu_ids())
        self.assertIn(menu.id, menus.with_user(self.editor)._visible_menu_ids())
        program = self._open().save()
        with self.assertRaises(AccessError):
            program.with_user(officer).thb_per_point = 1
