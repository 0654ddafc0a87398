import psycopg2

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import LedgerCase


@tagged("post_install", "-at_install")
class TestAppendOnly(LedgerCase):
    """Nobody rewrites history: not a user, not the superuser, not raw SQL."""

    @mute_logger("odoo.sql_db")
    def test_the_database_refuses(self):
        entry = self._post(100)
        self._post(-10)
        draw = self.env["loyalty.point.draw"].search([], limit=1)
        for query in (
            f"UPDATE loyalty_point_entry SET points = 1 WHERE id = {entry.id}",
            f"DELETE FROM loyalty_point_entry WHERE id = {entry.id}",
            "TRUNCATE loyalty_point_entry CASCADE",
            f"UPDATE loyalty_point_draw SET points = 1 WHERE id = {draw.id}",
            f"DELETE FROM loyalty_point_draw WHERE id = {draw.id}",
            "TRUNCATE loyalty_point_draw",
        ):
            with self.subTest(query=query):
                with self.assertRaisesRegex(psycopg2.Error, "append-only"):
                    with self.cr.savepoint(flush=False):
                        self.cr.execute(query)
        with self.assertRaisesRegex(psycopg2.Error, "append-only"):
            with self.cr.savepoint(flush=False):
                self.cr.execute("SET LOCAL session_replication_role = replica")
                self.cr.execute("UPDATE loyalty_point_entry SET points = 1")
        self.assertBalance(self.card, 90)

    def test_the_orm_refuses(self):
        entry = self._post(100)
        self._post(-10)
        draw = self.env["loyalty.point.draw"].search([], limit=1)
        award = self.env["loyalty.point.award"].search([], limit=1)
        for records in (entry, draw, award):
            for call in (
                lambda r: r.create({}),
                lambda r: r.write({"points": 1}),
                lambda r: r.unlink(),
            ):
                with self.subTest(model=records._name), self.assertRaises(UserError):
                    call(records.sudo())
        with self.assertRaises(UserError):
            entry.sudo().copy()

    def test_no_foreign_keys(self):
        """A merge updates every foreign key to a partner, a deletion nulls them; what
        rows refer to is asked once per statement."""
        self.cr.execute(
            """SELECT conname FROM pg_constraint
                WHERE contype = 'f' AND conrelid IN ('loyalty_point_entry'::regclass,
                                                     'loyalty_point_draw'::regclass)"""
        )
        self.assertEqual(self.cr.fetchall(), [])

    def _assert_refused(self, query, *params):
        with self.assertRaises(psycopg2.errors.ForeignKeyViolation):
            with self.cr.savepoint(flush=False), mute_logger("odoo.sql_db"):
                self.cr.execute(query, params)

    def test_entries_refer_to_what_is_there(self):
        entry = self._post(100)
        self.env["loyalty.card"].flush_model()
        copy = """INSERT INTO loyalty_point_entry (
                      card_id, seq, kind, points, date, posted_at, program_id, reason,
                      operator_name, key, body_hash, reversed_entry_id)
                  SELECT %s, %s, kind, points, date, posted_at, program_id, reason,
                         operator_name, 'copy', body_hash, %s
                    FROM loyalty_point_entry WHERE id = %s"""
        card = self.card.id
        # No such card; one that has not counted the entry; no such entry.
        self._assert_refused(copy, 2**31 - 1, 1, None, entry.id)
        self._assert_refused(copy, card, entry.seq + 1, None, entry.id)
        self.cr.execute("UPDATE loyalty_card SET entry_seq = %s", [entry.seq + 1])
        self._assert_refused(copy, card, entry.seq + 1, 2**31 - 1, entry.id)
        self.cr.execute(copy, [card, entry.seq + 1, entry.id, entry.id])

    def test_draws_are_of_entries_of_one_card(self):
        award, spend = self._post(100), self._post(-10)
        other = self._post(5, card=self._card(self.other_partner))
        insert = """INSERT INTO loyalty_point_draw (entry_id, award_entry_id, points)
                    VALUES (%s, %s, 1)"""
        self._assert_refused(insert, 2**31 - 1, award.id)
        self._assert_refused(insert, spend.id, 2**31 - 1)
        self._assert_refused(insert, 2**31 - 2, 2**31 - 1)
        self._assert_refused(insert, spend.id, other.id)
        self.cr.execute(insert, [spend.id, award.id])

    def test_cards_with_entries_stay(self):
        self._post(100)
        card, empty = self.card.id, self._card(self.other_partner).id
        self.env["loyalty.card"].flush_model()
        self._assert_refused("DELETE FROM loyalty_card WHERE id = %s", card)
        self._assert_refused("UPDATE loyalty_card SET id = -1 WHERE id = %s", card)
        self.cr.execute("DELETE FROM loyalty_card WHERE id = %s", [empty])

    def test_indexes_that_carry_the_rules_exist(self):
        """An index that cannot be built is only logged by Odoo."""
        self.cr.execute(
            """
            SELECT i.relname FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid
             WHERE x.indisunique AND x.indisvalid AND i.relname = ANY(%s)
            """,
            [
                [
                    "loyalty_point_entry_key_uniq",
                    "loyalty_point_entry_card_seq_uniq",
                    "loyalty_point_award_entry_uniq",
                    "loyalty_card_member_card_uniq",
                ]
            ],
        )
        self.assertEqual(len(self.cr.fetchall()), 4)


@tagged("post_install", "-at_install")
class TestLedgerProof(LedgerCase):
    """A proof that cannot fail proves nothing: each check is made to fail here."""

    def setUp(self):
        super().setUp()
        self.Award = self.env["loyalty.point.award"]
        self.other = self._card(self.other_partner)
        self.earned = self._post(100)
        self._post(50, card=self.other)
        self.spent = self._post(-30)
        self.earned._reverse("r", 10)
        self.assertEqual(self.Award._check_ledger(), [])

    def _found(self):
        return {row["check"] for row in self.Award._check_ledger()}

    def _enable(self):
        for model in ("loyalty.point.entry", "loyalty.point.draw"):
            self.env[model].init()

    def test_changed_balance(self):
        self.cr.execute(
            "UPDATE loyalty_card SET points = 61 WHERE id = %s", [self.card.id]
        )
        [row] = self.Award._check_ledger()
        self.assertEqual(
            row,
            {
                "check": "balance",
                "card_id": self.card.id,
                "entry_id": None,
                "expected": 60,
                "found": 61,
            },
        )
        self.assertEqual(self.Award._rebuild(), (0, 1))
        self.assertBalance(self.card, 60)

    def test_changed_entry(self):
        self.cr.execute("ALTER TABLE loyalty_point_entry DISABLE TRIGGER USER")
        self.cr.execute(
            "UPDATE loyalty_point_entry SET points = 99 WHERE id = %s", [self.earned.id]
        )
        self.assertEqual(self._found(), {"balance", "remaining", "triggers"})
        self._enable()
        self.assertEqual(self._found(), {"balance", "remaining"})

    def test_changed_draw(self):
        self.cr.execute("ALTER TABLE loyalty_point_draw DISABLE TRIGGER USER")
        self.cr.execute(
            "UPDATE loyalty_point_draw SET points = 29 WHERE entry_id = %s",
            [self.spent.id],
        )
        self._enable()
        self.assertEqual(self._found(), {"remaining"})

    def test_deleted_entry(self):
        gift = self._post(1)
        self.cr.execute(
            "DELETE FROM loyalty_point_award WHERE entry_id = %s", [gift.id]
        )
        self.assertEqual(self._found(), {"remaining"})
        self.cr.execute("ALTER TABLE loyalty_point_entry DISABLE TRIGGER USER")
        self.cr.execute("DELETE FROM loyalty_point_entry WHERE id = %s", [gift.id])
        self._enable()
        self.assertEqual(self._found(), {"balance", "sequence"})

    def _draw_from(self, entry_id):
        """Let the spend have drawn on another entry, as nobody could."""
        self.cr.execute("ALTER TABLE loyalty_point_draw DISABLE TRIGGER USER")
        self.cr.execute(
            "UPDATE loyalty_point_draw SET award_entry_id = %s WHERE entry_id = %s",
            [entry_id, self.spent.id],
        )
        self._enable()

    def test_points_from_another_card(self):
        foreign = self.Entry.search([("card_id", "=", self.other.id)])
        self._draw_from(foreign.id)
        self.assertEqual(self._found(), {"remaining", "crossing"})

    def test_entries_of_nothing(self):
        self._draw_from(2**31 - 1)
        self.assertEqual(self._found(), {"remaining", "crossing"})

    def test_entries_of_no_card(self):
        self.cr.execute("ALTER TABLE loyalty_point_entry DISABLE TRIGGER USER")
        self.cr.execute(
            "UPDATE loyalty_point_entry SET card_id = %s WHERE card_id = %s",
            [2**31 - 1, self.other.id],
        )
        self._enable()
        self.assertIn("crossing", self._found())

    def test_nothing_taken_back(self):
        self.cr.execute("ALTER TABLE loyalty_point_entry DISABLE TRIGGER USER")
        self.cr.execute(
            """UPDATE loyalty_point_entry SET reversed_entry_id = %s
                WHERE reversed_entry_id = %s""",
            [2**31 - 1, self.earned.id],
        )
        self._enable()
        self.assertIn("reversed", self._found())

    def test_too_much_taken_back(self):
        self.cr.execute("ALTER TABLE loyalty_point_entry DISABLE TRIGGER USER")
        self.cr.execute(
            "UPDATE loyalty_point_entry SET points = -101 WHERE reversed_entry_id = %s",
            [self.earned.id],
        )
        self._enable()
        self.assertIn("reversed", self._found())

    def test_rebuild_from_nothing(self):
        self._post(-500, may_owe=True)
        self._post(7, expiry="2090-01-01", card=self.other)
        query = "SELECT entry_id, card_id, expiry, remaining FROM loyalty_point_award"
        self.cr.execute(query)
        before = set(self.cr.fetchall())
        self.cr.execute("DELETE FROM loyalty_point_award")
        self.cr.execute("UPDATE loyalty_card SET points = 0, entry_seq = 0")
        self.Award._rebuild()
        self.cr.execute(query)
        self.assertEqual(set(self.cr.fetchall()), before)
        self.assertEqual(self.Award._check_ledger(), [])
        self.assertBalance(self.other, 57)

    @mute_logger("odoo.addons.crm_loyalty_points.models.loyalty_point_award")
    def test_the_button_tells(self):
        self.assertEqual(self.Award.action_prove()["params"]["type"], "success")
        self.cr.execute(
            "UPDATE loyalty_card SET points = 61 WHERE id = %s", [self.card.id]
        )
        self.assertEqual(self.Award.action_prove()["params"]["type"], "danger")
