from functools import partial
from unittest.mock import patch

from psycopg2.errors import SerializationFailure

from odoo.service.model import retrying
from odoo.tests.common import BaseCase, tagged
from odoo.tools import mute_logger

from odoo.addons.crm_loyalty_points.tools import ledger_sql
from odoo.addons.crm_loyalty_points.tools.ledger_writer import LedgerWriter
from odoo.addons.crm_segments.tests.database import (
    cloned_database,
    committed,
    run_together,
)

LOOKUP, POST = ledger_sql.lookup, LedgerWriter.post
SESSIONS = 5


def post_or_give_up(self):
    """Somebody was quicker: say nothing, and let the caller believe it was posted."""
    try:
        POST(self)
    except SerializationFailure:
        self.env.cr.rollback()
        self.ids, self.changes = [0], {}


@tagged("standard", "post_install", "-at_install")
class TestLedgerRaceMutants(BaseCase):
    """A race that no broken ledger loses proves nothing about races."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        copy = cloned_database()
        cls.database = copy.__enter__()
        cls.addClassCleanup(copy.__exit__, None, None, None)
        with committed(cls.database) as env:
            cls.program_id = (
                env["loyalty.program"]
                .create(
                    {"name": "Race", "program_type": "loyalty", "applies_on": "both"}
                )
                .id
            )

    def _race(self, keys):
        """:return: (results of one session per key, points and entries afterwards)"""
        with committed(self.database) as env:
            partner = env["res.partner"].create({"name": "Quick"})
            card_id = (
                env["loyalty.card"]
                .create({"program_id": self.program_id, "partner_id": partner.id})
                .id
            )

        def post(key, env):
            vals = {"card_id": card_id, "kind": "earn", "points": 10, "key": key}
            posted = partial(env["loyalty.point.entry"]._post, [vals])
            return retrying(lambda: posted().id, env)

        with mute_logger("odoo.service.model", "odoo.sql_db"):
            results = run_together(
                self.database, *[partial(post, f"{card_id}:{key}") for key in keys]
            )
        with committed(self.database) as env:
            card = env["loyalty.card"].browse(card_id)
            return results, (card.points, len(card.point_entry_ids))

    def _one_effect(self):
        """Invariant 4: all senders of a key get the one entry it made."""
        results, after = self._race(["same"] * SESSIONS)
        return len(set(map(str, results))) == 1 and after == (10, 1)

    def _all_counted(self):
        """Invariant 6: who is told that it was posted finds it in the balance."""
        results, after = self._race(range(SESSIONS))
        told = [result for result in results if isinstance(result, int)]
        return after == (10 * len(told), len(told))

    def test_the_real_ledger_wins(self):
        self.assertTrue(self._one_effect())
        self.assertTrue(self._all_counted())

    def test_known_keys_forgotten(self):
        forgetful = patch.object(
            *(ledger_sql, "lookup"),
            lambda env, keys, card_ids: ({}, LOOKUP(env, keys, card_ids)[1]),
        )
        with forgetful:
            self.assertFalse(self._one_effect())

    def test_losers_given_up(self):
        with patch.object(LedgerWriter, "post", post_or_give_up):
            self.assertFalse(self._all_counted())
