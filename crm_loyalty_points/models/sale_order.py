from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain

from odoo.addons.crm_segments.tools.client_values import without_defaults

from ..tools import basket as engine
from ..tools.order_ledger import OrderLedger, confirming, remember_count
from ..tools.points_guard import allow_points_write, points_write_allowed
from ..tools.points_settlement import points_settlement
from ..tools.sale_adapter import SaleAdapter

# What a copy may not be given by the client who asks for it.
COUNTED_FIELDS = {"coupon_point_ids", "points_ledgered"}


class SaleOrder(models.Model):
    """Sale orders earn and spend points.

    Odoo keeps what an order gives in ``coupon_point_ids`` and what it takes in the
    ``points_cost`` of its reward lines, and adds one net figure to the card. For the
    cards of members the ledger does that: whenever an order is or becomes confirmed,
    what it gives and takes is compared with what the ledger has of it, and the
    difference is posted as typed entries (see ``_settle_points``). Cancelling reverses
    those entries, never Odoo's figures, which later edits have changed.
    """

    _inherit = "sale.order"

    points_ledgered = fields.Boolean(
        copy=False,
        readonly=True,
        help="The order was confirmed while the points ledger was in use.",
    )
    points_expected = fields.Float(
        string="Points to Earn",
        compute="_compute_points_expected",
        digits=(16, 2),
        help="What the order will earn when it is confirmed as it stands.",
    )
    points_earned = fields.Float(
        compute="_compute_points_earned",
        digits=(16, 2),
        help="What the order has earned, less what was taken back.",
    )

    @api.depends(
        "state",
        "partner_id",
        "pricelist_id",
        "company_id",
        "date_order",
        "code_enabled_rule_ids",
        "order_line.product_id",
        "order_line.product_uom_id",
        "order_line.product_uom_qty",
        "order_line.price_total",
        "order_line.reward_id",
    )
    def _compute_points_expected(self):
        self.points_expected = 0
        for order in self.sudo():
            if order.state not in ("draft", "sent"):
                continue
            if not order.partner_id or order.partner_id.is_public:
                continue
            outcomes = order._count_points(order._get_earning_programs())
            order.points_expected = sum(
                float(outcome.points) for outcome in outcomes.values()
            )

    @api.depends("state")
    def _compute_points_earned(self):
        orders = self._origin.filtered(lambda order: order.state == "sale")
        ledger = OrderLedger(orders).load()
        Card = self.env["loyalty.card"].sudo()
        for order in self:
            order.points_earned = sum(
                float(points)
                for (card_id, kind), points in ledger.net(
                    order._origin, held=False
                ).items()
                if kind == "earn" and Card.browse(card_id).program_type == "loyalty"
            )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_ledgered_flag(vals)
        orders = without_defaults(self, {"points_ledgered"})
        return super(SaleOrder, orders).create(vals_list)

    def write(self, vals):
        """Points follow the state, however it is written."""
        self._check_ledgered_flag(vals)
        if "state" not in vals:
            return super().write(vals)
        confirmed = self.filtered(lambda order: order.state == "sale")
        ledger = self._watch_points(confirmed)
        res = super().write(vals)
        if vals["state"] != "sale":
            ledger.load().take_back("order_cancelled")
        elif "points_ledgered" not in vals:
            # Neither confirmed by its button nor by code that calls it.
            (self - confirmed)._confirm_points()
        return res

    @api.model
    def _watch_points(self, orders):
        """:return: OrderLedger that knows what these orders have moved until now"""
        return OrderLedger(orders, orders._get_due_before_ledger())

    def _get_due_before_ledger(self):
        """:return: {order id: what it gives and takes as it stands} of the confirmed
        orders that were confirmed before the ledger existed; see ``OrderLedger``"""
        return {
            order.id: OrderLedger(order).due(order)
            for order in self
            if order.state == "sale" and not order.points_ledgered
        }

    def _confirm_points(self):
        """Settle orders that became confirmed by a plain write."""
        with allow_points_write():
            self.sudo().points_ledgered = True
        self._settle_points()

    def copy(self, default=None):
        given = set(default or {})
        if given & COUNTED_FIELDS and not self.env.su:
            raise AccessError(self.env._("The rules count what an order gives."))
        if "order_line" in given:
            return super().copy(default)
        # Odoo copies the reward lines with the others, then deletes them.
        with points_settlement():
            return super().copy(default)

    def action_confirm(self):
        """Confirm as Odoo does; the points follow in ``_action_confirm``.

        :raise NotEnoughPoints: the orders together spend more than a card holds;
            nothing is confirmed then
        """
        with confirming(self), allow_points_write():
            return super().action_confirm()

    def _action_confirm(self):
        self._settle_points()
        return super()._action_confirm()

    def _action_cancel(self):
        # What the orders moved is taken back where their state is written.
        with allow_points_write():
            return super()._action_cancel()

    def action_view_point_entries(self):
        """:return: the ledger's list, for this order."""
        return self.env["loyalty.point.entry"]._view_source(self)

    def _check_ledgered_flag(self, vals):
        """:raise AccessError: a client tells whether the ledger knows an order"""
        if "points_ledgered" in vals and not points_write_allowed():
            raise AccessError(self.env._("Only confirming an order sets this."))

    def _prepare_confirmation_values(self):
        return {**super()._prepare_confirmation_values(), "points_ledgered": True}

    def _settle_points(self, before=None, reason=None, owe=False):
        """Post what confirmed orders give and take beyond what the ledger has.

        :param before: see ``OrderLedger``
        :param reason: see ``OrderLedger.settle``, as ``owe``
        :raise NotEnoughPoints: nothing is posted then
        """
        orders = self.filtered(lambda order: order.state == "sale")
        if orders:
            OrderLedger(orders, before).load().settle(reason, owe)

    def _program_check_compute_points(self, programs):
        """Let the engine count the loyalty programmes; Odoo counts all others.

        :return: {program: {"points": [points]} or {"error": text}}, as Odoo's
        """
        ours = programs.filtered(lambda program: program._is_engine_program())
        others = programs - ours
        result = super()._program_check_compute_points(others) if others else {}
        if ours:
            result.update(self._check_engine_programs(ours))
        return result

    def _check_engine_programs(self, programs):
        """:return: the part of ``_program_check_compute_points`` that is ours."""
        if self.partner_id.is_public:
            error = self.env._("This program is not available for public users.")
            return {program: {"error": error} for program in programs}
        return {
            program: {"points": [float(outcome.points)]}
            for program, outcome in self._count_points(programs).items()
        }

    def _count_points(self, programs):
        """What the engine says about this order.

        :return: {loyalty.program: basket.Outcome}
        """
        self.ensure_one()
        if not programs:
            return {}
        adapter = SaleAdapter(self)
        basket = adapter.basket(programs)
        outcomes = {}
        for program in programs:
            outcome = engine.compute(adapter.policy(program), basket)
            remember_count(self, program, outcome)
            outcomes[program] = outcome
        return outcomes

    def _get_earning_programs(self):
        """:return: the loyalty programmes that count this order by themselves."""
        self.ensure_one()
        domain = Domain.AND(
            [
                self._get_program_domain(),
                [
                    ("program_type", "=", "loyalty"),
                    ("trigger", "=", "auto"),
                    ("rule_ids.mode", "=", "auto"),
                ],
            ]
        )
        programs = self.env["loyalty.program"].search(domain)
        return programs.filtered(
            lambda program: (
                program._is_engine_program()
                and (
                    not program.limit_usage
                    or program.total_order_count < program.max_usage
                )
            )
        )

    def _update_programs_and_rewards(self):
        """Recount loyalty points when discounts changed under them.

        Odoo counts points before it updates the discounts they depend on, so an order
        would earn on the discount of its previous state.
        """
        with points_settlement() as settlement:
            settlement.watch(self)
            res = super()._update_programs_and_rewards()
            if self.order_line.reward_id:
                self._recount_points()
        return res

    def _recount_points(self):
        """Write the engine's figure for the order as it stands now."""
        rows = self.coupon_point_ids.filtered(
            lambda row: row.points and row.coupon_id.program_id._is_engine_program()
        )
        outcomes = self._count_points(rows.coupon_id.program_id)
        for row in rows.sudo():
            points = float(outcomes[row.coupon_id.program_id].points)
            if row.points != points:
                row.points = points

    def _apply_program_reward(self, reward, coupon, **kwargs):
        with points_settlement() as settlement:
            settlement.watch(self)
            return super()._apply_program_reward(reward, coupon, **kwargs)

    def _write_vals_from_reward_vals(self, reward_vals, old_lines, delete=True):
        with points_settlement() as settlement:
            settlement.watch(self)
            return super()._write_vals_from_reward_vals(reward_vals, old_lines, delete)

    def _remove_program_from_points(self, programs):
        with points_settlement() as settlement:
            settlement.watch(self)
            return super()._remove_program_from_points(programs)

    def _add_points_for_coupon(self, coupon_points):
        with points_settlement() as settlement:
            settlement.watch(self)
            return super()._add_points_for_coupon(coupon_points)

    def _get_point_changes(self):
        """Leave the cards of members to the ledger."""
        return {
            card: change
            for card, change in super()._get_point_changes().items()
            if not card.is_member_card
        }
