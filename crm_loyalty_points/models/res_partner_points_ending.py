from odoo import api, models
from odoo.tools import SQL

from odoo.addons.crm_segments.tools.notify import MergeField

from ..tools.local_day import sql_today
from ..tools.points_text import points_text
from ..tools.said_day import said_day


class ResPartner(models.Model):
    """Placeholders for messages: a customer's points, and those that end next."""

    _inherit = "res.partner"

    @api.model
    def _crm_merge_fields(self):
        return {
            **super()._crm_merge_fields(),
            "points": MergeField(
                self.env._("Points"),
                lambda partners: {
                    p.id: points_text(p.points_balance) for p in partners
                },
            ),
            "points_ending": MergeField(
                self.env._("Points that end next"),
                lambda partners: {
                    id_: points_text(points)
                    for id_, (_day, points) in partners._get_points_ending().items()
                },
            ),
            "points_end_date": MergeField(
                self.env._("Day on which points end next"),
                lambda partners: {
                    id_: said_day(partners.env, day)
                    for id_, (day, _points) in partners._get_points_ending().items()
                },
            ),
        }

    def _get_points_ending(self):
        """What ends next on the customers' member cards in this company.

        A notice about certain points names their day and programme in the context
        (`points_end_date`, `points_end_program`).

        :return: {partner id: (date, points)}, without those on whose cards nothing ends
        """
        context = self.env.context
        day, program_id = context.get("points_end_date"), None
        if day:
            program_id = context.get("points_end_program")
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT ON (contact.id) contact.id, a.expiry,
                       sum(a.remaining)::float
                  FROM res_partner contact
                  JOIN res_partner holder
                    ON holder.commercial_partner_id = contact.commercial_partner_id
                  JOIN loyalty_card c ON c.partner_id = holder.id AND c.active
                  JOIN loyalty_program p ON p.id = c.program_id
                  JOIN loyalty_point_award a ON a.card_id = c.id, %s
                 WHERE contact.id = ANY(%s) AND p.program_type = 'loyalty'
                   AND a.remaining > 0 AND a.expiry >= today.day
                   AND today.company_id = coalesce(a.company_id, 0)
                   AND (c.company_id IS NULL OR c.company_id = ANY(%s))
                   AND (%s::date IS NULL OR a.expiry = %s::date)
                   AND (%s::int IS NULL OR c.program_id = %s::int)
                 GROUP BY contact.id, a.expiry ORDER BY contact.id, a.expiry
                """,
                sql_today(self.env),
                self.ids,
                self.env.company.parent_ids.ids,
                day or None,
                day or None,
                program_id,
                program_id,
            )
        )
        return {id_: (expiry, points) for id_, expiry, points in rows}
