from odoo import models


class CrmShop(models.Model):
    """The shop's LINE Official Account."""

    _inherit = "crm.shop"

    def _get_line_channel(self):
        """:return: crm.line.channel (superuser) of the shop's company, perhaps empty"""
        self.ensure_one()
        return self.env["crm.line.channel"]._of_company(self.company_id)

    def _get_line_user(self, partner):
        """:return: crm.line.user (superuser) of a member with this shop's Official
        Account, the one heard of last; empty when no LINE account is linked"""
        self.ensure_one()
        partner = partner.commercial_partner_id
        channel = self._get_line_channel()
        users = self.env["crm.line.user"].sudo()
        if not partner or not channel:
            return users
        return users.search(
            [("partner_id", "=", partner.id), ("channel_id", "=", channel.id)],
            order="last_seen_at desc nulls last, id desc",
            limit=1,
        )
