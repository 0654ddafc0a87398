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

from psycopg2.errors import UniqueViolation

from odoo.exceptions import ConcurrencyError
from odoo.tools import SQL

from . import ledger_bulk_sql as sql
from . import ledger_stage as stage
from .ledger_movement import KEYS, KINDS, Movement
from .ledger_writer import LedgerWriter

# From this many movements on the statements are cheaper than planning.
BULK_FROM = 500


def make_writer(env, vals_list, new_keys=False):
    """:return: the writer for a list of movements, not yet posted"""
    kind = BulkWriter if len(vals_list) >= BULK_FROM else LedgerWriter
    return kind(env, vals_list, new_keys)


class BulkWriter(LedgerWriter):
    """Posts like `LedgerWriter`, many movements at a time.

    `count` is the number of entries made, lapses that the planner adds left out.
    """

    count = 0
    # Whether somebody asks for the balances.
    tell_balances = True

    def post(self):
        if not self._is_ordinary():
            return super().post()
        stage.create_tables(self.env.cr)
        self._stage()
        if self._try_keys():
            self._post_planned()

    def _try_keys(self):
        """Where points are only given, keys are looked up once one is met. Spends are
        looked up first: a repeated one would lack points before its key is met.

        :return: see `_try`
        """
        if sql.only_given(self.env):
            try:
                return self._try(look_up=False)
            except (UniqueViolation, ConcurrencyError):
                self.changes.clear()
        try:
            return self._try(look_up=True)
        except UniqueViolation as error:
            raise self._repeated(error) from error

    def _try(self, look_up):
        """Post in a savepoint.

        :param look_up: whether to leave out what was posted before
        :return: whether a card was merged into another; nothing is posted then
        :raises psycopg2.errors.UniqueViolation: a key that was not found
        """
        with self.env.cr.savepoint(flush=False) as savepoint:
            found = sql.known_keys(self.env) if look_up else []
            self._refuse_other_bodies(found)
            today = self._today_of_companies()
            asked, several, only_given = sql.asked(self.env)
            if only_given:
                cards = sql.give(
                    self.env, today, self._operator(), several, self.tell_balances
                )
            else:
                cards = sql.move_cards(self.env)
            self._check(asked, cards)
            if cards.merged:
                savepoint.rollback()
            else:
                self._post_staged(found, cards, today)
        return cards.merged

    def _repeated(self, error):
        """Tell why a key is there that was not found.

        :return: ConcurrencyError: posted meanwhile; Odoo repeats the request.
            ValueError: given twice
        """
        if error.diag.constraint_name != "loyalty_point_entry_key_uniq":
            return error
        if sql.is_key_repeated(self.env):
            return ValueError("a key is given twice")
        return ConcurrencyError("a key was posted meanwhile")

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

    def _check(self, asked, cards):
        """:raises ValueError: a card that is not there, or not of the ledger"""
        if cards.cards < asked:
            missing = sql.missing_card(self.env)
            raise ValueError(f"no loyalty card {missing} with a programme")
        if cards.stranger:
            raise ValueError(f"loyalty card {cards.stranger} is not kept in the ledger")

    def _post_staged(self, found, cards, today):
        simple = cards.simple
        if cards.spending:
            simple -= len(sql.open_awards(self.env, today))
        planned = self._plan_others() if simple < cards.cards else {}
        self.count = len(planned) + cards.entries
        if cards.changes is None:
            self.count += self._write_simple(cards, today)
            cards = cards._replace(changes=sql.simple_cards(self.env))
        self._note(found, planned, cards.changes)

    def _note(self, found, planned, changes):
        """Tell what was posted.

        :param found: see `ledger_bulk_sql.known_keys`
        :param planned: {ord: entry id} of what the planner posted
        :param changes: see `ledger_bulk_sql.simple_cards`
        """
        for id_, before, after in changes:
            self.changes[id_] = (before / 100, after / 100)
        ids = {**planned, **{ord_: id_ for ord_, id_, _key, _same in found}}
        ids.update(sql.simple_ids(self.env))
        self.ids = [ids[ord_] for ord_ in range(len(ids))]

    def _refuse_other_bodies(self, found):
        for _ord, _id, key, same in found:
            if not same:
                raise self._key_refusal(key)

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
        """:return: number of entries made"""
        made = sql.write_entries(self.env, today, self._operator(), cards.several)
        if cards.spending:
            sql.draw(self.env, cards.several)
        return made


class QueryWriter(BulkWriter):
    """Posts what a query gives, see `loyalty.point.entry._post_query`."""

    tell_balances = False

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

    def _note(self, found, planned, changes):
        # Nobody asked for the entries, nor for the balances: nobody is written to.
        self.changes.update(dict.fromkeys(row[0] for row in changes))

    def _post_planned(self):  # pylint: disable=missing-return
        self.movements = self._staged()
        super()._post_planned()
        self.count = len(self.movements)
