from odoo.tests import BaseCase, tagged

from odoo.addons.crm_segments.tests.database import (
    cloned_database,
    committed,
    run_together,
    with_retry,
)


@tagged("standard", "post_install", "-at_install")
class TestRetryRace(BaseCase):
    """Two who press "Send again" at the same moment: one message, not two."""

    def test_pressed_twice(self):
        with cloned_database() as database:
            with committed(database) as env:
                company = env["res.company"].create({"name": "Twice"})
                env.ref("base.user_admin").company_ids += company
                (delivery,) = env["sms.delivery"]._queue(
                    [{"company_id": company.id, "number": "+66812345678", "text": "x"}]
                )
                delivery.action_cancel()
                delivery_id = delivery.id

            def press():
                def run(env):
                    env["sms.delivery"].browse(delivery_id).action_retry()
                    return True

                return with_retry(run)

            results = run_together(database, press(), press(), press())
            self.assertEqual(results.count(True), 1, results)
            with committed(database) as env:
                delivery = env["sms.delivery"].browse(delivery_id)
                self.assertEqual(len(delivery.retry_ids), 1)
