import time

from odoo.exceptions import UserError
from odoo.tests.common import BaseCase, tagged

from odoo.addons.crm_segments.tests.database import (
    cloned_database,
    committed,
    run_together,
    with_retry,
)


@tagged("standard", "post_install", "-at_install")
class TestLineLinkRaces(BaseCase):
    """LINE and customers do not wait for each other: the webhook, the page and staff
    meet the same LINE account at the same moment."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        copy = cloned_database()
        cls.database = copy.__enter__()
        cls.addClassCleanup(copy.__exit__, None, None, None)
        with committed(cls.database) as env:
            company = env["res.company"].create({"name": "Race"})
            channel = env["crm.line.channel"].create(
                {"name": "Race", "company_id": company.id}
            )
            cls.channel_id = channel.id
            people = env["res.partner"].create([{"name": "A"}, {"name": "B"}])
            cls.partner_ids = people.ids

    def channel(self, env):
        return env["crm.line.channel"].browse(self.channel_id)

    def test_new_account_met_by_many_is_one(self):
        user_id = f"U{'1' * 32}"

        def meet(env):
            return env["crm.line.user"]._of(self.channel(env), [user_id]).id

        results = run_together(self.database, *[with_retry(meet)] * 4)
        self.assertEqual(len(set(results)), 1, results)

    def test_one_account_is_not_two_customers(self):
        with committed(self.database) as env:
            user = env["crm.line.user"]._of(self.channel(env), [f"U{'2' * 32}"])
            id_ = user.id

        def link(partner_id):
            def request(env):
                partner = env["res.partner"].browse(partner_id)
                try:
                    return env["crm.line.user"].browse(id_)._link(partner)
                except UserError:
                    return "refused"

            return with_retry(request)

        results = run_together(self.database, *map(link, self.partner_ids))
        self.assertEqual(sorted(map(str, results)), ["True", "refused"])
        winner = self.partner_ids[results.index(True)]
        with committed(self.database) as env:
            self.assertEqual(env["crm.line.user"].browse(id_).partner_id.id, winner)

    def test_token_shown_by_two_is_one_visitors(self):
        def show(visitor):
            def request(env):
                seen = env["crm.line.token"]
                return seen._take(
                    self.channel(env), "a.b.c", visitor, time.time() + 600
                )

            return with_retry(request)

        results = run_together(self.database, *map(show, ("one", "two", "three")))
        self.assertEqual(sorted(results), [False, False, True])

    def test_events_worked_off_by_two_are_done_once(self):
        with committed(self.database) as env:
            self.channel(env)._take_events(
                [
                    {
                        "type": "follow",
                        "webhookEventId": f"race {number}",
                        "timestamp": 1_700_000_000_000 + number,
                        "source": {"type": "user", "userId": f"U{number % 5:032x}"},
                    }
                    for number in range(40)
                ]
            )

        def work(env):
            return env["crm.line.event"]._process_batch()

        results = run_together(self.database, *[with_retry(work)] * 2)
        with committed(self.database) as env:
            while env["crm.line.event"]._process_batch():
                env.cr.commit()
            events = env["crm.line.event"].search(
                [("channel_id", "=", self.channel_id)]
            )
            self.assertEqual(set(events.mapped("state")), {"done"})
        self.assertLessEqual(sum(results), 40)
