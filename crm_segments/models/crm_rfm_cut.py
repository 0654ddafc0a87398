from odoo import fields, models


class CrmRfmCut(models.Model):
    """The borders between the scores of a shop's customers on one day.

    Written by the full pass over the customers' figures; between two of them customers
    are scored by the newest row, without looking at each other (tools/metric_rfm.py).
    """

    _name = "crm.rfm.cut"
    _description = "Borders of Customer Scores"
    _order = "day desc, id desc"
    _log_access = False
    _rec_name = "day"

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, ondelete="cascade"
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    day = fields.Date("Measured On", required=True, readonly=True)
    customers = fields.Integer(
        "Customers with Orders", readonly=True, help="Those who have a score."
    )
    recency_5 = fields.Date("Recency 5 From", readonly=True)
    recency_4 = fields.Date("Recency 4 From", readonly=True)
    recency_3 = fields.Date("Recency 3 From", readonly=True)
    recency_2 = fields.Date("Recency 2 From", readonly=True)
    frequency_1 = fields.Integer("Frequency 1 Up To", readonly=True)
    frequency_2 = fields.Integer("Frequency 2 Up To", readonly=True)
    frequency_3 = fields.Integer("Frequency 3 Up To", readonly=True)
    frequency_4 = fields.Integer("Frequency 4 Up To", readonly=True)
    monetary_1 = fields.Monetary("Money 1 Up To", readonly=True)
    monetary_2 = fields.Monetary("Money 2 Up To", readonly=True)
    monetary_3 = fields.Monetary("Money 3 Up To", readonly=True)
    monetary_4 = fields.Monetary("Money 4 Up To", readonly=True)

    # A constraint, not an index: INSERT .. ON CONFLICT needs the columns only.
    _day_uniq = models.Constraint(
        "UNIQUE(company_id, day)", "Scores are measured once per company and day."
    )
