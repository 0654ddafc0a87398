from odoo import api, models
from odoo.tools import SQL

RATE = SQL("COALESCE(NULLIF(o.currency_rate, 0), 1)")
BILL_RATE = SQL("COALESCE(NULLIF(m.invoice_currency_rate, 0), 1)")
# What was billed again after a credit note did not come back.
CAME_BACK = "GREATEST(0, %(refunded)s - GREATEST(0, %(invoiced)s - %(ordered)s))"


class CrmCampaignResult(models.Model):
    """What the lines of orders say: profit, and what came back of them."""

    _inherit = "crm.campaign.result"

    @api.model
    def _order_line_sources(self, company):
        """Where the lines of orders are; modules add theirs.

        Each sub-query reads the orders to count from ``chosen(res_model, res_id)`` and
        selects per line (res_model, res_id, came back with tax, sold without tax and
        less what came back, product cost of what did not, the part of the sold that has
        no product cost), all in the company's currency.

        :return: list of SQL
        """
        sources = [self._sale_line_source(company)]
        if "pos.order.line" in self.env:
            sources += self._pos_line_sources(company)
        return sources

    @api.model
    def _standard_cost(self, company):
        """:return: SQL, cost of product ``p`` in the company, of its own unit"""
        products = self.env["product.product"].with_company(company)
        return products._field_to_sql("p", "standard_price")

    @api.model
    def _sale_line_source(self, company):
        """Lines of sales orders. What came back is what credit notes say."""
        lines = self.env["sale.order.line"]._fields
        if "purchase_price" in lines:  # the margin module kept what it cost that day
            cost = SQL("l.purchase_price::numeric / %s", RATE)
        else:
            cost = SQL(
                "%s * COALESCE(u.factor / NULLIF(pu.factor, 0), 1)::numeric",
                self._standard_cost(company),
            )
        back_total, back_net, back_quantity = (
            SQL(
                CAME_BACK,
                refunded=SQL.identifier("billed", f"refunded_{name}"),
                invoiced=SQL.identifier("billed", f"invoiced_{name}"),
                ordered=ordered,
            )
            for name, ordered in (
                ("total", SQL("l.price_total / %s", RATE)),
                ("net", SQL("l.price_subtotal / %s", RATE)),
                ("quantity", SQL("l.product_uom_qty")),
            )
        )
        return SQL(
            """SELECT 'sale.order'::varchar, l.order_id, back.total,
                      l.price_subtotal / %(rate)s - back.net,
                      (l.product_uom_qty - back.quantity) * cost.unit,
                      CASE WHEN cost.unit = 0 AND l.price_subtotal > 0
                           THEN l.price_subtotal / %(rate)s - back.net ELSE 0 END
                 FROM chosen
                 JOIN sale_order o ON o.id = chosen.res_id
                 JOIN sale_order_line l ON l.order_id = o.id
            LEFT JOIN product_product p ON p.id = l.product_id
            LEFT JOIN product_template t ON t.id = p.product_tmpl_id
            LEFT JOIN uom_uom u ON u.id = l.product_uom_id
            LEFT JOIN uom_uom pu ON pu.id = t.uom_id
        CROSS JOIN LATERAL (%(billed)s) AS billed
        CROSS JOIN LATERAL (SELECT %(total)s, %(net)s, %(quantity)s)
                   AS back(total, net, quantity)
        CROSS JOIN LATERAL (SELECT COALESCE(%(cost)s, 0)) AS cost(unit)
                WHERE chosen.res_model = 'sale.order'
                  AND l.display_type IS NULL AND l.is_downpayment IS NOT TRUE""",
            rate=RATE,
            billed=self._sale_line_billed(),
            total=back_total,
            net=back_net,
            quantity=back_quantity,
            cost=cost,
        )

    @api.model
    def _sale_line_billed(self):
        """:return: SQL of one row: refunded and invoiced total, net and quantity of the
        sales order line ``l``, in the company's currency"""
        return SQL(
            """SELECT %s
                 FROM sale_order_line_invoice_rel rel
                 JOIN account_move_line b ON b.id = rel.invoice_line_id
                 JOIN account_move m ON m.id = b.move_id
                WHERE rel.order_line_id = l.id AND m.state = 'posted'""",
            SQL(", ").join(
                SQL(
                    "COALESCE(sum(%s) FILTER (WHERE m.move_type = %s), 0) AS %s",
                    value,
                    move_type,
                    SQL.identifier(f"{prefix}_{name}"),
                )
                for prefix, move_type in (
                    ("refunded", "out_refund"),
                    ("invoiced", "out_invoice"),
                )
                for name, value in (
                    ("total", SQL("b.price_total / %s", BILL_RATE)),
                    ("net", SQL("b.price_subtotal / %s", BILL_RATE)),
                    ("quantity", SQL("b.quantity")),
                )
            ),
        )

    @api.model
    def _pos_line_sources(self, company):
        """Lines of orders of the till. Goods come back by lines that name those they
        take back, in an order of their own or beside new goods: the total of such an
        order is lower by them, though they are nothing that the campaign sold.

        Lines that settle a quotation count with it.
        """
        own = SQL(
            """SELECT 'pos.order'::varchar, l.order_id, back.total,
                      sold.net - back.net,
                      cost.unit * (l.qty - back.quantity),
                      CASE WHEN cost.unit = 0 AND sold.net > 0
                           THEN sold.net - back.net ELSE 0 END
                 FROM chosen
                 JOIN pos_order o ON o.id = chosen.res_id
                 JOIN pos_order_line l ON l.order_id = o.id
            LEFT JOIN product_product p ON p.id = l.product_id
        CROSS JOIN LATERAL (SELECT abs(l.price_subtotal) * sign(l.qty * l.price_unit)
                                   / %(rate)s) AS sold(net)
        CROSS JOIN LATERAL (%(back)s) AS back
        CROSS JOIN LATERAL (SELECT COALESCE(
                       CASE WHEN l.is_total_cost_computed AND l.qty <> 0
                            THEN (l.total_cost / l.qty / %(rate)s)::numeric
                            ELSE %(cost)s END, 0)) AS cost(unit)
                WHERE chosen.res_model = 'pos.order'
                  AND l.sale_order_origin_id IS NULL
                  AND l.refunded_orderline_id IS NULL""",
            rate=RATE,
            back=self._pos_line_back(SQL("r.refunded_orderline_id = l.id")),
            cost=self._standard_cost(company),
        )
        taken = SQL(
            """SELECT 'pos.order'::varchar, l.order_id,
                      -abs(l.price_subtotal_incl) / %s, 0, 0, 0
                 FROM chosen
                 JOIN pos_order o ON o.id = chosen.res_id
                 JOIN pos_order_line l ON l.order_id = o.id
                WHERE chosen.res_model = 'pos.order'
                  AND l.refunded_orderline_id IS NOT NULL""",
            RATE,
        )
        return [own, taken, self._pos_settled_source(company)]

    @api.model
    def _pos_line_back(self, condition):
        """:param SQL condition: on the lines ``r`` that take goods back
        :return: SQL of one row: total, net and quantity that came back"""
        return SQL(
            """SELECT COALESCE(sum(abs(r.price_subtotal_incl) / %(rate)s), 0) AS total,
                      COALESCE(sum(abs(r.price_subtotal) / %(rate)s), 0) AS net,
                      COALESCE(sum(abs(r.qty)), 0) AS quantity
                 FROM pos_order_line r
                 JOIN pos_order ro ON ro.id = r.order_id
                WHERE ro.state IN ('paid', 'done') AND %(condition)s""",
            rate=SQL("COALESCE(NULLIF(ro.currency_rate, 0), 1)"),
            condition=condition,
        )

    @api.model
    def _pos_settled_source(self, company):
        """A quotation that was paid at the till and taken back there."""
        if "sale_order_origin_id" not in self.env["pos.order.line"]._fields:
            return SQL("SELECT NULL::varchar, NULL::int, 0, 0, 0, 0 WHERE FALSE")
        return SQL(
            """SELECT 'sale.order'::varchar, chosen.res_id, back.total, -back.net,
                      -back.quantity * COALESCE(%(cost)s, 0), 0
                 FROM chosen
                 JOIN pos_order_line l ON l.sale_order_origin_id = chosen.res_id
            LEFT JOIN product_product p ON p.id = l.product_id
        CROSS JOIN LATERAL (%(back)s) AS back
                WHERE chosen.res_model = 'sale.order'
                  AND l.refunded_orderline_id IS NULL AND back.quantity > 0""",
            back=self._pos_line_back(SQL("r.refunded_orderline_id = l.id")),
            cost=self._standard_cost(company),
        )

    @api.model
    def _sold_ctes(self, company, first, last):
        """The customers' orders in a span of time, as the customers' figures count
        them, less what came back. Reads the customers from ``person(customer_id)``.

        :param datetime first: UTC, counts
        :param datetime last: UTC, does not count any more
        :return: SQL of the CTEs that end in ``spent``: customer_id, orders, revenue,
            cost, profit, uncosted
        """
        return SQL(
            """counted AS MATERIALIZED (
                SELECT o.customer_id, o.res_model, o.res_id, o.amount_total AS amount
                  FROM (%(orders)s) AS o
                  JOIN person ON person.customer_id = o.customer_id
                 WHERE o.company_id = %(company)s AND o.status = 'confirmed'
                   AND o.date_order >= %(first)s AND o.date_order < %(last)s
            ), chosen AS MATERIALIZED (
                SELECT customer_id, res_model, res_id, amount, TRUE AS is_order
                  FROM counted
                 UNION ALL %(rewards)s
            ), line(res_model, res_id, back, net, cost, uncosted) AS (%(lines)s
            ), single AS (
                SELECT chosen.customer_id, chosen.is_order,
                       chosen.amount - COALESCE(l.back, 0) AS amount,
                       COALESCE(l.back, 0) > 0
                       AND chosen.amount <= COALESCE(l.back, 0) AS returned,
                       COALESCE(l.net, 0) AS net, COALESCE(l.cost, 0) AS cost,
                       COALESCE(l.uncosted, 0) AS uncosted
                  FROM chosen
             LEFT JOIN (SELECT res_model, res_id, sum(back) AS back, sum(net) AS net,
                               sum(cost) AS cost, sum(uncosted) AS uncosted
                          FROM line GROUP BY 1, 2) AS l
                    ON l.res_model = chosen.res_model AND l.res_id = chosen.res_id
            ), spent AS (
                SELECT customer_id,
                       count(*) FILTER (WHERE is_order AND NOT returned) AS orders,
                       COALESCE(sum(amount) FILTER (WHERE is_order), 0) AS revenue,
                       sum(cost) AS cost, sum(net - cost) AS profit,
                       sum(uncosted) AS uncosted
                  FROM single GROUP BY 1
            )""",
            orders=self._company_orders(company)._table_query,
            company=company.id,
            first=first,
            last=last,
            rewards=self._reward_orders(company, first, last),
            lines=SQL(" UNION ALL ").join(self._order_line_sources(company)),
        )

    @api.model
    def _company_orders(self, company):
        """:return: crm.customer.order that shows the orders of ``company``"""
        orders = self.env["crm.customer.order"].sudo().with_company(company)
        orders = orders.with_context(allowed_company_ids=company.ids)
        orders.env.flush_all()
        return orders

    @api.model
    def _reward_orders(self, company, first, last):
        """Rewards that are delivered by an order of nothing: no purchase, but they
        cost.

        :return: SQL of rows of ``chosen``"""
        return SQL(
            """SELECT person.customer_id, 'sale.order'::varchar, o.id, 0, FALSE
                 FROM person
                 JOIN res_partner holder
                   ON holder.commercial_partner_id = person.customer_id
                 JOIN sale_order o ON o.partner_id = holder.id
                WHERE o.company_id = %s AND o.state = 'sale' AND o.amount_total = 0
                  AND o.date_order >= %s AND o.date_order < %s
                  AND NOT EXISTS (SELECT FROM counted
                                   WHERE counted.res_model = 'sale.order'
                                     AND counted.res_id = o.id)""",
            company.id,
            first,
            last,
        )
