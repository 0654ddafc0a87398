"""A customer writes on LINE and is answered from Discuss, in a real browser."""

from odoo.tests import HttpCase, tagged

from .common_chat import ChatMixin


@tagged("post_install", "-at_install")
class TestLineChatTour(ChatMixin, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.set_up_line()
        cls.set_up_chat()

    def setUp(self):
        super().setUp()
        self.server = self.start_server()
        self.connect_line(self.server)
        self.user_id = self.server.add_user("Somchai")
        self.come(
            self.server.line_event("follow", self.user_id),
            self.server.line_event("text", self.user_id, "Are you open today?"),
            self.server.line_event("image", self.user_id),
            self.server.line_event("location", self.user_id),
        )
        self.env["crm.line.user"]._read_profiles(self.no_commit)
        self.conversation = self.conversation_of(self.user_id)

    def come(self, *events):
        """LINE tells of events by its webhook, and they are worked off."""
        for delivery in self.server.line_deliveries(events, together=len(events)):
            answer = self.url_open(
                f"/line/webhook/{self.channel.webhook_token}",
                data=delivery.body,
                headers=delivery.headers,
                method="POST",
            )
            self.assertEqual(answer.status_code, 200)
        self.env["crm.line.event"]._process_waiting(self.no_commit)
        self.work_off()

    def test_both_ways(self):
        partner = self.env["res.partner"].create({"name": "Somchai Customer"})
        self.conversation.line_user_id._link(partner)
        address = "/odoo/discuss"
        self.start_tour(address, "line_chat_answer", login="chat-ploy")
        self.work_off()
        (taken,) = self.server.accepted
        self.assertEqual(taken["to"], [self.user_id])
        self.assertEqual(
            taken["messages"], [{"type": "text", "text": "Yes, until 8 pm"}]
        )
        self.assertEqual(self.conversation.line_assigned_id, self.ploy)
        self.come(self.server.line_event("unfollow", self.user_id))
        address = f"/odoo/discuss?active_id=discuss.channel_{self.conversation.id}"
        self.start_tour(address, "line_chat_sent", login="chat-ploy")
        self.assertEqual(len(self.server.accepted), 1)
        self.assert_rules_kept()

    def test_phone(self):
        self.browser_size, self.touch_enabled = "390x844", True
        action = "crm_lineshopping_connector.discuss_channel_action_line_server"
        self.start_tour(f"/odoo/action-{action}", "line_chat_phone", login="chat-ploy")
        self.work_off()
        self.assertEqual(len(self.server.accepted), 1)
        self.assert_rules_kept()
