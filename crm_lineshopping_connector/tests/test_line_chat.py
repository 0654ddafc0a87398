"""Conversations on LINE in Discuss: in by events, out by the sender, for staff only."""

import io
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

from PIL import Image

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user
from odoo.tools import mute_logger

from ..tools import profile_picture
from ..tools.service_url import LOOPBACK_PARAMETER
from .common_chat import OFFICER, ChatMixin
from .common_commits import Commits, Killed
from .common_line import LineCase
from .emulators.faults import Faults


@contextmanager
def serving(content):
    """:return: address of a server that has one file"""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_args):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/picture"
    finally:
        server.shutdown()
        server.server_close()


class ChatCase(ChatMixin, LineCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.set_up_chat()
        cls.env["ir.config_parameter"].set_param("web.base.url", "https://shop.example")

    def setUp(self):
        super().setUp()
        self.user_id = self.server.add_user("Somchai")


class TestChat(ChatCase):
    def test_a_customer_writes(self):
        self.env.cr.execute("SELECT count(*) FROM res_users")
        users = self.env.cr.fetchone()
        channel = self.write(self.user_id, "สวัสดี <b>sale</b>?\nline 2")
        self.assertEqual(channel.channel_type, "line")
        self.assertEqual(channel.line_company_id, self.env.company)
        partners = (self.ploy | self.nok).partner_id
        self.assertEqual(channel.sudo().channel_member_ids.partner_id, partners)
        self.assertFalse(channel.sudo().channel_member_ids.guest_id)
        post = self.posts_of(channel)
        self.assertEqual(post.author_guest_id, channel.line_user_id.guest_id)
        self.assertFalse(post.author_id)
        self.assertIn("สวัสดี &lt;b&gt;sale&lt;/b&gt;?", post.body)
        row = self.rows_of(channel)
        self.assertEqual((row.direction, row.state), ("in", "received"))
        self.assertEqual(row.text, "สวัสดี <b>sale</b>?\nline 2")
        self.assertTrue(channel.line_waiting_at)
        member = channel.with_user(self.ploy).self_member_id
        self.assertEqual(member.message_unread_counter, 1)
        self.env.cr.execute("SELECT count(*) FROM res_users")
        self.assertEqual(self.env.cr.fetchone(), users, "no login for customers")

    def test_each_message_once(self):
        event = self.server.line_event("text", self.user_id, "Once")
        self.happen(event)
        # the same message under another event, which LINE does not promise never to do
        self.happen({**event, "webhookEventId": "OTHER"})
        channel = self.conversation_of(self.user_id)
        self.assertEqual(len(self.posts_of(channel)), 1)
        self.write(self.user_id, "Twice")
        self.assertEqual(len(self.conversation_of(self.user_id)), 1)
        self.assertEqual(len(self.posts_of(channel)), 2)

    def test_an_answer_goes_to_line_once(self):
        channel = self.write(self.user_id, "Open today?")
        post = self.answer(channel, "Yes\nuntil 8")
        self.assertFalse(channel.line_waiting_at)
        self.assertEqual(post.line_delivery["state"], "queued")
        self.work_off()
        self.work_off()
        (taken,) = self.server.accepted
        self.assertEqual(taken["to"], [self.user_id])
        self.assertEqual(taken["messages"], [{"type": "text", "text": "Yes\nuntil 8"}])
        self.assertTrue(taken["key"])
        post = post.with_env(self.env)
        self.assertEqual(post.line_delivery["state"], "accepted")
        row = self.rows_of(channel)[-1]
        self.assertEqual((row.purpose, row.user_id), ("chat", self.ploy))
        self.assertFalse(self.env["mail.mail"].search([("res_id", "=", channel.id)]))

    def test_an_answer_whose_acceptance_was_lost(self):
        channel = self.write(self.user_id, "Hello")
        self.server.faults = Faults(
            kinds=("500_after",), only="/v2/bot/message/push", times=1
        )
        post = self.answer(channel, "Welcome")
        self.work_off()
        self.assertEqual(post.with_env(self.env).line_delivery["state"], "sending")
        self.rows_of(channel)[-1].next_try_at = "2020-01-01"
        self.work_off()
        self.assertEqual(len(self.server.accepted), 1)
        self.assertEqual(post.with_env(self.env).line_delivery["state"], "accepted")

    def test_pictures_out(self):
        channel = self.write(self.user_id, "Show me")
        files = []
        for kind in ("PNG", "GIF"):
            stream = io.BytesIO()
            Image.new("RGB", (64, 48), "red").save(stream, kind)
            files.append((f"cake.{kind.lower()}", stream.getvalue()))
        files.append(("menu.pdf", b"%PDF-1.4 menu"))
        self.answer(channel, "Here", attachments=files)
        self.work_off()
        (taken,) = self.server.accepted
        kinds = [message["type"] for message in taken["messages"]]
        self.assertEqual(kinds, ["text", "image", "image", "text"])
        for message in taken["messages"][1:3]:
            for name in ("originalContentUrl", "previewImageUrl"):
                self.assertTrue(
                    message[name].startswith("https://shop.example/web/image/")
                )
        self.assertIn("https://shop.example/web/content/", taken["messages"][3]["text"])

    def test_pictures_out_need_https(self):
        channel = self.write(self.user_id, "Show me")
        self.env["ir.config_parameter"].set_param("web.base.url", "http://shop.example")
        with self.assertRaisesRegex(UserError, "https"):
            self.answer(channel, "", attachments=[("a.pdf", b"%PDF-1.4")])

    def test_long_texts_are_split(self):
        channel = self.write(self.user_id, "Tell me all")
        text = "ก" * 4990 + " " + "😀" * 2600
        self.answer(channel, text)
        self.work_off()
        (taken,) = self.server.accepted
        parts = [message["text"] for message in taken["messages"]]
        self.assertEqual("".join(parts).replace(" ", ""), text.replace(" ", ""))
        for part in parts:
            self.assertLessEqual(len(part.encode("utf-16-le")) // 2, 5000)
        with self.assertRaises(UserError):
            self.answer(channel, "x" * 25_001)

    def test_what_is_written_is_text(self):
        """Markup of the composer does not reach the customer."""
        channel = self.write(self.user_id, "Where?")
        post = self.answer(channel, "5 < 6 & https://shop.example/a?b=1")
        self.assertEqual(
            self.rows_of(channel)[-1].text, "5 < 6 & https://shop.example/a?b=1", post
        )


class TestChatIn(ChatCase):
    def last(self):
        return self.posts_of(self.conversation_of(self.user_id))[-1]

    def test_picture_in(self):
        self.happen(self.server.line_event("image", self.user_id))
        self.assertIn("Picture", self.last().body)
        self.work_off()
        post = self.last().with_env(self.env)
        content = next(iter(self.server.messaging.contents.values()))[0]
        self.assertEqual(post.attachment_ids.raw, content)
        self.assertEqual(post.attachment_ids.mimetype, "image/png")
        self.assertTrue(post.attachment_ids.name.endswith(".png"))
        self.assertEqual(self.rows_of(post.channel_id).file_state, "done")
        self.work_off()
        self.assertEqual(len(post.attachment_ids), 1)
        self.assertTrue(post.attachment_ids.with_user(self.viewer).raw)

    def test_a_picture_that_is_gone(self):
        event = self.server.line_event("image", self.user_id)
        self.server.messaging.contents.clear()
        self.happen(event)
        self.work_off()
        self.assertEqual(self.rows_of(self.last().channel_id).file_state, "gone")
        self.assertIn("does not keep", self.last().body)

    def test_a_picture_that_line_cannot_give_now(self):
        event = self.server.line_event("image", self.user_id)
        self.server.faults = Faults(
            kinds=("500", "cut"), only="/v2/bot/message/", times=2
        )
        self.happen(event)
        for _try in range(3):
            row = self.rows_of(self.conversation_of(self.user_id))
            row.next_try_at = "2020-01-01"
            self.work_off()
        self.assertTrue(self.last().attachment_ids)
        self.assertEqual(row.tries, 3)

    def test_killed_while_a_picture_comes(self):
        """Wherever the process ends, the picture stands there once in the end."""
        for last in (1, 2, 3):
            self.happen(self.server.line_event("image", self.user_id))
            commits = Commits(self.env, last)
            try:
                self.env["crm.line.message"]._fetch_files(commits)
            except Killed:
                commits.kill()
            row = self.rows_of(self.conversation_of(self.user_id))[-1]
            row.next_try_at = "2020-01-01"
            self.work_off()
            self.work_off()
            self.assertEqual(row.file_state, "done", last)
            self.assertEqual(len(self.last().attachment_ids), 1, last)

    def test_html_in_a_file_stays_text(self):
        event = self.server.line_event("image", self.user_id)
        line_id = event["message"]["id"]
        event["message"].update(type="file", fileName="a.html")
        self.server.messaging.contents[line_id] = (
            b"<html><script>alert(1)</script></html>",
            "text/html",
        )
        self.happen(event)
        self.work_off()
        self.assertEqual(self.last().attachment_ids.mimetype, "text/plain")

    def test_sticker_location_and_others(self):
        self.happen(self.server.line_event("sticker", self.user_id))
        self.assertIn("hello", self.last().body)
        self.happen(self.server.line_event("location", self.user_id))
        self.assertIn("https://www.google.com/maps/", self.last().body)
        self.assertIn("13.7563%2C100.5018", self.last().body)
        event = self.server.line_event("text", self.user_id, "x")
        event["message"] = {"id": "1", "type": "hologram<b>"}
        self.happen(event)
        self.assertIn("hologram&lt;b&gt;", self.last().body)

    def test_taken_back(self):
        event = self.server.line_event("image", self.user_id)
        self.happen(event)
        self.work_off()
        attachment = self.last().attachment_ids
        self.happen(
            self.server.line_event(
                "unsend", self.user_id, unsend={"messageId": event["message"]["id"]}
            )
        )
        self.assertIn("Taken back", self.last().body)
        self.assertFalse(attachment.exists())
        self.assertFalse(self.rows_of(self.last().channel_id).text)


class TestChatStaff(ChatCase):
    def members(self, channel):
        return channel.sudo().channel_member_ids.partner_id.user_ids

    def test_take_over(self):
        channel = self.write(self.user_id, "Hello")
        channel.with_user(self.ploy).action_line_assign(self.ploy.id)
        self.assertEqual(channel.line_assigned_id, self.ploy)
        self.assertEqual(self.members(channel), self.ploy)
        self.write(self.user_id, "Still there?")
        self.assertEqual(self.members(channel), self.ploy, "the others are not told")
        channel.with_user(self.ploy).action_line_assign(self.nok.id)
        self.assertEqual(self.members(channel), self.nok)
        channel.with_user(self.nok).action_line_assign(False)
        self.assertEqual(self.members(channel), self.ploy | self.nok)
        self.assertFalse(self.server.accepted, "customers do not read who answers")
        self.work_off()
        self.assertFalse(self.server.accepted)
        with self.assertRaises(UserError):
            channel.with_user(self.nok).action_line_assign(self.viewer.id)

    def test_blocked(self):
        channel = self.write(self.user_id, "Hello")
        waiting = self.answer(channel, "On its way")
        self.happen(self.server.line_event("unfollow", self.user_id))
        self.assertEqual(channel._get_line_chat()["problem"], "blocked")
        with self.assertRaisesRegex(UserError, "blocked"):
            self.answer(channel, "Too late")
        self.work_off()
        self.assertFalse(self.server.accepted)
        delivery = waiting.with_env(self.env).line_delivery
        self.assertEqual(delivery["state"], "failed")
        self.assertTrue(delivery["failure"])
        self.assertTrue(channel.line_waiting_at, "there is no answer after all")
        self.happen(self.server.line_event("follow", self.user_id))
        self.rows_of(channel)[-1].with_user(self.ploy).action_retry()
        self.work_off()
        self.assertEqual(len(self.server.accepted), 1)

    def test_month_used_up(self):
        channel = self.write(self.user_id, "Hello")
        self.channel.write(
            {"quota_type": "limited", "quota_limit": 10, "quota_used": 10}
        )
        self.assertEqual(channel._get_line_chat()["left"], 0)
        with self.assertRaisesRegex(UserError, "month"):
            self.answer(channel, "Too late")

    def test_viewers_read(self):
        channel = self.write(self.user_id, "Hello").with_user(self.viewer)
        self.assertEqual(channel.name, "Somebody on LINE")
        self.assertIn("Hello", channel.message_ids.body)
        with self.assertRaises(AccessError):
            self.answer(channel, "I may not", self.viewer)
        with self.assertRaises(AccessError):
            channel.message_post(body="I may not", message_type="comment")
        with self.assertRaises(AccessError):
            channel.action_line_assign(self.viewer.id)
        with mute_logger("odoo.addons.base.models.ir_rule"):
            with self.assertRaises(AccessError):
                channel.message_post(body="A note as if somebody had said it")
            with self.assertRaises(AccessError):
                self.env["mail.message"].with_user(self.viewer).create(
                    {
                        "model": "discuss.channel",
                        "res_id": channel.id,
                        "body": "forged",
                        "message_type": "comment",
                    }
                )
        self.assertFalse(self.rows_of(channel)[1:])

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_nobody_else(self):
        channel = self.write(self.user_id, "Hello")
        other = self.env["res.company"].create({"name": "Other"})
        stranger = new_test_user(
            self.env,
            "chat-stranger",
            OFFICER,
            company_id=other.id,
            company_ids=other.ids,
        )
        portal = new_test_user(self.env, "chat-portal", "base.group_portal")
        plain = new_test_user(self.env, "chat-plain", "base.group_user")
        for user in (stranger, portal, plain, self.env.ref("base.public_user")):
            with self.assertRaises(AccessError):
                channel.with_user(user).read(["name"])
            found = self.env["discuss.channel"].with_user(user)
            self.assertNotIn(channel, found.search([("channel_type", "=", "line")]))
            with self.assertRaises(AccessError):
                channel.sudo()._add_members(partners=user.partner_id)
        guest = self.env["mail.guest"].create({"name": "Anybody"})
        with self.assertRaises(AccessError):
            channel.sudo()._add_members(guests=guest)
        # whoever leaves the company or the group sees nothing any more
        self.nok.group_ids = self.env.ref("base.group_user")
        with self.assertRaises(AccessError):
            channel.with_user(self.nok).read(["name"])

    def test_what_cannot_be_written_by_hand(self):
        channel = self.write(self.user_id, "Hello").with_user(self.ploy)
        for values in (
            {"line_assigned_id": self.ploy.id},
            {"line_user_id": False},
            {"line_waiting_at": False},
        ):
            with self.assertRaises(AccessError):
                channel.write(values)
        with self.assertRaises(AccessError):
            self.env["discuss.channel"].with_user(self.ploy).create(
                {"name": "x", "channel_type": "line"}
            )
        post = self.answer(channel, "Sent")
        with self.assertRaises(UserError):
            channel._message_update_content(post.sudo(), body="Changed")

    def test_opened_from_the_customer(self):
        partner = self.env["res.partner"].create({"name": "Somchai"})
        line_user = self.env["crm.line.user"]._of(self.channel, [self.user_id])
        line_user._link(partner)
        reading = partner.with_user(self.viewer).action_open_chat()
        self.assertEqual(reading["res_model"], "crm.contact.history")
        action = partner.with_user(self.ploy).action_open_chat()
        channel = self.conversation_of(self.user_id)
        self.assertEqual(action["tag"], "mail.action_discuss")
        self.assertEqual(action["params"]["active_id"], f"discuss.channel_{channel.id}")
        self.assertEqual(channel.line_partner_id, partner)
        self.answer(channel, "We have news")
        self.work_off()
        self.assertEqual(len(self.server.accepted), 1)
        self.assertEqual(self.rows_of(channel).partner_id, partner)
        history = self.env["crm.contact.history"].search(
            [("partner_id", "=", partner.id), ("res_model", "=", "mail.message")]
        )
        # when the account was linked stands there, too
        said = history.filtered(lambda row: row.res_model != "crm.line.user")
        self.assertEqual(said.mapped("direction"), ["out"])
        self.assertEqual(history.channel, "line")
        reading = partner.with_user(self.viewer).action_open_chat()
        self.assertEqual(reading["tag"], "mail.action_discuss")
        self.assertNotIn(self.viewer, self.members(channel))

    def test_profile_names_the_conversation(self):
        channel = self.write(self.user_id, "Hello")
        self.env["crm.line.user"]._read_profiles(self.no_commit)
        self.assertEqual(channel.name, "Somchai")
        self.assertEqual(self.posts_of(channel).author_guest_id.name, "Somchai")

    def test_picture_of_the_profile(self):
        stream = io.BytesIO()
        Image.new("RGB", (40, 40), "blue").save(stream, "PNG")
        channel = self.write(self.user_id, "Hello")
        line_user = channel.line_user_id.sudo()
        guest = line_user.guest_id
        before = guest.image_1920
        for content in (b"<html>", stream.getvalue()):
            with serving(content) as url:
                line_user.picture_url = url
                line_user._ask_picture()
                self.env["crm.line.user"]._fetch_pictures(self.no_commit)
        self.assertFalse(line_user.picture_due)
        self.assertNotEqual(guest.image_1920, before)
        self.assertTrue(channel.sudo().image_128)
        for url in (
            "https://line-scdn.net.example.com/a",
            "http://profile.line-scdn.net/a",
            "https://localhost/a",
            "https://a@profile.line-scdn.net/a",
        ):
            self.env["ir.config_parameter"].set_param(LOOPBACK_PARAMETER, "0")
            self.assertFalse(profile_picture.is_allowed(self.env, url), url)
        url = "https://profile.line-scdn.net/0h"
        self.assertTrue(profile_picture.is_allowed(self.env, url))

    def test_erased(self):
        partner = self.env["res.partner"].create({"name": "Somchai"})
        channel = self.write(self.user_id, "My secret")
        self.happen(self.server.line_event("image", self.user_id))
        self.work_off()
        channel.line_user_id._link(partner)
        posts = self.posts_of(channel)
        files, guest = posts.attachment_ids, posts.author_guest_id
        self.assertTrue(files and guest)
        (section,) = [
            section
            for section in partner._crm_personal_data()
            if section and section.key == "line_chats"
        ]
        self.assertEqual(section.records, posts)
        section.erase()
        section.erase()
        for records in (posts, files, guest, channel):
            self.assertFalse(records.exists())
