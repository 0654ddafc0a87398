from odoo import fields, models

from ..tools import points_booking


class LoyaltyPointTieOut(models.Model):
    """The points ledger beside the books: one number says whether they agree.

    Read when asked for, from what is left of each award on one side and from the
    journal items on the other.
    """

    _name = "loyalty.point.tie.out"
    _description = "Points Ledger and Books"
    _auto = False
    _order = "id"
    _rec_name = "program_id"
    _depends = {
        "loyalty.program": ["points_accounting_since"],
        "loyalty.point.value": ["value", "date"],
        "loyalty.point.booking": ["move_id"],
        "account.move.line": ["balance", "parent_state"],
    }

    program_id = fields.Many2one("loyalty.program", "Programme", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    points = fields.Float("Points Outstanding", digits=(16, 2), readonly=True)
    value = fields.Monetary(
        "Value Outstanding",
        readonly=True,
        help="What is left of each award, at the value of a point on its own day. "
        "Debts of members lower it.",
    )
    waiting_count = fields.Integer(
        "Entries to Book", readonly=True, help="Posted since the last booking."
    )
    waiting_value = fields.Monetary("Not Booked Yet", readonly=True)
    balance = fields.Monetary(
        "Balance in the Books",
        readonly=True,
        help="Of the liability account, by the entries of this programme.",
    )
    difference = fields.Monetary(
        readonly=True,
        help="Value outstanding - not booked yet - balance in the books. Anything but "
        "0 means that somebody changed the journal entries.",
    )

    @property
    def _table_query(self):
        value_of = self.env["loyalty.program"]._sql_point_value
        return points_booking.tie_out(value_of)

    def action_book(self):
        """Book what waits, now instead of tonight."""
        return self.program_id.action_book_points()

    def action_view_bookings(self):
        """:return: the bookings of the programme"""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_loyalty_points.loyalty_point_booking_action"
        )
        action["domain"] = [("program_id", "=", self.program_id.id)]
        return action
