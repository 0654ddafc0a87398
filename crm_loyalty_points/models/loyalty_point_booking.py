import logging
from decimal import ROUND_HALF_UP, Decimal

from odoo import api, fields, models
from odoo.fields import Command

from ..tools import points_booking
from ..tools.said_day import said_day
from .loyalty_point_award_lapse import LOST_RACES

_logger = logging.getLogger(__name__)

# Days that one transaction of the job books.
BATCH_DAYS = 31


class LoyaltyPointBooking(models.Model):
    """The points of one programme on one day, in one journal entry.

    Points that were posted late for a day of the past make a further booking of that
    day, or of the first day that is still open in the books.

    The journal knows two digits, values of points more. Each booking therefore posts
    the difference of two rounded totals, never a rounded difference: what is left over
    is carried to the next one (``carry``), and the balance of the account is always
    the rounded exact value of all that was booked.
    """

    _name = "loyalty.point.booking"
    _description = "Booking of Points"
    _order = "date desc, id desc"
    _rec_name = "date"

    program_id = fields.Many2one(
        "loyalty.program", "Programme", required=True, readonly=True
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    seq = fields.Integer("No.", required=True, readonly=True, aggregator=None)
    date = fields.Date(required=True, readonly=True)
    move_id = fields.Many2one(
        "account.move",
        "Journal Entry",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        help="Empty when the day changed nothing by a whole unit of the currency.",
    )
    account_id = fields.Many2one(
        "account.account", "Liability Account", required=True, readonly=True
    )
    given = fields.Monetary("Deferred", readonly=True)
    used = fields.Monetary("Released by Use", readonly=True)
    lapsed = fields.Monetary("Released by Lapse", readonly=True)
    other = fields.Monetary("Other Changes", readonly=True)
    amount = fields.Monetary(
        "Change of the Liability",
        readonly=True,
        help="Deferred - released + other changes.",
    )
    carry = fields.Float(
        digits=(24, 8),
        readonly=True,
        aggregator=None,
        help="What is less than the smallest unit of the currency, for the next one.",
    )
    line_ids = fields.One2many("loyalty.point.booking.line", "booking_id")

    _seq_uniq = models.UniqueIndex("(program_id, seq)")

    @api.depends("program_id", "date")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for booking in self:
            day = said_day(self.env, booking.date)
            booking.display_name = f"{booking.program_id.name} {day}"

    # -- booking -------------------------------------------------------------------

    @api.model
    def _cron_book(self, days=BATCH_DAYS):
        """Book all programmes, so many days per transaction.

        One that cannot be booked (an account was archived...) stops none of the
        others; what is booked stays booked, and nothing is booked twice.
        """
        programs = self.env["loyalty.program"].sudo()._get_booked()
        progress = self.env["ir.cron"]._commit_progress
        seconds = progress(remaining=len(programs))
        for program in programs:
            try:
                while seconds and self._book(program, days):
                    seconds = progress()
            except LOST_RACES:
                # Another run of the job books the same rows.
                self.env.cr.rollback()
            except Exception:
                self.env.cr.rollback()
                _logger.exception("points of programme %s not booked", program.id)
            seconds = progress(1)
            if not seconds:
                break

    @api.model
    def _book(self, program, days=BATCH_DAYS):
        """Book the next days of a programme.

        :param program: one loyalty.program that is kept in the books
        :param days: how many days at most
        :return: the bookings made, one per day; empty when nothing waits
        """
        program = program.sudo()
        self.env.flush_all()
        first = program._get_first_open_day()
        until = points_booking.last_day(self.env, program.id, first, days)
        bookings = self.sudo().browse()
        if not until:
            return bookings
        totals = {}
        for day, sort, amount in points_booking.book(self.env, program, first, until):
            totals.setdefault(day, {})[sort] = Decimal(amount)
        last = self.sudo().search(
            [("program_id", "=", program.id)], order="seq desc", limit=1
        )
        seq, carry = last.seq, self._get_carry(last)
        for day, amounts in totals.items():
            seq += 1
            booking, carry = self._book_day(program, day, seq, amounts, carry)
            points_booking.attach(self.env, program.id, day, booking.id)
            bookings += booking
        self.env["loyalty.point.booking.line"].invalidate_model()
        return bookings

    def _get_carry(self, booking):
        """:return: Decimal, exact: a float of eight digits below one stands for it"""
        return Decimal(str(round(booking.carry, 8)))

    @api.model
    def _book_day(self, program, day, seq, amounts, carry):
        """:param amounts: {what happened: exact Decimal change of the liability}
        :param carry: exact Decimal left over by the booking before
        :return: (booking, what it leaves over)"""
        unit = Decimal(1).scaleb(-program.company_id.currency_id.decimal_places)
        exact = carry + sum(amounts.values())
        whole = exact.quantize(unit, ROUND_HALF_UP)
        parts = {sort: a.quantize(unit, ROUND_HALF_UP) for sort, a in amounts.items()}
        largest = max(amounts, key=lambda sort: abs(amounts[sort]))
        parts[largest] += whole - sum(parts.values())
        move = self._make_move(program, day, parts)
        changes = {name: float(parts.get(name, 0)) for name in points_booking.NAMES}
        booking = self.sudo().create(
            {
                "program_id": program.id,
                "company_id": program.company_id.id,
                "seq": seq,
                "date": day,
                "move_id": move.id,
                "account_id": program.points_liability_account_id.id,
                "given": changes["given"],
                "used": -changes["used"],
                "lapsed": -changes["lapsed"],
                "other": changes["other"],
                "amount": float(whole),
                "carry": float(exact - whole),
            }
        )
        return booking, exact - whole

    def _make_move(self, program, day, parts):
        """:param parts: {what happened: Decimal change of the liability}
        :return: the posted account.move, empty when nothing changes"""
        moves = self.env["account.move"].sudo().with_company(program.company_id)
        lines = self._prepare_move_lines(program, parts)
        if not lines:
            return moves
        move = moves.create(
            {
                "move_type": "entry",
                "journal_id": program.points_journal_id.id,
                "date": day,
                "ref": self.env._("Points of %(program)s", program=program.name),
                "line_ids": [Command.create(line) for line in lines],
            }
        )
        move._post(soft=False)
        return move

    def _prepare_move_lines(self, program, parts):
        """:return: list of dicts of account.move.line: for each thing that happened
        one on the liability account, and one on the account of the revenue"""
        liability = program.points_liability_account_id
        revenue = program.points_revenue_account_id
        accounts = {"lapsed": program.points_lapse_account_id or revenue}
        names = dict(self.line_ids._fields["sort"]._description_selection(self.env))
        lines = []
        for sort, part in parts.items():
            amount = float(part)
            if not amount:
                continue
            for account, balance in (
                (liability, -amount),
                (accounts.get(sort, revenue), amount),
            ):
                lines.append(
                    {
                        "account_id": account.id,
                        "name": f"{program.name}: {names[sort]}",
                        "debit": max(balance, 0),
                        "credit": max(-balance, 0),
                    }
                )
        return lines

    # -- looking -------------------------------------------------------------------

    def action_view_lines(self):
        """:return: the entries of the ledger in this booking"""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.display_name,
            "res_model": "loyalty.point.booking.line",
            "view_mode": "list",
            "domain": [("booking_id", "=", self.id)],
        }
