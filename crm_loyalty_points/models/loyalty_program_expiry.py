import calendar

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..tools.expiry_policy import ExpiryPolicy
from ..tools.local_day import local_today

EXPIRY_FIELDS = (
    "expiry_policy",
    "expiry_count",
    "expiry_unit",
    "expiry_rounding",
    "expiry_month",
    "expiry_day",
    "expiry_least_days",
    "expiry_date",
)


class LoyaltyProgram(models.Model):
    """How long the points of a programme are valid.

    What is set here holds for points given from now on. The date of points given
    before changes by an action of its own, after a preview.
    """

    _inherit = "loyalty.program"

    expiry_policy = fields.Selection(
        [
            ("never", "Without end"),
            ("after", "For some time"),
            ("yearly", "Until a day of each year"),
            ("date", "Until a given date"),
            ("inactivity", "Until the customer stays away"),
        ],
        string="Points Are Valid",
        default="never",
        required=True,
        help="For some time: counted from the day on which the points were given.\n"
        "Until a day of each year: all points end on the same day of the year.\n"
        "Until a given date: points given after that date have no end.\n"
        "Until the customer stays away: each time the customer earns or uses points, "
        "all points on the card that have an end are extended.",
    )
    expiry_count = fields.Integer("Validity", default=12)
    expiry_unit = fields.Selection(
        [("days", "days"), ("months", "months")],
        string="Unit of Validity",
        default="months",
        required=True,
        help="A month later is the same day of the month, or its last day: 31 January "
        "and one month is the end of February.",
    )
    expiry_rounding = fields.Selection(
        [
            ("month", "the end of the month"),
            ("quarter", "the end of the quarter"),
            ("year", "the end of the year"),
        ],
        string="Extended To",
        help="Lets all points of a month, quarter or year end together.",
    )
    expiry_month = fields.Selection(
        [
            ("1", "January"),
            ("2", "February"),
            ("3", "March"),
            ("4", "April"),
            ("5", "May"),
            ("6", "June"),
            ("7", "July"),
            ("8", "August"),
            ("9", "September"),
            ("10", "October"),
            ("11", "November"),
            ("12", "December"),
        ],
        string="Month of Expiry",
        default="12",
        required=True,
    )
    expiry_day = fields.Integer(
        "Day of Expiry",
        default=31,
        help="The last day on which points can be used. In a month without such a day "
        "it is the month's last one.",
    )
    expiry_least_days = fields.Integer(
        "Valid for at Least",
        help="Points given fewer days before the day of expiry are valid until the "
        "same day of the next year.",
    )
    expiry_date = fields.Date("Last Day of Validity")
    expiry_date_passed = fields.Boolean(compute="_compute_expiry_date_passed")

    @api.depends("expiry_policy", "expiry_date")
    def _compute_expiry_date_passed(self):
        for program in self:
            today = program._get_local_today()
            program.expiry_date_passed = (
                program.expiry_policy == "date"
                and program.expiry_date
                and program.expiry_date < today
            )

    @api.constrains(*EXPIRY_FIELDS)
    def _check_expiry(self):
        for program in self:
            if error := program._get_expiry_error():
                raise ValidationError(error)

    def _get_expiry_error(self):
        """:return: what is wrong with the policy, in the user's words, or None"""
        self.ensure_one()
        policy = self.expiry_policy
        if policy in ("after", "inactivity") and not 0 < self.expiry_count <= 36500:
            return self.env._("Points must be valid for at least a day or a month.")
        if policy == "date" and not self.expiry_date:
            return self.env._("Set the last day on which points can be used.")
        if policy == "yearly":
            # of a leap year: 29 February is a day that exists
            last = calendar.monthrange(2000, int(self.expiry_month))[1]
            if not 0 < self.expiry_day <= last:
                return self.env._(
                    "The month of expiry has no day %(day)s.", day=self.expiry_day
                )
            if not 0 <= self.expiry_least_days <= 36500:
                return self.env._("Points cannot be valid for fewer than 0 days.")
        return None

    def _get_expiry_policy(self):
        """:return: ExpiryPolicy, the rule as plain values"""
        self.ensure_one()
        return ExpiryPolicy(
            kind=self.expiry_policy,
            count=self.expiry_count,
            unit=self.expiry_unit,
            rounding=self.expiry_rounding or None,
            month=int(self.expiry_month),
            day=self.expiry_day,
            least=self.expiry_least_days,
            date=self.expiry_date or None,
        )

    def _get_award_expiry(self, day):
        """The last day on which points given on `day` can be used.

        Everybody who posts points to a card passes it as ``expiry``, with the business
        day of the movement.

        :param day: datetime.date, in the time zone of the company's customers
        :return: datetime.date, or None for points without end
        """
        if self.expiry_policy == "never":
            return None
        return self._get_expiry_policy().last_day(day)

    def _get_expiry_snapshot(self):
        """:return: dict to put into an award's policy: the rule of its day"""
        if self.expiry_policy == "never":
            return {}
        return {"validity": self._get_expiry_policy().snapshot()}

    def _get_local_today(self):
        """:return: the date now where the customers of the programme are"""
        return local_today(self.env, self.company_id[:1])
