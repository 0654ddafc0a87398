import logging

import psycopg2

from odoo import api, fields, models
from odoo.exceptions import ConcurrencyError
from odoo.fields import Domain

from odoo.addons.crm_loyalty_points.models.loyalty_card import LEDGERED_TYPES
from odoo.addons.crm_loyalty_points.tools import basket as engine
from odoo.addons.crm_loyalty_points.tools.document_ledger import RETURNED
from odoo.addons.crm_loyalty_points.tools.points_guard import (
    allow_points_write,
    points_write_allowed,
)
from odoo.addons.crm_segments.tools.client_values import without_defaults

from ..tools.old_orders import OldOrderReturn
from ..tools.pos_adapter import PosAdapter
from ..tools.pos_ledger import PosOrderLedger
from ..tools.reward_cost import reward_uses
from ..tools.till_lines import returned_quantity

_logger = logging.getLogger(__name__)

PAID = ("paid", "done")
# What the server notes about an order. A till sends back all it has loaded.
SERVER_FIELDS = {"points_ledgered", "coupons_confirmed", "coupon_uses"}


class PosOrder(models.Model):
    """Orders of the till earn and spend points, when they are paid.

    The server counts with the same engine as Sales. What the browser says about points
    is neither needed nor believed: points are posted with the order itself, so that a
    second call that never arrives loses nothing.
    """

    _inherit = "pos.order"

    points_ledgered = fields.Boolean(
        copy=False,
        readonly=True,
        help="The order was paid while the points ledger was in use.",
    )
    coupons_confirmed = fields.Boolean(
        copy=False, readonly=True, help="The till has told which coupons it gave."
    )
    coupon_uses = fields.Json(
        copy=False,
        readonly=True,
        help="What the order took from coupons and gift cards, and what came back.",
    )
    points_codes = fields.Char(
        copy=False, help="Codes entered at the till, separated by commas."
    )
    wallet_program_id = fields.Many2one(
        "loyalty.program",
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        help="The prepaid programme that a top-up goes to, where several sell the same "
        "product.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        orders = without_defaults(self, SERVER_FIELDS)
        return super(PosOrder, orders).create(
            [self._without_server_fields(vals) for vals in vals_list]
        )

    def write(self, vals):
        vals = self._without_server_fields(vals)
        if "partner_id" not in vals:
            return super().write(vals)
        moved = self.filtered(
            lambda order: (
                order.state in PAID
                and order.points_ledgered
                and order.partner_id.id != vals["partner_id"]
            )
        )
        result = super().write(vals)
        moved._recount_points()
        return result

    @api.model
    def _without_server_fields(self, vals):
        if points_write_allowed() or not SERVER_FIELDS & vals.keys():
            return vals
        return {name: vals[name] for name in vals if name not in SERVER_FIELDS}

    def action_pos_order_paid(self):
        result = super().action_pos_order_paid()
        self._settle_points()
        return result

    # -- settling --------------------------------------------------------------------

    def _settle_points(self):
        """Post what paid orders earn, spend, and take back for what they refund.

        Once per order: a paid order that is settled again finds everything done. The
        goods are gone, so nothing here refuses an order; what cannot be as it should
        is put on the list of exceptions.
        """
        for order in self.sudo():
            if order.state in PAID and not order.points_ledgered:
                order._try_to_settle(order._settle_order)

    def _recount_points(self):
        """Move the points of orders whose customer was set after the payment. Once
        goods came back, they stay where they are."""
        for order in self.sudo():
            if not any(returned_quantity(line) for line in order.lines):
                order._try_to_settle(order._settle_members)

    def _try_to_settle(self, settle):
        """Keep the order, whatever is wrong with its points."""
        try:
            with self.env.cr.savepoint(), allow_points_write():
                settle()
        except (psycopg2.Error, ConcurrencyError):
            raise
        except Exception as error:  # the order is worth more than its points
            _logger.exception("Points of %s were not counted", self.name)
            self.env["pos.points.exception"]._report(self, "failed", note=str(error))

    def _settle_order(self):
        self.points_ledgered = True
        self._return_points()
        self._settle_members()
        self._settle_coupons()
        self._report_conditions()

    def _settle_members(self):
        """Earn and spend on the cards that the ledger keeps."""
        PosOrderLedger(self).load().settle()
        self.env["pos.points.exception"]._report_debts(self)

    def _return_points(self):
        """Take back what returned goods had earned, at the rate of their own day, and
        give back what the returned rewards had cost."""
        origins = self.lines.refunded_orderline_id.order_id
        for origin in origins:
            if origin.points_ledgered:
                ledger = PosOrderLedger(origin, refund=self).load()
                ledger.return_spent()
                ledger.take_returned(RETURNED)
            else:
                OldOrderReturn(origin, self).post()
            origin._return_coupons()

    def _count_points(self, programs, customer=None):
        """What the engine says about this order.

        :param customer: res.partner to count for instead of the order's own
        :return: {loyalty.program: basket.Outcome}
        """
        self.ensure_one()
        if not programs:
            return {}
        adapter = PosAdapter(self)
        if customer:
            adapter.suppose_customer(customer)
        basket = adapter.basket(programs)
        return {
            program: engine.compute(adapter.policy(program), basket)
            for program in programs
        }

    def _count_member_points(self):
        """:return: {loyalty.card: basket.Outcome} of what the order earns; cards are
        made for customers who have none"""
        if not self.partner_id or self.partner_id.is_public:
            return {}
        earned = {
            program: outcome
            for program, outcome in self._count_points(
                self._get_points_programs()
            ).items()
            if outcome.points
        }
        # a prepaid card has a product of its own: nothing to choose
        wallets = [
            each
            for each in earned
            if each.program_type == "ewallet" and not each.is_prepaid
        ]
        if len(wallets) > 1:
            chosen = self.wallet_program_id
            earned = {
                program: outcome
                for program, outcome in earned.items()
                if program not in wallets or program == chosen
            }
        cards = self._get_member_cards(self.env["loyalty.program"].union(*earned))
        return {cards[program]: outcome for program, outcome in earned.items()}

    def _get_member_uses(self):
        """:return: list of (card, reward_cost.Use) for cards that the ledger keeps.

        Points are those of the order's customer, whatever card the till names.
        """
        uses = [
            use
            for use in reward_uses(self)
            if self.env["loyalty.card"]._is_ledgered(use.reward.program_id)
        ]
        programs = self.env["loyalty.program"].union(
            *(use.reward.program_id for use in uses)
        )
        own = self._get_member_cards(programs) if self.partner_id else {}
        result = []
        for use in uses:
            card = own.get(use.reward.program_id) or use.coupon
            if card.program_id != use.reward.program_id:
                continue
            if use.coupon != card:
                use.lines.coupon_id = card
            result.append((card, use))
        return result

    def _get_member_cards(self, programs):
        """:return: {program: the customer's card}, made where there is none"""
        if not programs:
            return {}
        Card = self.env["loyalty.card"]
        found = Card.search(
            [
                ("partner_id", "=", self.partner_id.id),
                ("program_id", "in", programs.ids),
                ("is_member_card", "=", True),
            ]
        )
        missing = programs - found.program_id
        found |= Card.create(
            [
                {
                    "program_id": program.id,
                    "partner_id": self.partner_id.id,
                    "source_pos_order_id": self.id,
                }
                for program in missing
            ]
        )
        return {card.program_id: card for card in found}

    def _filter_points_ready(self, event):
        """:param event: "delivered" or "paid"
        :return: the orders of which that is true, see ``loyalty.point.pending``"""
        if event == "delivered":
            return self.filtered(
                lambda order: (
                    not order.shipping_date
                    or all(
                        each.state in ("done", "cancel") for each in order.picking_ids
                    )
                )
            )
        return self.filtered(
            lambda order: (
                order.account_move.payment_state in ("paid", "in_payment")
                or "pay_later" not in order.payment_ids.payment_method_id.mapped("type")
            )
        )

    # -- what holds for the order ----------------------------------------------------

    def _get_points_moment(self):
        """:return: naive datetime of the sale where the shop is. An order that arrives
        late keeps its own; one from the future is from now."""
        self.ensure_one()
        now = fields.Datetime.now()
        return self.company_id._get_local_moment(min(self.date_order or now, now))

    def _get_points_date(self):
        """:return: the day of the order where the shop is"""
        return self._get_points_moment().date()

    def _get_points_programs(self):
        """:return: the programmes kept in the ledger that count this order"""
        self.ensure_one()
        programs = self.env["loyalty.program"].search(self._get_points_domain())
        return programs.filtered(
            lambda program: (
                program.is_nominative
                and (
                    not program.limit_usage
                    or program.total_order_count < program.max_usage
                )
            )
        )

    def _get_points_domain(self):
        """:return: Domain of the programmes that were open at this till on that day"""
        day = self._get_points_date()
        return Domain.AND(
            [
                Domain("program_type", "in", LEDGERED_TYPES),
                Domain("trigger", "=", "auto"),
                Domain("rule_ids.mode", "=", "auto"),
                Domain("pos_ok", "=", True),
                Domain("currency_id", "=", self.currency_id.id),
                Domain("company_id", "in", [False, *self.company_id.parent_ids.ids]),
                _unset_or("pos_config_ids", "in", self.config_id.ids),
                _unset_or("pricelist_ids", "in", self.pricelist_id.ids),
                _unset_or("date_from", "<=", day),
                _unset_or("date_to", ">=", day),
            ]
        )


def _unset_or(name, operator, value):
    return Domain(name, "=", False) | Domain(name, operator, value)
