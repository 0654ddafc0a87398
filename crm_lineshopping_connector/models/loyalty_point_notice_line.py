from odoo import api, models


class LoyaltyPointNotice(models.Model):
    """That points are about to end is said on LINE to those who are there, if the shop
    has switched it on; the others hear it as before."""

    _inherit = "loyalty.point.notice"

    @api.model
    def _get_line_notice(self, company):
        channel = self.env["crm.line.channel"]._of_company(company)
        notice = channel.notice_ids.filtered(lambda n: n.kind == "lapse" and n.is_on)
        return notice.browse() if channel._is_quota_used_up() else notice

    @api.model
    def _send_first(self, rule, expiry, cards):
        reached = super()._send_first(rule, expiry, cards)
        cards = cards.filtered(lambda card: card.id not in reached)
        for company, group in cards.grouped("company_id").items():
            company = company or rule.program_id.company_id or self.env.company
            if notice := self._get_line_notice(company):
                rows = [
                    {
                        "partner_id": card.partner_id.id,
                        "source_id": card.id,
                        "values": {},
                    }
                    for card in group
                ]
                taken = notice._queue_rows(
                    rows,
                    points_end_date=expiry.isoformat(),
                    points_end_program=rule.program_id.id,
                )
                told = group.filtered(lambda c, t=taken: c.partner_id.id in t)
                reached.update(dict.fromkeys(told.ids, "line"))
        return reached

    @api.model
    def _message_channels(self):
        """Not LINE: what is said there has a switch and a text of its own."""
        return [key for key in super()._message_channels() if key != "line"]
