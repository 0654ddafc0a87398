from odoo.tests import TransactionCase, new_test_user, tagged


@tagged("post_install", "-at_install")
class TestCounterGroup(TransactionCase):
    """Counter staff are portal users: whatever they may do goes through checked
    routes, so the group itself must open nothing, whichever module adds rights."""

    def test_group_opens_nothing(self):
        group = self.env.ref("crm_loyalty_points.crm_group_counter")
        self.assertEqual(group.implied_ids, self.env.ref("base.group_portal"))
        for granted in ("model_access", "rule_groups", "menu_access", "view_access"):
            self.assertFalse(group[granted], granted)

    def test_user_is_a_portal_user(self):
        user = new_test_user(
            self.env, "till-anna", groups="crm_loyalty_points.crm_group_counter"
        )
        self.assertTrue(user.share)
        self.assertTrue(user._is_portal())
        self.assertFalse(user._is_internal())
        for model in ("loyalty.card", "crm.branch.staff", "res.partner.bank"):
            self.assertFalse(self.env[model].with_user(user).has_access("read"), model)
