from odoo import fields, models
from odoo.exceptions import AccessError

OFFICER = "crm_segments.crm_segments_group_officer"
MANAGER = "crm_segments.crm_segments_group_manager"
# More are settled in the background.
AT_ONCE = 300


class CrmLineshoppingOrder(models.Model):
    """Staff approve the points of many orders at a time.

    Above the limits for points that people give by hand, and for an order of the
    approver's own, a manager approves as a second person.
    """

    _inherit = "crm.lineshopping.order"

    approved_by_id = fields.Many2one(
        "res.users", "Decided by", readonly=True, ondelete="set null"
    )
    second_by_id = fields.Many2one(
        "res.users", "Second Person", readonly=True, ondelete="set null"
    )
    decided_at = fields.Datetime("Decided On", readonly=True)
    refusal = fields.Char("Why Refused", readonly=True)

    def _as_points_officer(self):
        """:return: these orders as superuser
        :raise AccessError: somebody else than an officer, or of another company"""
        self.check_access("read")
        if not self.env.user.has_group(OFFICER):
            raise AccessError(self.env._("Only officers decide about points."))
        return self.sudo()

    def action_approve_points(self):
        """Give the points of those of these orders that wait, or that were refused.

        :return: a notification that says how many, and how many need a second person
        :raise AccessError: see `_as_points_officer`
        """
        orders = self._as_points_officer()._lock_rows()
        orders = orders.filtered(
            lambda row: row.points_state == "waiting" or row.approval == "refused"
        )
        alone = orders.filtered(lambda row: row._may_approve())
        for order in orders - alone:
            if order.approval != "first":
                order._decide("first")
        for order in alone:
            if order.approval == "first":
                order.second_by_id = self.env.user
                order.approval = "approved"
            else:
                order._decide("approved")
        later = alone[AT_ONCE:]
        later.dirty = True
        alone[:AT_ONCE]._settle_points()
        return self._say_approved(len(alone), len(orders - alone), len(later))

    def _may_approve(self):
        """:return: whether the user's word is the last about this order"""
        self.ensure_one()
        user = self.env.user
        if self.approval == "first" and self.approved_by_id:
            return user != self.approved_by_id and user.has_group(MANAGER)
        program = self.shop_id._get_program()
        card = program and self._find_cards(program).get(self.partner_id.id)
        if not card or not self.points:
            return True
        card = card.with_env(self.env)
        return not card._needs_second_person({"points": self.points})

    def _ask_second_person(self, partner):
        """Whoever says that an order is a customer's gives its points: above the limits
        a manager approves that.

        :param partner: res.partner who is going to be the buyer
        """
        self.ensure_one()
        program = self.shop_id._get_program()
        cards = self.env["loyalty.card"]
        if program:
            cards = cards._cards_of_customers(partner, program).with_env(self.env)
        sale = self.sale_order_id
        if cards and sale and self.approval != "refused":
            points = self.points or sale._count_lineshopping(program)
            if points and cards._needs_second_person({"points": points}):
                self._decide("first")

    def _decide(self, approval, refusal=False):
        self.write(
            {
                "approval": approval,
                "approved_by_id": self.env.uid,
                "second_by_id": False,
                "decided_at": fields.Datetime.now(),
                "refusal": refusal,
            }
        )

    def _withdraw_approval(self):
        """Somebody else gets the points: nobody has approved that."""
        self.write(
            {
                "approval": False,
                "approved_by_id": False,
                "second_by_id": False,
                "decided_at": False,
            }
        )

    def _say_approved(self, given, asked, later):
        """:return: action that shows a notification and reads the list again"""
        texts = [self.env._("Orders approved: %(number)s.", number=given)]
        if later:
            texts.append(
                self.env._(
                    "The points of %(number)s of them follow in the background.",
                    number=later,
                )
            )
        if asked:
            texts.append(
                self.env._(
                    "Waiting for a manager as second person: %(number)s.", number=asked
                )
            )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning" if asked else "success",
                "message": " ".join(texts),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def action_refuse_points(self):
        """:return: the form that asks why
        :raise AccessError: see `_as_points_officer`"""
        self._as_points_officer()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Refuse Points"),
            "res_model": "crm.lineshopping.refusal",
            "view_mode": "form",
            "target": "new",
            "context": {"default_order_ids": self.ids},
        }

    def _refuse_points(self, reason):
        """Give no points for these orders; what they gave is taken back.

        :raise AccessError: see `_as_points_officer`
        """
        orders = self._as_points_officer()._lock_rows()
        for order in orders:
            order._decide("refused", reason)
        later = orders[AT_ONCE:]
        later.dirty = True
        orders[:AT_ONCE]._settle_points()

    def action_view_point_entries(self):
        """:return: the ledger's list, for the sale order"""
        self.check_access("read")
        return self.sale_order_id.action_view_point_entries()
