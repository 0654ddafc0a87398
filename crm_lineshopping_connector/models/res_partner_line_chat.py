from odoo import models

from odoo.addons.crm_segments.tools.personal_data import DELETED

OFFICER = "crm_segments.crm_segments_group_officer"


class ResPartner(models.Model):
    """The conversation with a customer on LINE."""

    _inherit = "res.partner"

    def _get_chat_action(self):
        """Officers may begin a conversation with whoever is linked; viewers read what
        there is."""
        line_user = self._get_line_chat_user()
        if not line_user:
            return super()._get_chat_action()
        if self.env.user.has_group(OFFICER):
            return line_user.action_open_chat()
        conversation = self.env["discuss.channel"].search(
            [("line_user_id", "=", line_user.id)], limit=1
        )
        if conversation:
            return conversation.action_line_open()
        return super()._get_chat_action()

    def _get_line_chat_user(self):
        """:return: crm.line.user of the customer in the current companies: the one
        heard from last"""
        self.ensure_one()
        if not self.env["crm.line.user"].has_access("read"):
            return None
        domain = [
            ("partner_id", "in", (self | self.commercial_partner_id).ids),
            ("company_id", "in", self.env.companies.ids),
            ("channel_id.active", "=", True),
        ]
        users = self.env["crm.line.user"].search(domain)
        return users.sorted(
            lambda user: (
                user.friend_state != "blocked",
                bool(user.conversation_ids),
                user.last_seen_at or user.create_date,
                user.id,
            )
        )[-1:]

    def _crm_personal_data(self):
        return [
            *super()._crm_personal_data(),
            self._crm_persons()._crm_data_of_line_chats(),
        ]

    def _crm_data_of_line_chats(self):
        conversations = (
            self.env["discuss.channel"]
            .sudo()
            .search([("line_user_id.partner_id", "in", self.ids)])
        )
        guests = conversations.line_user_id.guest_id
        return self._crm_section(
            "line_chats",
            self.env._("Conversations on LINE"),
            "mail.message",
            [
                ("model", "=", "discuss.channel"),
                ("res_id", "in", conversations.ids),
                ("message_type", "=", "comment"),
            ],
            ["date", "author_id", "author_guest_id", "body"],
            fate=DELETED,
            erase=lambda: self._crm_erase_line_chats(conversations, guests),
            files=self._crm_files_of(conversations),
        )

    def _crm_erase_line_chats(self, conversations, guests):
        """The conversation with its messages, its pictures and the guest who wrote."""
        conversations.exists().unlink()
        guests.exists().unlink()
