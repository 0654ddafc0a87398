"""What the demo shop said to its customers: mails, text messages and calls."""

from datetime import timedelta

# after how many days: channel or result of a call, how far the message got, text
STORY = (
    (1, "email", "sent", "ขอบคุณที่ใช้บริการ แล้วพบกันใหม่นะคะ"),
    (6, "no_answer", "", ""),
    (7, "reached", "", "นัดนวดวันศุกร์ 10 โมง"),
    (20, "sms", "sent", "เดือนนี้นวดอโรมาลด 15% สำหรับสมาชิก"),
    (34, "sms", "exception", "คะแนนของคุณใกล้หมดอายุ"),
    (48, "busy", "", ""),
    (60, "email", "bounce", "โปรแกรมดูแลผิวหน้าใหม่ที่สาขาอารีย์"),
)
# every so many of the customers who ordered last have been written to or called
EVERY = 2
CUSTOMERS = 120


class ContactLoader:
    """The part of the loader that talks to customers."""

    def _contact_customers(self):
        """Give every other of the latest customers a part of the story, the newest
        contact some days ago."""
        customers = [order.partner_id for order in reversed(self.orders)]
        customers = list(dict.fromkeys(customers))[:CUSTOMERS:EVERY]
        messages, calls = [], []
        for number, partner in enumerate(customers):
            for days, kind, state, text in STORY[number % 3 :]:
                date = self.now - timedelta(days=days + number % 5, hours=number % 7)
                if kind in ("email", "sms"):
                    messages.append((partner, kind, state, text, date))
                else:
                    calls.append(self._call_vals(partner, kind, text, date))
        self.env["crm.contact.call"].create(calls)
        self._create_messages(messages)

    def _seller(self):
        return (self.users[1:2] or [self.env.user])[0]

    def _call_vals(self, partner, result, note, date):
        return {
            "partner_id": partner.id,
            "company_id": self.company.id,
            "user_id": self._seller().id,
            "date": date,
            "result": result,
            "note": note,
        }

    def _create_messages(self, drawn):
        """:param drawn: list of (partner, email or sms, native status, text, date)"""
        if "sms.sms" not in self.env:
            drawn = [row for row in drawn if row[1] == "email"]
        seller = self._seller()
        messages = self.env["mail.message"].with_user(seller).sudo()
        messages = messages.create(
            [
                {
                    "model": "res.partner",
                    "res_id": partner.id,
                    "message_type": "sms" if kind == "sms" else "comment",
                    "subject": kind == "email" and self.company.name,
                    "body": text,
                    "date": date,
                    "author_id": seller.partner_id.id,
                    "record_company_id": self.company.id,
                }
                for partner, kind, _state, text, date in drawn
            ]
        )
        self.env["mail.notification"].create(
            [
                {
                    "mail_message_id": message.id,
                    "res_partner_id": partner.id,
                    "notification_type": kind,
                    "notification_status": state,
                    "is_read": True,
                }
                for message, (partner, kind, state, _text, _date) in zip(
                    messages, drawn, strict=True
                )
            ]
        )
