from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL


class LoyaltyPointAllowance(models.Model):
    """What an operator moved by hand on a day, given and taken added up.

    A row that each movement updates: of two sessions of one operator that together
    pass the limit, the second one conflicts, is retried and sees the first.
    """

    _name = "loyalty.point.allowance"
    _description = "Points Moved by Hand in a Day"
    _log_access = False
    _order = "day desc, id"
    _rec_name = "day"

    user_id = fields.Many2one(
        "res.users", required=True, readonly=True, ondelete="cascade"
    )
    day = fields.Date(required=True, readonly=True)
    points = fields.Float(digits=(16, 2), required=True, readonly=True)

    _user_day_uniq = models.UniqueIndex("(user_id, day)")

    @api.model
    def _add(self, user, day, points):
        """Count a movement, and so lock the operator's day.

        :param points: what is moved, as a positive number; negative to take it back
        :return: points of the operator on that day, with these
        """
        ((total,),) = self.env.execute_query(
            SQL(
                """INSERT INTO loyalty_point_allowance AS known (user_id, day, points)
                   VALUES (%s, %s, %s)
                   ON CONFLICT (user_id, day)
                   DO UPDATE SET points = known.points + EXCLUDED.points
                   RETURNING points""",
                user.id,
                day,
                round(points, 2),
            )
        )
        self.invalidate_model(flush=False)
        return float(total)

    @api.autovacuum
    def _gc_days(self):
        """Days that are over everywhere count for nothing any more."""
        over = fields.Date.today() - timedelta(days=7)
        self.sudo().search([("day", "<", over)], limit=10000).unlink()
