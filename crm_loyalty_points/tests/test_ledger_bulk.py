from datetime import timedelta
from operator import itemgetter
from unittest.mock import patch

from freezegun import freeze_time
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import SQL

from ..exceptions import NotEnoughPoints
from ..tools import ledger_bulk, ledger_sql
from ..tools.ledger_movement import BODY_HASH, Movement
from .common import LedgerCase
from .test_ledger_model import FULL, ModelCase

NOW = "2026-03-10 05:00:00"
TODAY = fields.Date.to_date("2026-03-10")
EXPIRIES = st.sampled_from([None, None, -5, -1, 0, 3, 40])
CENTS = st.integers(1, 4000)
# What a movement may say about itself, odd characters included.
TEXTS = st.text("aB0 |:\\\t\n'\"%ก้é\U0001f600", max_size=6)
DETAILS = st.fixed_dictionaries(
    {},
    optional={
        "reason": st.one_of(TEXTS, st.sampled_from(["long" * 8, "long" * 8 + "er"])),
        "date": st.dates(fields.Date.to_date("1999-01-01"), TODAY),
        "source_model": st.sampled_from(["sale.order", "x|y"]),
        "source_id": st.integers(1, 999),
        "source_name": TEXTS,
        "branch_id": st.integers(1, 3),
        "policy": st.dictionaries(TEXTS, TEXTS, max_size=2),
        "may_owe": st.booleans(),
    },
)
# (card, cents, key, days to the expiry, details)
MOVEMENT = st.tuples(
    st.integers(0, 4),
    st.one_of(CENTS, CENTS.map(lambda cents: -cents), st.just(0)),
    st.integers(0, 60),
    EXPIRIES,
    DETAILS,
)
_card, _key = itemgetter(0), itemgetter(2)
BEFORE = st.tuples(st.integers(0, 4), st.integers(-2500, 4000), EXPIRIES)


@tagged("post_install", "-at_install")
class TestLedgerBulk(LedgerCase):
    """Two ways to write the ledger must write the same: the statements that post many
    movements are compared with the planner, row by row."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        frozen = freeze_time(NOW)
        frozen.start()
        cls.addClassCleanup(frozen.stop)
        partners = cls.env["res.partner"].create(
            [{"name": f"Member {number}"} for number in range(5)]
        )
        cls.cards = cls.Card.create(
            [{"program_id": cls.program.id, "partner_id": p.id} for p in partners]
        )

    def _search(self, test, *strategies):
        """Run `test` with many random arguments."""
        self.env.flush_all()
        run = settings(
            max_examples=200 if FULL else 20,
            phases=[Phase.generate],  # shrinking takes minutes here
            deadline=None,
            database=None,
            derandomize=not FULL,
            suppress_health_check=list(HealthCheck),
        )(given(*strategies)(test))
        run()

    def _after(self, before, act, bulk_from):
        """What `act` leaves, on cards with a history; undone at the end.

        :return: (exception or the keys of the entries it gave, rows of each table)
        """
        self.env.cr.execute("SAVEPOINT bulk_test")
        try:
            self._prepare(before)
            with patch.object(ledger_bulk, "BULK_FROM", bulk_from):
                try:
                    result = act()
                except (NotEnoughPoints, UserError, ValueError) as error:
                    result = type(error), str(error)
            self.env.invalidate_all()
            self.assertEqual(self.env["loyalty.point.award"]._check_ledger(), [])
            return result, self._rows()
        finally:
            self.env.cr.execute("ROLLBACK TO SAVEPOINT bulk_test")
            self.env.cr.execute("RELEASE SAVEPOINT bulk_test")
            self.env.invalidate_all()

    def _prepare(self, before):
        self.Entry._post(
            [
                {
                    "card_id": self.cards[place].id,
                    "kind": "earn" if cents >= 0 else "adjust",
                    "points": cents / 100,
                    "key": f"before:{number}",
                    "expiry": None if days is None else TODAY + timedelta(days),
                    "may_owe": True,
                }
                for number, (place, cents, days) in enumerate(before)
            ],
            bulk=True,
        )

    def _rows(self):
        """:return: everything the ledger has of the cards, entries named by key"""
        ids = self.cards.ids
        queries = {
            "entries": """
                SELECT e.key, e.card_id, e.seq, e.kind, e.points, e.date, e.expiry,
                       e.company_id, e.currency_id, e.program_id, e.branch_id, e.reason,
                       e.source_model, e.source_id, e.source_name, e.policy::text,
                       e.body_hash, e.operator_model, e.operator_id, e.operator_name
                  FROM loyalty_point_entry e WHERE e.card_id = ANY(%s)
                 ORDER BY e.card_id, e.seq""",
            "draws": """
                SELECT s.key, t.key, d.company_id, d.points
                  FROM loyalty_point_draw d
                  JOIN loyalty_point_entry s ON s.id = d.entry_id
                  JOIN loyalty_point_entry t ON t.id = d.award_entry_id
                 WHERE s.card_id = ANY(%s) ORDER BY s.card_id, d.id""",
            "awards": """
                SELECT e.key, a.card_id, a.company_id, a.program_id, a.expiry,
                       a.remaining
                  FROM loyalty_point_award a
                  JOIN loyalty_point_entry e ON e.id = a.entry_id
                 WHERE a.card_id = ANY(%s) ORDER BY a.card_id, e.seq""",
            "cards": """SELECT id, points, coalesce(entry_seq, 0) FROM loyalty_card
                         WHERE id = ANY(%s) ORDER BY id""",
        }
        rows = {}
        for name, query in queries.items():
            self.env.cr.execute(query, [ids])
            rows[name] = self.env.cr.fetchall()
        return rows

    def _values(self, movements):
        return [
            {
                "card_id": self.cards[place].id,
                "kind": "earn" if cents >= 0 else "redeem",
                "points": cents / 100,
                "key": f"key:{number}",
                "expiry": None if days is None else TODAY + timedelta(days),
                **details,
            }
            for place, cents, number, days, details in movements
        ]

    def test_lists(self):
        """The same movements, by the planner and by the statements."""

        def test(before, movements):
            values = self._values(movements)

            def post():
                return self.Entry._post(values, bulk=True).mapped("key")

            planned = self._after(before, post, 10**9)
            self.assertEqual(self._after(before, post, 1), planned)

        self._search(
            test,
            st.lists(BEFORE, max_size=8),
            st.lists(MOVEMENT, min_size=1, max_size=25, unique_by=_key),
        )

    def test_repeated_lists(self):
        """Known keys, and keys given twice: one effect, or refused."""

        def test(movements, again):
            first, second = self._values(movements), self._values(again)

            def post():
                self.Entry._post(first, bulk=True)
                return self.Entry._post(second + first, bulk=True).mapped("key")

            planned = self._after([(0, 10**6, None)], post, 10**9)
            found = self._after([(0, 10**6, None)], post, 1)
            self.assertEqual(found, planned)

        some = st.lists(MOVEMENT, min_size=1, max_size=6, unique_by=_key)
        self._search(test, some, some)

    def test_one_movement_each(self):
        """Welcome points, or a reward for everybody: nothing has to be numbered."""

        def test(before, movements):
            values = self._values(movements)

            def post():
                return self.Entry._post(values, bulk=True).mapped("key")

            planned = self._after(before, post, 10**9)
            self.assertEqual(self._after(before, post, 1), planned)

        self._search(
            test,
            st.lists(BEFORE, min_size=4, max_size=16),
            st.lists(MOVEMENT, min_size=1, max_size=5, unique_by=(_card, _key)),
        )

    def test_long_histories(self):
        """Spends that cross many awards, awards that feed many spends."""

        def test(awards, spends):
            before = [(0, cents, days) for cents, days in awards]
            movements = [(0, -c, n, None, {}) for n, c in enumerate(spends)]
            values = self._values(movements)

            def post():
                return self.Entry._post(values, bulk=True).mapped("key")

            planned = self._after(before, post, 10**9)
            self.assertEqual(self._after(before, post, 1), planned)

        days = st.sampled_from([None, 0, 3, 40])
        self._search(
            test,
            st.lists(st.tuples(CENTS, days), min_size=1, max_size=12),
            st.lists(st.integers(1, 1500), min_size=1, max_size=20),
        )

    def test_queries(self):
        """What a query gives is posted like the same list."""

        def test(before, movements):
            values = self._values(movements)
            names = sorted({"card_id", "kind", "points", "key"}.union(*values))

            def as_list():
                self.Entry._post(values, bulk=True)

            def as_query():
                self.Entry._post_query(self._query(values, names), names)

            planned = self._after(before, as_list, 10**9)
            self.assertEqual(self._after(before, as_query, 1), planned)

        self._search(
            test,
            st.lists(BEFORE, max_size=5),
            st.lists(MOVEMENT, min_size=1, max_size=15, unique_by=_key),
        )

    def test_query_of_a_known_key(self):
        """Once more is no effect, another body is refused."""
        columns = ["card_id", "kind", "points", "key"]

        def post(points):
            query = SQL(
                "SELECT %s AS card_id, 'earn' AS kind, %s AS points, 'k' AS key",
                self.card.id,
                points,
            )
            return self.Entry._post_query(query, columns)

        self.assertEqual([post(5), post(5)], [1, 0])
        with self.assertRaisesRegex(UserError, "k was already used"):
            post(6)
        self.assertBalance(self.card, 5)

    def test_known_keys_among_new_ones(self):
        """Keys are looked up when they get in the way: of points given, of a spend
        that there are no points for any more, on a card that owes."""
        given, spent = ("given", 5), ("spent", -8)
        for number, (known, owed) in enumerate(
            (([given], 0), ([given, spent], 0), ([given], 20))
        ):
            card = self.cards[number]

            def post(movements, card=card, **values):
                return self.Entry._post(
                    [
                        {
                            **{"card_id": card.id, "points": points, **values},
                            **{"key": f"{card.id}:{key}", "kind": "adjust"},
                        }
                        for key, points in movements
                    ],
                    bulk=True,
                )

            with self.subTest(known=known), patch.object(ledger_bulk, "BULK_FROM", 1):
                post([("first", 3)])
                if owed:
                    post([("debt", -owed)], may_owe=True)
                before = post(known)
                entries = post([("new", 1), *known])
                self.assertEqual(entries[1:], before)
                points = 4 + sum(points for _key, points in known) - owed
                self.assertBalance(card, points)

    def _query(self, values, names):
        movements = [Movement.from_vals(vals) for vals in values]
        rows = [
            (
                *(m.card_id, m.kind, m.cents, m.date, m.expiry, m.branch_id, m.reason),
                *(*m.source, m.policy, m.key, None, None),
            )
            for m in movements
        ]
        columns = {**ledger_sql.ENTRY_COLUMNS, "may_owe": "boolean"}
        kept = ["card_id", "kind", "cents", "date", "expiry", "branch_id", "reason"]
        kept += ["source_model", "source_id", "source_name", "policy", "key"]
        source = ledger_sql.relation(
            self.env.cr,
            "given",
            {name: columns[name] for name in kept} | {"may_owe": "boolean"},
            [
                (*row[:12], vals.get("may_owe"))
                for row, vals in zip(rows, values, strict=True)
            ],
        )
        points = SQL("given.cents::numeric / 100 AS points")
        chosen = [
            points if name == "points" else SQL("given.%s", SQL.identifier(name))
            for name in names
        ]
        return SQL("SELECT %s FROM %s", SQL(", ").join(chosen), source)

    def test_query_refusals(self):
        card_id = self.card.id
        for columns, query in (
            (("card_id", "kind", "points"), SQL("SELECT 1, 'earn', 1")),
            (
                ("card_id", "kind", "points", "key"),
                SQL("SELECT %s AS card_id, 'earn' AS kind, 1 AS points, '' AS key", 1),
            ),
            (
                ("card_id", "kind", "points", "key"),
                SQL(
                    "SELECT %s AS card_id, 'earn' AS kind, 0.001 AS points, 'a' AS key",
                    card_id,
                ),
            ),
            (
                ("card_id", "kind", "points", "key"),
                SQL(
                    "SELECT %s AS card_id, 'transfer' AS kind, 1 AS points, 'a' AS key",
                    card_id,
                ),
            ),
            (
                ("card_id", "kind", "points", "key"),
                SQL(
                    "SELECT 0 AS card_id, 'earn' AS kind, 1 AS points, 'a' AS key",
                ),
            ),
            (
                ("card_id", "kind", "points", "key"),
                SQL(
                    """SELECT %s AS card_id, 'earn' AS kind, 1 AS points, 'a' AS key
                         FROM generate_series(1, 2)""",
                    card_id,
                ),
            ),
        ):
            with self.subTest(query=query), self.assertRaises(ValueError):
                self.Entry._post_query(query, columns)
        self.assertBalance(self.card, 0)

    def test_bodies_are_hashed_alike(self):
        """The database recognises a call that Python made, whatever is in it."""

        def test(movements):
            for vals in self._values(movements):
                movement = Movement.from_vals(vals)
                cr = self.env.cr
                ledger_bulk.stage.create_tables(cr)
                ledger_bulk.stage.stage_movements(cr, [movement, movement])
                cr.execute(SQL("SELECT DISTINCT %s FROM crm_ledger_move m", BODY_HASH))
                self.assertEqual(cr.fetchall(), [(movement.body,)])

        self._search(test, st.lists(MOVEMENT, min_size=1, max_size=5))


@tagged("post_install", "-at_install")
class TestLedgerBulkModel(ModelCase):
    """The random lives of four members, all posted by the statements."""

    def test_sequences(self):
        examples, steps = (200, 50) if FULL else (10, 25)
        with patch.object(ledger_bulk, "BULK_FROM", 1):
            self._run(examples, steps)
