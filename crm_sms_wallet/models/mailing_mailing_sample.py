from odoo import models
from odoo.exceptions import UserError

from ..tools import sms_links, sms_parts
from .mailing_mailing_text import CODE_MARK

# What stands in a preview where each message has something of its own.
SAMPLE_TOKEN = "x" * sms_links.TOKEN_LENGTH
SAMPLE_CODE = "X" * len(CODE_MARK)


class MailingMailing(models.Model):
    """How a message looks before anything is prepared."""

    _inherit = "mailing.mailing"

    def _sample_text(self, partner):
        """:return: every text of the campaign as this customer would get it, with its
        parts; what is wrong with it, if it cannot be filled in"""
        self.ensure_one()
        customer = partner._origin
        if customer:
            customer.check_access("read")
        try:
            return "\n\n".join(
                self._sample_line(letter, text, customer)
                for letter, text in self._message_texts().items()
            )
        except UserError as error:
            return str(error)

    def _sample_line(self, letter, text, customer):
        filled = self._message_template(text or "")
        if customer:
            filled = self._render_messages(filled, customer.ids)[customer.id]
        filled = self._fill_marks(filled, SAMPLE_TOKEN, SAMPLE_CODE)
        count = sms_parts.count(filled)
        label = self.env._(
            "%(units)s characters, %(parts)s SMS",
            units=count.units,
            parts=count.parts,
        )
        return f"{f'{letter}: ' if letter else ''}{filled}\n({label})"
