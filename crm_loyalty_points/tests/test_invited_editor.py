from odoo.exceptions import AccessError
from odoo.tests import HttpCase, new_test_user, tagged

MAIL = "mali@shop.example.com"
MANAGER = "crm_segments.crm_segments_group_manager"


@tagged("post_install", "-at_install")
class TestInvitedEditor(HttpCase):
    """Those who keep the shop's chat account set up the programme with accounts of
    their own: all of that, and nothing that could take the shop over (M5)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = new_test_user(cls.env, "inviting", MANAGER)
        cls.program = cls.env["loyalty.program"].create(
            {
                "name": "Points",
                "program_type": "loyalty",
                "applies_on": "both",
                "reward_ids": [
                    (0, 0, {"reward_type": "discount", "required_points": 100})
                ],
            }
        )
        cls.member = cls.env["res.partner"].create({"name": "Somchai"})
        cls.card = cls.env["loyalty.card"].create(
            {"program_id": cls.program.id, "partner_id": cls.member.id}
        )

    def _invite(self, role):
        wizard = self.env["crm.staff.invite"].with_user(self.manager)
        wizard = wizard.create({"role": role, "people": f"Mali <{MAIL}>"})
        wizard.action_check()
        wizard.action_invite()
        return wizard.line_ids.link

    def test_accept_log_in_and_change_a_reward(self):
        link = self._invite("editor")
        # to a small page: the office is opened by the second tour
        path = link[link.index("/web/signup") :] + "&redirect=/my/security"
        self.start_tour(
            path, "crm_loyalty_points_accept_invitation", login=None, timeout=240
        )
        user = self.env["res.users"].search([("login", "=", MAIL)])
        self.assertTrue(user.login_date)
        reward = self.program.reward_ids
        self.start_tour(
            f"/odoo/loyalty.reward/{reward.id}",
            "crm_loyalty_points_edit_reward",
            login=MAIL,
            timeout=120,
        )
        self.assertEqual(reward.required_points, 75)
        self.assertEqual(reward.write_uid, user)

    def test_what_an_editor_may_and_may_not(self):
        self._invite("editor")
        user = self.env["res.users"].search([("login", "=", MAIL)])
        me = self.env(user=user)
        reason = self.env["loyalty.point.reason"].search([], limit=1)
        values = {"points": 50, "reason_id": reason.id, "note": "Sorry"}
        adjust = me["loyalty.card.adjust"].with_context(
            active_model="loyalty.card", active_ids=self.card.ids
        )
        adjust.create(values).action_apply()
        self.assertEqual(self.card.points, 50)
        entry = self.env["loyalty.point.entry"].search([("card_id", "=", self.card.id)])
        self.assertEqual(entry.operator_name, "Mali")
        rows = me["loyalty.point.report"].formatted_read_group(
            [("program_id", "=", self.program.id)], ["program_id"], ["__count"]
        )
        self.assertTrue(rows)
        limit = self.env.company.points_limit_movement or 0
        self.env.company.points_limit_movement = 10
        adjust.create(values).action_apply()
        self.assertEqual(self.card.points, 50, "above the limit somebody else decides")
        self.env.company.points_limit_movement = limit
        for model in (
            "ir.config_parameter",
            "payment.provider",
            "crm.staff.invitation",
        ):
            self.assertFalse(me[model].has_access("read"), model)
        with self.assertRaises(AccessError):
            self.manager.with_user(user).read(["group_ids"])
        with self.assertRaises(AccessError):
            user.with_user(user).write({"group_ids": [(4, self.env.ref(MANAGER).id)]})

    def test_counter_staff_get_a_portal_account_and_no_more(self):
        self._invite("counter")
        user = self.env["res.users"].search([("login", "=", MAIL)])
        counter = self.env.ref("crm_loyalty_points.crm_group_counter")
        self.assertEqual(user.group_ids, counter)
        self.assertTrue(user._is_portal())
        staff = self.env["crm.branch.staff"].search([("user_id", "=", user.id)])
        self.assertEqual(staff.with_user(self.manager).access_label, "Counter staff")
        event = self.env["crm.staff.event"].search([("kind", "=", "invited")], limit=1)
        self.assertEqual(event.role, "Counter staff")
