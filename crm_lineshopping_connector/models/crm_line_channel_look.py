from odoo import models

from ..tools import line_flex


class CrmLineChannel(models.Model):
    """How messages of an Official Account look, and where their buttons lead."""

    _inherit = "crm.line.channel"

    def _get_shop(self):
        """:return: crm.shop (superuser) of the company, perhaps empty"""
        self.ensure_one()
        return self.env["crm.shop"]._of_company(self.company_id)

    def _get_theme(self):
        """:return: line_flex.Theme in the shop's colours; some for no account"""
        shop = self and self._get_shop()
        if not shop:
            return line_flex.Theme()
        return line_flex.Theme(shop.color_main, shop.color_on_main)

    def _get_card_link(self, to=""):
        """:param str to: what to open of the member page: ``rewards``...
        :return: address of the member page, inside LINE if it is connected; empty for
            a shop without one"""
        self.ensure_one()
        if self.liff_id:
            link = f"https://liff.line.me/{self.liff_id}"
            return f"{link}?to={to}" if to else link
        shop = self._get_shop()
        return shop._get_url(to) if shop else ""
