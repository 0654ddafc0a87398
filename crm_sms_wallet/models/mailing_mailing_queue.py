from odoo import api, models


class MailingMailing(models.Model):
    """Kinds of campaigns whose messages leave by a queue of our own, and never by
    Odoo's."""

    _inherit = "mailing.mailing"

    @api.model
    def _own_queues(self):
        """The kinds and their messages; modules with a channel of their own add theirs.

        A model of messages has ``mailing_id``, ``partner_id`` and a ``state`` that
        begins with draft, queued, sending. ``_campaign_time`` names the field before
        whose time a message does not leave. ``_queue_mailing``, ``_cancel_mailing``,
        ``_cancel_where`` and ``_wake_sender`` are as those of ``sms.delivery``.

        :return: dict of mailing type to a model
        """
        return {"sms": self.env["sms.delivery"]}

    def _has_own_queue(self):
        """:return: those of these campaigns that have one"""
        kinds = self._own_queues()
        return self._is_campaign().filtered(lambda m: m.mailing_type in kinds)

    def _message_queue(self):
        """:return: the model of the messages of this campaign"""
        self.ensure_one()
        return self._own_queues()[self.mailing_type]
