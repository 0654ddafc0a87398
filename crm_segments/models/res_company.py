from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL, ormcache

from odoo.addons.base.models.res_partner import _tz_get

from ..tools.metric_sql import MAX_DAYS


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
        prefetch="customers",
    )
    regular_customer_orders = fields.Integer(
        default=3,
        help="A regular customer has at least this many orders within the period.",
        prefetch="customers",
    )
    regular_customer_days = fields.Integer(
        default=180,
        help="The period, in days, within which the orders of a regular are counted.",
        prefetch="customers",
    )
    lapsed_customer_orders = fields.Integer(
        default=2,
        help="Only a customer with at least this many orders ever can lapse.",
        prefetch="customers",
    )
    lapsed_customer_days = fields.Integer(
        default=90,
        help="A customer has lapsed after more than this many days without an order.",
        prefetch="customers",
    )
    rhythm_factor = fields.Float(
        "Overdue After Usual Gaps",
        digits=(4, 1),
        default=2,
        help="A customer is overdue when silent for longer than so many times the "
        "customer's own usual number of days between orders.",
        prefetch="customers",
    )
    rhythm_min_days = fields.Integer(
        "Overdue After Days",
        default=14,
        help="Nobody is overdue before more than this many days without an order.",
        prefetch="customers",
    )

    @api.model
    @ormcache()
    def _customer_zones(self):
        """:return: {company id: name of its time zone}, of all companies. Cached, as
        nearly every figure about points asks for it."""
        self.flush_model(["customer_tz"])
        return dict(
            self.env.execute_query(SQL("SELECT id, customer_tz FROM res_company"))
        )

    def cache_invalidation_fields(self):
        return super().cache_invalidation_fields() | {"customer_tz"}

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
            "rhythm_factor",
            "rhythm_min_days",
        }

    @api.constrains(
        "new_customer_days",
        "regular_customer_orders",
        "regular_customer_days",
        "lapsed_customer_orders",
        "lapsed_customer_days",
    )
    def _check_customer_groups(self):
        for company in self:
            orders = company.regular_customer_orders, company.lapsed_customer_orders
            days = (
                company.new_customer_days,
                company.regular_customer_days,
                company.lapsed_customer_days,
            )
            if min(orders) < 1 or min(days) < 0:
                raise ValidationError(
                    self.env._(
                        "Regular and lapsed customers need at least 1 order, and days "
                        "cannot be negative."
                    )
                )

    @api.constrains("rhythm_factor", "rhythm_min_days")
    def _check_customer_rhythm(self):
        for company in self:
            days = company.rhythm_min_days
            if not (1 <= company.rhythm_factor <= 100 and 0 <= days <= MAX_DAYS):
                raise ValidationError(
                    self.env._(
                        "A customer is overdue after 1 to 100 times the usual days "
                        "between orders, and days cannot be negative."
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        companies = super().create(vals_list)
        companies._ensure_member_sequence()
        return companies

    def _ensure_member_sequence(self):
        """Make the sequence of member numbers of each company that has none.

        The first company of the database counts M000001, M000002...; the numbers of
        others begin with M and the company's id (M3-000001), so that no two companies
        give the same number.

        :return: the sequences of these companies
        """
        sequences = self.env["ir.sequence"].sudo().with_context(active_test=False)
        code = "crm.member.number"
        known = sequences.search([("code", "=", code)])
        of_company = {sequence.company_id.id: sequence for sequence in known}
        for company in self.filtered(lambda c: c.id not in of_company):
            of_company[company.id] = sequences.create(
                {
                    "name": self.env._("Member number %(name)s", name=company.name),
                    "code": code,
                    "company_id": company.id,
                    "prefix": f"M{company.id}-" if of_company else "M",
                    "padding": 6,
                }
            )
        return sequences.union(*(of_company[company.id] for company in self))

    @api.model
    def _load_crm_demo(self):
        """Fill the user's company with the demo shop; called by the demo XML only."""
        # the generator and its lists are no load on a shop of real data
        from ..demo.loader import load  # pylint: disable=import-outside-toplevel

        load(self.env)
