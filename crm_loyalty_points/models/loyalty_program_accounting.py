from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

MANAGER = "crm_segments.crm_segments_group_manager"
MOST_BATCHES = 1000


class LoyaltyProgram(models.Model):
    """Points in the books: what was given and not used is revenue that is not earned
    yet. Off by default; see `tools.points_booking` for the method."""

    _inherit = "loyalty.program"

    points_accounting_since = fields.Date(
        "Kept in the Books Since",
        copy=False,
        groups=MANAGER,
        help="From this day on points are booked; what was outstanding before is "
        "booked on this day. Empty: points are not in the books.",
        prefetch="accounting",
    )
    points_journal_id = fields.Many2one(
        "account.journal",
        "Journal of Points",
        copy=False,
        groups=MANAGER,
        check_company=True,
        domain="[('type', '=', 'general'), ('company_id', '=', company_id)]",
        prefetch="accounting",
    )
    points_liability_account_id = fields.Many2one(
        "account.account",
        "Liability Account",
        copy=False,
        groups=MANAGER,
        check_company=True,
        domain="[('account_type', 'in', ('liability_current', "
        "'liability_non_current')), ('company_ids', 'in', company_id)]",
        help="Deferred revenue: the value of the points that members can still use.",
        prefetch="accounting",
    )
    points_revenue_account_id = fields.Many2one(
        "account.account",
        "Revenue Account",
        copy=False,
        groups=MANAGER,
        check_company=True,
        domain="[('account_type', 'in', ('income', 'income_other')), "
        "('company_ids', 'in', company_id)]",
        help="The value of points is taken off here when they are given, and comes "
        "back when they are used.",
        prefetch="accounting",
    )
    points_lapse_account_id = fields.Many2one(
        "account.account",
        "Account for Lapsed Points",
        copy=False,
        groups=MANAGER,
        check_company=True,
        domain="[('account_type', 'in', ('income', 'income_other')), "
        "('company_ids', 'in', company_id)]",
        help="Revenue of points that nobody used. Empty: the revenue account.",
        prefetch="accounting",
    )
    points_booking_ids = fields.One2many(
        "loyalty.point.booking", "program_id", groups=MANAGER
    )

    @api.constrains(
        "points_accounting_since",
        "points_journal_id",
        "points_liability_account_id",
        "points_revenue_account_id",
        "company_id",
        "program_type",
    )
    def _check_points_accounting(self):
        for program in self.sudo().filtered("points_accounting_since"):
            if program.program_type != "loyalty":
                raise ValidationError(
                    self.env._("Only points of loyalty cards are kept in the books.")
                )
            if not program.company_id:
                raise ValidationError(
                    self.env._(
                        "A programme that all companies share cannot be kept in the "
                        "books of one. Choose its company first."
                    )
                )
            if not (
                program.points_journal_id
                and program.points_liability_account_id
                and program.points_revenue_account_id
            ):
                raise ValidationError(
                    self.env._(
                        "To keep points in the books, choose the journal, the "
                        "liability account and the revenue account."
                    )
                )

    def write(self, vals):
        account = vals.get("points_liability_account_id")
        for program in self.sudo() if "points_liability_account_id" in vals else ():
            if program.points_booking_ids.account_id - program.env[
                "account.account"
            ].browse(account or ()):
                raise UserError(
                    self.env._(
                        "Points of %(program)s are on this liability account already. "
                        "It stays, so that they can be released from it.",
                        program=program.name,
                    )
                )
        return super().write(vals)

    @api.model
    def _get_booked(self):
        """:return: the programmes whose points are kept in the books"""
        return self.with_context(active_test=False).search(
            [("points_accounting_since", "!=", False)], order="id"
        )

    def _get_first_open_day(self):
        """:return: the first day on which the books take an entry of this programme"""
        self.ensure_one()
        lock = self.company_id._get_user_fiscal_lock_date(
            self.points_journal_id, ignore_exceptions=True
        )
        since = self.points_accounting_since
        return max(lock + timedelta(days=1), since) if lock.year > 1 else since

    def action_book_points(self):
        """Book what waits, now instead of tonight.

        :raise AccessError: for anybody but managers
        """
        if not self.env.user.has_group(MANAGER):
            raise AccessError(self.env._("Only managers book points."))
        self.check_access("read")
        booking = self.env["loyalty.point.booking"].sudo()
        for program in self.sudo().filtered("points_accounting_since"):
            for _batch in range(MOST_BATCHES):
                if not booking._book(program):
                    break
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    def action_view_points_tie_out(self):
        """:return: the ledger beside the books"""
        return self.env["ir.actions.act_window"]._for_xml_id(
            "crm_loyalty_points.loyalty_point_tie_out_action"
        )
