from threading import Event

from odoo.tests import BaseCase, tagged

from .database import cloned_database, committed, run_together, with_retry


@tagged("post_install", "-at_install")
class TestSegmentRace(BaseCase):
    """Somebody changes a customer, or saves the rule, while the job counts: real
    connections on a copy of the database."""

    def test_races(self):
        with cloned_database() as name:
            with committed(name) as env:
                people = env["res.partner"].with_context(crm_customer=True)
                people = people.create(
                    [{"name": f"P {n}", "gender": "male"} for n in range(4)]
                )
                rule = [("id", "in", people.ids), ("gender", "=", "female")]
                segment = env["crm.segment"].create({"name": "W", "domain": repr(rule)})
                self.people, self.segment = people.ids, segment.id
            self.work(name)
            self.change_during_a_refresh(name)
            self.two_refreshes(name)
            self.rule_saved_during_a_refresh(name)
            self.old_snapshot(name)

    def work(self, name):
        with committed(name) as env:
            env["crm.segment"]._cron_refresh()

    def turn(self, env, number, gender):
        env["res.partner"].browse(self.people[number]).gender = gender

    def check(self, name, *numbers):
        """Exactly these people are in, once, and the number says so."""
        with committed(name) as env:
            rows = env["crm.segment.member"].search(
                [("segment_id", "=", self.segment), ("left", "=", False)]
            )
            expected = sorted(self.people[number] for number in numbers)
            self.assertEqual(sorted(rows.partner_id.ids), expected)
            self.assertEqual(len(rows), len(expected))
            segment = env["crm.segment"].browse(self.segment)
            self.assertEqual(segment.member_count, len(expected))

    def change_during_a_refresh(self, name):
        """A change committed after the job took the queue waits for the next run."""
        with committed(name) as env:
            self.turn(env, 0, "female")
        changed, counted = Event(), Event()

        def refresh(env):
            taken = env["crm.segment"]._refresh_dirty()
            counted.set()
            changed.wait(30)
            return taken

        def change(env):
            counted.wait(30)
            self.turn(env, 1, "female")
            env.flush_all()
            env.cr.commit()
            changed.set()
            return True

        results = run_together(name, refresh, change)
        self.assertEqual(results[1], True)
        self.check(name, 0)
        self.work(name)
        self.check(name, 0, 1)

    def two_refreshes(self, name):
        """The second either fails, to be tried again, or finds nothing to do."""
        with committed(name) as env:
            self.turn(env, 2, "female")

        def job(env):
            env["crm.segment"]._cron_refresh()
            return "done"

        self.assertEqual(run_together(name, job, job, job), ["done"] * 3)
        self.check(name, 0, 1, 2)

    def rule_saved_during_a_refresh(self, name):
        """Saving counts in the request, which has its own snapshot."""
        with committed(name) as env:
            self.turn(env, 0, "male")
        rule = [("id", "in", self.people[:2]), ("gender", "=", "female")]

        def save(env):
            env["crm.segment"].browse(self.segment).domain = repr(rule)
            return "done"

        def job(env):
            env["crm.segment"]._cron_refresh()
            return "done"

        results = run_together(name, with_retry(save), job, with_retry(save))
        self.assertEqual(results, ["done"] * 3)
        self.work(name)
        self.check(name, 1)

    def old_snapshot(self, name):
        """A recompute with an older snapshot must not write over a newer one: it fails
        on the row of the segment."""
        newer = Event()

        def old(env):
            newer.wait(30)  # run_together has taken the snapshot before
            return env["crm.segment"].browse(self.segment)._recompute_members()

        def new(env):
            self.turn(env, 0, "female")
            env.flush_all()
            env.cr.commit()
            env["crm.segment"]._cron_refresh()
            env.cr.commit()
            newer.set()
            return "done"

        stale, done = run_together(name, old, new)
        self.assertEqual(done, "done")
        self.assertIsInstance(stale, Exception)
        self.check(name, 0, 1)
