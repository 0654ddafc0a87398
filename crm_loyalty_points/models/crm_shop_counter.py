from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..tools import basket as engine
from ..tools.counter_desk import Desk


class CrmShop(models.Model):
    """What staff of the counter page may do alone, and how a sale there is counted."""

    _inherit = "crm.shop"

    counter_bill_needed = fields.Boolean(
        "Bill Number Needed",
        default=True,
        help="Each bill gives points once at a branch. Not ticked: points can also be "
        "given without a bill number, and only the warnings below watch over that.",
    )
    counter_bill_confirm = fields.Float(
        "Ask Again Above",
        default=5000,
        help="Bills above this amount are to be looked at a second time by whoever "
        "gives the points. 0: never.",
    )
    counter_bill_max = fields.Float(
        "Largest Bill",
        help="Larger bills give no points on the counter page: the office does it. "
        "0: no limit.",
    )
    counter_bills_day = fields.Integer(
        "Bills of a Member and Day",
        default=3,
        help="More bills of one member on one day are to be confirmed. 0: any number.",
    )
    counter_look_limit = fields.Integer(
        "Look-Ups in Ten Minutes",
        default=60,
        help="How many different numbers and codes a member of staff may look up in "
        "ten minutes, so that nobody lists members with a stolen phone.",
    )
    counter_visits = fields.Boolean(
        "Check In Visits", help="Staff of the counter page note who comes in."
    )

    _counter_positive = models.Constraint(
        "CHECK(counter_bill_confirm >= 0 AND counter_bill_max >= 0"
        " AND counter_bills_day >= 0 AND counter_look_limit > 0)",
        "The limits of the counter page cannot be negative, and somebody must be able "
        "to look members up.",
    )

    @api.model
    def _find_desk(self, branch_id):
        """Where the user may serve members: all that the counter page checks about
        who asks, read anew at each request and by one query.

        The user belongs to the company of the branch, has a staff record there that
        is not archived, the branch is on that record and not archived, and the company
        has a shop account. The group of the user is the caller's to check.

        :param int branch_id: of the request
        :return: Desk (superuser, in the company of the branch), None if not
        """
        models_read = ("crm.branch", "crm.branch.staff", "crm.shop", "res.users")
        for name in models_read:
            self.env[name].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT shop.id, staff.id, branch.id, branch.company_id
                  FROM crm_branch branch
                  JOIN crm_branch_staff_rel place ON place.branch_id = branch.id
                  JOIN crm_branch_staff staff ON staff.id = place.staff_id
                   AND staff.company_id = branch.company_id
                   AND staff.user_id = %(user)s AND staff.active
                  JOIN res_company_users_rel allowed
                    ON allowed.cid = branch.company_id AND allowed.user_id = %(user)s
                  JOIN crm_shop shop ON shop.company_id = branch.company_id
                   AND shop.active
                 WHERE branch.id = %(branch)s AND branch.active
                """,
                user=self.env.uid,
                branch=branch_id,
            )
        )
        if not rows:
            return None
        ((shop_id, staff_id, branch_id, company_id),) = rows
        context = {**self.env.context, "allowed_company_ids": [company_id]}
        env = self.env(su=True, context=context)
        return Desk(
            env["crm.shop"].browse(shop_id),
            env["crm.branch.staff"].browse(staff_id),
            env["crm.branch"].browse(branch_id),
        )

    def _count_counter_sale(self, card, branch, amount=None, rows=()):
        """What a sale at the counter gives.

        :param card: loyalty.card of the member, in the shop's programme
        :param branch: crm.branch
        :param amount: Decimal, what the bill says with its taxes; or
        :param rows: [(product.product, quantity)] at the prices of the products
        :return: (basket.Outcome, Decimal: what it costs with taxes)
        :raise UserError: the programme gives no points today
        """
        self.ensure_one()
        program = card.program_id
        day = self.company_id._get_local_moment().date()
        begins, ends = program.date_from, program.date_to
        if (
            not program.active
            or not program._is_engine_program()
            or (begins and day < begins)
            or (ends and day > ends)
        ):
            raise UserError(self.env._("No points are given today."))
        basket = program._make_basket(
            [(product, float(qty), product.lst_price) for product, qty in rows],
            partner=card.partner_id.commercial_partner_id,
            branch=branch,
            **(
                {} if amount is None else {"lines": (self._bill_line(amount, program),)}
            ),
        )
        outcome = program._count_basket(basket)[program]
        return outcome, sum((line.total for line in basket.lines), engine.ZERO)

    def _bill_line(self, amount, program):
        """:return: basket.Line of a bill of which only the total is known; without tax
        it is what the company's usual sales tax leaves, where a rule asks for that"""
        digits = self.company_id.currency_id.decimal_places
        untaxed = amount
        if "excl" in program.rule_ids.mapped("minimum_amount_tax_mode"):
            tax = self.company_id.account_sale_tax_id
            share = tax.amount if tax.amount_type == "percent" else 0
            untaxed = float(amount) / (1 + share / 100)
        return engine.Line(
            key=0,
            quantity=engine.number(1),
            total=engine.number(amount, digits),
            untaxed=engine.number(untaxed, digits),
        )
