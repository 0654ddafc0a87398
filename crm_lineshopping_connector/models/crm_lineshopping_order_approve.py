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
        early = orders.filtered(lambda row: row._is_early())
        early._note_word()
        orders -= early
        alone = orders.filtered(lambda row: row._may_approve())
        todo = alone | early | orders.filtered(lambda row: row.approval == "refused")
        for order in orders - alone:
            if order.approval != "first":
                order._decide("first")
        for order in alone:
            if order.approval == "first":
                order.second_by_id = self.env.user
                order.approval = "approved"
            else:
                order._decide("approved")
        later = todo[AT_ONCE:]
        later.dirty = True
        todo[:AT_ONCE]._settle_points()
        return self._say_approved(len(alone), len(orders - alone), len(later))

    def _may_approve(self):
        """:return: whether the user's word is the last about this order"""
        self.ensure_one()
        user = self.env.user
        if self.approval == "first" and self.approved_by_id:
            return user != self.approved_by_id and user.has_group(MANAGER)
        card = self._find_card()
        return not card._needs_second_person({"points": self._count_asked(card)})

    def _count_asked(self, card):
        """:return: points that an approval gives now, also of what was refused"""
        waiting = card and self.points_state == "waiting" and self.points
        return waiting or self._count_due(card)

    def _is_early(self):
        """:return: whether nobody can tell yet if one person's word is enough"""
        if self.approval == "first" and self.approved_by_id:
            return False
        card = self._find_card()
        return any(card._by_hand_limits()) and not self._count_asked(card)

    def _weigh_choice(self):
        """Whoever says that an order is a customer's gives its points: above the limits
        a manager approves that. Where nobody can tell the points yet, that is decided
        when they come."""
        self.ensure_one()
        card = self._find_card()
        if self.approval == "refused" or not any(card._by_hand_limits()):
            return
        points = self._count_due(card)
        if not points:
            self._note_word()
        elif card._needs_second_person({"points": points}):
            self._decide("first")
        elif self._is_automatic():
            self.approval = "auto"

    def _note_word(self):
        """Keep whose word it is that is weighed later."""
        for order in self:
            order._decide(False)

    def _weigh_word(self):
        """Staff have said whose order this is, before anybody could tell the points:
        now that they come, they are given if whoever said it may give as many."""
        card, user = self._find_card(), self.approved_by_id
        word = card.with_user(user).sudo() if user else card
        if not any(word._by_hand_limits()):
            self.approval = "auto"
            return
        points = self._count_due(card)
        if points and user:
            second = word._needs_second_person({"points": points})
            self.approval = "first" if second else "auto"

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
