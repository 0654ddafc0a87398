from odoo import api, fields, models
from odoo.addons.base.models.res_partner import _tz_get


class ResCompany(models.Model):
    _inherit = "res.company"

    customer_tz = fields.Selection(
        selection=_tz_get,
        string="Customer Time Zone",
        default="Asia/Bangkok",
        required=True,
        help="Days, weekdays and hours of orders and points are counted in this "
        "time zone, whatever the time zone of the user looking at them.",
    )
    # Customer groups by behaviour: new, regular, lapsed.
    new_customer_days = fields.Integer(
        default=30,
        help="A customer is new until this many days after the first order.",
    )
    regular_customer_orders = fields.Integer(
        default=3,
        help="A regular customer has at least this many orders within the period.",
    )
    regular_customer_days = fields.Integer(
        default=180,
        help="The period, in days, within which the orders of a regular are counted.",
    )
    lapsed_customer_orders = fields.Integer(
        default=2,
        help="Only a customer with at least this many orders ever can lapse.",
    )
    lapsed_customer_days = fields.Integer(
        default=90,
        help="A customer has lapsed after more than this many days without an order.",
    )

    @api.model
    def _customer_metric_setting_fields(self):
        """:return: set of the field names whose change re-groups customers."""
        return {
            "customer_tz",
            "new_customer_days",
            "regular_customer_orders",
            "regular_customer_days",
            "lapsed_customer_orders",
            "lapsed_customer_days",
        }
