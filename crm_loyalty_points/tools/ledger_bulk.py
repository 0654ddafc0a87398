"""Posting many movements at once: set-based, in SQL.

Most movements of a big posting are ordinary: points given to cards that owe nothing,
and spends that awards cover. What they do needs no planning card by card:

* a positive movement makes an award of its own;
* spends of a card draw on its awards in order: both are laid end to end, and each
  piece between two borders is what one spend takes of one award.

Some cards are left to the planner (`LedgerWriter`) in the same posting: those that owe
points, that earn and spend in the same call, that have points to lapse first or not
enough of them, and those whose other points stay valid because of a movement. A call
with reversals, transfers, "all that is left", merged cards or a key given twice is left
to it as a whole. What is written is the same either way, but for the numbers that
entries get among those of other cards. (For lapses see `ledger_lapse`.)
"""

from decimal import Decimal

from odoo.tools import SQL

from . import ledger_bulk_sql as sql
from . import ledger_stage as stage
from .ledger_movement import KEYS, KINDS, Movement
from .ledger_writer import LedgerWriter

# From this many movements on the statements are cheaper than planning.
BULK_FROM = 500


def make_writer(env, vals_list):
    """:return: the writer for a list of movements, not yet posted"""
    kind = BulkWriter if len(vals_list) >= BULK_FROM else LedgerWriter
    return kind(env, vals_list)


class BulkWriter(LedgerWriter):
    """Posts like `LedgerWriter`, many movements at a time.

    `count` is the number of entries made, lapses that the planner adds left out.
    """

    count = 0

    def post(self):
        if not self._is_ordinary():
            return super().post()
        stage.create_tables(self.env.cr)
        self._stage()
        with self.env.cr.savepoint(flush=False) as savepoint:
            found = sql.known_keys(self.env)
            cards = self._lock()
            merged = any(card[5] for card in cards)
            if merged:
                savepoint.rollback()
            else:
                self._post_staged(found, cards)
        if merged:
            self._post_planned()

    def _is_ordinary(self):
        """Whether the statements know what these movements are."""
        if any(m.cents is None or m.origin_id or m.to_card_id for m in self.movements):
            return False
        return len({m.key for m in self.movements}) == len(self.movements)

    def _stage(self):
        stage.stage_movements(self.env.cr, self.movements)

    def _staged(self, ords):
        """:return: the movements with these numbers"""
        return [self.movements[ord_] for ord_ in ords]

    def _post_planned(self):
        LedgerWriter.post(self)

    def _today_of_companies(self):
        """:return: {company id: local date}, 0 for cards of all companies"""
        ids = self.env.execute_query(SQL("SELECT id FROM res_company"))
        days = {id_: self._local_today(id_) for (id_,) in ids}
        return {**days, 0: self._local_today(None)}

    def _lock(self):
        """Check and lock the cards.

        :return: rows of `ledger_bulk_sql.move_cards`
        :raises ValueError: a card that is not there, or not of the ledger
        """
        cards = sql.move_cards(self.env)
        for (id_,) in sql.missing_cards(self.env):
            raise ValueError(f"no loyalty card {id_} with a programme")
        for id_, *_amounts, is_member_card, _merged, _simple in cards:
            if not is_member_card:
                raise ValueError(f"loyalty card {id_} is not kept in the ledger")
        return cards

    def _post_staged(self, found, cards):
        self._refuse_other_bodies(found)
        today = self._today_of_companies()
        simple = {card[0]: card for card in cards if card[6]}
        if any(card[3] < 0 for card in simple.values()):
            for card_id in sql.open_awards(self.env, today):
                del simple[card_id]
        ids = {ord_: id_ for ord_, id_, _same in found}
        if len(simple) < len(cards):
            ids.update(self._plan_others())
        self._write_simple(simple.values(), today)
        ids.update(sql.done_ids(self.env))
        self.count = len(ids) - len(found)
        self.ids = [ids[ord_] for ord_ in range(len(ids))]

    def _refuse_other_bodies(self, found):
        other = [ord_ for ord_, _id, same in found if not same]
        for movement in self._staged(other[:1]):
            raise self._key_refusal(movement.key)

    def _plan_others(self):
        """Post the movements of the cards that need planning.

        :return: {ord: entry id}
        """
        rows, ords = sql.plain_rows(self.env)
        movements = self._staged(ords)
        cards = {row[0]: row[:9] for row in rows}
        moved = [(row[0], row[9], row[10]) for row in rows]
        plan, states = self._plan(movements, moved, cards)
        known = {}
        self._correct(cards, states)
        self._write(plan, cards, known, self._activity(movements, cards))
        return {
            ord_: known[movement.key][0]
            for ord_, movement in zip(ords, movements, strict=True)
        }

    def _write_simple(self, cards, today):
        user = self.env.user
        operator = (user._name, user.id, user._crm_operator_name())
        wanted, made = sql.write_entries(self.env, today, operator)
        if made < wanted:
            raise ValueError("a key is given twice")
        if any(card[3] < 0 for card in cards):
            sql.draw(self.env)
        for id_, cents, moved, *_rest in cards:
            self.changes[id_] = ((cents - moved) / 100, cents / 100)
        self.count = made


class QueryWriter(BulkWriter):
    """Posts what a query gives, see `loyalty.point.entry._post_query`."""

    def __init__(self, env, query, columns):
        super().__init__(env, [])
        if not {"card_id", "kind", "points", "key"} <= set(columns) <= KEYS:
            raise ValueError(f"cannot post from the columns {columns}")
        self.query, self.columns = query, columns

    def _is_ordinary(self):
        return True

    def _stage(self):
        if stage.stage_query(self.env, self.query, self.columns):
            raise ValueError("a movement without card or key, or not of two digits")
        self.env.cr.execute("SELECT DISTINCT kind FROM crm_ledger_move")
        kinds = {kind for (kind,) in self.env.cr.fetchall()}
        if not kinds <= set(KINDS) - {"reversal", "transfer"}:
            raise ValueError(f"a query cannot post the kinds {kinds}")

    def _staged(self, ords=None):
        return [
            Movement.from_vals({"points": Decimal(row.pop("cents")) / 100, **row})
            for row in stage.staged(self.env, ords)
        ]

    def _post_planned(self):  # pylint: disable=missing-return
        self.movements = self._staged()
        super()._post_planned()
        self.count = len(self.movements)
