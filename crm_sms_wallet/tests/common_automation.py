from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo import SUPERUSER_ID, api
from odoo.tools import SQL

from .common_law import LawCase

# 12:00 in Bangkok: nobody sleeps
NOON = datetime(2027, 3, 10, 5)


class AutomationCase(LawCase):
    """A shop with an automation for birthdays, and somebody who has one today."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.shop.customer_tz = "Asia/Bangkok"
        cls.other.customer_tz = "Asia/Bangkok"
        cls.env["crm.sms.gateway"].sudo().create(
            {"name": "Try", "provider": "simulator", "company_id": cls.shop.id}
        )
        cls.automations = cls.env["crm.automation"]
        cls.events = cls.env["crm.automation.event"]
        # others' automations are no part of these tests
        cls.automations.sudo().search([]).write({"is_on": False})
        cls.customer.write(
            {
                "birthdate": "1990-03-10",
                "email": "anong@example.com",
                "lang": "en_US",
                "company_id": cls.shop.id,
            }
        )

    def setUp(self):
        super().setUp()
        self.frozen = None
        self.addCleanup(self._thaw)
        self.at(NOON)

    def at(self, moment):
        """Set the clock."""
        self._thaw()
        self.frozen = freeze_time(moment)
        self.frozen.start()

    def _thaw(self):
        if self.frozen:
            self.frozen.stop()
            self.frozen = None

    def automation(self, on_since=NOON - timedelta(days=9), **values):
        """:return: one that is on"""
        automation = self.automations.create(
            {
                "name": "Birthday",
                "moment": "birthday",
                "company_id": self.shop.id,
                "text": "{shop}: สุขสันต์วันเกิด {nickname} {optout}",
                "text_en": "{shop}: happy birthday {nickname} {optout}",
                "is_on": True,
                **values,
            }
        )
        self.env.cr.execute(
            SQL(
                "UPDATE crm_automation SET on_since = %s WHERE id = %s",
                on_since,
                automation.id,
            )
        )
        automation.invalidate_recordset()
        return automation

    def run_job(self, times=1, limit=200):
        """As the scheduler does, each batch a transaction of its own."""
        self.env.flush_all()
        for _run in range(times):
            with (
                self.enter_registry_test_mode(),
                self.env.registry.cursor() as cursor,
            ):
                env = api.Environment(cursor, SUPERUSER_ID, {})
                env["crm.automation"]._cron_run(limit)
            self.env.invalidate_all()

    def sent(self):
        """:return: the messages of automations"""
        return self.deliveries.search(
            [("res_model", "=", "crm.automation"), ("company_id", "=", self.shop.id)]
        )

    def person(self, name, birthdate="1990-03-10", **values):
        """:return: a customer who agreed to advertising"""
        count = self.env["res.partner"].search_count([]) % 10_000_000
        person = self.env["res.partner"].create(
            {
                "name": name,
                "phone": f"+66810{count:06}"[:12],
                "birthdate": birthdate,
                "company_id": self.shop.id,
                "country_id": self.thai.id,
                **values,
            }
        )
        person._crm_record_consent("marketing_sms")
        return person
