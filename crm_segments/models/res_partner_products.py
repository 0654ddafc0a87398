from odoo import api, fields, models
from odoo.tools import SQL
from odoo.tools.misc import formatLang

# More slices than these nobody can tell apart; the rest is one slice.
SHOWN_PRODUCTS = 6


class ResPartner(models.Model):
    """What a customer buys, as a chart."""

    _inherit = "res.partner"

    products_bought = fields.Json(
        compute="_compute_products_bought",
        groups="crm_segments.crm_segments_group_viewer",
        help="Confirmed orders of this company by product, in its currency, taxes "
        "included; what came back is deducted.",
    )

    @api.depends_context("company", "lang")
    def _compute_products_bought(self):
        amounts = self._read_products_bought()
        for partner in self:
            bought = amounts.get(partner._origin.commercial_partner_id.id)
            partner.products_bought = bool(bought) and {
                "parts": self._prepare_product_parts(bought)
            }

    def _read_products_bought(self):
        """:return: {customer id: [(product.template id, amount)]}, most bought first,
        without what came back as a whole"""
        customers = self._origin.commercial_partner_id
        rows = self.env.execute_query(
            SQL(
                """SELECT bought.customer_id, product.product_tmpl_id,
                          sum(bought.amount)::float
                     FROM (%s) AS bought
                     JOIN product_product product ON product.id = bought.product_id
                 GROUP BY 1, 2 HAVING sum(bought.amount) > 0 ORDER BY 1, 3 DESC, 2""",
                SQL(" UNION ALL ").join(
                    self._products_bought_sources(customers.ids, self.env.company)
                ),
            )
        )
        result = {}
        for customer_id, template_id, amount in rows:
            result.setdefault(customer_id, []).append((template_id, amount))
        return result

    @api.model
    def _products_bought_sources(self, customer_ids, company):
        """Where sold goods are written down; modules with a channel of their own add
        theirs.

        :param list customer_ids: ids of commercial partners
        :return: list of SQL, each selecting (customer_id, product_id, amount), the
            amount in the company's currency
        """
        return [
            SQL(
                """SELECT holder.commercial_partner_id AS customer_id,
                          line.product_id,
                          line.price_total
                          / COALESCE(NULLIF(o.currency_rate, 0), 1) AS amount
                     FROM sale_order o
                     JOIN res_partner holder ON holder.id = o.partner_id
                     JOIN sale_order_line line ON line.order_id = o.id
                    WHERE holder.commercial_partner_id = ANY(%s)
                      AND o.company_id = %s AND o.state = 'sale'
                      AND line.product_id IS NOT NULL
                      AND line.is_downpayment IS NOT TRUE""",
                customer_ids,
                company.id,
            )
        ]

    @api.model
    def _prepare_product_parts(self, bought):
        """:param bought: of one customer, see `_read_products_bought`
        :return: list of {"label", "value", "text"} as the chart draws them"""
        shown = bought[:SHOWN_PRODUCTS]
        if len(bought) == SHOWN_PRODUCTS + 1:
            shown = bought  # the last one takes no more room than "others"
        templates = self.env["product.template"].sudo().browse(id_ for id_, _ in shown)
        names = {template.id: template.name for template in templates}
        parts = [(names[id_], amount) for id_, amount in shown]
        if rest := bought[len(shown) :]:
            others = self.env._("%(count)s others", count=len(rest))
            parts.append((others, sum(amount for _id, amount in rest)))
        currency = self.env.company.currency_id
        return [
            {
                "label": label,
                "value": currency.round(amount),
                "text": formatLang(self.env, amount, currency_obj=currency),
            }
            for label, amount in parts
        ]
