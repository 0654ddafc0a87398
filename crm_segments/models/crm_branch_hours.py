from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..tools import opening_hours

WEEKDAYS = [
    ("0", "Monday"),
    ("1", "Tuesday"),
    ("2", "Wednesday"),
    ("3", "Thursday"),
    ("4", "Friday"),
    ("5", "Saturday"),
    ("6", "Sunday"),
]


class CrmBranchHours(models.Model):
    """From when to when a branch is open on a day of the week."""

    _name = "crm.branch.hours"
    _description = "Opening Hours"
    _order = "weekday, hour_from, id"

    branch_id = fields.Many2one(
        "crm.branch", required=True, index=True, ondelete="cascade"
    )
    weekday = fields.Selection(WEEKDAYS, required=True)
    hour_from = fields.Float("From", required=True, default=9.0, aggregator=None)
    hour_to = fields.Float(
        "To",
        required=True,
        default=18.0,
        aggregator=None,
        help="A time before the opening is on the next day.",
    )

    _hours_of_a_day = models.Constraint(
        "CHECK(hour_from >= 0 AND hour_from < 24 AND hour_to >= 0 AND hour_to <= 24"
        " AND hour_from <> hour_to)",
        "Opening hours go from 0:00 to 24:00.",
    )

    @api.constrains("branch_id", "weekday", "hour_from", "hour_to")
    def _check_overlap(self):
        names = dict(self._fields["weekday"]._description_selection(self.env))
        for branch in self.branch_id:
            if twice := opening_hours.overlap(branch.hour_ids._spans()):
                day, start, end = twice[1]
                raise ValidationError(
                    self.env._(
                        "The hours of %(day)s, %(start)s to %(end)s, overlap with "
                        "others of %(branch)s.",
                        day=names[str(day)],
                        start=opening_hours.clock(start),
                        end=opening_hours.clock(end),
                        branch=branch.name,
                    )
                )

    def _spans(self):
        """:return: list of (weekday, start, end), see tools.opening_hours"""
        return [(int(row.weekday), row.hour_from, row.hour_to) for row in self]
