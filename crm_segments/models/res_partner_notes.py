import base64

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import plaintext2html

MAX_VOICE_BYTES = 12 * 1024 * 1024
# What browsers record, by how such a file begins: offset, bytes, ending of its name.
VOICE_FORMATS = (
    (0, b"\x1a\x45\xdf\xa3", "webm"),
    (0, b"OggS", "ogg"),
    (4, b"ftyp", "mp4"),
)


class ResPartner(models.Model):
    """Notes of the staff about a customer, typed, dictated or spoken."""

    _inherit = "res.partner"

    def save_customer_note(self, text="", voice=None):
        """Keep a note as an internal note of the chatter, with author and time.

        :param str text: plain text
        :param str voice: base64 of a recording, as browsers make it
        :return: id of the message
        :raise UserError: when there is nothing to keep, or the recording is none
        :raise AccessError: for users who may not change the customer
        """
        self.ensure_one()
        self.check_access("write")
        text = (text or "").strip()
        if not (text or voice):
            raise UserError(self.env._("Type or dictate the note first."))
        message = self.message_post(
            body=plaintext2html(text) if text else "",
            message_type="comment",
            subtype_xmlid="mail.mt_note",
            attachments=[self._read_voice(voice)] if voice else None,
        )
        return message.id

    def _read_voice(self, voice):
        """:return: (file name, bytes) of a recording
        :raise UserError: for anything else, and when it is too long"""
        try:
            data = base64.b64decode(voice)
        except (ValueError, TypeError):
            data = b""
        if len(data) > MAX_VOICE_BYTES:
            raise UserError(
                self.env._("This recording is too long. Record it in parts.")
            )
        for offset, beginning, ending in VOICE_FORMATS:
            if data.startswith(beginning, offset):
                now = fields.Datetime.context_timestamp(self, fields.Datetime.now())
                name = self.env._("Voice note %(time)s", time=f"{now:%Y-%m-%d %H.%M}")
                return f"{name}.{ending}", data
        raise UserError(self.env._("This is not a recording. Record the note again."))
