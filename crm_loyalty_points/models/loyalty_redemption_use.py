from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools.local_day import local_today

SPENT = 0.995  # a coupon holds one point, or none
USES = {
    "used_at": False,
    "used_branch_id": False,
    "used_operator_id": False,
    "used_model": False,
    "used_document_id": False,
    "used_document": False,
}


class LoyaltyRedemption(models.Model):
    """Using, and taking back.

    A code from the system is a coupon. Whoever takes its point has used it: an order of
    Sales, the till or the website, or the counter (`_use`). When the order gives the
    point back because it was cancelled or refunded, the reward is to be used again, or
    expires in the end; its points stay spent.
    """

    _inherit = "loyalty.redemption"

    def _use(self, branch=None, owner=None):
        """Use the reward here and now, as the counter does.

        The hold on the code decides who comes first when it is used at several places.
        The caller has checked that the user may do this.

        :param branch: crm.branch, or None
        :param str owner: who holds the code already, see `loyalty.card._hold`
        :raise UserError: used, expired or cancelled, or being used elsewhere
        """
        self.ensure_one()
        redemption = self.sudo()
        redemption._check_usable()
        coupon = redemption.coupon_id
        owner = owner or f"redemption:{redemption.id}:{self.env.uid}"
        refused = coupon._hold(owner)
        if refused:
            raise UserError(refused._get_held_message())
        coupon.invalidate_recordset(["points"])
        if coupon and coupon.points < SPENT:
            raise UserError(redemption._get_state_message("used"))
        redemption._become_used(branch=branch)
        if redemption.fulfilment == "delivery":
            redemption.parcel_state = "delivered"
        coupon.points = 0
        coupon._release_hold()

    def _check_usable(self):
        """:raise UserError: why it cannot be used today"""
        self.ensure_one()
        if self.state != "issued":
            raise UserError(self._get_state_message(self.state))
        day = local_today(self.env, self.company_id)
        if self.valid_until and self.valid_until < day:
            raise UserError(self._get_state_message("expired"))

    def _get_state_message(self, state):
        name = self.reward_id._get_condition_name()
        if state == "used":
            return self.env._("%(reward)s has been used already.", reward=name)
        if state == "expired":
            return self.env._(
                "%(reward)s could be used until %(day)s.",
                reward=name,
                day=self.valid_until or "",
            )
        return self.env._("%(reward)s was cancelled.", reward=name)

    def _become_used(self, branch=None, document=None):
        """:param document: the order in which it was used, or None"""
        self.write(
            {
                "state": "used",
                "used_at": fields.Datetime.now(),
                "used_branch_id": branch.id if branch else False,
                "used_operator_id": self.env.uid,
            }
        )
        if document:
            self._note_document(document)

    def _note_document(self, document):
        """Remember the order in which these were used, with its branch.

        :param document: an order with `branch_id`
        """
        for redemption in self:
            redemption.write(
                {
                    "used_model": document._name,
                    "used_document_id": document.id,
                    "used_document": document.name,
                    "used_branch_id": document.branch_id.id,
                    "cost": redemption._get_cost_in(document),
                }
            )

    def _get_cost_in(self, document):
        """:return: what the reward cost in an order: the discount it gave, or the cost
        of the item"""
        self.ensure_one()
        reward = self.reward_id
        lines = self._get_reward_lines(document)
        if reward.unit_cost or reward.reward_type == "product" or not lines:
            return self.cost
        return document.currency_id._convert(
            -sum(lines.mapped("price_subtotal")),
            self.currency_id,
            self.company_id,
            self.date,
        )

    def _get_reward_lines(self, document):
        """:return: the lines of an order on which the code was used"""
        if document._name != "sale.order":
            return self.env["sale.order.line"]
        return document.order_line.filtered(
            lambda line: line.coupon_id == self.coupon_id
        )

    # -- what happens to the coupon ------------------------------------------------

    def _sync_with_coupon(self):
        """Follow the coupons: their points were taken or given back by orders."""
        for redemption in self:
            spent = redemption.coupon_id.points < SPENT
            if spent and redemption.state == "issued":
                redemption._become_used(document=redemption._find_document())
            elif not spent and redemption.state == "used":
                redemption.write({"state": "issued", **USES})

    def _find_document(self):
        """:return: the confirmed order in which the coupon is used, or None: an order
        that is being confirmed tells it itself"""
        self.ensure_one()
        line = self.env["sale.order.line"].search(
            [("coupon_id", "=", self.coupon_id.id), ("state", "=", "sale")],
            order="id desc",
            limit=1,
        )
        return line.order_id or None

    def _close_coupon(self):
        """Nobody can use the codes any more."""
        coupons = self.coupon_id
        coupons.with_context(loyalty_no_mail=True).write({"points": 0, "active": False})
        coupons._release_hold()

    # -- cancelling ----------------------------------------------------------------

    def action_cancel(self):
        """Take unused rewards back: the points return to their own awards.

        :raise UserError: one of them was used, or is being used
        """
        self._check_officer()
        self.sudo()._cancel()
        return True

    def _cancel(self, reason="reward_cancelled"):
        for redemption in self:
            redemption._hold_to_close()
        self._cancel_for_good(reason)
        self._return_points(reason)

    def _cancel_for_good(self, reason):
        """Nobody gets these any more. The points stay spent.

        :param str reason: of `cancel_reason`
        """
        self.write(
            {
                "state": "cancelled",
                "closed_at": fields.Datetime.now(),
                "cancel_reason": reason,
            }
        )
        self._close_coupon()
        self._return_stock()
        self._cancel_orders()

    def _hold_to_close(self):
        """:raise UserError: it is not to be used any more, or is being used"""
        self.ensure_one()
        if self.state != "issued":
            raise UserError(self._get_state_message(self.state))
        refused = self.coupon_id._hold(f"redemption:{self.id}:close")
        if refused:
            raise UserError(refused._get_held_message())
        self.coupon_id.invalidate_recordset(["points"])
        if self.coupon_id and self.coupon_id.points < SPENT:
            raise UserError(self._get_state_message("used"))

    def action_undo_use(self):
        """Take back a use that was marked by mistake; orders are cancelled instead.

        :raise UserError: used in an order, or a parcel on its way
        """
        self._check_officer()
        for redemption in self.sudo():
            if redemption.state != "used":
                raise UserError(redemption.env._("It has not been used."))
            if redemption.used_document_id:
                raise UserError(
                    self.env._(
                        "It was used in %(order)s: cancel or refund that.",
                        order=redemption.used_document,
                    )
                )
            redemption.write({"state": "issued", **USES})
            if redemption.fulfilment == "delivery":
                redemption.parcel_state = "to_send"
            redemption.coupon_id.points = 1
        return True

    # -- views ---------------------------------------------------------------------

    def action_view_entries(self):
        """:return: the entries of the points ledger about this reward"""
        return self.env["loyalty.point.entry"]._view_source(self)

    def action_view_document(self):
        """:return: the order in which it was used"""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self.used_model,
            "res_id": self.used_document_id,
            "view_mode": "form",
        }

    @api.model
    def _find_by_code(self, code):
        """:return: the redemption whose code was typed or scanned, or an empty one"""
        code = (code or "").strip()
        if not code:
            return self.browse()
        found = self.sudo().search(
            [("coupon_id.code", "in", [code, code.upper()])], limit=1
        )
        if not found:
            found = self.sudo().search(
                [("code", "=", code), ("fulfilment", "=", "own_code")],
                order="state, id",
                limit=1,
            )
        return found.sudo(False)._filtered_access("read")
