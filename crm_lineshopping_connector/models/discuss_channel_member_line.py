from odoo import api, models
from odoo.exceptions import AccessError


class DiscussChannelMember(models.Model):
    """Staff of the shop only, whatever way somebody joins a conversation on LINE."""

    _inherit = "discuss.channel.member"

    @api.model_create_multi
    def create(self, vals_list):
        members = super().create(vals_list)
        for member in members.sudo():
            channel = member.channel_id
            if channel.channel_type == "line" and not channel._line_may_join(
                member.partner_id
            ):
                raise AccessError(
                    self.env._("Only staff of the shop see conversations on LINE.")
                )
        return members
