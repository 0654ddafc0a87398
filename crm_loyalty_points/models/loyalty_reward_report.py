from odoo import fields, models
from odoo.tools import SQL


class LoyaltyRewardReport(models.Model):
    """Rewards that members took, at what they really cost the shop.

    One row per line of a confirmed document that a reward made, and per reward that
    was redeemed for a code or a parcel (whose use makes no second row). Real cost = the
    discount given (before taxes) + the product cost of what was given away, both in
    the currency of the company. The cost of a product is the one it has now.

    Glue modules and other channels add their lines in `_sources`.
    """

    _name = "loyalty.reward.report"
    _description = "Rewards by Real Cost"
    _auto = False
    _order = "date desc, id desc"
    _depends = {
        "sale.order": ["state", "branch_id", "date_order", "currency_rate"],
        "sale.order.line": ["reward_id", "points_cost", "price_subtotal"],
        "product.product": ["standard_price"],
        "loyalty.redemption": ["state", "cost", "points_returned"],
    }

    date = fields.Date(readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    program_id = fields.Many2one("loyalty.program", "Programme", readonly=True)
    reward_id = fields.Many2one("loyalty.reward", readonly=True)
    partner_id = fields.Many2one("res.partner", "Customer", readonly=True)
    branch_id = fields.Many2one("crm.branch", readonly=True)
    channel = fields.Selection(
        [("sale", "Sales"), ("redemption", "Redeemed")], readonly=True
    )
    document = fields.Char(readonly=True)
    times = fields.Integer(
        "Times Taken",
        readonly=True,
        help="How often the reward was taken; a discount on several taxes is one.",
    )
    points = fields.Float(
        "Points Paid",
        digits=(16, 2),
        readonly=True,
        help="What members paid for the reward, in points.",
    )
    discount = fields.Monetary(
        "Discount Given",
        readonly=True,
        help="What the reward lowered the bill by, before taxes.",
    )
    product_cost = fields.Monetary(
        readonly=True,
        help="Cost of the products that the reward gave away, from the product form.",
    )
    worth = fields.Monetary(
        "Worth to Members",
        readonly=True,
        help="Discount given, and sales prices of the products that were given away.",
    )
    cost = fields.Monetary(
        "Real Cost", readonly=True, help="Discount given and product cost together."
    )

    @property
    def _table_query(self):
        sources = SQL(" UNION ALL ").join(self._sources())
        return SQL(
            """
            SELECT row_number() OVER (ORDER BY r.channel, r.id) AS id, r.date,
                   r.company_id, r.program_id, r.reward_id, r.partner_id, r.branch_id,
                   r.channel, r.document, (r.points <> 0)::int AS times, r.points,
                   r.discount, r.product_cost, r.worth,
                   r.discount + r.product_cost AS cost
              FROM (%s) r
            """,
            sources,
        )

    def _sources(self):
        """:return: list of SQL, each a SELECT of: id, date (local), company_id,
        program_id, reward_id, partner_id, branch_id, channel, document, points (on
        one line of a reward), discount, product_cost and worth (company currency)"""
        return [self._source_sales(), self._source_redemptions()]

    def _source_sales(self):
        return SQL(
            """
            SELECT l.id,
                   (s.date_order AT TIME ZONE 'UTC'
                    AT TIME ZONE coalesce(y.customer_tz, 'UTC'))::date AS date,
                   s.company_id, w.program_id, w.id AS reward_id, s.partner_id,
                   s.branch_id, 'sale' AS channel, s.name AS document,
                   l.points_cost::numeric AS points,
                   greatest(-l.price_subtotal, 0)::numeric
                       / coalesce(nullif(s.currency_rate, 0), 1)::numeric AS discount,
                   CASE WHEN w.reward_type = 'product' THEN
                        %s * l.product_uom_qty * coalesce(u.factor / v.factor, 1)
                   ELSE 0 END AS product_cost,
                   CASE WHEN w.reward_type = 'product' THEN
                        coalesce(t.list_price, 0)::numeric * l.product_uom_qty
                        * coalesce(u.factor / v.factor, 1)
                   ELSE greatest(-l.price_subtotal, 0)::numeric
                        / coalesce(nullif(s.currency_rate, 0), 1)::numeric
                   END AS worth
              FROM sale_order_line l
              JOIN sale_order s ON s.id = l.order_id AND s.state = 'sale'
              JOIN res_company y ON y.id = s.company_id
              JOIN loyalty_reward w ON w.id = l.reward_id
              JOIN loyalty_program p
                ON p.id = w.program_id AND p.program_type = 'loyalty'
              LEFT JOIN product_product g ON g.id = l.product_id
              LEFT JOIN product_template t ON t.id = g.product_tmpl_id
              LEFT JOIN uom_uom u ON u.id = l.product_uom_id
              LEFT JOIN uom_uom v ON v.id = t.uom_id
            """,
            self._sql_cost(SQL("g"), SQL("s.company_id")),
        )

    def _source_redemptions(self):
        """Rewards that were redeemed for a code or a parcel, at the cost that they
        know themselves. Of one that was never used only the points count, unless they
        were given back."""
        return SQL(
            """
            SELECT r.id, r.date, r.company_id, r.program_id, r.reward_id, r.partner_id,
                   r.branch_id, 'redemption', r.used_document,
                   CASE WHEN r.points_returned THEN 0 ELSE r.points END,
                   CASE WHEN w.reward_type <> 'product' THEN cost.amount ELSE 0 END,
                   CASE WHEN w.reward_type = 'product' THEN cost.amount ELSE 0 END,
                   CASE WHEN r.state IN ('expired', 'cancelled') THEN 0
                        WHEN w.reward_type = 'product'
                        THEN coalesce(t.list_price, 0)::numeric * w.reward_product_qty
                        ELSE cost.amount END
              FROM loyalty_redemption r
              JOIN loyalty_reward w ON w.id = r.reward_id
              LEFT JOIN product_product g ON g.id = w.reward_product_id
              LEFT JOIN product_template t ON t.id = g.product_tmpl_id
             CROSS JOIN LATERAL (
                SELECT CASE WHEN r.state IN ('expired', 'cancelled') THEN 0
                            ELSE coalesce(r.cost, 0) END::numeric AS amount) cost
             WHERE r.state <> 'cancelled' OR r.points_returned IS NOT TRUE
            """
        )

    def _sql_cost(self, product, company):
        """:param product: SQL alias of product_product
        :return: SQL of the product's cost at a company"""
        return SQL(
            "coalesce((%s.standard_price ->> %s::text)::numeric, 0)", product, company
        )
