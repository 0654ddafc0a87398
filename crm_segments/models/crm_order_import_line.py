from odoo import api, fields, models


class CrmOrderImportLine(models.Model):
    """A row of the file that was not imported, and why."""

    _name = "crm.order.import.line"
    _description = "Order Import Finding"
    _order = "import_id, row, id"
    _rec_name = "row"

    import_id = fields.Many2one(
        "crm.order.import", required=True, index=True, ondelete="cascade"
    )
    row = fields.Integer(
        aggregator=None, help="Row of the file, as a spreadsheet counts."
    )
    level = fields.Selection(
        [
            ("error", "Wrong"),
            ("skip", "Left out"),
            ("return", "Return without purchase"),
        ],
        required=True,
    )
    code = fields.Char(required=True)
    value = fields.Char(string="In the file")
    other = fields.Char()
    message = fields.Char(string="Reason", compute="_compute_message")

    @api.depends("code", "value", "other")
    @api.depends_context("lang")
    def _compute_message(self):
        labels = dict(self.env["crm.order.import.map.line"]._selection_target())
        for line in self:
            line.message = line._message(labels)

    def _message(self, labels):
        """:return: the reason as a sentence in the user's language."""
        self.ensure_one()
        code = self.code
        for suffix in ("_number_bad", "_number_missing"):
            if code.endswith(suffix):
                column = labels.get(code.removesuffix(suffix), code)
                if suffix == "_number_bad":
                    return self.env._("%(column)s is not a number.", column=column)
                return self.env._("%(column)s is empty.", column=column)
        other = self.other or ""
        return self._row_messages(other).get(code) or self._order_messages(other).get(
            code, code
        )

    def _row_messages(self, other):
        """:return: {code: sentence} of what can be wrong in a row by itself"""
        return {
            "date_missing": self.env._("The date is empty."),
            "date_bad": self.env._(
                "This is no date; check the order of day and month."
            ),
            "date_short_year": self.env._(
                "The year has two digits: it may be of either era. Write four."
            ),
            "date_future": self.env._("The date is in the future."),
            "quantity_zero": self.env._("The quantity is 0."),
            "quantity_negative": self.env._("A negative quantity that is no return."),
            "return_positive": self.env._("A return with a positive quantity."),
            "amount_negative": self.env._("A negative amount that is no return."),
            "amount_decimals": self.env._("More decimals than the currency has."),
            "number_too_large": self.env._("The number is too large."),
            "returned_bad": self.env._("More was returned than bought."),
            "status_unknown": self.env._(
                "Unknown status. Add its meaning under Status Words."
            ),
            "no_customer": self.env._(
                "No customer: neither a code, nor a phone, nor an e-mail address. "
                "Hidden numbers (***) and names do not identify a customer."
            ),
            "line_repeated": self.env._(
                "The line was in row %(row)s already.", row=other
            ),
        }

    def _order_messages(self, other):
        """:return: {code: sentence} of what is wrong with an order or a return"""
        return {
            "order_missing": self.env._("The order number is empty."),
            "conflict_customer": self.env._(
                "The order number belongs to another customer in row %(row)s.",
                row=other,
            ),
            "conflict_date": self.env._(
                "The order number belongs to another day in row %(row)s.", row=other
            ),
            "order_left_out": self.env._(
                "The order is left out, because %(count)s of its rows are wrong.",
                count=other,
            ),
            "return_no_purchase": self.env._(
                "The customer never bought this product: nothing to take back."
            ),
            "return_before_purchase": self.env._(
                "The customer bought this product only after the return: nothing to "
                "take back."
            ),
            "return_exceeds": self.env._(
                "More returned than bought before: %(quantity)s without a purchase.",
                quantity=other,
            ),
            "write_failed": self.env._(
                "Could not be written: %(reason)s", reason=other
            ),
        }
