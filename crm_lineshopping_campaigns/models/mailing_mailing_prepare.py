import json

from odoo import models
from odoo.tools import SQL

from odoo.addons.crm_lineshopping_connector.tools import line_flex
from odoo.addons.crm_sms_wallet.models.mailing_mailing_prepare import (
    MessageBatches,
    random_code,
)
from odoo.addons.crm_sms_wallet.tools import sms_links


class MailingMailing(models.Model):
    _inherit = "mailing.mailing"

    def _message_batches(self):
        if self.mailing_type == "line":
            return LineBatches(self)
        return super()._message_batches()


class LineBatches(MessageBatches):
    """Writes the messages of a campaign by LINE, batch by batch: a bubble for each
    customer, with links of its own."""

    def __init__(self, mailing):
        super().__init__(mailing)
        self.theme = mailing._line_channel()._get_theme()
        self.button = mailing._line_button_url(sms_links.MARK, save=True)
        # what is the same for all is made once, with marks
        self.notices = {
            short: mailing._line_notice("", short, sms_links.MARK, self.button)
            for short in ("th", "en")
        }

    def write_next(self):
        rows = self._read()
        if not rows:
            return False
        codes = [random_code() if self.with_codes else None for _row in rows]
        tokens = [sms_links.token() for _row in rows]
        texts = self._texts(rows, tokens, codes)
        self._insert_line(rows, tokens, codes, texts)
        self.mailing.write(
            {
                "prepare_last": rows[-1][0],
                "prepare_done": self.mailing.prepare_done + len(rows),
                "sms_messages": self.mailing.sms_messages + len(rows),
            }
        )
        self.env["res.partner"].invalidate_model(flush=False)
        return True

    def _texts(self, rows, tokens, codes):
        if not self.mailing.line_alike:
            return super()._texts(rows, tokens, codes)
        texts = self.mailing._message_texts()
        return [texts[letter] for _id, _partner_id, letter in rows]

    def _contents(self, rows, tokens, texts):
        """:return: list of JSON, the messages as LINE takes them"""
        partners = self.env["res.partner"].sudo().browse(row[1] for row in rows)
        partners.fetch(["lang"])
        contents = []
        for partner, token, text in zip(partners, tokens, texts, strict=True):
            short = "en" if (partner.lang or "").startswith("en") else "th"
            notice = line_flex.replace_text(self.notices[short], text)
            bubble = json.dumps([line_flex.bubble(self.theme, notice)])
            contents.append(bubble.replace(sms_links.MARK, token))
        return contents

    def _insert_line(self, rows, tokens, codes, texts):
        ids = [row[0] for row in rows]
        channel = self.mailing._line_channel()
        self.env["crm.line.message"].flush_model()
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO crm_line_message (
                    channel_id, company_id, line_user_id, partner_id, direction,
                    purpose, text, content, retry_key, state, tries, alone, recipient,
                    mailing_id, token, cost, user_id)
                SELECT %(channel)s, a.company_id, u.id, a.partner_id, 'out',
                       'marketing_line', m.text, m.content::jsonb,
                       gen_random_uuid()::text, 'draft', 0, %(alone)s, a.number,
                       a.mailing_id, m.token, %(price)s, %(user)s
                  FROM unnest(%(ids)s::int[], %(tokens)s, %(texts)s, %(contents)s)
                       AS m(id, token, text, content)
                  JOIN mailing_assignment a ON a.id = m.id
             LEFT JOIN crm_line_user u ON u.channel_id = %(channel)s
                                      AND u.user_id = a.number
              ORDER BY m.id
                """,
                channel=channel.id,
                price=channel.message_price,
                alone=not self.mailing.line_alike,
                ids=ids,
                tokens=tokens,
                texts=texts,
                contents=self._contents(rows, tokens, texts),
                user=self.mailing.prepare_user_id.id or None,
            )
        )
        if self.with_codes:
            self.env.cr.execute(
                SQL(
                    """UPDATE mailing_assignment a SET code = m.code
                         FROM unnest(%s::int[], %s) AS m(id, code) WHERE a.id = m.id""",
                    ids,
                    codes,
                )
            )
