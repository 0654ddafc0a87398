from odoo.sql_db import db_connect
from odoo.tests.common import BaseCase, tagged

from odoo.addons.crm_segments.tests.database import cloned_database, run_odoo

SELL = """
buyer = env["res.partner"].create({"name": "Lifecycle buyer"})
product = env["product.product"].create(
    {"name": "Tea", "type": "service", "taxes_id": False})
env["sale.order"].create({"partner_id": buyer.id, "order_line": [
    (0, 0, {"product_id": product.id, "price_unit": 25})]}).action_confirm()
env.cr.commit()
"""
UNINSTALL = """
env["ir.module.module"].search([("name", "=", "crm_segments")]
    ).button_immediate_uninstall()
"""
TRACES = """
    SELECT relname FROM pg_class
     WHERE relname LIKE 'crm\\_%' AND relname NOT LIKE 'crm\\_team%'
       AND relname NOT LIKE 'crm\\_tag%' OR relname LIKE '%customer_metric%'
     UNION
    SELECT cron_name FROM ir_cron
      JOIN ir_act_server ON ir_act_server.id = ir_actions_server_id
      JOIN ir_model ON ir_model.id = model_id WHERE ir_model.model LIKE 'crm.%'
       AND ir_model.model NOT IN ('crm.team', 'crm.tag')
     UNION
    SELECT indexname FROM pg_indexes WHERE indexname LIKE '%customer_metric%'
"""


@tagged("standard", "post_install", "-at_install")
class TestSegmentsLifecycle(BaseCase):
    """A shop that tries the suite must be able to go back to plain Odoo and sell on,
    and one that installs it later sees the figures of its old orders at once.
    """

    def odoo(self, *arguments, script=None):
        done = run_odoo("-d", self.database, *arguments, script=script)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertNotIn("Traceback", done.stderr)

    def shell(self, script):
        done = run_odoo("shell", "-d", self.database, "--no-http", script=script)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertNotIn("Traceback", done.stderr)

    def query(self, query):
        with db_connect(self.database).cursor() as cursor:
            cursor.execute(query)
            return cursor.fetchall()

    def figures(self):
        return self.query(
            """SELECT p.name, m.order_count, m.amount_total
                 FROM crm_customer_metric m JOIN res_partner p ON p.id = m.partner_id
                WHERE p.name = 'Lifecycle buyer' ORDER BY 1, 2"""
        )

    def test_uninstall_sell_install(self):
        with cloned_database() as self.database:
            self.shell(SELL)
            self.shell(UNINSTALL)
            self.assertEqual(self.query(TRACES), [])
            self.shell(SELL)
            self.odoo("-i", "crm_segments", "--stop-after-init")
            figures = self.figures()
            self.assertEqual(len(figures), 2)
            self.assertEqual({row[1:] for row in figures}, {(1, 25)})
