from psycopg2 import OperationalError
from psycopg2.errors import SerializationFailure

from odoo.sql_db import db_connect
from odoo.tests.common import BaseCase, get_db_name, tagged

from odoo.addons.crm_segments.tests.database import (
    cloned_database,
    committed,
    run_odoo,
    run_together,
)


@tagged("standard", "post_install", "-at_install")
class TestDatabaseCopies(BaseCase):
    """Race tests prove nothing unless their copies really commit and really race."""

    def test_life_of_a_copy(self):
        with cloned_database() as name:
            with committed(name) as env:
                partner = env["res.partner"].create({"name": "Only in the copy"})

            def rename(env):
                env["res.partner"].browse(partner.id).write({"ref": "x"})
                env.flush_all()
                return "written"

            results = run_together(name, rename, rename)
            self.assertEqual(results.count("written"), 1)
            (lost,) = (result for result in results if result != "written")
            self.assertIsInstance(lost, SerializationFailure)

            script = "print(env['res.partner'].search([('ref', '=', 'x')]).name)"
            done = run_odoo("shell", "-d", name, "--no-http", script=script)
            self.assertIn("Only in the copy", done.stdout, done.stderr)

            with self.assertRaises(ZeroDivisionError), committed(name) as env:
                env["res.partner"].browse(partner.id).name = "Lost"
                env.flush_all()
                raise ZeroDivisionError
            with committed(name) as env:
                name_now = env["res.partner"].browse(partner.id).name
                self.assertEqual(name_now, "Only in the copy")
        with self.assertRaises(OperationalError):
            db_connect(name).cursor()
        with db_connect(get_db_name()).cursor() as cursor:
            cursor.execute("SELECT 1 FROM res_partner WHERE name = 'Only in the copy'")
            self.assertFalse(cursor.fetchall())
