from datetime import datetime

from odoo.tests import new_test_user

from .common_line import LineMixin

OFFICER = "crm_segments.crm_segments_group_officer"
VIEWER = "crm_segments.crm_segments_group_viewer"


class ChatMixin(LineMixin):
    """Customers on LINE who write, and staff who answer."""

    @classmethod
    def set_up_chat(cls):
        cls.ploy = new_test_user(cls.env, "chat-ploy", OFFICER, name="Ploy")
        cls.nok = new_test_user(cls.env, "chat-nok", OFFICER, name="Nok")
        cls.viewer = new_test_user(cls.env, "chat-viewer", VIEWER, name="Viewer")
        cls.channel.chat_user_ids = cls.ploy | cls.nok

    def happen(self, event):
        """An event of LINE has come and is worked off."""
        happened_at = datetime.utcfromtimestamp(event["timestamp"] // 1000)
        events = self.env["crm.line.event"].sudo()
        events.create(
            {
                "channel_id": self.channel.id,
                "event_key": event["webhookEventId"],
                "kind": event["type"],
                "user_id": event["source"]["userId"],
                "happened_at": happened_at,
                "received_at": happened_at,
                "payload": event,
            }
        )
        events._process_waiting(self.no_commit)
        failed = events.search([("state", "=", "failed")])
        self.assertFalse(failed, failed.mapped("error"))

    @staticmethod
    def no_commit(*_args, **_kwargs):
        return 60.0

    def work_off(self):
        """Let what waits for LINE leave, and what LINE keeps come."""
        messages = self.env["crm.line.message"]
        messages._send_waiting(self.no_commit)
        messages._fetch_files(self.no_commit)
        self.env.invalidate_all()

    def write(self, user_id, text):
        self.happen(self.server.line_event("text", user_id, text))
        return self.conversation_of(user_id)

    def conversation_of(self, user_id):
        return self.env["discuss.channel"].search(
            [("line_user_id.user_id", "=", user_id)]
        )

    def answer(self, conversation, text, user=None, **values):
        """Post as Discuss does: for the user, as superuser."""
        channel = conversation.with_user(user or self.ploy).sudo()
        return channel.message_post(
            body=text,
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            **values,
        )

    def posts_of(self, conversation):
        return conversation.sudo().message_ids.sorted("id")

    def rows_of(self, conversation):
        """:return: crm.line.message of a conversation, in order"""
        domain = [("line_user_id", "=", conversation.sudo().line_user_id.id)]
        return self.env["crm.line.message"].sudo().search(domain, order="id")
