from datetime import date
from unittest.mock import patch

from odoo.tools import SQL

from .common_metrics import PaymentsCase

CHANNELS = [("line", "LINE"), ("facebook", "Facebook"), ("web", "Web chat")]
MONTHS = {
    "March": (date(2024, 3, 1), date(2024, 3, 31)),
    "April": (date(2024, 4, 1), date(2024, 4, 30)),
}


class ReportCase(PaymentsCase):
    """A shop with orders, payments and chats of January to April 2024, and the same in
    plain Python lists."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.messages = []  # id, contact, channel, direction, moment (UTC)
        history = cls.env.registry["crm.contact.history"]
        cls.startClassPatcher(
            patch.object(history, "_selection_channel", lambda self: CHANNELS)
        )
        cls.startClassPatcher(
            patch.object(
                history,
                "_contact_history_sources",
                lambda self: {"test": cls._message_rows()},
            )
        )
        cls.partners = cls.env["res.partner"]

    @classmethod
    def _message_rows(cls):
        rows = SQL(", ").join(
            SQL("(%s, %s, %s::varchar, %s::varchar, %s::timestamp)", *message)
            for message in cls.messages
        )
        return SQL(
            """SELECT m.id, m.partner_id, NULL::int, m.channel, m.direction, m.date,
                      'Hello'::varchar, NULL::int, NULL::varchar, NULL::varchar,
                      NULL::int
                 FROM (VALUES (0, 0, '', '', NULL::timestamp) %s)
                      AS m(id, partner_id, channel, direction, date) WHERE m.id > 0""",
            SQL(", %s", rows) if cls.messages else SQL(),
        )

    @classmethod
    def write_to_shop(cls, partner, channel, moment, direction="in"):
        number = len(cls.messages) + 1
        cls.messages.append((number, partner.id, channel, direction, moment))

    def report(self, first, last, model="res.partner", user=None, **context):
        """:return: the model with the context of the report about these days"""
        records = self.env[model].with_user(user) if user else self.env[model]
        return records.with_context(
            report_period="custom",
            report_from=str(first),
            report_to=str(last),
            **context,
        )
