from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.crm_segments.tools.order_import_guard import orders_imported

from ..tools import tier_sql
from ..tools.ledger_sql import relation
from ..tools.local_day import local_today
from ..tools.tier_policy import DAY, walk

MOVE_COLUMNS = {"id": "int", "from_id": "int", "to_id": "int", "figure": "float8"}


class LoyaltyCard(models.Model):
    """Members rise at once, and fall in the job of the month's end only.

    Everything here works on many cards by a few statements: an import of 100,000
    awards, or the job over all members, moves tiers as one booking does.
    """

    _inherit = "loyalty.card"

    tier_pricelist_id = fields.Many2one(
        "product.pricelist",
        readonly=True,
        copy=False,
        ondelete="set null",
        help="The price list that this card's tier gave the customer.",
        prefetch="tier",
    )

    # -- up ------------------------------------------------------------------------

    @api.model
    def _rise_after_posting(self, card_ids):
        """Raise cards whose points were just posted, in the same transaction."""
        policies = self.env["loyalty.program"]._get_tier_policies()
        for program_id, (basis, _policy) in policies.items():
            if basis == "points" and card_ids:
                program = self.env["loyalty.program"].sudo().browse(program_id)
                self._rise(program, list(card_ids))

    @api.model
    def _rise_customers(self, partner_ids, bases):
        """Raise the cards of customers who bought or came, where that counts.

        :param partner_ids: ids of commercial partners
        :param bases: set of values of `loyalty.program.tier_basis`
        """
        policies = self.env["loyalty.program"]._get_tier_policies()
        program_ids = [id_ for id_, (basis, _p) in policies.items() if basis in bases]
        if not program_ids or not partner_ids:
            return
        cards = self.sudo().search(
            [
                ("program_id", "in", program_ids),
                ("partner_id", "child_of", list(partner_ids)),
                ("is_member_card", "=", True),
            ]
        )
        for program, group in cards.grouped("program_id").items():
            self._rise(program, group.ids)

    @api.model
    def _rise(self, program, card_ids=None, why=None, today=None):
        """Raise the cards of a programme that reach more than they have.

        :param card_ids: list of ids, None for all
        :param why: as `loyalty.tier.history.reason`, default that of a rise
        :param today: local date, default now
        :return: [(card id, old tier id, new tier id, figure)]
        """
        found = program._get_tier_policy()
        if not found:
            return []
        basis, policy = found
        today = today or local_today(self.env, program.company_id[:1])
        if basis == "points":
            self.flush_model()
        else:
            self.env.flush_all()
        rows = tier_sql.rising(program, basis, policy, today, card_ids)
        moves = [
            (card_id, tier_id, policy.keys[rank - 1], figure)
            for card_id, tier_id, rank, figure in rows
        ]
        why = why or ("import" if orders_imported() else "rise")
        self._move_tiers(moves, why, today)
        return moves

    # -- down ----------------------------------------------------------------------

    @api.model
    def _fall(self, program, months, today, card_ids):
        """Do the jobs of some months for some cards, as if each had been done on its
        day: who rose since stays up.

        Safe to repeat: where a card stood before is read from its history.

        :param months: first days of months, in order, none after `today`
        :return: [(card id, old tier id, new tier id or None, figure)]
        """
        basis, policy = program._get_tier_policy()
        falling = set()
        for month in months:
            falling.update(tier_sql.falling(program, basis, policy, month, card_ids))
        if not falling:
            return []
        days = [months[0] + DAY * past for past in range((today - months[0]).days + 1)]
        ends = [end for month in months for end in policy.month_ends(month)]
        ranks = tier_sql.reached(program, basis, policy, [*days, *ends], falling)
        base = policy.rank(0)
        moves = []
        for card_id, tier_id, past_id, given in tier_sql.standings(
            self.env, policy, months, falling
        ):
            own = policy.rank_of(tier_id)
            rank = walk(
                policy,
                max(policy.rank_of(past_id), given),
                months,
                days,
                lambda day, card_id=card_id: ranks.get((card_id, day), base),
            )
            rank = max(rank, given)
            if rank < own or not own:
                to_id = policy.keys[rank - 1] if rank else None
                moves.append((card_id, tier_id, to_id, None))
        self._move_tiers(moves, "month_end", today)
        return moves

    # -- what a move brings --------------------------------------------------------

    @api.model
    def _move_tiers(self, moves, reason, day):
        """Give cards other tiers.

        :param moves: [(card id, old tier id or None, new tier id or None, figure)]
        :param reason: as `loyalty.tier.history.reason`
        :param day: local date
        """
        if not moves:
            return
        self.flush_model()
        self.env.cr.execute(
            SQL(
                """UPDATE loyalty_card c
                      SET tier_id = tier_move.to_id,
                          tier_since = CASE WHEN tier_move.to_id IS NOT NULL
                                            THEN %s::date END,
                          write_date = now() AT TIME ZONE 'UTC'
                     FROM %s WHERE c.id = tier_move.id""",
                day,
                relation(self.env.cr, "tier_move", MOVE_COLUMNS, moves),
            )
        )
        cards = self.sudo().browse([move[0] for move in moves])
        cards.invalidate_recordset(["tier_id", "tier_since"], flush=False)
        cards.modified(["tier_id", "tier_since"])
        self._tiers_moved(moves, reason, day)

    @api.model
    def _tiers_moved(self, moves, reason, day):
        """What follows a change of tiers: history, price lists, gifts."""
        self.flush_model(["tier_id", "company_id", "program_id"])
        self.env["loyalty.tier.history"].sudo()._record(moves, reason, day)
        cards = self.sudo().browse([move[0] for move in moves])
        cards.invalidate_recordset(["tier_history_ids"], flush=False)
        # Most tiers give neither: 100,000 cards need not be looked at for nothing.
        tier_ids = {id_ for _card, *ids, _figure in moves for id_ in ids if id_}
        tiers = self.env["loyalty.tier"].sudo().browse(tier_ids)
        if tiers.pricelist_id:
            cards._set_tier_pricelists()
        if reason in ("rise", "manual"):
            generous = tiers.filtered("gift_points")._ids
            entered = [move[0] for move in moves if move[2] in generous]
            cards.browse(entered)._give_tier_gifts(day)

    def _merge_into(self, survivor):
        """The surviving card has the better tier, and what counted on the others."""
        moves = []
        if self:
            moves = self._plan_tier_merge(survivor)
        res = super()._merge_into(survivor)
        if self:
            today = local_today(self.env, survivor.company_id)
            self._move_tiers(moves, "merge", today)
            self._rise_after_posting(survivor.ids)
        return res

    def _plan_tier_merge(self, survivor):
        """Also hand over the longest hold on a tier given by hand.

        :return: moves, see `_move_tiers`
        """
        ladder = {
            tier: place for place, tier in enumerate(survivor.program_id.tier_ids)
        }

        def place(card):
            return ladder.get(card.tier_id, -1)

        best = max(self.sudo() | survivor.sudo(), key=place)
        if place(best) <= place(survivor.sudo()):
            return []
        if best.tier_given_id:
            survivor.sudo()._hold_tier(best.tier_given_id, best.tier_until)
        return [(survivor.id, survivor.tier_id.id or None, best.tier_id.id, None)]
