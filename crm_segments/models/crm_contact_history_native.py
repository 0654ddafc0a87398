from odoo import api, models
from odoo.tools import SQL

from ..tools.plain_text import sql_plain_text

# A long mail is read where it was sent; this much tells what it was about.
TEXT_LENGTH = 500


class CrmContactHistory(models.Model):
    """What Odoo itself sends and receives, and the calls that were logged.

    Staff get mails about all sorts of documents: only people who are not of the house
    are customers here.
    """

    _inherit = "crm.contact.history"

    @api.model
    def _selection_channel(self):
        return [
            *super()._selection_channel(),
            ("email", self.env._("E-mail")),
            ("sms", self.env._("SMS")),
            ("call", self.env._("Call")),
        ]

    @api.model
    def _selection_state(self):
        calls = self.env["crm.contact.call"]._fields["result"]
        return [*super()._selection_state(), *calls._description_selection(self.env)]

    @api.model
    def _contact_history_sources(self):
        return {
            **super()._contact_history_sources(),
            "email": self._contact_history_sent("email"),
            "email_received": self._contact_history_received(),
            "sms": self._contact_history_sent("sms"),
            "call": self._contact_history_calls(),
        }

    @api.model
    def _contact_history_sent(self, channel):
        """:param str channel: `email` or `sms`, a type of native notifications
        :return: SQL of what went to customers by it"""
        # no mail server says more of a mail than that it took it
        arrived = "delivered" if channel == "sms" else "sent"
        return SQL(
            """SELECT notice.id, notice.res_partner_id, message.record_company_id,
                      %(channel)s::varchar, 'out'::varchar, message.date, %(text)s,
                      message.create_uid,
                      (CASE WHEN notice.notification_status IN ('ready', 'process')
                            THEN 'waiting'
                            WHEN notice.notification_status = 'pending' THEN 'sent'
                            WHEN notice.notification_status = 'sent' THEN %(arrived)s
                            WHEN notice.notification_status = 'canceled'
                            THEN 'cancelled' ELSE 'failed' END)::varchar,
                      message.model, message.res_id
                 FROM mail_notification notice
                 JOIN mail_message message ON message.id = notice.mail_message_id
                 JOIN res_partner outsider ON outsider.id = notice.res_partner_id
                WHERE notice.notification_type = %(channel)s
                  AND outsider.partner_share""",
            channel=channel,
            arrived=arrived,
            text=self._contact_history_text(),
        )

    @api.model
    def _contact_history_received(self):
        """:return: SQL of the mails that came from customers"""
        return SQL(
            """SELECT message.id, message.author_id, message.record_company_id,
                      'email'::varchar, 'in'::varchar, message.date, %s, NULL::int4,
                      'received'::varchar, message.model, message.res_id
                 FROM mail_message message
                 JOIN res_partner outsider ON outsider.id = message.author_id
                WHERE message.message_type = 'email' AND outsider.partner_share""",
            self._contact_history_text(),
        )

    @api.model
    def _contact_history_text(self):
        """:return: SQL of subject and text, without tags. Of a mail about a document
        that this user may not see, nothing."""
        plain = SQL(
            "left(concat_ws(' – ', NULLIF(btrim(message.subject), ''), %s), %s)",
            sql_plain_text(SQL("message.body")),
            TEXT_LENGTH,
        )
        if self.env.su:
            return SQL("(%s)::varchar", plain)
        readable = self.env["ir.model.access"]._get_allowed_models("read")
        return SQL(
            """(CASE WHEN message.model IS NULL OR message.model = ANY(%s)
                     THEN %s END)::varchar""",
            sorted(readable),
            plain,
        )

    @api.model
    def _contact_history_calls(self):
        return SQL(
            """SELECT id, partner_id, company_id, 'call'::varchar, direction, date,
                      note, user_id, result, 'crm.contact.call'::varchar, id
                 FROM crm_contact_call"""
        )
