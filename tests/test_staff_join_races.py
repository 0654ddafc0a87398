from datetime import timedelta
from itertools import count

from odoo import fields
from odoo.tests.common import BaseCase, tagged

from odoo.addons.crm_segments.tests.database import (
    cloned_database,
    committed,
    run_together,
    with_retry,
)


@tagged("standard", "post_install", "-at_install")
class TestStaffJoinRaces(BaseCase):
    """A link lies in the chat of a team, and all click at the start of the shift. It
    makes one account for each address and as many as the manager said, never more."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.database = cls.enterClassContext(cloned_database())
        cls.numbers = count()

    def make_link(self, people):
        """:return: id of an invitation for so many people"""
        with committed(self.database) as env:
            link = env["crm.staff.invitation"].create(
                {"name": "Shift", "role": "viewer", "max_uses": people}
            )
            return link.id

    def ask(self, link_id, email):
        """:return: proof that was mailed to somebody who asked"""
        proof = f"proof {next(self.numbers)}"
        with committed(self.database) as env:
            joins, now = env["crm.staff.join"], fields.Datetime.now()
            joins.create(
                {
                    "invitation_id": link_id,
                    "name": "Mali",
                    "email": email,
                    "proof_hash": joins._hash(proof),
                    "asked_at": now,
                    "valid_until": now + timedelta(hours=1),
                }
            )
        return proof

    def click(self, *proofs):
        """Confirm at the same moment, as the page does it.

        :return: per proof, whether the person was led on to set a password"""

        def confirm(proof):
            def request(env):
                join = env["crm.staff.join"]._by_proof(proof)
                return bool(join and join._join())

            return with_retry(request)

        return run_together(self.database, *map(confirm, proofs))

    def joined(self, *link_ids):
        """:return: (accounts, uses of each link, joinings in the log) that came of
        links; logins, sorted"""
        with committed(self.database) as env:
            links = env["crm.staff.invitation"].browse(link_ids)
            joins = links.join_ids.filtered("staff_id")
            emails = links.join_ids.mapped("email")
            users = env["res.users"].with_context(active_test=False)
            users = users.search([("login", "in", emails)])
            staff = env["crm.branch.staff"].search([("user_id", "in", users.ids)])
            self.assertEqual(staff, joins.staff_id)
            self.assertEqual(set(joins.mapped("state")) - {"joined"}, set())
            events = env["crm.staff.event"].search(
                [("kind", "=", "joined"), ("login", "in", emails)]
            )
            return (
                sorted(users.mapped("login")),
                links.mapped("uses"),
                sorted(events.mapped("login")),
            )

    def test_a_double_click(self):
        link = self.make_link(3)
        proof = self.ask(link, "double@example.com")
        answers = self.click(proof, proof, proof)
        self.assertEqual(sorted(answers), [False, False, True])
        one = ["double@example.com"]
        self.assertEqual(self.joined(link), (one, [1], one))

    def test_asked_twice_by_one_link(self):
        link = self.make_link(3)
        proofs = [self.ask(link, "twice@example.com") for _ask in range(2)]
        self.assertEqual(sorted(self.click(*proofs)), [False, True])
        one = ["twice@example.com"]
        self.assertEqual(self.joined(link), (one, [1], one))

    def test_asked_by_two_links(self):
        links = [self.make_link(3), self.make_link(3)]
        proofs = [self.ask(link, "links@example.com") for link in links]
        self.assertEqual(sorted(self.click(*proofs)), [False, True])
        logins, uses, logged = self.joined(*links)
        self.assertEqual((logins, sum(uses)), (["links@example.com"], 1))
        self.assertEqual(logged, ["links@example.com"])

    def test_two_people_and_one_place(self):
        link = self.make_link(1)
        proofs = [self.ask(link, f"place{n}@example.com") for n in range(2)]
        self.assertEqual(sorted(self.click(*proofs)), [False, True])
        logins, uses, logged = self.joined(link)
        self.assertEqual((len(logins), uses, logged), (1, [1], logins))

    def test_five_people_and_three_places(self):
        link = self.make_link(3)
        proofs = [self.ask(link, f"shift{n}@example.com") for n in range(5)]
        self.assertEqual(sum(self.click(*proofs)), 3)
        logins, uses, logged = self.joined(link)
        self.assertEqual((len(logins), uses, logged), (3, [3], logins))
