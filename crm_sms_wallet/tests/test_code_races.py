from odoo.tests import BaseCase, tagged
from odoo.tools import mute_logger

from odoo.addons.crm_segments.tests.database import (
    cloned_database,
    committed,
    run_together,
    with_retry,
)

NUMBER = "+66812345678"


@tagged("standard", "post_install", "-at_install")
class TestCodeRaces(BaseCase):
    """Many ask for one-time codes at the same moment, on connections of their own."""

    def test_limits_hold(self):
        with cloned_database() as name:
            with committed(name) as env:
                company = env["res.company"].create(
                    {
                        "name": "Codes",
                        "sms_codes_per_number": 1,
                        "sms_codes_per_day": 2,
                    }
                )
                env["crm.sms.gateway"].create(
                    {"name": "G", "provider": "simulator", "company_id": company.id}
                )
            numbers = [NUMBER, NUMBER, NUMBER[:-1] + "1", NUMBER[:-1] + "2"]
            with mute_logger("odoo.sql_db", "odoo.service.model"):
                results = run_together(
                    name, *(self._ask(company.id, number) for number in numbers)
                )
            self.assertEqual(results.count("sms"), 2, results)
            self.assertEqual(results.count(False), 2, results)
            with committed(name) as env:
                sent = env["sms.delivery"].search([("purpose", "=", "code")])
                self.assertEqual(len(sent), 2)
                self.assertEqual(len(set(sent.mapped("number"))), 2)

    def _ask(self, company_id, number):
        return with_retry(
            lambda env: (
                env["res.partner"]
                .with_company(company_id)
                ._crm_notify_address("phone", number, "1234 is your code")
            )
        )
