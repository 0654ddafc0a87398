from psycopg2.errors import SerializationFailure

from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tests import BaseCase, tagged

from .database import cloned_database, committed, run_together


@tagged("post_install", "-at_install")
class TestMemberNumberRace(BaseCase):
    """Two tills meet the same new customer at the same moment. Tested with real
    connections: inside one test transaction there is no race."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.name = cls.enterClassContext(cloned_database())

    def new(self, count):
        with committed(self.name) as env:
            return env["res.partner"].create([{"name": "R"}] * count).ids

    def number(self, ids):
        def work(env):
            partners = env["res.partner"].browse(ids)
            partners._ensure_member_number()
            return partners.mapped("member_number")

        return work

    def stored(self, ids):
        with committed(self.name) as env:
            return env["res.partner"].browse(ids).mapped("member_number")

    def test_same_customer(self):
        ids = self.new(1)
        results = run_together(self.name, *[self.number(ids)] * 3)
        failed = [result for result in results if isinstance(result, Exception)]
        self.assertTrue(failed, "all three numbered the customer")
        for error in failed:
            self.assertIsInstance(error, SerializationFailure)
            # Odoo runs such a request again; nobody sees an error
            self.assertIsInstance(error, PG_CONCURRENCY_EXCEPTIONS_TO_RETRY)
        (number,) = self.stored(ids)
        self.assertIn([number], results)
        with committed(self.name) as env:
            self.assertEqual(self.number(ids)(env), [number])

    def test_different_customers(self):
        groups = [self.new(40) for _session in range(4)]
        results = run_together(self.name, *map(self.number, groups))
        numbers = [number for result in results for number in result]
        self.assertEqual(len(set(numbers)), 160)
        self.assertEqual([self.stored(ids) for ids in groups], results)
