import signal
from datetime import timedelta
from itertools import count

from odoo import fields
from odoo.tests.common import BaseCase, tagged

from odoo.addons.crm_segments.tests.database import cloned_database, committed

from .common_kill import KilledWorker


@tagged("standard", "post_install", "-at_install")
class TestAutomationKillPoints(KilledWorker, BaseCase):
    """The power fails while birthdays are congratulated: afterwards each customer has
    one message, and no message stands without the note that it was sent."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.database = cls.enterClassContext(cloned_database())
        cls.numbers = count()
        with committed(cls.database) as env:
            env["crm.automation"].search([]).write({"is_on": False})
        cls.start_worker()

    def new_birthdays(self):
        """:return: ids of three customers whose birthday is today, and who agreed; the
        automation for them is the only one that is on"""
        with committed(self.database) as env:
            number = next(self.numbers)
            company = env.company
            today = fields.Datetime.now() + timedelta(hours=7)
            people = env["res.partner"].create(
                [
                    {
                        "name": f"Kill {number} {n}",
                        "phone": f"+6681{number:04}{n:03}",
                        "birthdate": today.date().replace(year=1988),
                        "company_id": company.id,
                    }
                    for n in range(3)
                ]
            )
            people._crm_record_consent("marketing_sms")
            env["crm.automation"].search([]).write({"is_on": False})
            env["crm.automation"].create(
                {
                    "name": f"Kill {number}",
                    "moment": "birthday",
                    "text": "{shop} {optout}",
                    "is_on": True,
                    "hours_from": 0,
                    "hours_until": 24,
                }
            )
            # it was switched on before the day began
            env.flush_all()
            env.cr.execute("UPDATE crm_automation SET on_since = '2020-01-01'")
            # the birthdays of the rounds before are over
            others = env["res.partner"].search([("birthdate", "!=", False)]) - people
            others.birthdate = False
            return people.ids

    def test_once_wherever_it_is_killed(self):
        for point in self.points_of("automate", self.new_birthdays):
            with self.subTest(point):
                ids = self.new_birthdays()
                answer = self.worker.run("automate", ids, kill=point)
                self.assertIn(answer.get("signal"), (signal.SIGKILL, None))
                self.worker.run("automate", ids)
                self.worker.run("automate", ids)
                with committed(self.database) as env:
                    messages = env["sms.delivery"].search([("partner_id", "in", ids)])
                    self.assertEqual(sorted(messages.partner_id.ids), sorted(ids))
                    self.assertEqual(len(messages), len(ids))
                    events = env["crm.automation.event"].search(
                        [("partner_id", "in", ids)]
                    )
                    self.assertEqual(set(events.mapped("state")), {"sent"})
                    self.assertEqual(events.delivery_id, messages)
