import logging

from odoo import fields, models

from ..tools.line_api import LineError, LineUnknown

_logger = logging.getLogger(__name__)

LIFF_HOST = "https://liff.line.me"


class CrmLineChannel(models.Model):
    """Rich menus of an Official Account, and links to the member page in LINE."""

    _inherit = "crm.line.channel"

    rich_menu_ids = fields.One2many("crm.line.rich.menu", "channel_id", "Rich Menus")
    menu_leftovers = fields.Json(
        groups="base.group_system",
        copy=False,
        help="IDs of menus at LINE that nobody needs any more, to be removed.",
    )
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

    def _note_menu_leftovers(self, line_ids):
        """:param line_ids: IDs at LINE of menus that are not used any more"""
        self.ensure_one()
        if line_ids := list(filter(None, line_ids)):
            channel = self.sudo()
            channel.menu_leftovers = [*(channel.menu_leftovers or []), *line_ids]
            self.env["crm.line.rich.menu"]._wake(fields.Datetime.now())

    def _remove_menu_leftovers(self, commit):
        self.ensure_one()
        line_ids = self.menu_leftovers
        if not line_ids:
            return
        menus, line_api = self.env["crm.line.rich.menu"], self._api()
        commit()
        kept = []
        for line_id in line_ids:
            try:
                menus._remove_at_line(line_api, line_id)
            except LineError as error:
                _logger.info("Rich menu %s stays at LINE: %s", line_id, error)
                # what LINE refuses now it refuses for ever
                if isinstance(error, LineUnknown) or error.kind in ("rate", "token"):
                    kept.append(line_id)
        line_api.close()
        self.menu_leftovers = kept or False
        commit()
