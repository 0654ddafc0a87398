"""Real purchase histories, imported as a user imports them, on a database copy."""

import base64
import os
import unittest
from contextlib import contextmanager
from pathlib import Path

from odoo.tests.common import BaseCase

from odoo.addons.crm_segments.tests.database import cloned_database, committed

ROOT = Path(__file__).resolve().parents[1]
FULL = bool(os.environ.get("CRM_SUITE_FULL"))
SHARED = Path(os.environ.get("CRM_SUITE_DATA") or ROOT.parent / "shared")


def data_file(name):
    """:return: path of a purchase history; the test is skipped without the data"""
    path = SHARED / "data" / name
    if not path.exists():
        raise unittest.SkipTest(f"CRM_SUITE_DATA has no data/{name}")
    return path


class PurchaseHistoryCase(BaseCase):
    """Imports files in a copy of the database, with real commits.

    The ledger forbids cleaning up after itself, and a job that commits is not the
    same inside the transaction of a test.
    """

    STEP = 10  # so much money is a point

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.database = cls.enterClassContext(cloned_database())
        with cls.committed() as env:
            env["loyalty.program"].search([]).action_archive()
            env.company.write(
                {"customer_tz": "Asia/Bangkok", "country_id": env.ref("base.th").id}
            )
            cls.program_id = (
                env["loyalty.program"]
                .create(
                    {
                        "name": "Members",
                        "program_type": "loyalty",
                        "applies_on": "both",
                        "trigger": "auto",
                        "thb_per_point": cls.STEP,
                        "currency_id": env.company.currency_id.id,
                    }
                )
                .id
            )

    @classmethod
    @contextmanager
    def committed(cls):
        with committed(cls.database) as env:
            yield env

    @classmethod
    def import_file(cls, content, name, map_name=None, **values):
        """Upload, check, import and let the job run.

        :param content: bytes of the file
        :param str map_name: xml id of a map that cannot be found from the headers
        :return: id of the import
        """
        with cls.committed() as env:
            record = env["crm.order.import"].create(
                {"file": base64.b64encode(content), "file_name": name, **values}
            )
            if map_name:
                record.map_id = env.ref(f"crm_segments.{map_name}")
            record.action_check()
            record.action_import()
        cls.run_job()
        with cls.committed() as env:
            record = env["crm.order.import"].browse(record.id)
            assert record.state == "done", (record.state, record.error_message)
            assert not record.failed_count, record.line_ids.mapped("message")
        return record.id

    @classmethod
    def run_job(cls):
        """Give the job its turns, as the server does, until nothing is running."""
        running = True
        while running:
            with cls.committed() as env:
                env.ref("crm_segments.crm_order_import_cron").method_direct_trigger()
            with cls.committed() as env:
                running = env["crm.order.import"].search_count(
                    [("state", "=", "running")]
                )

    def customers(self, env, source):
        """:return: {code in the source: partner id}"""
        identities = env["crm.partner.identity"].search([("source", "=", source)])
        return {row.external_id: row.partner_id.id for row in identities}

    def balances(self, env):
        """:return: {partner id: (points of the card, sum of its entries)}"""
        env.cr.execute(
            """
            SELECT card.partner_id, card.points, COALESCE(SUM(entry.points), 0)
            FROM loyalty_card card
            LEFT JOIN loyalty_point_entry entry ON entry.card_id = card.id
            WHERE card.program_id = %s
            GROUP BY card.id
            """,
            [self.program_id],
        )
        rows = env.cr.fetchall()
        self.assertEqual(len(rows), len({row[0] for row in rows}), "one card each")
        return {partner: (points, entries) for partner, points, entries in rows}
