from datetime import datetime
from zoneinfo import ZoneInfo

from odoo import fields, models
from odoo.exceptions import UserError

from ..tools import order_plan
from ..tools.order_columns import normal


class CrmOrderImport(models.Model):
    """The dry run of an order file."""

    _inherit = "crm.order.import"

    line_ids = fields.One2many("crm.order.import.line", "import_id", readonly=True)
    order_count = fields.Integer("Orders to Import", readonly=True, copy=False)
    known_order_count = fields.Integer(
        "Imported Before", readonly=True, copy=False, help="They stay as they are."
    )
    new_customer_count = fields.Integer("New Customers", readonly=True, copy=False)
    known_customer_count = fields.Integer("Known Customers", readonly=True, copy=False)
    new_product_count = fields.Integer("New Products", readonly=True, copy=False)
    amount_total = fields.Monetary("Total Amount", readonly=True, copy=False)
    date_from = fields.Date("First Order", readonly=True, copy=False)
    date_to = fields.Date("Last Order", readonly=True, copy=False)
    left_out_count = fields.Integer(
        "Orders Left Out",
        readonly=True,
        copy=False,
        help="Orders with a wrong row; their total would be wrong.",
    )
    return_count = fields.Integer("Returns", readonly=True, copy=False)
    unmatched_return_count = fields.Integer(
        "Returns without Purchase",
        readonly=True,
        copy=False,
        help="Neither an order nor a debt is made of them.",
    )

    def _check_import_rights(self):  # pylint: disable=missing-return
        """Products are created with the rights of the import."""
        super()._check_import_rights()
        for name in ("sale.order", "res.partner"):
            if not self.env[name].has_access("create"):
                raise UserError(
                    self.env._(
                        "To import orders you also need the right to create "
                        "%(records)s. Ask your administrator for the Sales "
                        "Administrator role.",
                        records=self.env[name]._description,
                    )
                )

    def _plan(self):
        self.ensure_one()
        return order_plan.OrderPlan(self._plan_options()).read(self._file_rows())

    def _plan_options(self):
        """:return: PlanOptions as set on the form"""
        tz = ZoneInfo(self.company_id.customer_tz)
        return order_plan.PlanOptions(
            columns=self._file_columns(),
            header_row=self.header_row,
            date_order=self.date_order,
            decimal=self.decimal,
            return_prefix=self.return_prefix or "",
            product=self.product_name or self.env._("Imported goods"),
            digits=self.currency_id.decimal_places,
            tz=tz,
            now=datetime.now(tz).replace(tzinfo=None),
            status_words=self._status_words(),
            phone=self._phone_reader(),
        )

    def _status_words(self):
        """:return: {normalised word: state} of the lines "word = state"."""
        words = {}
        for line in (self.status_words or "").splitlines():
            word, _sign, state = line.rpartition("=")
            if word.strip() and state.strip().lower() in (
                "sale",
                "draft",
                "cancel",
                "return",
            ):
                words[normal(word)] = state.strip().lower()
        return words

    def _apply_plan(self, plan):
        known = self._known_numbers(plan.orders)
        orders = [order for number, order in plan.orders.items() if number not in known]
        customers = self._plan_customers(plan)
        partners = self._find_customers(customers)
        products = self._find_products(self._plan_skus(orders))
        buyers = {order.customer for order in orders}
        self._match_plan_returns(plan, orders, partners)
        errors = [f for f in plan.findings if f.level == "error"]
        left_out = [f for f in errors if f.code == "order_left_out"]
        dates = [order.date.date() for order in orders]
        self.write(
            {
                "row_count": plan.rows,
                "order_count": len(orders),
                "known_order_count": len(known),
                "new_customer_count": len(buyers - set(partners)),
                "known_customer_count": len(buyers & set(partners)),
                "new_product_count": len(self._plan_skus(orders) - set(products)),
                "amount_total": float(
                    sum(o.total for o in orders if o.state == "sale")
                ),
                "date_from": min(dates, default=False),
                "date_to": max(dates, default=False),
                "error_count": len(errors) - len(left_out),
                "left_out_count": len(left_out),
                "skip_count": sum(f.level == "skip" for f in plan.findings),
                "return_count": len(plan.returns),
                "unmatched_return_count": len(
                    {f.row for f in plan.findings if f.level == "return"}
                ),
            }
        )
        self._write_findings(plan.findings)
