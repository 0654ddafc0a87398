import os

from psycopg2.errors import SerializationFailure

from odoo.tests.common import BaseCase, tagged
from odoo.tools import SQL

from odoo.addons.crm_loyalty_points.exceptions import NotEnoughPoints
from odoo.addons.crm_segments.tests.database import (
    cloned_database,
    committed,
    run_together,
    with_retry,
)

FULL = bool(os.environ.get("CRM_SUITE_FULL"))


@tagged("standard", "post_install", "-at_install")
class TestLedgerRaces(BaseCase):
    """Two tills and one card: the only proof is several connections that commit."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        copy = cloned_database()
        cls.database = copy.__enter__()
        cls.addClassCleanup(copy.__exit__, None, None, None)
        with committed(cls.database) as env:
            program = env["loyalty.program"].create(
                {"name": "Race", "program_type": "loyalty", "applies_on": "both"}
            )
            cls.program_id = program.id

    def setUp(self):
        super().setUp()
        with committed(self.database) as env:
            partner = env["res.partner"].create({"name": self._testMethodName})
            self.partner_id = partner.id
            self.card_id = self._new_card(env)

    def tearDown(self):
        with committed(self.database) as env:
            self.assertEqual(env["loyalty.point.award"]._check_ledger(), [])
        super().tearDown()

    def _new_card(self, env):
        values = {"program_id": self.program_id, "partner_id": self.partner_id}
        return env["loyalty.card"].create(values).id

    def _post(self, env, points, key, kind=None):
        kind = kind or ("earn" if points > 0 else "redeem")
        vals = {"card_id": self.card_id, "kind": kind, "points": points, "key": key}
        return env["loyalty.point.entry"]._post([vals]).id

    def _give(self, points):
        with committed(self.database) as env:
            self._post(env, points, f"{self._testMethodName}:start")

    def _points(self):
        with committed(self.database) as env:
            card = env["loyalty.card"].browse(self.card_id)
            return card.points, len(card.point_entry_ids)

    def _race(self, *functions):
        return run_together(
            self.database, *[with_retry(function) for function in functions]
        )

    def test_two_spends_of_the_same_points(self):
        self._give(100)
        results = self._race(
            lambda env: self._post(env, -100, "till one"),
            lambda env: self._post(env, -100, "till two"),
        )
        refused = [result for result in results if not isinstance(result, int)]
        self.assertEqual([type(result) for result in refused], [NotEnoughPoints])
        self.assertIn("100 needed, 0 available", str(refused[0]))
        self.assertEqual(self._points(), (0, 2))

    def test_many_spends(self):
        sessions = 20 if FULL else 5
        self._give(100)

        def spend(number):
            return lambda env: self._post(env, -40, f"spend {number}")

        results = self._race(*map(spend, range(sessions)))
        won = [result for result in results if isinstance(result, int)]
        points, entries = self._points()
        self.assertEqual((points, entries), (100 - 40 * len(won), 1 + len(won)))
        self.assertEqual(len(won), 2)

    def test_one_key_has_one_effect(self):
        sessions = 50 if FULL else 8
        results = self._race(
            *[lambda env: self._post(env, 100, "order 7")] * sessions,
        )
        won = {result for result in results if isinstance(result, int)}
        self.assertEqual(len(won), 1, results)
        self.assertEqual(self._points(), (100, 1))

    def _new_other_card(self):
        with committed(self.database) as env:
            partner = env["res.partner"].create({"name": "Other"})
            values = {"program_id": self.program_id, "partner_id": partner.id}
            return env["loyalty.card"].create(values).id

    def _check_one_is_refused(self, results):
        refused = [result for result in results if not isinstance(result, int)]
        self.assertEqual(len(refused), 1, results)
        self.assertIn("already used", str(refused[0]))

    def test_one_key_for_two_cards(self):
        def post(card_id):
            vals = {"card_id": card_id, "kind": "earn", "points": 5, "key": "two cards"}
            return lambda env: env["loyalty.point.entry"]._post([vals]).id

        other_id = self._new_other_card()
        self._check_one_is_refused(self._race(post(self.card_id), post(other_id)))

    def test_one_key_for_two_cards_of_many(self):
        """Posting from a query does not ask for conflicts: it meets them."""

        def post(card_id):
            query = SQL(
                "SELECT %s AS card_id, 'earn' AS kind, 5 AS points, 'of many' AS key",
                card_id,
            )
            columns = ["card_id", "kind", "points", "key"]
            return lambda env: env["loyalty.point.entry"]._post_query(query, columns)

        other_id = self._new_other_card()
        self._check_one_is_refused(self._race(post(self.card_id), post(other_id)))

    def test_no_earn_is_lost(self):
        sessions = 30 if FULL else 6

        def earn(number):
            def call(env):
                self._post(env, 10, f"a{number}")
                return self._post(env, 1, f"b{number}")

            return call

        left = {number: earn(number) for number in range(sessions)}
        for _ in range(10):  # who was not served asks again, with the same keys
            results = self._race(*left.values())
            lost = [
                r for r in results if not isinstance(r, (int, SerializationFailure))
            ]
            self.assertEqual(lost, [])
            served = zip(list(left), results, strict=True)
            for number in [n for n, result in served if isinstance(result, int)]:
                del left[number]
            if not left:
                break
        self.assertEqual(self._points(), (11 * sessions, 2 * sessions))

    def test_native_write_against_posting(self):
        self._give(100)

        def native(env):
            env["loyalty.card"].browse(self.card_id).points -= 30
            return 1

        results = self._race(native, lambda env: self._post(env, -70, "n"))
        self.assertEqual([type(result) for result in results], [int, int])
        self.assertEqual(self._points(), (0, 3))

    def test_one_card_for_a_new_member(self):
        with committed(self.database) as env:
            partner = env["res.partner"].create({"name": "Walks in twice"})
            self.partner_id = partner.id
        results = self._race(*[self._new_card] * 3)
        self.assertEqual(len(set(results)), 1, results)
        with committed(self.database) as env:
            domain = [("partner_id", "=", self.partner_id)]
            self.assertEqual(env["loyalty.card"].search(domain).ids, results[:1])

    def test_card_deleted_against_a_posting(self):
        """Whoever is first wins; an entry never stays without its card."""
        for number in range(10 if FULL else 4):
            card_id = self._new_other_card()
            vals = {"card_id": card_id, "kind": "earn", "points": 5}
            vals["key"] = f"deleted {number}"

            def post(env, vals=vals):
                return env["loyalty.point.entry"]._post([vals]).id

            def delete(env, card_id=card_id):
                query = SQL("DELETE FROM loyalty_card WHERE id = %s", card_id)
                env.cr.execute(query)
                return True

            posted, deleted = self._race(post, delete)
            with committed(self.database) as env:
                cards = env["loyalty.card"].search_count([("id", "=", card_id)])
                entries = env["loyalty.point.entry"].search_count(
                    [("card_id", "=", card_id)]
                )
            self.assertEqual(cards, entries, (posted, deleted))
            self.assertEqual(
                (deleted is True, isinstance(posted, int)), (not cards, cards > 0)
            )
