import csv
import io
from base64 import b64encode
from datetime import datetime
from zoneinfo import ZoneInfo

from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import split_every

from ..tools import order_file, order_plan
from ..tools.order_columns import normal
from ..tools.order_file import OrderFileError

# All findings are counted; so many are listed, the rest of a file that is wrong
# from top to bottom says nothing new.
MAX_FINDINGS = 10_000
CHUNK = 1000


class CrmOrderImport(models.Model):
    """The dry run: everything that can be known before the first write."""

    _inherit = "crm.order.import"

    line_ids = fields.One2many("crm.order.import.line", "import_id", readonly=True)
    row_count = fields.Integer("Rows", readonly=True, copy=False)
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
    error_count = fields.Integer("Wrong Rows", readonly=True, copy=False)
    left_out_count = fields.Integer(
        "Orders Left Out",
        readonly=True,
        copy=False,
        help="Orders with a wrong row; their total would be wrong.",
    )
    skip_count = fields.Integer("Rows Left Out", readonly=True, copy=False)
    return_count = fields.Integer("Returns", readonly=True, copy=False)
    unmatched_return_count = fields.Integer(
        "Returns without Purchase",
        readonly=True,
        copy=False,
        help="Neither an order nor a debt is made of them.",
    )
    unlisted_count = fields.Integer(
        readonly=True, copy=False, help="Findings beyond those listed."
    )
    report = fields.Binary(compute="_compute_report")

    @api.depends("line_ids")
    def _compute_report(self):
        for record in self:
            record.report = b64encode(record._report_csv().encode("utf-8-sig"))

    def _report_csv(self):
        """:return: the findings as CSV text, safe to open in a spreadsheet"""
        self.ensure_one()
        levels = dict(self.line_ids._fields["level"]._description_selection(self.env))
        output = io.StringIO()
        writer = csv.writer(output)
        writer.writerow(
            [
                self.env._("Row"),
                self.env._("Result"),
                self.env._("Reason"),
                self.env._("In the file"),
            ]
        )
        for line in self.line_ids:
            value = line.value or ""
            # A cell that begins like a formula would be run by a spreadsheet.
            if value[:1] in ("=", "+", "-", "@", "\t", "\r", "\n"):
                value = "'" + value
            writer.writerow([line.row, levels[line.level], line.message, value])
        return output.getvalue()

    def action_report(self):
        """Download the list of the rows that were not imported."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{self._name}/{self.id}/report/"
            f"import-{self.id}.csv?download=true",
            "target": "self",
        }

    def action_check(self):
        """Check the whole file without writing an order."""
        self.ensure_one()
        self._check_import_rights()
        record = self.with_context(crm_order_import_reading=True)
        if record.state not in ("draft", "checked", "paused"):
            raise UserError(self.env._("The file is imported already."))
        if not record.column_ids:
            record._read_file()
        error = record.error_message if not record.column_ids else ""
        error = error or record._column_error()
        if not error:
            try:
                record._apply_plan(record._plan())
            except OrderFileError as file_error:
                error = record._file_error(file_error)
        record.error_message = error or False
        record.sudo().state = "draft" if error else "checked"
        return True

    def _check_import_rights(self):
        """:raise AccessError: when the user may not use this import
        :raise UserError: naming what the user may not create; products are created
            with the rights of the import
        """
        self.check_access("write")
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
        """:return: OrderPlan of the whole file; :raise OrderFileError:"""
        self.ensure_one()
        data = self._file_bytes()
        if not order_file.is_xlsx(data):
            order_file.check_encoding(data, self.encoding)
        rows = order_file.read_rows(data, self.encoding, self.separator)
        return order_plan.OrderPlan(self._plan_options()).read(rows)

    def _plan_options(self):
        """:return: PlanOptions as set on the form"""
        tz = ZoneInfo(self.company_id.customer_tz)
        return order_plan.PlanOptions(
            columns={
                column.target: column.position - 1
                for column in self.column_ids
                if column.target
            },
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

    def _phone_reader(self):
        """:return: function(text) -> E.164 number, or "" for no phone number"""
        country = self.company_id.country_id or self.env.ref("base.th")
        partners = self.env["res.partner"]
        known = {}

        def read(text):
            if text not in known:
                known[text] = partners._phone_format_number(text, country)
            return known[text] or ""

        return read

    def _apply_plan(self, plan):
        """Show what the plan will do: counts, totals and findings."""
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

    def _write_findings(self, findings):
        """Replace the list of findings."""
        findings = sorted(findings, key=lambda finding: finding.row)
        self.line_ids = [Command.clear()]
        self.unlisted_count = max(len(findings) - MAX_FINDINGS, 0)
        lines = self.env["crm.order.import.line"]
        for chunk in split_every(CHUNK, findings[:MAX_FINDINGS]):
            lines.create(
                [
                    {
                        "import_id": self.id,
                        "row": finding.row,
                        "level": finding.level,
                        "code": finding.code,
                        "value": finding.value,
                        "other": finding.other,
                    }
                    for finding in chunk
                ]
            )
