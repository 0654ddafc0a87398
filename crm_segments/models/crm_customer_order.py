from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools.local_date import local_today, midnight_utc
from ..tools.metric_sources import ORDER_AMOUNT
from ..tools.plain_text import sql_plain_text
from ..tools.source_view import union_view
from ..tools.weekdays import WEEKDAYS

COLUMNS = {
    "id": "int8",
    "partner_id": "int4",
    "customer_id": "int4",
    "company_id": "int4",
    "date_order": "timestamp",
    "order_day": "date",
    "weekday": "varchar",
    "hour": "int4",
    "team_id": "int4",
    "branch_id": "int4",
    "status": "varchar",
    "amount_total": "numeric",
    "name": "varchar",
    "note": "varchar",
    "res_model": "varchar",
    "res_id": "int4",
}
# The local calendar of an order; sources join the companies as ``c``. EXTRACT would
# compute with decimals, which takes longer.
LOCAL_COLUMNS = SQL(
    """local.at::date, date_part('isodow', local.at)::int::varchar,
       date_part('hour', local.at)::int"""
)
LOCAL_TIME = SQL(
    "LATERAL (SELECT (o.date_order AT TIME ZONE 'UTC') AT TIME ZONE c.tz) AS local(at)"
)


class CrmCustomerOrder(models.Model):
    """The orders of every channel, as the customers' figures count them.

    A view over the tables of the channels: each module adds one sub-query. There are
    only orders of the companies one works in, until the end of the company's today. A
    refund is no order. Days, weekdays and hours are those of the company's time zone,
    amounts are in its currency.
    """

    _name = "crm.customer.order"
    _description = "Customer Order"
    _auto = False
    _order = "date_order desc, id desc"
    _depends = {
        "sale.order": [
            *("partner_id", "company_id", "date_order", "team_id", "branch_id"),
            *("state", "amount_total", "currency_rate", "name", "note"),
        ],
        "res.partner": ["commercial_partner_id"],
    }

    name = fields.Char("Number", readonly=True)
    partner_id = fields.Many2one("res.partner", "Ordered by", readonly=True)
    customer_id = fields.Many2one(
        "res.partner",
        readonly=True,
        help="Whose order it is: the company or household the contact belongs to.",
    )
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    date_order = fields.Datetime("Ordered On", readonly=True)
    order_day = fields.Date("Day", readonly=True)
    weekday = fields.Selection(WEEKDAYS, readonly=True)
    hour = fields.Integer(
        readonly=True,
        aggregator=None,
        help="14 for an order between 14:00 and 14:59, where the shop is.",
    )
    team_id = fields.Many2one("crm.team", "Sales Channel", readonly=True)
    branch_id = fields.Many2one("crm.branch", readonly=True)
    status = fields.Selection(
        [
            ("draft", "Quotation"),
            ("confirmed", "Confirmed"),
            ("cancelled", "Cancelled"),
        ],
        readonly=True,
    )
    amount_total = fields.Monetary("Amount", readonly=True)
    note = fields.Char(readonly=True)
    res_model = fields.Char("Document Model", readonly=True)
    res_id = fields.Many2oneReference(
        "Document", model_field="res_model", readonly=True
    )
    product_ids = fields.Many2many(
        "product.product",
        string="Products",
        compute="_compute_product_ids",
        search="_search_product_ids",
        help="What was bought with this order.",
    )
    matching_count = fields.Integer(
        "Number of Such Orders",
        compute="_compute_matching",
        search="_search_matching",
        aggregator=None,
        help="Only to search customers by: how many orders the customer has that meet "
        "all the other conditions beside it.",
    )
    matching_amount = fields.Monetary(
        "Total of Such Orders",
        compute="_compute_matching",
        search="_search_matching",
        aggregator=None,
        help="Only to search customers by: the total of the customer's orders that "
        "meet all the other conditions beside it.",
    )

    @property
    def _table_query(self):
        return union_view(
            COLUMNS,
            self._customer_order_sources(),
            only=self.env.context.get("crm_order_source"),
        )

    @api.model
    def _customer_order_sources(self):
        """Where the orders come from; modules add theirs.

        Each sub-query selects the COLUMNS in their order, ``id`` being the id of the
        document. An index on the partner column of its table keeps a customer's page
        fast. Its name is the model of the documents. When the context has
        ``crm_order_source``, many customers are searched, else the orders of a few
        are shown.

        :return: dict of the document's model to SQL
        """
        return {
            "sale.order": SQL(
                """SELECT o.id, o.partner_id, p.commercial_partner_id, o.company_id,
                          o.date_order, %(local)s, o.team_id, o.branch_id,
                          CASE o.state WHEN 'sale' THEN 'confirmed'
                                       WHEN 'cancel' THEN 'cancelled'
                                       ELSE 'draft' END::varchar,
                          (%(amount)s)::numeric, o.name,
                          (CASE WHEN o.note NOT LIKE %(terms)s
                                THEN %(note)s END)::varchar,
                          'sale.order'::varchar, o.id
                     FROM sale_order o
                     JOIN res_partner p ON p.id = o.partner_id
                     JOIN (%(companies)s) AS c(id, tz, until_utc)
                       ON c.id = o.company_id AND o.date_order < c.until_utc,
                          %(at)s
                    WHERE %(counts)s""",
                local=LOCAL_COLUMNS,
                amount=ORDER_AMOUNT,
                # a link to the shop's terms stands on every order and says nothing
                terms="%/terms%",
                note=sql_plain_text(SQL("o.note")),
                companies=self._customer_order_companies(),
                at=LOCAL_TIME,
                counts=self._customer_order_sale_counts(),
            )
        }

    @api.model
    def _customer_order_sale_counts(self):
        """:return: SQL, whether the sales order ``o`` counts as one of the customer's;
        modules take off theirs"""
        return SQL("TRUE")

    @api.model
    def _customer_order_companies(self):
        """:return: SQL of one row per company one works in: id, time zone, and the end
        of its today in UTC, as constants that PostgreSQL can plan with"""
        return SQL(
            "VALUES %s",
            SQL(", ").join(
                SQL(
                    "(%s, %s, %s::timestamp)",
                    company.id,
                    company.customer_tz,
                    midnight_utc(
                        company, local_today(self.env, company) + timedelta(1)
                    ),
                )
                for company in self.env.companies.sudo()
            ),
        )

    @api.model
    def _customer_order_product_sources(self, products):
        """In which orders products were bought; modules add theirs.

        :param SQL products: ids of product.product, or a sub-query of them
        :return: dict of the document's model to SQL that selects ids of documents
        """
        return {
            "sale.order": SQL(
                """SELECT line.order_id FROM sale_order_line line
                    WHERE line.product_id IN (%s)
                      AND line.product_uom_qty > 0
                      AND line.is_downpayment IS NOT TRUE%s%s""",
                products,
                SQL(to_flush=self.env["sale.order.line"]._fields["product_id"]),
                SQL(to_flush=self.env["sale.order.line"]._fields["product_uom_qty"]),
            )
        }

    def _compute_display_name(self):
        for order in self:
            order.display_name = order.name

    def _compute_product_ids(self):
        lines_fields = self._customer_order_lines_fields()
        for model, orders in self.grouped("res_model").items():
            documents = self.env[model].sudo().browse(orders.mapped("res_id"))
            for order, document in zip(orders, documents, strict=True):
                order.product_ids = document[lines_fields[model]].product_id

    @api.model
    def _customer_order_lines_fields(self):
        """:return: dict of the document's model to the field of its lines"""
        return {"sale.order": "order_line"}

    @api.model
    def _search_product_ids(self, operator, value):
        if operator not in ("in", "any", "any!"):
            return NotImplemented
        if operator == "in" and False in value:
            raise UserError(self.env._("Choose the products to search orders by."))
        if operator == "in":
            ids = SQL(", ").join(SQL("%s", product_id) for product_id in value)
            sources = self._customer_order_product_sources(ids)
        else:
            products = self.env["product.product"].with_context(active_test=False)
            products = products.sudo(operator == "any!" or self.env.su)
            if not isinstance(value, Domain):
                value = Domain("id", operator, value)
            query = products._search(value, order="id")
            query.order = None
            sources = self._customer_order_product_sources(query.select())
        only = self.env.context.get("crm_order_source")

        def to_sql(_model, alias, _query):
            return SQL(
                "(%s)",
                SQL(" OR ").join(
                    SQL(
                        "%s%s IN (%s)",
                        SQL()
                        if only
                        else SQL(
                            "%s = %s AND ", SQL.identifier(alias, "res_model"), name
                        ),
                        SQL.identifier(alias, "res_id"),
                        source,
                    )
                    for name, source in sources.items()
                    if only in (None, name)
                )
                or SQL("FALSE"),
            )

        return Domain.custom(to_sql=to_sql)

    def _compute_matching(self):
        for order in self:
            order.matching_count = 1
            order.matching_amount = order.amount_total

    @api.model
    def _search_matching(self, _operator, _value):
        raise UserError(
            self.env._(
                "The number and total of orders can only be used to search customers, "
                "next to the other conditions on their orders."
            )
        )

    def action_open_order(self):
        """:return: action that opens the document
        :raise AccessError: when the user may not read it"""
        self.ensure_one()
        document = self.env[self.res_model].browse(self.res_id)
        if not document.has_access("read"):
            raise AccessError(
                self.env._(
                    "You may see that order %(name)s exists, but not open it. Ask your "
                    "manager for the right to read orders of this channel.",
                    name=self.name,
                )
            )
        return document._get_records_action(context={})
