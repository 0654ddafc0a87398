"""Which customers a campaign reaches by LINE."""

from odoo.tools import SQL

from odoo.addons.crm_sms_wallet.tools.campaign_channel import CampaignChannel


def line_channel(channel):
    """:param channel: crm.line.channel, perhaps empty
    :return: CampaignChannel; the address is the LINE user ID of the account that the
        customer uses, friends first"""
    account = SQL(
        """FROM crm_line_user u
          WHERE u.channel_id = %s AND u.partner_id = p.commercial_partner_id""",
        channel.id or 0,
    )
    return CampaignChannel(
        purpose="marketing_line",
        address=SQL(
            """(SELECT u.user_id %s
             ORDER BY u.friend_state = 'friend' DESC,
                      u.last_seen_at DESC NULLS LAST, u.id DESC LIMIT 1)""",
            account,
        ),
        reasons=(
            ("not_linked", SQL("a.address IS NULL")),
            (
                "not_friend",
                SQL(
                    """NOT EXISTS (SELECT %s AND u.user_id = a.address
                                      AND u.friend_state = 'friend')""",
                    account,
                ),
            ),
        ),
    )
