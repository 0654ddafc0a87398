from threading import Event

from odoo import Command
from odoo.tests import BaseCase, tagged

from .database import cloned_database, committed, run_together


@tagged("post_install", "-at_install")
class TestMetricRace(BaseCase):
    """Changes arrive while the figures are being recomputed. None may be lost, and a
    slow pass may not write older figures over newer ones: real connections on a copy
    of the database.
    """

    @staticmethod
    def order(env, partner, amount):
        product = env["product.product"].search([("name", "=", "Race")])
        product = product or env["product.product"].create(
            {"name": "Race", "type": "service", "taxes_id": False}
        )
        return env["sale.order"].create(
            {
                "partner_id": partner,
                "order_line": [
                    Command.create({"product_id": product.id, "price_unit": amount})
                ],
            }
        )

    @staticmethod
    def total(env, partner):
        row = env["crm.customer.metric"].search([("partner_id", "=", partner)])
        return row.amount_total_all

    def test_races(self):
        with cloned_database() as name:
            with committed(name) as env:
                partner = env["res.partner"].create({"name": "Racer"}).id
                self.order(env, partner, 1)
            with committed(name) as env:
                env["crm.customer.metric"]._cron_refresh_dirty()
                self.assertEqual(self.total(env, partner), 1)
            self.change_during_a_refresh(name, partner)
            self.two_refreshes(name, partner)
            self.order_deleted_during_a_rebuild(name)

    def change_during_a_refresh(self, name, partner):
        """An order committed after the refresh took the queue waits for the next."""
        with committed(name) as env:
            self.order(env, partner, 10)
        ordered, refreshed = Event(), Event()

        def refresh(env):
            taken = env["crm.customer.metric"]._refresh_dirty()
            refreshed.set()
            ordered.wait(30)
            return taken

        def sell(env):
            refreshed.wait(30)
            self.order(env, partner, 100)
            env.cr.commit()
            ordered.set()
            return True

        taken, sold = run_together(name, refresh, sell)
        self.assertEqual((taken, sold), (1, True))
        with committed(name) as env:
            self.assertEqual(self.total(env, partner), 11)
            self.assertEqual(env["crm.customer.metric.dirty"].search_count([]), 1)
            env["crm.customer.metric"]._cron_refresh_dirty()
            self.assertEqual(self.total(env, partner), 111)

    def two_refreshes(self, name, partner):
        """The second one cannot be served by a snapshot older than the first: it
        either fails (and is tried again by the cron) or finds nothing to do."""
        with committed(name) as env:
            self.order(env, partner, 1000)

        def refresh(env):
            return env["crm.customer.metric"]._refresh_dirty()

        def job(env):
            env["crm.customer.metric"]._cron_refresh_dirty()
            return "done"

        results = run_together(name, refresh, refresh)
        self.assertIn(1, results)
        with committed(name) as env:
            self.order(env, partner, 10_000)
        self.assertEqual(run_together(name, job, job), ["done", "done"])
        with committed(name) as env:
            self.assertEqual(self.total(env, partner), 11_111)
            self.assertEqual(env["crm.customer.metric"]._check_metrics(), [])

    def order_deleted_during_a_rebuild(self, name):
        """A pass that began before the deletion must not bring the row back."""
        with committed(name) as env:
            partner = env["res.partner"].create({"name": "Came and went"}).id
            order = self.order(env, partner, 5).id
        with committed(name) as env:
            # queued, but not recomputed: the row does not exist yet
            self.assertFalse(self.total(env, partner))
        deleted = Event()

        def rebuild(env):
            deleted.wait(30)  # run_together has taken the snapshot before
            return env["crm.customer.metric"]._rebuild()

        def delete(env):
            env["sale.order"].browse(order).unlink()
            env.cr.commit()
            env["crm.customer.metric"]._cron_refresh_dirty()
            deleted.set()
            return True

        run_together(name, rebuild, delete)
        with committed(name) as env:
            env["crm.customer.metric"]._cron_rebuild()
            self.assertFalse(self.total(env, partner))
            self.assertEqual(env["crm.customer.metric"]._check_metrics(), [])
