from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.crm_segments.tools.notify import NotifyChannel

from ..tools import line_flex
from .crm_line_message_queue import text_message

# Who asks for a second code so soon has perhaps not got the first one on LINE.
AGAIN_MINUTES = 10


class ResPartner(models.Model):
    """LINE, as a way to reach customers with notices and one-time codes: those who
    linked their LINE account and are friends of the shop."""

    _inherit = "res.partner"

    @api.model
    def _crm_notify_channels(self):
        channels = super()._crm_notify_channels()
        channel = self.env["crm.line.channel"]._of_company(self.env.company)
        if not channel.channel_id:
            # a shop that is not on LINE has no such channel to choose
            return channels
        # Only where something else reaches every telephone: a visitor's number is
        # nobody's on LINE yet.
        reached = any(known.address_kind == "phone" for known in channels.values())
        codes = reached and channel.codes_by_line
        return {
            "line": NotifyChannel(
                self.env._("LINE"),
                available=self._crm_available_line,
                send=self._crm_send_line,
                address_kind="phone" if codes else "",
                send_to=self._crm_send_line_to if codes else None,
            ),
            **channels,
        }

    def _crm_line_friends(self, channel):
        """:param channel: crm.line.channel
        :return: {partner id: crm.line.user (superuser)}: the account that each of them
            used last, of those who are friends of the shop"""
        users = self.env["crm.line.user"].sudo()
        users.flush_model(["partner_id", "friend_state", "last_seen_at"])
        if not channel or not self.ids:
            return {}
        rows = self.env.execute_query(
            SQL(
                """SELECT DISTINCT ON (partner_id) partner_id, id
                     FROM crm_line_user
                    WHERE channel_id = %s AND friend_state = 'friend'
                      AND partner_id = ANY(%s)
                 ORDER BY partner_id, last_seen_at DESC NULLS LAST, id DESC""",
                channel.id,
                self.commercial_partner_id.ids,
            )
        )
        found = dict(rows)
        users.browse(found.values()).fetch(["user_id", "channel_id", "partner_id"])
        return {
            partner.id: users.browse(found[partner.commercial_partner_id.id])
            for partner in self
            if partner.commercial_partner_id.id in found
        }

    @api.model
    def _crm_available_line(self, partners):
        channel = self.env["crm.line.channel"]._of_company(self.env.company)
        if channel._is_quota_used_up():
            # other channels reach them this month
            return partners.browse()
        friends = partners._crm_line_friends(channel)
        return partners.filtered(lambda partner: partner.id in friends)

    @api.model
    def _crm_send_line(self, partners, notice):
        """:return: the partners whose message is in the queue"""
        channel = self.env["crm.line.channel"]._of_company(self.env.company)
        friends = partners._crm_line_friends(channel)
        taken = partners.filtered(lambda p: p.id in friends and notice.texts[p.id])
        service = notice.purpose == "service"
        theme = channel._get_theme()
        messages = self.env["crm.line.message"]
        rows = []
        for partner in taken:
            text = notice.texts[partner.id]
            bubble = line_flex.Notice(
                title=notice.subject or self.env.company.name, text=text
            )
            rows.append(
                {
                    "channel_id": channel.id,
                    "line_user_id": friends[partner.id].id,
                    "partner_id": partner.id,
                    "purpose": "service" if service else "marketing_line",
                    "text": text,
                    "content": [line_flex.bubble(theme, bubble)],
                    "res_model": notice.res_model or False,
                    "res_id": notice.res_id or False,
                }
            )
        if not service:
            rows = messages._with_opt_out(rows)
        messages._queue(rows)
        return taken.browse(row["partner_id"] for row in rows)

    @api.model
    def _crm_send_line_to(self, address, text, notice):
        """:return: whether a code for a phone number is in the queue: for the only
        customer who has proven the number, if on LINE, and not a second time at once
        """
        channel = self.env["crm.line.channel"]._of_company(self.env.company)
        shop = self.env["crm.shop"]._of_company(self.env.company)
        if not shop or not text or channel._is_quota_used_up():
            return False
        partner = shop._find_customer("phone", address)
        line_user = partner._crm_line_friends(channel).get(partner.id)
        if not line_user or self._crm_had_line_code(line_user):
            return False
        self.env["crm.line.message"]._queue(
            [
                {
                    "channel_id": channel.id,
                    "line_user_id": line_user.id,
                    "partner_id": partner.id,
                    "purpose": "code",
                    "text": text,
                    "content": [text_message(text)],
                    "res_model": notice.res_model or False,
                    "res_id": notice.res_id or False,
                }
            ]
        )
        return True

    @api.model
    def _crm_had_line_code(self, line_user):
        since = fields.Datetime.now() - timedelta(minutes=AGAIN_MINUTES)
        return bool(
            self.env["crm.line.message"]
            .sudo()
            .search_count(
                [
                    ("line_user_id", "=", line_user.id),
                    ("purpose", "=", "code"),
                    ("queued_at", ">", since),
                ],
                limit=1,
            )
        )


class CrmLineChannel(models.Model):
    _inherit = "crm.line.channel"

    codes_by_line = fields.Boolean(
        "One-Time Codes by LINE",
        default=True,
        help="Customers whose phone number is proven and who linked their LINE account "
        "get codes there. A second code within ten minutes goes by SMS.",
    )


class CrmLineMessage(models.Model):
    _inherit = "crm.line.message"

    @api.model
    def _with_opt_out(self, rows):
        """Advertising ends with a link that ends it. Without a module that has such
        pages there is no advertising.

        :param rows: dicts for `_queue`
        :return: those that may be sent, with the link
        """
        return []
