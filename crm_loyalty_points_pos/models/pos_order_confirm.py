from decimal import Decimal

from odoo import models

from odoo.addons.crm_loyalty_points.tools import basket as engine
from odoo.addons.crm_loyalty_points.tools.points_guard import allow_points_write

from ..tools.claim_bound import most_points
from ..tools.reward_cost import reward_uses
from .pos_order_points import PAID

ZERO = Decimal(0)


class PosOrder(models.Model):
    """The till's two calls about points: one before the payment, one after the order.

    The second one finds the points of members done. It still makes the coupons and gift
    cards that the order gives, within what its goods can give, and tells the till the
    balances. It may come late, twice or never.
    """

    _inherit = "pos.order"

    def validate_coupon_programs(self, point_changes, new_codes, order_uuid=None):
        """As Odoo's, and hold the codes that are about to be used.

        :param order_uuid: the order that is being paid; without it the cashier holds
        """
        result = super().validate_coupon_programs(point_changes, new_codes)
        if not result["successful"]:
            return result
        changes = {int(card_id): points for card_id, points in point_changes.items()}
        cards = self.env["loyalty.card"].browse(changes)
        self.env["loyalty.card"].check_access("read")
        return (
            cards.sudo()._reserve_at_till(changes, order_uuid or f"user:{self.env.uid}")
            or result
        )

    def confirm_coupon_programs(self, coupon_data):
        self.ensure_one()
        self.check_access("write")
        order = self.sudo().with_company(self.company_id)
        order._settle_points()
        claims = {int(key): dict(claim) for key, claim in coupon_data.items()}
        members, others = order._split_claims(claims)
        with allow_points_write():
            updates = order._confirm_members(members)
            others = order._confirm_others(others)
            result = super().confirm_coupon_programs(others)
        result["coupon_updates"] += updates
        result["program_updates"] += order._get_program_updates(members)
        return result

    def _remove_duplicate_coupon_data(self, coupon_data):
        """Odoo looks for rows of its history, which clients may write and which are
        missing where an order gave as much as it took. ``coupons_confirmed`` tells."""

    def _split_claims(self, claims):
        """:return: (claims on cards that the ledger keeps, other claims)"""
        Card = self.env["loyalty.card"]
        Program = self.env["loyalty.program"]
        members, others = {}, {}
        for key, claim in claims.items():
            program = Program.browse(claim.get("program_id"))
            (members if Card._is_ledgered(program) else others)[key] = claim
        return members, others

    # -- members ---------------------------------------------------------------------

    def _confirm_members(self, claims):
        """:return: what the till is told about the cards, under the ids it knows"""
        if not self.lines and not self.coupons_confirmed:
            self._post_claims(claims)
        self._choose_wallet(claims)
        self._open_wallets(claims)
        updates = []
        for key, claim in claims.items():
            card = self._get_claimed_card(key, claim)
            if card:
                self._add_member_history(card)
                updates.append(
                    {
                        "id": card.id,
                        "old_id": key,
                        "points": card.points,
                        "code": card.code,
                        "program_id": card.program_id.id,
                        "partner_id": card.partner_id.id,
                    }
                )
        return updates

    def _get_claimed_card(self, key, claim):
        """:return: the customer's card, else the one the till named"""
        Card = self.env["loyalty.card"]
        program_id = claim["program_id"]
        if self.partner_id:
            own = Card.search(
                [
                    ("partner_id", "=", self.partner_id.id),
                    ("program_id", "=", program_id),
                    ("is_member_card", "=", True),
                ],
                limit=1,
            )
            if own:
                return own
        card = Card.browse(key if key > 0 else []).exists()
        return card.filtered(lambda each: each.program_id.id == program_id)

    def _choose_wallet(self, claims):
        """Where several prepaid programmes sell the same product, the till says which
        one was meant."""
        if self.wallet_program_id or self.state not in PAID:
            return
        for claim in claims.values():
            program = self.env["loyalty.program"].browse(claim["program_id"])
            if program.program_type == "ewallet" and claim.get("points", 0) > 0:
                self.wallet_program_id = program
                self._recount_points()
                return

    def _open_wallets(self, claims):
        """Give the customer an empty eWallet of each programme that the till names, as
        Odoo does: the next top-up finds it. A prepaid card is there when it is bought.
        """
        programs = self.env["loyalty.program"].browse(
            {claim["program_id"] for claim in claims.values()}
        )
        if self.partner_id and self.state in PAID:
            wallets = programs & self._get_points_programs()
            self._get_member_cards(
                wallets.filtered(
                    lambda program: (
                        program.program_type == "ewallet" and not program.is_prepaid
                    )
                )
            )

    def _post_claims(self, claims):
        """An order without lines tells only by its total what it may give: prepaid
        value that was paid for, and no points."""
        left = max(engine.number(self.amount_total, 2), ZERO)
        for key, claim in claims.items():
            points = engine.number(claim.get("points"), 2)
            program = self.env["loyalty.program"].browse(claim["program_id"])
            if points > 0 and program.program_type != "ewallet":
                continue
            points = min(points, left)
            if not points:
                continue
            card = self._get_claimed_card(key, claim)
            card = card or self._get_member_cards(program).get(program)
            if card:
                left -= max(points, ZERO)
                self._post_claim(card, points)

    def _post_claim(self, card, points):
        kind = "earn" if points > 0 else "redeem"
        program, day = card.program_id, self._get_points_date()
        self.env["loyalty.point.entry"]._post(
            [
                {
                    "card_id": card.id,
                    "kind": kind,
                    "points": points,
                    "key": f"pos:{self.uuid}:claim:{kind}:{card.id}",
                    "reason": "order",
                    "date": day,
                    "expiry": program._get_award_expiry(day) if points > 0 else None,
                    "source_model": self._name,
                    "source_id": self.id,
                    "source_name": self.name,
                    "branch_id": self.branch_id.id or None,
                }
            ]
        )

    def _add_member_history(self, card):
        """Write Odoo's history once, with what was given and taken apart."""
        History = self.env["loyalty.history"]
        mine = [("order_model", "=", self._name), ("order_id", "=", self.id)]
        if History.search_count([*mine, ("card_id", "=", card.id)], limit=1):
            return
        entries = self.env["loyalty.point.entry"].search(
            [
                ("source_model", "=", self._name),
                ("source_id", "=", self.id),
                ("card_id", "=", card.id),
            ]
        )
        points = entries.mapped("points")
        issued = sum(each for each in points if each > 0)
        used = -sum(each for each in points if each < 0)
        if issued or used:
            self._add_coupon_history(card, issued, used)

    def _get_program_updates(self, claims):
        programs = self.env["loyalty.program"].browse(
            {claim["program_id"] for claim in claims.values()}
        )
        return [
            {"program_id": program.id, "usages": program.total_order_count}
            for program in programs.exists()
        ]

    # -- coupons and gift cards ------------------------------------------------------

    def _confirm_others(self, claims):
        """:return: the claims that Odoo may still carry out: none the second time, and
        no more points than the goods can give"""
        if self.coupons_confirmed:
            return {}
        if self.state in PAID or not self.lines:
            # An UPDATE of the order: of two calls at once, one waits and finds it.
            self.coupons_confirmed = True
        left = {}
        for key, claim in claims.items():
            self._bound_claim(key, claim, left)
        return claims

    def _bound_claim(self, key, claim, left):
        """Lower the points of a claim to what is possible.

        :param left: {program: Decimal that the order may still give}
        """
        program = self.env["loyalty.program"].browse(claim["program_id"])
        if program not in left:
            left[program] = self._get_most_points(program)
        done = (self.coupon_uses or {}).get(str(key))
        spent = Decimal(done["used"]) if done else self._get_claimed_cost(claim)
        earned = engine.number(claim.get("points"), 2) + spent
        given = min(earned, left[program])
        left[program] -= max(given, ZERO)
        if earned > given:
            card = self.env["loyalty.card"].browse(key if key > 0 else [])
            self.env["pos.points.exception"]._report(
                self, "claim", card, float(earned - given)
            )
        claim["points"] = float(max(given, ZERO) if done else given - spent)
        if done and program.program_type == "gift_card":
            # What Odoo takes for "nothing to change": it was taken when the order came.
            claim["points"] = self.env["loyalty.card"].browse(key).points

    def _get_most_points(self, program):
        if not self.lines:
            return max(engine.number(self.amount_total, 2), ZERO)
        return most_points(self, program) if self.state in PAID else ZERO

    def _get_claimed_cost(self, claim):
        """:return: Decimal, what the rewards of a claim cost"""
        codes = set(claim.get("line_codes") or ())
        return sum(
            (
                use.points
                for use in reward_uses(self)
                if codes & set(use.lines.mapped("reward_identifier_code"))
            ),
            ZERO,
        )
