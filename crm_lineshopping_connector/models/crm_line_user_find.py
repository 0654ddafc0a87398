from odoo import api, fields, models
from odoo.tools import SQL


class CrmLineUser(models.Model):
    """Each LINE account is one row, whoever meets it first."""

    _name = "crm.line.user"
    _inherit = ["crm.line.user", "crm.segment.source"]

    _segment_fields = ("line_user_ids", "line_state")

    @api.model
    def _of(self, channel, user_ids):
        """:param channel: crm.line.channel
        :param user_ids: LINE's user ids
        :return: crm.line.user (superuser) of these, in their order, made when missing.
            Of two requests that bring the same new one, the second conflicts on the
            row, is repeated by Odoo and finds it.
        """
        user_ids = list(dict.fromkeys(filter(None, user_ids)))
        users = self.sudo()
        domain = [("channel_id", "=", channel.id), ("user_id", "in", user_ids)]
        found = users.search(domain)
        missing = sorted(set(user_ids) - set(found.mapped("user_id")))
        if missing:
            self.flush_model()
            self.env.cr.execute(
                SQL(
                    """INSERT INTO crm_line_user (channel_id, company_id, user_id,
                              friend_state, create_uid, write_uid,
                              create_date, write_date)
                       SELECT %(channel)s, %(company)s, user_id, 'unknown',
                              %(uid)s, %(uid)s,
                              %(now)s, %(now)s
                         FROM unnest(%(user_ids)s) AS user_id
                  ON CONFLICT DO NOTHING""",
                    channel=channel.id,
                    company=channel.sudo().company_id.id,
                    uid=self.env.uid,
                    now=fields.Datetime.now(),
                    user_ids=missing,
                )
            )
            found = users.search(domain)
        by_id = {user.user_id: user.id for user in found}
        return self.sudo().browse(by_id[id_] for id_ in user_ids if id_ in by_id)

    def _compute_display_name(self):
        for user in self:
            # the id of somebody whose name is not known says nothing to staff
            user.display_name = user.line_name or self.env._("LINE account")
