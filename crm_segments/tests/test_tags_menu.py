from odoo.tests import TransactionCase, new_test_user, tagged


@tagged("post_install", "-at_install")
class TestTagsMenu(TransactionCase):
    """Which tags are used, and by whom (M8)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.vip, cls.tea = cls.env["res.partner.category"].create(
            [{"name": name} for name in ("Menu VIP", "Menu tea")]
        )
        customers = cls.env["res.partner"].with_context(crm_customer=True)
        cls.people = customers.create(
            [
                {"name": f"P{n}", "category_id": (cls.vip + cls.tea).ids}
                for n in range(3)
            ]
        )
        cls.people[0].category_id = cls.vip
        # a supplier is no customer
        cls.env["res.partner"].create({"name": "S", "category_id": cls.vip.ids})

    def test_counts(self):
        tags = self.vip + self.tea
        tags.invalidate_recordset()
        with self.assertQueryCount(1):
            self.assertEqual(tags.mapped("customer_count"), [3, 2])
        self.assertEqual(self.env["res.partner.category"].new().customer_count, 0)

    def test_open_customers(self):
        action = self.vip.action_open_customers()
        found = self.env["res.partner"].search(action["domain"])
        self.assertEqual(found, self.people)
        self.assertEqual(action["res_model"], "res.partner")

    def test_menu(self):
        editor = new_test_user(
            self.env, "tags_editor", "crm_segments.crm_segments_group_editor"
        )
        menu = self.env.ref("crm_segments.res_partner_category_menu")
        self.assertIn(menu.id, self.env["ir.ui.menu"].with_user(editor).load_menus(0))
        arch = self.env["res.partner.category"].get_view(view_type="list")["arch"]
        self.assertIn('name="customer_count"', arch)
        self.assertIn('name="action_open_customers"', arch)
