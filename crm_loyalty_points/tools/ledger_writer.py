"""The one writer of the points ledger.

A posting is a constant number of statements, however many cards it touches:

1. read the entries of known keys, and which cards were merged into others (not when
   the caller knows that the keys are new, unless a card turns out to be merged);
2. UPDATE the cards: balance and entry counter. This is the lock, see
   `ledger_sql.move_cards`;
3. read open awards and debts (only when something is spent, given back or owed);
4. read what is taken back (only for reversals; two statements);
5. UPDATE the cards again (only when awards lapsed, or for amounts that had to be
   looked up: "all that is left");
6. insert entries, draws and awards and update awards: one statement.

What moves where is decided by `ledger_plan`, in plain Python. When it refuses, the
balances are put back before the error is raised, so that a caller may catch it.
"""

import datetime
from collections import defaultdict

from odoo.exceptions import ConcurrencyError, UserError

from ..exceptions import NotEnoughPoints
from . import ledger_redate, ledger_sql
from .ledger_movement import Movement
from .ledger_plan import NEW, CardPlan, LedgerPlan, Origin, PlanError, Position
from .local_day import local_today
from .points_text import points_text


class LedgerWriter:
    """Posts one list of movements. One instance per call.

    :param new_keys: the caller has made sure that none of the keys was used. Should one
        be there all the same, nothing is posted and Odoo repeats the request.

    After `post`, `ids` has the entry ids in the order asked and `changes`
    {card id: (old, new)} points of each card that was touched.
    """

    def __init__(self, env, vals_list, new_keys=False):
        self.env = env
        self.new_keys = new_keys
        self.movements = [Movement.from_vals(vals) for vals in vals_list]
        self.ids = []
        self.changes = {}
        self.merged_cards = {}
        self._today = {}

    def post(self):
        known, fresh = self._split()
        rows = self._cards_to_move(fresh)
        cards = {card[0]: card for card in ledger_sql.move_cards(self.env, rows)}
        if self.new_keys and any(card[7] for card in cards.values()):
            self._put_back(rows, cards)
            self.new_keys = False
            return self.post()
        try:
            plan, states = self._plan(fresh, rows, cards)
        except Exception:
            self._put_back(rows, cards)
            raise
        self._correct(cards, states)
        self._write(plan, cards, known, self._activity(fresh, cards))
        self.ids = [known[movement.key][0] for movement in self.movements]
        return None

    def _put_back(self, rows, cards):
        """Take back what was added to the cards: nothing was posted."""
        undo = [(id_, -cents, -count) for id_, cents, count in rows if id_ in cards]
        ledger_sql.move_cards(self.env, undo)

    # -- what is new ---------------------------------------------------------------

    def _split(self):
        """:return: ({key: (id, hash)} of posted entries, [movements to post])"""
        known, merged = {}, {}
        if not self.new_keys:
            card_ids = {m.card_id for m in self.movements}
            keys = [m.key for m in self.movements]
            known, merged = ledger_sql.lookup(self.env, keys, list(card_ids))
        bodies = {key: body for key, (_id, body) in known.items()}
        fresh = []
        for movement in self.movements:
            body = bodies.setdefault(movement.key, movement.body)
            if body != movement.body:
                raise self._key_refusal(movement.key)
            if movement.key in known:
                continue
            known[movement.key] = None
            if movement.kind not in ("reversal", "transfer"):
                movement.card_id = merged.get(movement.card_id, movement.card_id)
            fresh.append(movement)
        return known, fresh

    def _key_refusal(self, key):
        return UserError(
            self.env._(
                "The key %(key)s was already used for another movement of points.",
                key=key,
            )
        )

    def _cards_to_move(self, fresh):
        rows = {m.card_id: [0, 0] for m in self.movements}
        rows.update({m.to_card_id: [0, 0] for m in fresh if m.to_card_id})
        for movement in fresh:
            row = rows[movement.card_id]
            if movement.cents is not None and not (
                movement.origin_id or movement.to_card_id
            ):
                row[0] += movement.cents
                row[1] += 1
        return [(id_, cents, count) for id_, (cents, count) in rows.items()]

    # -- what it does --------------------------------------------------------------

    def _plan(self, fresh, rows, cards):
        self._check_cards(rows, cards)
        plan = LedgerPlan()
        states = {}
        positions = self._positions(fresh, cards)
        for id_, cents, count in rows:
            card = cards[id_]
            states[id_] = CardPlan(
                plan,
                id_,
                card[2] - count,
                card[1] - cents,
                self._local_today(card[4]),
                positions.get(id_, ()),
            )
        self._opening = {id_: state.balance for id_, state in states.items()}
        origins = self._origins(fresh)
        for origin in origins.values():
            if origin.card_id in states:
                states[origin.card_id].origins[origin.ref] = origin
        for movement in fresh:
            try:
                self._plan_one(movement, states, origins, cards)
            except PlanError as error:
                raise self._refusal(error) from error
        return plan, states

    def _check_cards(self, rows, cards):
        for id_, *_rest in rows:
            if id_ not in cards:
                raise ValueError(f"no loyalty card {id_} with a programme")
            if not cards[id_][6]:
                raise ValueError(f"loyalty card {id_} is not kept in the ledger")

    def _positions(self, fresh, cards):
        spending = {m.card_id for m in fresh if m.cents is None or m.cents < 0}
        spending.update(m.card_id for m in fresh if m.origin_id)
        spending.update(m.to_card_id for m in fresh if m.to_card_id)
        indebted = {card[0] for card in cards.values() if card[8]}
        positions = defaultdict(list)
        if spending or indebted:
            for card_id, ref, expiry, cents in ledger_sql.open_positions(
                self.env, list(spending | indebted)
            ):
                positions[card_id].append(Position(ref, expiry, cents))
        return positions

    def _origins(self, fresh):
        ids = [m.origin_id for m in fresh if m.origin_id]
        if not ids:
            return {}
        found = {
            row[0]: Origin(*row, draws=[]) for row in ledger_sql.origins(self.env, ids)
        }
        for ref, *draw in ledger_sql.origin_draws(self.env, ids):
            found[ref].draws.append(tuple(draw))
        return found

    def _plan_one(self, movement, states, origins, cards):
        card = states[movement.card_id]
        if movement.origin_id:
            if movement.origin_id not in origins:
                raise PlanError("reversal_card", entry=movement.origin_id)
            card.reverse(origins[movement.origin_id], movement.cents, (movement, ""))
        elif movement.to_card_id:
            if cards[movement.card_id][3] != cards[movement.to_card_id][3]:
                raise PlanError("transfer_program")
            cents = movement.cents
            card.transfer(
                states[movement.to_card_id],
                None if cents is None else -cents,
                lambda leg: (movement, leg),
            )
        elif movement.cents is None:
            card.clear((movement, ""))
        else:
            card.post(
                movement.kind,
                movement.cents,
                (movement, ""),
                movement.expiry,
                movement.may_owe,
            )

    def _refusal(self, error):
        """:return: the exception, in the user's words, for a refused movement."""
        data = error.data
        if error.code == "not_enough":
            return NotEnoughPoints(
                self.env._(
                    "Not enough points: %(asked)s needed, %(left)s available.",
                    asked=points_text(data["asked"] / 100),
                    left=points_text(data["left"] / 100),
                )
            )
        if error.code == "reversal_amount":
            return UserError(
                self.env._("More points than the entry moved cannot be taken back.")
            )
        if error.code == "transfer_program":
            return UserError(
                self.env._("Points move only between cards of the same programme.")
            )
        return ValueError(f"movement refused: {error.code} {data}")

    def _local_today(self, company_id):
        """:return: the date now at the company (of the user, for a shared card)."""
        if company_id not in self._today:
            company = self.env["res.company"].browse(company_id)
            self._today[company_id] = local_today(self.env, company)
        return self._today[company_id]

    def _activity(self, fresh, cards):
        """The customers whose points stay valid because they earned or used some.

        :return: {card id: last day that all points on the card get at least}
        """
        policies, until = {}, {}
        for movement in fresh:
            if movement.kind not in ledger_redate.ACTIVITY:
                continue
            program_id = cards[movement.card_id][3]
            if program_id not in policies:
                program = self.env["loyalty.program"].sudo().browse(program_id)
                active = program.expiry_policy == "inactivity"
                policies[program_id] = active and program._get_expiry_policy()
            if policies[program_id]:
                day = movement.date or self._local_today(cards[movement.card_id][4])
                last = policies[program_id].last_day(day)
                until[movement.card_id] = max(last, until.get(movement.card_id, last))
        return until

    # -- writing -------------------------------------------------------------------

    def _correct(self, cards, states):
        rows = []
        for id_, state in states.items():
            card = cards[id_]
            cents, count = state.balance - card[1], state.seq - card[2]
            if cents or count:
                rows.append((id_, cents, count))
            self.changes[id_] = (self._opening[id_] / 100, state.balance / 100)
            if card[7] and state.balance:
                self.merged_cards[id_] = card[7]
        if rows:
            ledger_sql.move_cards(self.env, rows)

    def _write(self, plan, cards, known, activity):
        if not plan.entries:
            return
        operator = self._operator()
        added, changed = [], []
        for ref, (position, card) in plan.touched.items():
            row = cards[card.id]
            values = (ref, card.id, row[4], row[3], position.expiry, position.remaining)
            (added if ref >= NEW else changed).append(values)
        draws = [
            (ord_, spend, award, cards[card_id][4], cents)
            for ord_, (spend, award, cents, card_id) in enumerate(plan.draws)
        ]
        rows = [self._entry_row(o, e, cards) for o, e in enumerate(plan.entries)]
        ids = ledger_sql.write_plan(
            self.env,
            rows,
            added,
            changed,
            draws,
            operator,
            NEW,
        )
        if None in ids:
            raise ConcurrencyError("an entry with the same key was posted meanwhile")
        for id_, (_card, _seq, _kind, _cents, _expiry, payload) in zip(
            ids, plan.entries, strict=True
        ):
            if not isinstance(payload, Position) and not payload[1]:
                known[payload[0].key] = (id_, payload[0].body)
        if activity:
            self._extend(plan, ids, cards, activity, operator)

    def _operator(self):
        """:return: (model, id, name) of who posts"""
        user = self.env.user
        return user._name, user.id, user._crm_operator_name()

    def _extend(self, plan, ids, cards, activity, operator):
        last_ids = {entry[0]: id_ for id_, entry in zip(ids, plan.entries, strict=True)}
        rows = []
        for card_id, expiry in activity.items():
            company_id, program_id = cards[card_id][4], cards[card_id][3]
            today = self._local_today(company_id)
            last_id = last_ids[card_id]
            rows.append((card_id, company_id, program_id, last_id, today, expiry))
        ledger_redate.extend(self.env, rows, operator)

    def _entry_row(self, ord_, entry, cards):
        card_id, seq, kind, cents, expiry, payload = entry
        card = cards[card_id]
        common = (card[4], card[5], card[3])
        head = (ord_, card_id, seq, kind, cents)
        if isinstance(payload, Position):
            # The day it lapsed does not depend on when somebody noticed.
            date = payload.expiry + datetime.timedelta(days=1)
            key = f"lapse:{card_id}:{seq}"
            return (
                *(*head, date, None, *common, None, "expired"),
                *(None, None, None, None, key, "", None),
            )
        movement, leg = payload
        date = movement.date or self._local_today(card[4])
        key = f"{movement.key}:{leg}" if leg else movement.key
        return (
            *(*head, date, expiry, *common, movement.branch_id, movement.reason),
            *(*movement.source, movement.policy, key, movement.body),
            movement.origin_id,
        )
