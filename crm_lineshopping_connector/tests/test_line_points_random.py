from hypothesis import example, given, settings
from hypothesis import strategies as st

from odoo.tests import new_test_user, tagged

from odoo.addons.crm_loyalty_points.exceptions import NotEnoughPoints
from odoo.addons.crm_loyalty_points.tests.random_size import SEQUENCES, undone

from .points_common import OTHER_PHONE, PHONE, LinePointsCase

STRANGE = "+66855554321"
PHONES = (PHONE, OTHER_PHONE, STRANGE)
ORDERED = ("FINALIZED", "COMPLETED", "CANCELED", "EXPIRED", "WHATEVER")
PAID = (
    *("NO_PAYMENT", "PENDING", "PAID", "REFUND", "PENDING_REFUND"),
    *("FAILED_REFUND", "FAILED_AFTER_PAID", "REJECTED_REFUND", "NEW_WORD"),
)
DUE = {"PAID", "FAILED_REFUND", "REJECTED_REFUND"}
LOST = {"REFUND", "FAILED_AFTER_PAID"}
STEPS = ("order", "phone", "gift", "claim", "staff", "rate", "spend", "approve")
STEPS += ("refuse", "cancel", "confirm", "pay", "pay", "pay", "pay", "pay")
# Mostly what makes a difference.
STATES = (2, 2, 2, 4, 4, 5, *range(len(PAID)))


class Reference:
    """One order in a few lines of plain Python."""

    def __init__(self, automatic):
        self.automatic = automatic
        self.order, self.paid, self.phone, self.gift = "FINALIZED", "PENDING", 0, False
        self.buyer = self.how = self.found_by = self.approval = None
        self.confirmed, self.earned = True, {}

    def due(self):
        return self.order in ("FINALIZED", "COMPLETED") and self.paid in DUE

    def claimable(self, member):
        if self.buyer == member:
            return True
        if self.buyer is not None and self.how != "phone":
            return False
        return self.order not in ("CANCELED", "EXPIRED") and self.paid not in LOST

    def settle(self, rate):
        if self.how == "phone" and (self.gift or self.phone != self.found_by):
            self.buyer = self.how = None
        if self.buyer is None and self.how is None and not self.gift and self.phone < 2:
            self.buyer, self.how, self.found_by = self.phone, "phone", self.phone
        self.settle_points(rate)

    def settle_points(self, rate):
        if self.automatic and self.due() and self.buyer is not None:
            self.approval = self.approval or "yes"
        if self.gives():
            self.earned.setdefault(self.buyer, 100 * rate)

    def gives(self):
        given = self.approval == "yes" and self.confirmed
        return given and self.due() and self.buyer is not None

    def points(self, member):
        return self.earned[member] if self.gives() and self.buyer == member else 0


@tagged("post_install", "-at_install")
class TestRandomLinePoints(LinePointsCase):
    """Whatever is told in whatever order, however often: the cards hold what the orders
    as they stand give to their buyers, at the rate of the day on which they first did,
    and the ledger's own proof holds."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.officer = new_test_user(
            cls.env, "random_officer", "crm_segments.crm_segments_group_officer"
        )
        first, second = (cls._line_order(payment_status="PENDING") for _ in range(2))
        cls.orders = first | second

    def test_any_sequence_of_states(self):
        step = st.tuples(
            st.sampled_from(STEPS),
            st.sampled_from((0, 0, 0, 1)),
            st.sampled_from(STATES),
            st.booleans(),
        )

        @example(True, [("pay", 0, 2, True), ("pay", 0, 4, True)])
        @example(True, [("pay", 0, 2, True), ("staff", 0, 1, False)])
        @example(
            True,
            [
                *(("pay", 0, 2, True), ("rate", 0, 3, True), ("cancel", 0, 0, True)),
                *(("confirm", 0, 0, False), ("pay", 0, 4, True)),
                *(("claim", 0, 1, False), ("pay", 0, 5, True)),
            ],
        )
        @settings(deadline=None, max_examples=SEQUENCES)
        @given(st.booleans(), st.lists(step, min_size=4, max_size=14))
        def check(automatic, steps):
            with undone(self.env):
                self.play(automatic, steps)

        check()

    def play(self, automatic, steps):
        self.shop.points_approval = "auto" if automatic else "staff"
        self.rate, self.spent = 1, [0, 0]
        self.references = [Reference(automatic), Reference(automatic)]
        self.members = [self.partner, self.other_partner]
        self.cards = [self.card, self.other_card]
        for name, place, number, settled in steps:
            order, reference = self.orders[place], self.references[place]
            getattr(self, f"do_{name}")(order, reference, number)
            if settled:
                self.settle(order, reference)
                self.check_order(order, reference)
        for place in (0, 1, 0):
            self.settle(self.orders[place], self.references[place])
        self.check()

    def settle(self, order, reference):
        self._settle(order)
        reference.settle(self.rate)

    def check_order(self, order, reference):
        entries = self._entries(order.sale_order_id)
        for number, card in enumerate(self.cards):
            own = entries.filtered(lambda each, c=card: each.card_id == c)
            self.assertEqual(sum(own.mapped("points")), reference.points(number))

    def check(self):
        for number, card in enumerate(self.cards):
            given = sum(reference.points(number) for reference in self.references)
            self.assertBalance(card, given - self.spent[number])
        for order, reference in zip(self.orders, self.references, strict=True):
            self.check_order(order, reference)
            buyer = reference.buyer
            self.assertEqual(
                order.partner_id,
                self.partner.browse() if buyer is None else self.members[buyer],
            )
            self.assertEqual(order.points_state == "given", reference.gives())
        self.assertEqual(self.env["loyalty.point.award"]._check_ledger(), [])

    # -- steps -----------------------------------------------------------------------

    def do_order(self, order, reference, number):
        reference.order = order.order_status = ORDERED[number % len(ORDERED)]

    def do_pay(self, order, reference, number):
        reference.paid = order.payment_status = PAID[number]

    def do_phone(self, order, reference, number):
        reference.phone = number % 3
        order.recipient_phone = PHONES[number % 3]

    def do_gift(self, order, reference, number):
        reference.gift = order.is_gift = bool(number % 2)

    def do_claim(self, order, reference, number):
        member = number % 2
        claimable = reference.claimable(member)
        self.assertEqual(order._is_claimable(self.members[member]), claimable)
        if claimable:
            order._claim(self.members[member])
            if reference.buyer != member and reference.approval == "yes":
                reference.approval = None if not self.is_auto(order) else "yes"
            reference.buyer, reference.how = member, "claim"
            reference.settle_points(self.rate)

    def do_staff(self, order, reference, number):
        member = number % 3
        nobody = self.partner.browse()
        order._choose_buyer(nobody if member == 2 else self.members[member])
        reference.buyer = None if member == 2 else member
        reference.how = "staff"
        reference.settle_points(self.rate)

    def do_rate(self, _order, _reference, number):
        self.rate = number + 1
        self.program.rule_ids.reward_point_amount = self.rate

    def do_spend(self, _order, _reference, number):
        member = number % 2
        try:
            self._post(-30, card=self.cards[member])
        except NotEnoughPoints:
            return
        self.spent[member] += 30

    def do_approve(self, order, reference, _number):
        asked = order.points_state == "waiting" or order.approval == "refused"
        order.with_user(self.officer).action_approve_points()
        if asked:
            reference.approval = "yes"
            reference.settle_points(self.rate)

    def do_refuse(self, order, reference, _number):
        order.with_user(self.officer)._refuse_points("Test")
        reference.approval = "no"

    def do_cancel(self, order, reference, _number):
        if order.sale_order_id.state == "sale":
            order.sale_order_id._action_cancel()
            reference.confirmed, reference.earned = False, {}

    def do_confirm(self, order, reference, _number):
        if order.sale_order_id.state == "cancel":
            order.sale_order_id.action_draft()
            order.sale_order_id.action_confirm()
            reference.confirmed = True

    def is_auto(self, order):
        return order.approval == "auto"
