from odoo import fields, models


class LoyaltyPointValue(models.Model):
    """What a point was worth, from which day on: the programme's own field, kept.

    Points keep the value of the day on which they were given, so a change of value
    never rewrites what is in the books.
    """

    _name = "loyalty.point.value"
    _description = "Value of a Point"
    _order = "date desc, id desc"

    program_id = fields.Many2one(
        "loyalty.program", "Programme", required=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="program_id.company_id", store=True)
    date = fields.Date("From", required=True, readonly=True)
    value = fields.Float("Value per Point", digits=(16, 6), readonly=True)

    _program_date_uniq = models.UniqueIndex("(program_id, date)")
    _value_positive = models.Constraint(
        "CHECK (value >= 0)", "The value of a point cannot be negative."
    )
