from unittest.mock import patch

from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ..models.crm_segment_member_action import DAILY, CrmSegmentMember
from .common_segments import SegmentsCase

LOGGER = "odoo.addons.crm_segments.models.crm_segment_member_action"


@tagged("post_install", "-at_install")
class TestSegmentAction(SegmentsCase):
    """A greeting sent twice is a nuisance, one sent to everybody on the first evening
    a scandal."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sent = []

        def send(partners, channels, text, **notice):
            cls.sent += [(partner, text) for partner in partners]
            return dict.fromkeys(partners.ids, channels)

        cls.classPatch(cls.registry["res.partner"], "_crm_notify", send)

    def setUp(self):
        super().setUp()
        self.sent.clear()

    def acting(self, *actions, **values):
        """:return: a segment of the women among ``people`` with actions"""
        return self.segment(
            ("gender", "=", "female"),
            action_ids=[Command.create(action) for action in actions],
            **values,
        )

    def tagging(self, event="enter", kind="tag_add"):
        return {"event": event, "kind": kind, "tag_ids": self.tag.ids}

    def message(self, event="enter"):
        return {
            "event": event,
            "kind": "message",
            "channel": "email",
            "purpose": "marketing_email",
            "text": f"You {event}, {{first_name}}",
        }

    def run_actions(self):
        self.refresh()
        while self.members._run_waiting():
            pass
        self.refresh()

    def test_tags_on_entering_and_leaving(self):
        self.acting(self.tagging(), self.tagging("leave", "tag_remove"))
        self.people[:2].gender = "female"
        self.run_actions()
        self.assertEqual(self.tag.partner_ids, self.people[:2])
        self.people[0].gender = "male"
        self.run_actions()
        self.assertEqual(self.tag.partner_ids, self.people[1])

    def test_not_for_those_who_are_in_from_the_start(self):
        self.people[:2].gender = "female"
        self.acting(self.message())
        self.run_actions()
        self.assertFalse(self.sent)
        self.people[2].gender = "female"
        self.run_actions()
        self.assertEqual([partner for partner, _t in self.sent], list(self.people[2]))

    def test_for_those_too_when_asked(self):
        self.people[:2].gender = "female"
        self.acting(self.message(), actions_at_start=True)
        self.run_actions()
        self.assertEqual(len(self.sent), 2)

    def test_once_per_entry(self):
        self.acting(self.message())
        self.people[0].gender = "female"
        for _time in range(3):
            self.run_actions()
        self.assertEqual(len(self.sent), 1)
        self.people[0].gender = "male"
        self.run_actions()
        self.people[0].gender = "female"
        self.run_actions()
        self.assertEqual(len(self.sent), 2)

    def test_actions_that_undo_each_other_come_to_rest(self):
        """Entering gives the tag with which nobody may stay, leaving takes it away."""
        segment = self.segment(
            ("category_id", "not in", self.tag.ids),
            ("gender", "=", "female"),
            action_ids=[
                Command.create(action)
                for action in (self.tagging(), self.tagging("leave", "tag_remove"))
            ],
        )
        quiet = self.acting(self.message())
        self.people[0].gender = "female"
        for _minute in range(10):
            self.run_actions()
        rows = segment.member_ids
        self.assertEqual(len(rows), DAILY + 1)
        self.assertFalse(rows.filtered(lambda row: row.enter_todo or row.leave_todo))
        self.assertIn(self.people[0].name, segment.held_message)
        self.assertFalse(quiet.held_message)
        self.assertEqual(len(self.sent), 1)
        # somebody puts it right
        segment.write({"action_ids": [Command.clear()]})
        self.assertFalse(segment.held_message)
        with self.assertRaises(UserError):
            segment.sudo(False).with_user(self.editor()).held_message = "Fine"

    def test_two_segments_that_undo_each_other(self):
        """Whoever has the tag loses it, whoever has none gets it."""
        self.segment(
            ("category_id", "in", self.tag.ids),
            action_ids=[Command.create(self.tagging(kind="tag_remove"))],
        )
        without = self.segment(
            ("category_id", "not in", self.tag.ids),
            ("gender", "=", "female"),
            action_ids=[Command.create(self.tagging())],
        )
        self.people[0].gender = "female"
        for _minute in range(10):
            self.run_actions()
        self.assertLessEqual(len(without.member_ids), DAILY + 1)
        self.assertFalse(self.members.search([("enter_todo", "=", True)]))

    def editor(self):
        return new_test_user(
            self.env, "action_editor", groups="crm_segments.crm_segments_group_editor"
        )

    def test_in_the_order_of_time(self):
        """In, out and in again before the job runs: the last word counts."""
        segment = self.acting(self.tagging(), self.tagging("leave", "tag_remove"))
        for gender in ("female", "male", "female"):
            self.people[0].gender = gender
            self.refresh()
        self.assertEqual(len(segment.member_ids), 2)
        self.run_actions()
        self.assertEqual(self.tag.partner_ids, self.people[0])

    def test_switched_off(self):
        segment = self.acting(self.message())
        segment.action_ids.enabled = False
        self.people[0].gender = "female"
        self.run_actions()
        segment.action_ids.enabled = True
        self.run_actions()
        self.assertFalse(self.sent)

    def test_nobody_writes_to_the_archived(self):
        self.people[0].gender = "female"
        self.acting(self.message("leave"), self.tagging("leave"))
        self.people[0].active = False
        self.run_actions()
        self.assertFalse(self.sent)
        self.assertEqual(self.people[0].category_id, self.tag)

    def test_server_action(self):
        action = self.env["ir.actions.server"].create(
            {
                "name": "Note",
                "model_id": self.env.ref("base.model_res_partner").id,
                "state": "code",
                "code": "records.write({'function': 'seen by ' + user.login})",
            }
        )
        admin = self.env.ref("base.user_admin")
        segment = self.acting().with_user(admin)
        segment.action_ids = [
            Command.create({"kind": "server", "server_action_id": action.id})
        ]
        self.people[:2].gender = "female"
        self.run_actions()
        self.assertEqual(
            self.people.mapped("function"),
            [f"seen by {admin.login}"] * 2 + [False] * 4,
        )

    @mute_logger(LOGGER)
    def test_failure_of_one_keeps_nobody_waiting(self):
        segment = self.acting(self.tagging(), self.message())
        native = self.registry["res.partner"]._crm_notify
        bad = self.people[1]

        def notify(partners, *args, **kwargs):
            if bad in partners:
                raise ValueError("No such number")
            return native(partners, *args, **kwargs)

        self.people[:3].gender = "female"
        with patch.object(self.registry["res.partner"], "_crm_notify", notify):
            self.run_actions()
        self.assertEqual(len(self.sent), 2)
        self.assertNotIn(bad, self.tag.partner_ids)
        self.assertFalse(segment.member_ids.filtered("enter_todo"))
        self.assertIn("No such number", segment.action_ids[1].error_message)

    def test_stopped_between(self):
        """What was done without its mark is undone with it."""
        self.acting(self.tagging())
        self.people[0].gender = "female"
        self.refresh()
        run = CrmSegmentMember._run_event

        def killed(members, segment, event, rows):
            run(members, segment, event, rows)
            raise KeyboardInterrupt

        with self.assertRaises(KeyboardInterrupt), self.env.cr.savepoint():
            with patch.object(CrmSegmentMember, "_run_event", killed):
                self.members._run_waiting()
        self.env.invalidate_all()
        self.assertFalse(self.tag.partner_ids)
        self.run_actions()
        self.assertEqual(self.tag.partner_ids, self.people[0])

    def test_in_the_name_of_the_writer(self):
        """Nobody lets somebody else do what he may not do himself."""
        editor = new_test_user(
            self.env, "actor", groups="crm_segments.crm_segments_group_editor"
        )
        segment = self.acting().with_user(editor)
        segment.action_ids = [
            Command.create(
                {**self.tagging(), "user_id": self.env.ref("base.user_admin").id}
            )
        ]
        action = segment.action_ids
        self.assertEqual(action.user_id, editor)
        action.user_id = self.env.ref("base.user_admin")
        self.assertEqual(action.user_id, editor)
        action.sudo(False).with_user(self.env.ref("base.user_admin")).enabled = False
        self.assertEqual(action.user_id, editor)
        action.with_user(self.env.ref("base.user_admin")).sequence = 5
        self.assertEqual(action.user_id, editor)

    def test_incomplete_actions(self):
        for action in (
            {"kind": "tag_add"},
            {"kind": "message", "channel": "email"},
            {"kind": "server"},
        ):
            with self.assertRaises(ValidationError):
                self.acting(action)
        with self.assertRaises(UserError):
            self.acting({**self.message(), "text": "Dear {nobody}"})

    def test_cron(self):
        self.acting(self.tagging())
        self.people[:2].gender = "female"
        self.refresh()
        cron = self.env.ref("crm_segments.crm_segment_cron_actions")
        with self.enter_registry_test_mode():
            cron.method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual(self.tag.partner_ids, self.people[:2])
