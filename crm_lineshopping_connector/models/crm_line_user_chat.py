from urllib.parse import quote

from markupsafe import Markup

from odoo import fields, models
from odoo.tools import plaintext2html

LONGEST_TEXT = 20_000
# What has a file that LINE keeps for a while.
WITH_FILE = ("image", "video", "audio", "file")
MAPS = "https://www.google.com/maps/search/?api=1&query="


class CrmLineUser(models.Model):
    """What somebody writes on LINE, and the conversation it belongs to."""

    _inherit = "crm.line.user"

    guest_id = fields.Many2one(
        "mail.guest",
        readonly=True,
        copy=False,
        ondelete="set null",
        help="Author of what this LINE account writes.",
    )
    conversation_ids = fields.One2many("discuss.channel", "line_user_id", readonly=True)

    # -- events --------------------------------------------------------------------

    def _on_message(self, payload, happened_at):
        """A customer has written."""
        self.ensure_one()
        message = payload.get("message") or {}
        line_id = str(message.get("id") or "")
        if not line_id or self._has_chat_message(line_id):
            return
        # somebody who has blocked the shop cannot write to it
        self._set_friend_state("friend", happened_at)
        conversation = self.env["discuss.channel"]._line_conversation(self)
        conversation._add_line_team()
        conversation._note_line_waiting(happened_at)
        body, text = self._read_chat_message(message)
        posted = conversation._post_line(body, date=happened_at)
        has_file = message.get("type") in WITH_FILE and not self._get_outside(message)
        row = (
            self.env["crm.line.message"]
            .sudo()
            .create(
                {
                    "channel_id": self.channel_id.id,
                    "company_id": self.company_id.id,
                    "line_user_id": self.id,
                    "partner_id": self.partner_id.id,
                    "direction": "in",
                    "purpose": "chat",
                    "state": "received",
                    "text": text,
                    "queued_at": happened_at,
                    "sent_at": happened_at,
                    "line_message_id": line_id,
                    "res_model": "mail.message",
                    "res_id": posted.id,
                    "file_state": "wait" if has_file else False,
                    "file_name": self._get_file_name(message),
                    "next_try_at": has_file and fields.Datetime.now(),
                }
            )
        )
        if has_file:
            row._wake_fetcher()

    def _on_unsend(self, payload, _happened_at):
        """A customer took a message back: its content must go, as LINE asks."""
        line_id = str((payload.get("unsend") or {}).get("messageId") or "")
        domain = [
            ("line_user_id", "=", self.id),
            ("direction", "=", "in"),
            ("line_message_id", "=", line_id),
        ]
        self.env["crm.line.message"].sudo().search(domain, limit=1)._forget_content()

    def _has_chat_message(self, line_id):
        domain = [
            ("channel_id", "=", self.channel_id.id),
            ("direction", "=", "in"),
            ("line_message_id", "=", line_id),
        ]
        return bool(self.env["crm.line.message"].sudo().search_count(domain, limit=1))

    # -- content -------------------------------------------------------------------

    def _in_language(self):
        """:return: the same record in the language of the shop"""
        lang = self.company_id.partner_id.lang or self.env.lang
        return self.with_context(lang=lang)

    def _read_chat_message(self, message):
        """:param dict message: as LINE sends it
        :return: pair (Markup for Discuss, plain text)"""
        kind = message.get("type")
        reader = {
            "text": self._read_text,
            "sticker": self._read_sticker,
            "location": self._read_location,
        }.get(kind)
        if reader:
            return reader(message)
        words = self._in_language()._say_kind(kind, message)
        if outside := self._get_outside(message):
            link = Markup('<a href="%s" target="_blank" rel="noreferrer">%s</a>')
            return link % (outside, words), f"{words} {outside}"
        return Markup("<i>%s</i>") % words, words

    def _read_text(self, message):
        text = str(message.get("text") or "").replace("\x00", "")[:LONGEST_TEXT]
        return Markup(plaintext2html(text, with_paragraph=False)), text

    def _read_sticker(self, message):
        env = self._in_language().env
        words = message.get("text") or ", ".join(
            str(word) for word in (message.get("keywords") or [])[:3]
        )
        text = env._("Sticker: %(words)s", words=words) if words else env._("Sticker")
        return Markup("<i>%s</i>") % text, text

    def _read_location(self, message):
        env = self._in_language().env
        place = f"{message.get('latitude')},{message.get('longitude')}"
        parts = [message.get("title"), message.get("address")]
        text = "\n".join(str(part) for part in parts if part) or place
        body = Markup('%s<br/><a href="%s" target="_blank" rel="noreferrer">%s</a>') % (
            Markup("<br/>").join(text.split("\n")),
            MAPS + quote(place),
            env._("Open the map"),
        )
        return body, f"{text}\n{place}"

    def _say_kind(self, kind, message):
        env = self.env
        words = {
            "image": env._("Picture"),
            "video": env._("Video"),
            "audio": env._("Voice message"),
            "file": env._("File: %(name)s", name=self._get_file_name(message)),
        }
        return words.get(kind) or env._(
            "A message that cannot be shown here (%(kind)s). It stands in LINE "
            "Official Account Manager.",
            kind=str(kind)[:30],
        )

    def _get_outside(self, message):
        """:return: address of a file that is not kept by LINE, or False"""
        provider = message.get("contentProvider") or {}
        url = str(provider.get("originalContentUrl") or "")
        outside = provider.get("type") == "external" and url.startswith("https://")
        return outside and url[:2000]

    def _get_file_name(self, message):
        if message.get("type") not in WITH_FILE:
            return False
        return str(message.get("fileName") or message["type"]).replace("\x00", "")[:100]

    # -- conversation --------------------------------------------------------------

    def _get_chat_name(self):
        """:return: what the conversation is called"""
        self.ensure_one()
        return (
            self.line_name
            or self.partner_id.name
            or self._in_language().env._("Somebody on LINE")
        )

    def _get_chat_guest(self):
        """:return: mail.guest (superuser) that stands for this LINE account"""
        self.ensure_one()
        line_user = self.sudo()
        if not line_user.guest_id:
            line_user.guest_id = (
                self.env["mail.guest"]
                .sudo()
                .create({"name": line_user._get_chat_name()})
            )
        return line_user.guest_id

    def _note_profile(self, *args, **kwargs):
        """The conversation is called as its customer."""
        result = super()._note_profile(*args, **kwargs)
        self._rename_chat()
        return result

    def _rename_chat(self):
        for line_user in self.sudo().filtered("conversation_ids"):
            name = line_user._get_chat_name()
            if line_user.guest_id and line_user.guest_id.name != name:
                line_user.guest_id._update_name(name)
            for conversation in line_user.conversation_ids:
                if conversation.name != name:
                    conversation.name = name

    def _after_link(self):
        result = super()._after_link()
        self._tell_chat()
        return result

    def _after_unlink(self, partner):
        result = super()._after_unlink(partner)
        self._tell_chat()
        return result

    def _set_friend_state(self, state, happened_at):
        before = self.friend_state
        changed = super()._set_friend_state(state, happened_at)
        if self.friend_state != before:
            self._tell_chat()
        return changed

    def _tell_chat(self):
        self.sudo().conversation_ids._send_line_chat()

    def action_open_chat(self):
        """:return: action of the conversation with this LINE account"""
        self.ensure_one()
        conversations = self.env["discuss.channel"]
        conversations._check_line_officer()
        self.check_access("read")
        conversation = conversations._line_conversation(self)
        return conversations.browse(conversation.id).action_line_open()
