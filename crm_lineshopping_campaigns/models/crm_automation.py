from odoo import fields, models

from odoo.addons.crm_lineshopping_connector.tools import line_flex
from odoo.addons.crm_sms_wallet.tools import sms_links


class CrmAutomation(models.Model):
    """Automatic messages by LINE."""

    _inherit = "crm.automation"

    channel = fields.Selection(
        selection_add=[("line", "LINE")], ondelete={"line": "cascade"}
    )

    def _findings(self):
        """The link that ends the advertising stands below each message by itself."""
        found = super()._findings()
        if self.channel != "line":
            return found
        if not self.env["crm.line.channel"]._of_company(self.company_id).channel_id:
            found.append(
                (
                    "block",
                    self.env._("Connect the LINE Official Account of the shop first."),
                )
            )
        return found

    def _send_by_line(self, events):
        """Queue one message per event."""
        company = self.company_id
        channel = self.env["crm.line.channel"]._of_company(company)
        friends = events.partner_id._crm_line_friends(channel)
        reached = events.filtered(lambda event: event.partner_id.id in friends)
        (events - reached)._skip("address")
        urls = sms_links.find_urls(f"{self.text} {self.text_en or ''}")
        numbers = self.env["crm.sms.link"]._numbers(
            urls, company, None, self._name, self.id
        )
        texts = self._rendered(reached.partner_id, numbers)
        theme = channel._get_theme()
        rows = [
            self._prepare_line(event, friends, texts, channel, theme)
            for event in reached
        ]
        self.env["crm.line.message"]._queue(rows)
        for event, row in zip(reached, rows, strict=True):
            event._sent(row["token"])

    def _prepare_line(self, event, friends, texts, channel, theme):
        """:return: values for ``crm.line.message._queue``"""
        messages = self.env["crm.line.message"]
        token = messages._new_token()
        text = texts[event.partner_id.id].replace(sms_links.MARK, token)
        service = self.purpose == "service"
        base = self.company_id._sms_link_base()
        foot = messages._opt_out_foot(event.partner_id.lang, base, token)
        notice = line_flex.Notice(
            title=self.subject or self.company_id.name,
            text=text,
            small=() if service else (foot,),
        )
        return {
            "channel_id": channel.id,
            "line_user_id": friends[event.partner_id.id].id,
            "partner_id": event.partner_id.id,
            "text": text,
            "content": [line_flex.bubble(theme, notice)],
            "token": token,
            "purpose": "service" if service else "marketing_line",
            "user_id": False,
            "res_model": self._name,
            "res_id": self.id,
        }
