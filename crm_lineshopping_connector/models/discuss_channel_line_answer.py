import io

from PIL import Image

from odoo import fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import html2plaintext

from .discuss_channel_line import is_line

# Of LINE: messages in one call, letters of a text, bytes of pictures.
MOST_PARTS, LONGEST_TEXT = 5, 5000
MOST_PICTURE = 10 * 1024 * 1024
PICTURES = ("image/jpeg", "image/png")
# What LINE does not take is made into a JPEG of at most this side.
LARGEST_SIDE = 2048
PREVIEW = "512x512"


class DiscussChannel(models.Model):
    """What staff write in a conversation goes to LINE.

    By push, never by reply: a reply would not count against the month's messages, but
    it knows no retry key, so that after a lost answer nobody knows whether to send it
    again, and customers would get it twice or never.
    """

    _inherit = "discuss.channel"

    def message_post(self, *, message_type="notification", **kwargs):
        answers = is_line(self) and self._is_line_answer(message_type)
        if answers:
            self._check_line_answer(
                kwargs.get("body"),
                kwargs.get("attachment_ids"),
                kwargs.get("attachments"),
            )
        return super().message_post(message_type=message_type, **kwargs)

    def _is_line_answer(self, message_type):
        """:return: whether a person of the shop writes this"""
        return message_type == "comment" and not self.env.user._is_public()

    def _check_line_answer(self, body, attachment_ids, attachments):
        """:raise UserError: LINE would not take it"""
        env = self.env
        if not self._may_answer_line():
            raise AccessError(env._("Officers answer customers."))
        problem = self._get_line_problem()
        if problem == "gone":
            raise UserError(env._("This LINE account is not connected any more."))
        if problem == "blocked":
            raise UserError(
                env._("The customer has blocked the shop on LINE: nothing arrives.")
            )
        if problem == "quota":
            raise UserError(env._("The messages of this month are used up."))
        parts = len(self._split_line_text(self._get_line_text(body)))
        parts += len(attachment_ids or ()) + len(attachments or ())
        if parts > MOST_PARTS:
            raise UserError(
                env._(
                    "LINE takes %(count)s parts at once (a text of 5,000 letters, or a "
                    "file, is one). Send it in pieces.",
                    count=MOST_PARTS,
                )
            )

    def _message_post_after_hook(self, message, msg_vals):
        result = super()._message_post_after_hook(message, msg_vals)
        if is_line(self) and self._is_line_answer(message.message_type):
            self._queue_line_answer(message)
        return result

    def _queue_line_answer(self, message):
        """Let the sender of LINE messages take it."""
        self.ensure_one()
        message = message.sudo()
        line_user = self.sudo().line_user_id
        text = self._get_line_text(message.body)
        content = [
            {"type": "text", "text": part} for part in self._split_line_text(text)
        ]
        content += [self._as_line_file(file) for file in message.attachment_ids]
        if not content:
            return
        said = [text, *message.attachment_ids.mapped("name")]
        self.env["crm.line.message"]._queue(
            [
                {
                    "channel_id": line_user.channel_id.id,
                    "line_user_id": line_user.id,
                    "partner_id": line_user.partner_id.id,
                    "purpose": "chat",
                    "text": "\n".join(filter(None, said)),
                    "content": content,
                    "user_id": self.env.uid,
                    "res_model": "mail.message",
                    "res_id": message.id,
                }
            ]
        )
        message.invalidate_recordset(["line_delivery"])
        self.sudo().line_waiting_at = False

    def _get_line_text(self, body):
        """:return: a message as plain text"""
        if not body:
            return ""
        if not hasattr(body, "__html__") and not str(body).lstrip().startswith("<"):
            return str(body).strip()
        return html2plaintext(body, include_references=False).strip()

    def _split_line_text(self, text):
        """LINE counts letters as UTF-16 does: an emoji is two.

        :return: list of texts that LINE takes, cut at ends of lines where possible"""
        parts = []
        while text:
            cut = self._fitting(text)
            if cut < len(text):
                edge = max(text.rfind("\n", 0, cut), text.rfind(" ", 0, cut))
                cut = edge + 1 if edge > cut // 2 else cut
            parts.append(text[:cut].strip())
            text = text[cut:].lstrip()
        return list(filter(None, parts))

    def _fitting(self, text):
        """:return: how many letters of a text LINE takes at once"""
        room = LONGEST_TEXT
        for index, letter in enumerate(text):
            room -= 2 if ord(letter) > 0xFFFF else 1
            if room < 0:
                return index
        return len(text)

    def _as_line_file(self, attachment):
        """:return: dict of a picture for LINE; of a text with a link for other files,
        which LINE takes from nobody"""
        picture = self._as_line_picture(attachment)
        if not picture:
            url = self._get_line_file_url(attachment, "content", "?download=true&")
            return {"type": "text", "text": f"{attachment.name}\n{url}"}
        return {
            "type": "image",
            "originalContentUrl": self._get_line_file_url(picture, "image"),
            "previewImageUrl": self._get_line_file_url(
                picture, "image", f"/{PREVIEW}?"
            ),
        }

    def _get_line_file_url(self, attachment, kind, middle="?"):
        """:return: address that LINE and the customer can open, without login"""
        base = self.get_base_url()
        if not base.startswith("https://"):
            raise UserError(
                self.env._(
                    "Pictures and files reach LINE only from an address that begins "
                    "with https:// (now %(url)s). Ask an administrator.",
                    url=base,
                )
            )
        token = attachment.generate_access_token()[0]
        return f"{base}/web/{kind}/{attachment.id}{middle}access_token={token}"

    def _as_line_picture(self, attachment):
        """:return: ir.attachment of a picture that LINE takes, made from this one where
        needed; None for another kind of file"""
        kind = attachment.mimetype or ""
        if not kind.startswith("image/") or "svg" in kind:
            return None
        if kind in PICTURES and attachment.file_size <= MOST_PICTURE:
            return attachment
        try:
            image = Image.open(io.BytesIO(attachment.raw))
            image.thumbnail((LARGEST_SIDE, LARGEST_SIDE))
            stream = io.BytesIO()
            image.convert("RGB").save(stream, "JPEG", quality=85)
        # damaged files break decoders in many ways; it goes as a file then
        except Exception:
            return None
        return attachment.create(
            {
                "name": f"{attachment.name}.jpg",
                "raw": stream.getvalue(),
                "mimetype": "image/jpeg",
                "res_model": "discuss.channel",
                "res_id": self.id,
            }
        )

    def _check_can_update_message_content(self, message):
        if is_line(self):
            raise UserError(
                self.env._("What was sent to LINE cannot be changed or taken back.")
            )
        return super()._check_can_update_message_content(message)

    def _note_line_waiting(self, happened_at):
        """The customer has written; whoever answers ends the waiting."""
        self.ensure_one()
        channel = self.sudo()
        if not channel.line_waiting_at:
            channel.line_waiting_at = min(happened_at, fields.Datetime.now())
