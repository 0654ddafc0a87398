from odoo import fields, models

OFFICER = "crm_segments.crm_segments_group_officer"
# Without a team of its own, everybody who may answer is told; in large companies that
# would be noise.
MOST_OFFICERS = 20


class CrmLineChannel(models.Model):
    """Who answers customers on LINE."""

    _inherit = "crm.line.channel"

    chat_user_ids = fields.Many2many(
        "res.users",
        "crm_line_channel_chat_user_rel",
        string="Who Answers",
        domain=lambda self: [
            ("share", "=", False),
            ("all_group_ids", "in", self.env.ref(OFFICER).ids),
        ],
        help="They are told in Discuss when customers write. Empty: all officers of "
        "the company.",
    )

    def _get_chat_team(self):
        """:return: res.users (superuser) who are told when a customer writes and nobody
        has taken the conversation over"""
        self.ensure_one()
        channel = self.sudo()
        officers = self.env.ref(OFFICER).sudo().all_user_ids
        chosen = channel.chat_user_ids or officers
        team = chosen.filtered(
            lambda user: (
                user.active
                and not user.share
                and user in officers
                and channel.company_id in user.company_ids
                and user.id != self.env.ref("base.user_root").id
            )
        ).sorted("id")
        return team if channel.chat_user_ids else team[:MOST_OFFICERS]

    def _get_chat_left(self):
        """:return: how many messages are left this month, None for any number"""
        self.ensure_one()
        return self.sudo()._get_left()
