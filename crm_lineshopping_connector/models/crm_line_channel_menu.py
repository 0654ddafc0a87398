from odoo import fields, models

LIFF_HOST = "https://liff.line.me"


class CrmLineChannel(models.Model):
    """Links that open the member page inside LINE."""

    _inherit = "crm.line.channel"

    member_page_link = fields.Char(
        "Member Page inside LINE",
        compute="_compute_member_page_link",
        help="For rich menus, messages and QR codes: opens the member's card in LINE.",
    )

    def _compute_member_page_link(self):
        for channel in self:
            channel.member_page_link = channel._member_page_url()

    def _member_page_url(self, to=None):
        """:param str to: ``card``, ``rewards``, ``codes``, ``history`` or ``claim``;
            nothing for the first page
        :return: address that opens the member page inside LINE, False without LIFF"""
        self.ensure_one()
        if not self.liff_id:
            return False
        url = f"{LIFF_HOST}/{self.liff_id}"
        return f"{url}?to={to}" if to else url
