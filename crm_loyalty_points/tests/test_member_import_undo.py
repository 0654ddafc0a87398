from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .member_import_common import (
    EDITOR,
    HEAD,
    MANAGER,
    SOMCHAI,
    SUDA,
    MemberImportCase,
)


@tagged("post_install", "-at_install")
class TestMemberImportUndo(MemberImportCase):
    """The wrong file was uploaded on Friday evening. It must be possible to go home."""

    def undo(self, record):
        record.action_undo()
        self.run_cron()
        self.assertEqual(record.state, "undone", record.error_message)

    def test_taken_back(self):
        self.partner.phone = "0898765432"
        self._post(10)
        record = self.run_import(HEAD + SOMCHAI + SUDA)
        somchai, card = self.member("+66812345678")
        self.assertBalance(self.card, 90)
        self._post(-40)
        self.undo(record)
        self.assertFalse(somchai.active or card.active)
        self.assertTrue(self.partner.active)
        self.assertBalance(card, 0)
        self.assertBalance(self.card, -30)
        kinds = card.point_entry_ids.sorted("seq").mapped("kind")
        self.assertEqual(kinds, ["opening", "reversal"])
        # and brought again, under the same member number
        self.run_import(HEAD + SOMCHAI + SUDA)
        again, new_card = self.member("+66812345678")
        self.assertEqual((again.member_number, new_card.points), ("A001", 1200.5))
        self.assertBalance(self.card, 50)

    def test_touched_since(self):
        record = self.run_import(HEAD + SOMCHAI + SUDA)
        somchai, card = self.member("+66812345678")
        suda, _card = self.member("+66898765432")
        self._post(5, card=card)
        self.env.cr.execute(
            "UPDATE res_partner SET write_date = write_date + interval '1 hour'"
            " WHERE id = %s",
            suda.ids,
        )
        self.undo(record)
        self.assertTrue(somchai.active and suda.active)
        self.assertBalance(card, 5)

    def test_only_managers_and_only_once(self):
        editor = new_test_user(self.env, "import_editor", EDITOR)
        record = self.run_import(HEAD + SOMCHAI, user=editor)
        with self.assertRaises(AccessError):
            record.action_undo()
        record = record.with_user(new_test_user(self.env, "import_manager", MANAGER))
        self.undo(record)
        with self.assertRaises(UserError):
            record.action_undo()


@tagged("post_install", "-at_install")
class TestMemberImportRights(MemberImportCase):
    """Points from a file are points too: the way round the limits must be closed."""

    def test_who_may(self):
        for groups in (
            "crm_segments.crm_segments_group_officer",
            "sales_team.group_sale_salesman_all_leads",
        ):
            user = new_test_user(self.env, f"u_{groups}", groups)
            with self.assertRaises(AccessError, msg=groups):
                self.upload(HEAD + SOMCHAI, user)
        editor = new_test_user(self.env, "import_editor", EDITOR)
        record = self.run_import(HEAD + SOMCHAI, user=editor)
        _customer, card = self.member("+66812345678")
        self.assertEqual(card.point_entry_ids.operator_id, editor.id)
        self.assertEqual(record.user_id, editor)

    def test_above_the_limit_two_people(self):
        self.company.points_limit_day = 1000
        editor = new_test_user(self.env, "import_editor", EDITOR)
        manager = new_test_user(self.env, "import_manager", MANAGER)
        record = self.upload(HEAD + SOMCHAI, editor)
        record.action_check()
        self.assertTrue(record.needs_second)
        with self.assertRaises(AccessError):
            record.action_import()
        for vals in (
            {"checked_by_id": manager.id},
            {"points_given": 0},
            {"state": "running"},
            {"digest": "x"},
        ):
            with self.assertRaises(AccessError, msg=vals):
                record.write(vals)
        by_manager = record.with_user(manager)
        by_manager.action_check()
        with self.assertRaises(AccessError):
            by_manager.action_import()
        record.action_check()
        by_manager.action_import()
        self.run_cron()
        self.assertEqual(record.state, "done", record.error_message)

    def test_below_the_limit_alone(self):
        self.company.write({"points_limit_day": 2000, "points_limit_movement": 2000})
        editor = new_test_user(self.env, "import_editor", EDITOR)
        self.run_import(HEAD + SOMCHAI, user=editor)

    def test_changed_after_the_check(self):
        """The second person lets in what was checked, and nothing else."""
        editor = new_test_user(self.env, "import_editor", EDITOR)
        record = self.upload("Phone,Points,Points 2\n0812345678,5,9000\n", editor)
        record.action_check()
        record.column_ids.filtered(lambda c: c.target == "points").target = False
        record.action_import()
        self.run_cron()
        self.assertEqual(record.state, "paused")
        self.assertIn("check it again", record.error_message)
        self.assertFalse(self.member("+66812345678")[0])

    def test_other_companies(self):
        record = self.run_import(HEAD + SOMCHAI)
        other = self.env["res.company"].create({"name": "Other"})
        stranger = new_test_user(
            self.env,
            "stranger",
            MANAGER,
            company_id=other.id,
            company_ids=[(6, 0, other.ids)],
        )
        with self.assertRaises(AccessError):
            record.with_user(stranger).action_undo()
        with self.assertRaises(AccessError):
            record.column_ids.with_user(stranger).read(["target"])
