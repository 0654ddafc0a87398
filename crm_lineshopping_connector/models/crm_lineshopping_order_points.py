from odoo import fields, models
from odoo.tools import SQL

from odoo.addons.crm_loyalty_points.tools import basket as engine
from odoo.addons.crm_loyalty_points.tools.order_ledger import OrderLedger, confirming
from odoo.addons.crm_loyalty_points.tools.points_guard import allow_points_write

DUE = "due"
# Why an order gives nothing: reasons of what is taken back.
CANCELLED = "line_cancelled"
EXPIRED = "line_expired"
REFUNDED = "line_refunded"
FAILED = "line_failed"
UNPAID = "line_unpaid"
REFUND_PENDING = "line_refund_pending"
UNKNOWN = "line_unknown"
REFUSED = "line_refused"
OTHER_BUYER = "line_other_buyer"

ORDER_VERDICTS = {"CANCELED": CANCELLED, "EXPIRED": EXPIRED}
OPEN_ORDERS = {"FINALIZED", "COMPLETED"}
PAYMENT_VERDICTS = {
    "PAID": DUE,
    # the shop keeps the money, as far as the words say
    "FAILED_REFUND": DUE,
    "REJECTED_REFUND": DUE,
    "PENDING_REFUND": REFUND_PENDING,
    "REFUND": REFUNDED,
    "FAILED_AFTER_PAID": FAILED,
    "NO_PAYMENT": UNPAID,
    "PENDING": UNPAID,
}
# Nobody knows yet how it ends.
FROZEN = {REFUND_PENDING, UNKNOWN}
APPROVED = {"auto", "approved"}


class CrmLineshoppingOrder(models.Model):
    """The points of an order: what the ledger should hold follows from the order as it
    stands, its buyer and the approval, and from nothing else.

    The sale order is the source of the entries, and what it gives is counted as in any
    other channel (`OrderLedger`). So whatever LINE SHOPPING tells, however often and in
    whatever order, the same state gives the same points. Points that are frozen are
    taken off the card, and come back with their old last day.
    """

    _inherit = "crm.lineshopping.order"

    approval = fields.Selection(
        [
            ("auto", "Automatic"),
            ("first", "Approved by one person"),
            ("approved", "Approved"),
            ("refused", "Refused"),
        ],
        "Approval of Points",
        readonly=True,
    )
    points = fields.Float(
        "Number of Points",
        digits=(16, 2),
        readonly=True,
        help="What the buyer has got, those to come among them; while the order waits "
        "for approval, what it would give.",
    )
    completed_at = fields.Datetime("Completed On", readonly=True)
    counted_basis = fields.Char(
        readonly=True, help="Which money counted when the order first gave points."
    )

    # -- what is due -----------------------------------------------------------------

    def _get_points_verdict(self):
        """:return: "due", or the reason why this order gives no points as it stands"""
        self.ensure_one()
        verdict = ORDER_VERDICTS.get(self.order_status)
        if not verdict and self.order_status not in OPEN_ORDERS:
            verdict = UNKNOWN
        return verdict or PAYMENT_VERDICTS.get(self.payment_status, UNKNOWN)

    def _get_earner(self):
        """:return: res.partner whose card gets the points now, perhaps empty"""
        due = self.approval in APPROVED and self._get_points_verdict() == DUE
        return self.partner_id if due else self.partner_id.browse()

    # -- bringing it about -----------------------------------------------------------

    def _settle_points(self):
        """Make the ledger hold what these orders give, no more and no less."""
        orders = self.sudo()._lock_rows()
        for order in orders:
            order._note_completion()
            order._note_approval()
        for shop, group in orders.grouped("shop_id").items():
            group = group.with_company(shop.company_id)
            program = shop._get_program()
            for part in group._split_for_limits(program):
                part._settle_with_ledger(program)

    def _note_completion(self):
        """Points that become available some days after completion count from here."""
        if self.order_status != "COMPLETED":
            if self.completed_at:
                self.completed_at = False
        elif not self.completed_at:
            self.completed_at = self.updated_at or fields.Datetime.now()

    def _note_approval(self):
        """Orders of a shop that asks nobody are approved as soon as they give points:
        another setting later takes nothing back. What waits for staff goes on waiting.
        """
        if not self._is_automatic():
            return
        if self.match_method == "staff":
            self._weigh_word()
        else:
            self.approval = "auto"

    def _is_automatic(self):
        """:return: whether nobody has decided, and nobody has to"""
        return (
            not self.approval
            and self.partner_id
            and self.points_state != "waiting"
            and self.shop_id.points_approval == "auto"
            and self._get_points_verdict() == DUE
        )

    def _find_card(self):
        """:return: loyalty.card of the buyer, perhaps empty"""
        cards = self._find_cards(self.shop_id._get_program())
        return cards.get(self.partner_id.id) or self.env["loyalty.card"]

    def _count_due(self, card):
        """:param card: loyalty.card of the buyer, perhaps empty
        :return: points that the order gives once it is approved; 0 also where nobody
            can tell yet"""
        sale = self.with_company(self.company_id).sale_order_id
        if not card or sale.state != "sale" or self._get_points_verdict() != DUE:
            return 0.0
        return sale._count_lineshopping(card.program_id)

    def _split_for_limits(self, program):
        """:return: list of recordsets: where a member may earn only so much a day, one
        order of a member after the other"""
        if not program or "earned" not in program._get_earning_needs():
            return [self]
        return list(self.sorted(lambda row: (row._get_points_moment_utc(), row.id)))

    def _settle_with_ledger(self, program):
        """:param program: loyalty.program whose members get the points"""
        cards = self._find_cards(program)
        sales = self.sale_order_id.filtered(lambda sale: sale.state == "sale")
        with confirming(sales), allow_points_write():
            expected = {
                row: row._plan_points(cards.get(row.partner_id.id)) for row in self
            }
            self.env.flush_all()
            ledger = OrderLedger(sales).load()
            by_reason = {}
            for row in self.filtered(lambda row: row.sale_order_id in sales):
                reason = row._get_reversal_reason(ledger)
                by_reason.setdefault(reason, sales.browse())
                by_reason[reason] |= row.sale_order_id
            for reason, group in by_reason.items():
                OrderLedger(group).load().settle(reason)
        self._note_points(expected)

    def _find_cards(self, program):
        """:return: {id of the customer: loyalty.card}"""
        if not program:
            return {}
        cards = self.env["loyalty.card"]._cards_of_customers(self.partner_id, program)
        return {card.partner_id.commercial_partner_id.id: card for card in cards}

    def _plan_points(self, card):
        """Write what the sale order gives to which card, as Odoo keeps it.

        :param card: loyalty.card of the buyer, or None
        :return: points that the order gives, or would give if it were approved
        """
        sale = self.sale_order_id
        if not sale:
            return 0
        self._note_claimer(sale)
        waits = (
            self._get_points_verdict() == DUE and self.approval not in APPROVED
        ) and self.approval != "refused"
        points = 0
        if card and sale.state == "sale" and (waits or self._get_earner()):
            points = sale._count_lineshopping(card.program_id)
        wanted = card if points and not waits else self.env["loyalty.card"]
        rows = sale.coupon_point_ids
        (rows - rows.filtered(lambda row: row.coupon_id == wanted)).unlink()
        row = sale.coupon_point_ids
        if not wanted:
            return points
        if not self.counted_basis:
            self.counted_basis = self.shop_id.points_basis
        if not row:
            row.create({"order_id": sale.id, "coupon_id": card.id, "points": points})
        elif row.points != points:
            row.points = points
        return points

    def _note_claimer(self, sale):
        """The order is among those of the member who bought it, whoever got the parcel
        and the invoice."""
        buyer = self.partner_id
        claimer = buyer if buyer != sale.partner_id.commercial_partner_id else False
        if sale.points_claimer_id != (claimer or buyer.browse()):
            sale.points_claimer_id = claimer

    def _get_reversal_reason(self, ledger):
        """:param OrderLedger ledger: with the sale order's entries
        :return: why points are taken back, None for what the goods say"""
        verdict = self._get_points_verdict()
        if verdict != DUE:
            return verdict
        if self.approval == "refused":
            return REFUSED
        buyer = self.partner_id.commercial_partner_id
        cards = self.env["loyalty.card"].browse(
            card_id
            for (card_id, _kind), net in ledger.net(self.sale_order_id).items()
            if net
        )
        others = cards.partner_id.commercial_partner_id - buyer
        return OTHER_BUYER if others else None

    def _note_points(self, expected):
        """Write how the points stand, for lists and pages.

        :param expected: {row: points that it gives or would give}
        """
        had = self._read_points()
        for row in self:
            points = had.get(row.sale_order_id.id)
            state = row._get_points_state(points is not None, expected[row])
            points = expected[row] if state == "waiting" else points or 0.0
            if row.points_state != state:
                row.points_state = state
            if row.points != points:
                row.points = points

    def _get_points_state(self, moved, expected):
        """:param moved: whether points of the order ever were on a card
        :param expected: points that it gives or would give"""
        verdict = self._get_points_verdict()
        if self.partner_id and self.sale_order_id and verdict == DUE:
            if expected and self.approval in (False, "first"):
                return "waiting"
            if self.approval in APPROVED and self.sale_order_id.state == "sale":
                return "given" if moved else "none"
        if not moved:
            return "none"
        return "frozen" if verdict in FROZEN else "reversed"

    def _read_points(self):
        """:return: {id of the sale order: points that it has given, those to come among
        them}; without those that never gave any"""
        self.env["loyalty.point.pending"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """WITH moved AS (
                       SELECT source_model, source_id, points
                         FROM loyalty_point_entry
                    UNION ALL
                       SELECT source_model, source_id,
                              CASE WHEN state = 'pending' THEN points ELSE 0 END
                         FROM loyalty_point_pending)
                   SELECT source_id, sum(points)
                     FROM moved
                    WHERE source_model = 'sale.order' AND source_id = ANY(%s)
                 GROUP BY source_id""",
                self.sale_order_id.ids,
            )
        )
        return {id_: float(engine.number(points, 2)) for id_, points in rows}

    # -- when ------------------------------------------------------------------------

    def _get_points_moment_utc(self):
        """:return: when the points were earned: the payment, else the order"""
        return self.paid_at or self.checkout_at or self.sale_order_id.date_order

    def _is_past_completion(self):
        """:return: whether so many days have gone by since the order was completed as
        the shop lets points wait"""
        if not self.completed_at:
            return False
        company = self.company_id
        done = company._get_local_moment(self.completed_at).date()
        today = company._get_local_moment(fields.Datetime.now()).date()
        return (today - done).days >= self.shop_id.points_days
