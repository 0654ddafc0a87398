from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .common_messages import MessageCase
from .emulators.faults import Faults


@tagged("standard", "post_install", "-at_install")
class TestLineMessageSend(MessageCase):
    """Messages leave once, by the cheapest call, and say what became of them."""

    def test_push_and_multicast(self):
        """Equal ones go together, others alone; each says when it left."""
        one, two, three = (self.friend(number) for number in range(3))
        same = self.queue(one, two, text="Same for all")
        own = self.queue(three)
        self.send()
        self.assertEqual(set((same | own).mapped("state")), {"accepted"})
        [multicast] = self.accepted("multicast")
        self.assertEqual(set(multicast["to"]), {one.user_id, two.user_id})
        [push] = self.accepted("push")
        self.assertEqual(push["to"], [three.user_id])
        self.assertEqual(push["messages"][0]["text"], own.text)
        self.assertEqual(own.line_message_id, push["sent"][0]["id"])
        self.assertTrue(own.sent_at)
        self.assertFalse(any((same | own).sudo().mapped("recipient")))

    def test_answer_lost_is_sent_once(self):
        """LINE took it and did not say so: the same key again, and it counts once."""
        messages = self.queue(self.friend())
        self.server.faults = Faults(kinds=("500_after",), only="/v2/bot/message/push")
        self.send()
        self.assertEqual(messages.state, "sending")
        key = messages.retry_key
        self.server.faults = None
        messages.next_try_at = False
        self.send()
        self.assertEqual(messages.state, "accepted")
        self.assertEqual([row["key"] for row in self.accepted()], [key])

    def test_nothing_is_tried_after_a_day(self):
        """LINE forgets keys: better not sent than sent twice."""
        messages = self.queue(self.friend())
        self.server.faults = Faults(kinds=("500",), only="/v2/bot/message/push")
        self.send()
        messages.write(
            {
                "next_try_at": False,
                "taken_at": fields.Datetime.now() - timedelta(hours=30),
            }
        )
        self.send()
        self.assertEqual(messages.state, "failed")
        self.assertEqual(messages.failure_kind, "unknown")
        self.assertFalse(self.accepted())

    def lost_answer(self):
        """LINE took a call to two customers, and nobody heard that it did.

        :return: crm.line.message, both to be given to LINE again
        """
        messages = self.queue(self.friend(), self.friend(1), text="Same for all")
        kinds = ("500_after",)
        self.server.faults = Faults(kinds=kinds, only="/v2/bot/message/multicast")
        self.send()
        self.server.faults = None
        self.assertEqual(set(messages.mapped("state")), {"sending"})
        self.assertEqual(len(self.accepted()), 1)
        messages.next_try_at = False
        return messages

    def assert_taken_once(self, messages):
        """Nothing keeps them back any more: LINE says that it has them."""
        self.assertEqual(set(messages.mapped("state")), {"sending"})
        self.channel.send_paused_until = False
        self.send()
        self.assertEqual(set(messages.mapped("state")), {"accepted"})
        self.assertEqual(len(self.accepted()), 1)

    def test_answer_lost_and_then_too_fast(self):
        messages = self.lost_answer()
        multicast = "/v2/bot/message/multicast"
        self.server.faults = Faults(kinds=("429",), only=multicast, times=1)
        self.send()
        self.assertTrue(self.channel._is_paused())
        self.assert_taken_once(messages)

    def test_answer_lost_and_then_the_keys_are_wrong(self):
        messages = self.lost_answer()
        self.channel.access_token = "wrong"
        self.send()
        self.assertTrue(self.channel.send_trouble)
        self.channel.access_token = self.server.messaging.token
        self.assert_taken_once(messages)

    def test_answer_lost_and_then_no_such_plan(self):
        messages = self.lost_answer()
        plan_refuses = self.server.messaging.plan_refuses
        plan_refuses.add("/v2/bot/message/multicast")
        self.send()
        self.assertTrue(self.channel.send_trouble)
        plan_refuses.clear()
        self.assert_taken_once(messages)

    def test_answer_lost_and_then_the_month_is_used_up(self):
        messages = self.lost_answer()
        messaging = self.server.messaging
        # the limit is looked at before the key
        keys, messaging.keys = messaging.keys, {}
        messaging.quota.update(limit=2)
        self.send()
        self.assertEqual(self.channel.quota_stopped, "all")
        messaging.keys = keys
        messaging.quota.update(limit=100)
        self.assert_taken_once(messages)

    def test_answer_lost_and_then_another_call_stops_all(self):
        """What is not even tried keeps its key, too."""
        friend = self.friend()
        messages = self.queue(friend) | self.queue(friend, text="Second")
        push = "/v2/bot/message/push"
        self.server.faults = Faults(kinds=("500_after",), only=push)
        self.send()
        messages.next_try_at = False
        keys = messages.mapped("retry_key")
        self.server.faults = Faults(kinds=("429",), only=push, times=1)
        self.send()
        self.assertEqual(self.server.faults.done, 1)
        self.assertEqual(messages.mapped("retry_key"), keys)
        self.channel.send_paused_until = False
        self.send()
        self.assertEqual(set(messages.mapped("state")), {"accepted"})
        self.assertEqual([row["key"] for row in self.accepted()], keys)

    def test_sender_was_dead_for_a_day(self):
        """LINE has forgotten the key: it would take the call as a new one."""
        messages = self.lost_answer()
        self.server.messaging.keys.clear()
        # as a sender leaves them that ended in the middle
        messages.write({"taken_at": fields.Datetime.now() - timedelta(hours=25)})
        self.send()
        self.assertEqual(set(messages.mapped("failure_kind")), {"unknown"})
        self.assertEqual(set(messages.mapped("state")), {"failed"})
        self.assertEqual(len(self.accepted()), 1)

    def test_one_wrong_customer_keeps_nobody_waiting(self):
        """A call to several is refused for one of them: then each by itself."""
        good = self.friend()
        wrong = self.friend(1, user_id="U" + "0" * 32)
        messages = self.queue(good, wrong, text="Same")
        self.send()
        self.assertEqual(messages.mapped("state"), ["accepted", "failed"])
        self.assertEqual(messages[1].failure_kind, "refused")
        self.assertEqual([row["to"] for row in self.accepted()], [[good.user_id]])

    def test_blocked_and_unwilling(self):
        blocked = self.friend(0, friend_state="blocked")
        unwilling, willing = self.friend(1), self.friend(2)
        willing.partner_id._crm_record_consent("marketing_line", given=True)
        notice = self.queue(blocked)
        advert = self.queue(unwilling, willing, purpose="marketing_line", text="Offer")
        self.send()
        self.assertEqual(notice.failure_kind, "blocked")
        self.assertEqual(advert.mapped("failure_kind"), ["consent", False])
        self.assertEqual([row["to"] for row in self.accepted()], [[willing.user_id]])

    def test_unlinked_since(self):
        """What is said to one customer never reaches whoever has the account now."""
        friend, other = self.friend(), self.friend(1)
        message = self.queue(friend)
        friend.partner_id = other.partner_id
        self.send()
        self.assertEqual(message.failure_kind, "gone")
        message = self.queue(other)
        other.partner_id = False
        self.send()
        self.assertEqual(message.failure_kind, "gone")
        self.assertFalse(self.accepted())

    def test_late_notice(self):
        message = self.queue(self.friend())
        message.queued_at = fields.Datetime.now() - timedelta(days=3)
        self.send()
        self.assertEqual((message.state, message.failure_kind), ("cancelled", "late"))

    def test_monthly_limit(self):
        """Campaigns leave the reserve to notices; then nothing leaves, and managers
        are told once."""
        manager = new_test_user(
            self.env, "line_manager", "crm_segments.crm_segments_group_manager"
        )
        self.server.messaging.quota.update(limit=10, used=8)
        friends = [self.friend(number) for number in range(4)]
        for friend in friends:
            friend.partner_id._crm_record_consent("marketing_line", given=True)
        adverts = self.queue(*friends[:3], purpose="marketing_line")
        self.send()
        self.assertEqual(sorted(adverts.mapped("state")), ["accepted"] + ["queued"] * 2)
        self.assertEqual(self.channel.quota_stopped, "marketing")
        self.assertEqual(self.channel.quota_left, 1)
        notices = self.queue(*friends)
        self.send()
        self.assertEqual(sorted(notices.mapped("state")), ["accepted"] + ["queued"] * 3)
        self.assertEqual(self.channel.quota_stopped, "all")
        self.send()
        told = self.channel.activity_ids.filtered(lambda a: a.user_id == manager)
        self.assertEqual(len(told), 2)
        self.assertEqual(self.server.messaging.quota["used"], 10)
        # a larger plan
        self.server.messaging.quota["limit"] = 100
        self.channel.with_user(manager).action_read_quota()
        self.send()
        self.assertEqual(set((adverts | notices).mapped("state")), {"accepted"})
        self.assertFalse(self.channel.quota_stopped)

    def test_limit_that_nobody_counted(self):
        """LINE says that the month is used up: nothing is lost, nothing goes on."""
        messages = self.queue(self.friend())
        self.channel._note_quota(("limited", 5, 0))
        self.server.messaging.quota.update(limit=5, used=5)
        self.send()
        self.assertEqual(messages.state, "queued")
        self.assertEqual(self.channel.quota_stopped, "all")

    def test_too_fast_and_wrong_keys(self):
        messages = self.queue(self.friend())
        self.server.faults = Faults(kinds=("429",), only="/v2/bot/message/push")
        self.send()
        self.assertEqual(messages.state, "queued")
        self.assertTrue(self.channel._is_paused())
        self.server.faults = None
        self.channel.send_paused_until = False
        self.channel.access_token = "wrong"
        self.send()
        self.assertEqual(messages.state, "queued")
        self.assertIn("settings", self.channel.send_trouble)
        self.channel.write(
            {
                "access_token": self.server.messaging.token,
                "send_paused_until": False,
            }
        )
        self.send()
        self.assertEqual(messages.state, "accepted")
        self.assertFalse(self.channel.send_trouble)

    def test_codes_are_not_kept(self):
        code = self.queue(self.friend(), purpose="code", text="Your code: 123456")
        self.assertNotIn("123456", f"{code.text} {code.content}")
        self.send()
        [row] = self.accepted()
        self.assertIn("123456", row["messages"][0]["text"])
        self.env.cr.execute(
            "SELECT secret_content FROM crm_line_message WHERE id = %s", [code.id]
        )
        self.assertEqual(self.env.cr.fetchone(), (None,))
        late = self.queue(self.friend(1), purpose="code", text="Your code: 654321")
        late.queued_at = fields.Datetime.now() - timedelta(minutes=6)
        self.send()
        self.assertEqual(late.failure_kind, "late")
        self.assertEqual(len(self.accepted()), 1)

    def test_staff_retry_and_cancel(self):
        officer = new_test_user(
            self.env, "line_officer", "crm_segments.crm_segments_group_officer"
        )
        viewer = new_test_user(
            self.env, "line_viewer", "crm_segments.crm_segments_group_viewer"
        )
        friend = self.friend()
        message = self.queue(friend)
        with self.assertRaises(AccessError):
            message.with_user(viewer).action_cancel()
        message.with_user(officer).action_cancel()
        self.send()
        self.assertEqual(message.state, "cancelled")
        message.with_user(officer).action_retry()
        self.send()
        self.assertEqual(message.state, "accepted")
        with self.assertRaises(UserError):
            message.with_user(officer).action_retry()
        self.assertEqual(len(self.accepted()), 1)

    def test_contact_history_and_erasure(self):
        friend = self.friend()
        message = self.queue(friend)
        self.send()
        partner = friend.partner_id
        self.env.flush_all()
        history = self.env["crm.contact.history"].search(
            [("partner_id", "=", partner.id), ("channel", "=", "line")]
        )
        self.assertEqual((history.state, history.text), ("sent", message.text))
        waiting = self.queue(friend)
        partner._crm_erase("asked")
        self.send()
        self.assertEqual(waiting.state, "cancelled")
        self.assertFalse((message | waiting).mapped("text")[0])
        self.assertEqual(len(self.accepted()), 1)
