import signal
from itertools import count

from odoo.fields import Command
from odoo.tests import new_test_user
from odoo.tests.common import BaseCase, tagged

from odoo.addons.crm_segments.tests.database import cloned_database, committed
from odoo.addons.crm_segments.tools.personal_texts import find_traces, phone_pattern

from .common_kill import KilledWorker

POINTS = 250


@tagged("standard", "post_install", "-at_install")
class TestEraseKillPoints(KilledWorker, BaseCase):
    """The power fails while somebody is being forgotten. A person who is half erased
    would still be found, and nobody would know; who asks again is forgotten."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.database = cls.enterClassContext(cloned_database())
        cls.numbers = count()
        with committed(cls.database) as env:
            env["loyalty.program"].search([]).action_archive()
            program = env["loyalty.program"].create(
                {"name": "Erased", "program_type": "loyalty", "applies_on": "both"}
            )
            product = env["product.product"].create(
                {"name": "Soap", "list_price": 60, "type": "service"}
            )
        cls.program_id, cls.product_id = program.id, product.id
        cls.start_worker()

    def new_person(self):
        """:return: (id, card, user, pattern by which the person is found) of somebody
        about whom the modules hold all kinds of things"""
        number = next(self.numbers)
        word, phone = f"Wunwunny{number:03d}q", f"081-9472{number:03d}"
        with committed(self.database) as env:
            person = env["res.partner"].create(
                {
                    "name": f"{word} Suksomboon",
                    "phone": phone,
                    "email": f"{word}@example.com",
                    "nickname": word,
                    "street": f"{word} Road",
                }
            )
            person._crm_record_consent("marketing_sms", address=phone, source="test")
            person.message_post(body=f"{word} called")
            env["ir.attachment"].create(
                {"name": f"{word}.txt", "raw": word.encode()}
                | {"res_model": "res.partner", "res_id": person.id}
            )
            user = new_test_user(
                env, person.email, "base.group_portal", partner_id=person.id
            )
            card = self.new_card(env, person, word)
            self.new_order(env, person, word)
            env["crm.visit"].create(
                {"partner_id": person.id, "note": f"{word} likes tea"}
            )
            return person.id, card.id, user.id, f"{word}|{phone_pattern(phone)}"

    def new_card(self, env, person, word):
        card = env["loyalty.card"].create(
            {"program_id": self.program_id, "partner_id": person.id}
        )
        vals = {"kind": "earn", "points": POINTS, "key": f"start:{card.id}"}
        entry = env["loyalty.point.entry"]._post([{**vals, "card_id": card.id}])
        env["loyalty.point.note"]._attach(entry, f"{word} was kind")
        return card

    def new_order(self, env, person, word):
        order = env["sale.order"].create(
            {
                "partner_id": person.id,
                "client_order_ref": f"for {word}",
                "signed_by": word,
                "order_line": [Command.create({"product_id": self.product_id})],
            }
        )
        order.action_confirm()
        order.message_post(body=f"Dear {word}", partner_ids=person.ids)

    def state(self, person_id, card_id, user_id, pattern):
        """:return: (where the person is found, erased, card's customer, its points,
        account in use)"""
        with committed(self.database) as env:
            person = env["res.partner"].browse(person_id)
            card = env["loyalty.card"].browse(card_id)
            user = env["res.users"].browse(user_id)
            self.assertEqual(env["loyalty.point.award"]._check_ledger(), [])
            return (
                find_traces(env, pattern),
                bool(person.crm_erased_at),
                card.partner_id.id,
                card.points,
                user.active,
            )

    def test_all_or_nothing(self):
        points = self.points_of("erase", lambda: self.new_person()[:1])
        seen = []
        for point in points:
            with self.subTest(point=point):
                person = self.new_person()
                before = self.state(*person)
                self.assertGreater(len(before[0]), 10)
                self.assertEqual(before[1:], (False, person[0], POINTS, True))
                after = ({}, True, False, 0, False)
                answer = self.worker.run("erase", person[:1], point)
                self.assertEqual(answer, {"signal": signal.SIGKILL})
                left = self.state(*person)
                self.assertIn(left, (before, after))
                seen.append(left == after)
                self.worker.run("erase", person[:1])
                self.assertEqual(self.state(*person), after)
        self.assertEqual(set(seen), {True, False})
