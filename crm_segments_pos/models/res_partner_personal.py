from odoo import models
from odoo.tools import SQL

ORDER_COLUMNS = [
    *("name", "date_order", "state", "amount_total", "amount_paid", "session_id"),
    *("email", "mobile", "general_customer_note", "company_id"),
]
LINE_COLUMNS = [
    *("order_id", "full_product_name", "qty", "price_unit", "discount"),
    *("price_subtotal_incl", "customer_note"),
]


class ResPartner(models.Model):
    """Orders at the till, for the privacy desk."""

    _inherit = "res.partner"

    def _crm_personal_data(self):
        persons = self._crm_persons()
        why = self.env._(
            "Kept by law for the accounts, under a pseudonym. E-mail, phone and notes "
            "go."
        )
        orders = self._crm_section(
            "till_orders",
            self.env._("Orders at the till"),
            "pos.order",
            [("partner_id", "in", persons.ids)],
            ORDER_COLUMNS,
            why=why,
            erase=persons._crm_erase_till_orders,
        )
        lines = self._crm_section(
            "till_order_lines",
            self.env._("Lines of orders at the till"),
            "pos.order.line",
            [("order_id", "in", orders.records.ids)],
            LINE_COLUMNS,
            why=why,
        )
        return [*super()._crm_personal_data(), orders, lines]

    def _crm_erase_till_orders(self):
        """What was written down for these people at the till."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """UPDATE pos_order
                      SET email = NULL, mobile = NULL, general_customer_note = NULL,
                          floating_order_name = NULL, access_token = NULL
                    WHERE partner_id = ANY(%s)""",
                self.ids,
            )
        )
        self.env.cr.execute(
            SQL(
                """UPDATE pos_order_line line SET customer_note = NULL
                     FROM pos_order o
                    WHERE o.id = line.order_id AND o.partner_id = ANY(%s)""",
                self.ids,
            )
        )
        self.env.invalidate_all()
