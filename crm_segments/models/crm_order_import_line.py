from odoo import fields, models


class CrmOrderImportLine(models.Model):
    """A row of an order file that was not imported, and why."""

    _name = "crm.order.import.line"
    _inherit = ["crm.file.import.line"]
    _description = "Order Import Finding"

    import_id = fields.Many2one(
        "crm.order.import", required=True, index=True, ondelete="cascade"
    )
    level = fields.Selection(
        selection_add=[("return", "Return without purchase")],
        ondelete={"return": "cascade"},
    )

    def _messages(self, other):
        return {
            **super()._messages(other),
            **self._row_messages(other),
            **self._order_messages(other),
        }

    def _row_messages(self, other):
        """:return: {code: sentence} of what can be wrong in a row by itself"""
        return {
            "quantity_zero": self.env._("The quantity is 0."),
            "quantity_negative": self.env._("A negative quantity that is no return."),
            "return_positive": self.env._("A return with a positive quantity."),
            "amount_negative": self.env._("A negative amount that is no return."),
            "amount_decimals": self.env._("More decimals than the currency has."),
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
        }
