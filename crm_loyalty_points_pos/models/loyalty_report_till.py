from odoo import fields, models
from odoo.tools import SQL


class LoyaltyPointReport(models.Model):
    _inherit = "loyalty.point.report"

    channel = fields.Selection(selection_add=[("pos", "Point of Sale"), ("hand",)])

    def _get_channels(self):
        return {**super()._get_channels(), "pos.order": "pos"}


class LoyaltyRewardReport(models.Model):
    _inherit = "loyalty.reward.report"
    _depends = {
        "pos.order": ["state", "branch_id", "date_order", "currency_rate"],
        "pos.order.line": ["reward_id", "points_cost", "price_subtotal"],
    }

    channel = fields.Selection(selection_add=[("pos", "Point of Sale")])

    def _sources(self):
        return [*super()._sources(), self._source_tills()]

    def _source_tills(self):
        """Rewards taken at tills; a refund takes its part back.

        A till sells a free product at its price and a discount line beside it, so the
        product's cost counts instead of that discount; among several products of a tag
        the line does not tell which one it was, and the discount counts.
        """
        return SQL(
            """
            SELECT l.id,
                   (s.date_order AT TIME ZONE 'UTC'
                    AT TIME ZONE coalesce(y.customer_tz, 'UTC'))::date,
                   s.company_id, w.program_id, w.id, s.partner_id, s.branch_id, 'pos',
                   s.name, l.points_cost::numeric,
                   CASE WHEN g.id IS NULL THEN -l.price_subtotal ELSE 0 END::numeric
                       / coalesce(nullif(s.currency_rate, 0), 1)::numeric,
                   CASE WHEN g.id IS NULL THEN 0 ELSE %s * l.qty END,
                   -l.price_subtotal::numeric
                       / coalesce(nullif(s.currency_rate, 0), 1)::numeric
              FROM pos_order_line l
              JOIN pos_order s
                ON s.id = l.order_id AND s.state IN ('paid', 'done', 'invoiced')
              JOIN res_company y ON y.id = s.company_id
              JOIN loyalty_reward w ON w.id = l.reward_id
              JOIN loyalty_program p
                ON p.id = w.program_id AND p.program_type = 'loyalty'
              LEFT JOIN product_product g
                ON g.id = w.reward_product_id AND w.reward_type = 'product'
            """,
            self._sql_cost(SQL("g"), SQL("s.company_id")),
        )
