from odoo import fields, models


class CrmLineshoppingShop(models.Model):
    """How orders of the shop give points."""

    _inherit = "crm.lineshopping.shop"

    points_approval = fields.Selection(
        [
            ("auto", "Automatically"),
            ("staff", "After staff have approved them"),
        ],
        "Give Points",
        required=True,
        default="auto",
        help="Orders that wait for an approval stay in the list until staff decide.",
    )
    points_basis = fields.Selection(
        [
            ("subtotal", "Goods"),
            ("net", "Goods less discounts"),
            ("total", "All that was paid, with shipping"),
        ],
        "Points Count",
        required=True,
        default="net",
        help="Which money of an order earns points. A discount on the whole order is "
        "split over its goods by their price.",
    )
    points_when = fields.Selection(
        [
            ("paid", "When the order is paid"),
            ("completed", "Some days after it is completed"),
        ],
        "Points Can Be Used",
        required=True,
        default="paid",
        help="Until then members see them as points to come. Whatever is chosen, only "
        "paid orders give points.",
    )
    points_days = fields.Integer("Days after Completion", default=7)
    match_days = fields.Integer(
        "Days to Find the Buyer",
        default=90,
        help="So many days after an order a member may still claim it, and a new "
        "member with its phone number gets it. 0: without a limit.",
    )

    _points_days_positive = models.Constraint(
        "CHECK (points_days >= 0)", "The days after completion cannot be negative."
    )
    _match_days_positive = models.Constraint(
        "CHECK (match_days >= 0)", "The days to find the buyer cannot be negative."
    )

    def _get_program(self):
        """:return: loyalty.program (superuser) whose members get the points of the
        shop's orders, empty if there is none"""
        self.ensure_one()
        account = self.env["crm.shop"]._of_company(self.company_id)
        if not account:
            account = account.new({"company_id": self.company_id.id})
        return account._get_program()
