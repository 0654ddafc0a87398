import base64
from pathlib import Path

from odoo.tests import TransactionCase

FILES = Path(__file__).parent / "files"


class ImportCase(TransactionCase):
    """Imports of small files, run as the cron runs them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env.company
        cls.company.customer_tz = "Asia/Bangkok"
        cls.company.country_id = cls.env.ref("base.th")
        cls.imports = cls.env["crm.order.import"]

    def upload(self, content, name="orders.csv", **values):
        """:param content: text or bytes of a file

        :return: crm.order.import with its columns read
        """
        data = content.encode() if isinstance(content, str) else content
        return self.imports.create(
            {"file": base64.b64encode(data), "file_name": name, **values}
        )

    def sample(self, name):
        """:return: an import of a file in tests/files"""
        return self.upload((FILES / name).read_bytes(), name)

    def run_import(self, record):
        """Check and import as the buttons do, then let the job run."""
        record.action_check()
        self.assertEqual(record.state, "checked", record.error_message)
        record.action_import()
        self.run_cron()
        self.assertEqual(record.state, "done", record.error_message)
        return record

    def run_cron(self):
        with self.enter_registry_test_mode():
            self.env.ref("crm_segments.crm_order_import_cron").method_direct_trigger()
        self.env.invalidate_all()

    def orders(self, record):
        """:return: {number of the source: sale.order}"""
        orders = self.env["sale.order"].search([("import_id", "=", record.id)])
        return {order.import_number: order for order in orders}
