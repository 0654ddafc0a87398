from odoo.tests.common import BaseCase, tagged

from odoo.addons.crm_segments.tests.database import (
    cloned_database,
    committed,
    run_together,
    with_retry,
)


@tagged("standard", "post_install", "-at_install")
class TestSignupRaces(BaseCase):
    """A double tap on a slow phone is two requests at the same time. Each gift costs
    the shop money, and two customers of one phone number cost it the history."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        copy = cloned_database()
        cls.database = copy.__enter__()
        cls.addClassCleanup(copy.__exit__, None, None, None)
        with committed(cls.database) as env:
            env["loyalty.program"].search([]).active = False
            env.company.country_id = env.ref("base.th")
            program = env["loyalty.program"].create(
                {
                    "name": "Race",
                    "program_type": "loyalty",
                    "applies_on": "both",
                    "welcome_points": 50,
                    "company_id": env.company.id,
                }
            )
            shop = env["crm.shop"]._of_company() or env["crm.shop"].create({})
            shop.write({"program_id": program.id, "profile_gift_points": 20})
            names = ("first_name", "last_name", "phone")
            shop.question_ids.filtered(
                lambda question: question.profile_key not in names
            ).active = False
            cls.shop_id = shop.id

    def typed(self, phone):
        return {
            "first_name": ["Nok"],
            "last_name": ["Noi"],
            "phone": [phone],
            "email": [f"{phone}@example.com"],
            "agree": ["1"],
        }

    def sign_up(self, token, phone, proven=True):
        def request(env):
            shop = env["crm.shop"].browse(self.shop_id)
            signup = env["crm.signup"]._keep(shop, token, self.typed(phone))
            return shop._finish_signup(signup, proven).id

        return with_retry(request)

    def points(self, phone):
        """:return: {partner id: sorted [(kind, points)]} of a phone number"""
        with committed(self.database) as env:
            shop = env["crm.shop"].browse(self.shop_id)
            partners = shop._find_known(f"+66{phone[1:]}", False)
            result = {}
            for customer in partners:
                card = shop._get_member_card(customer)
                entries = env["loyalty.point.entry"].search([("card_id", "=", card.id)])
                result[customer.id] = sorted(
                    (entry.kind, entry.points) for entry in entries
                )
            return result

    def test_one_form_twice(self):
        phone = "0811110001"
        results = run_together(
            self.database, *[self.sign_up("one", phone) for _tap in range(3)]
        )
        self.assertEqual(len(set(results)), 1, results)
        self.assertEqual(
            self.points(phone), {results[0]: [("bonus", 20.0), ("welcome", 50.0)]}
        )

    def test_two_forms_of_one_person(self):
        phone = "0811110002"
        results = run_together(
            self.database, self.sign_up("a", phone), self.sign_up("b", phone)
        )
        self.assertEqual(len(set(results)), 1, results)
        self.assertEqual(
            self.points(phone), {results[0]: [("bonus", 20.0), ("welcome", 50.0)]}
        )

    def test_two_forms_without_proof(self):
        """Nobody is linked, both are greeted as newcomers are, and staff see that the
        later one may be the earlier one."""
        phone = "0811110003"
        results = run_together(
            self.database,
            self.sign_up("c", phone, proven=False),
            self.sign_up("d", phone, proven=False),
        )
        points = self.points(phone)
        self.assertEqual(set(points), set(results))
        self.assertEqual(list(map(len, points.values())), [2, 2])
        with committed(self.database) as env:
            first, second = env["res.partner"].browse(sorted(points))
            self.assertFalse(first.possible_twin_id)
            self.assertEqual(second.possible_twin_id, first)

    def test_one_code_and_five_tries_at_once(self):
        with committed(self.database) as env:
            code = env["crm.one.time.code"]._issue(env.company, "login", "v", "s")

        def check(env):
            codes = env["crm.one.time.code"]
            return codes._check(env.company, "login", "v", "s", code)

        results = run_together(self.database, *[with_retry(check)] * 3)
        self.assertEqual(sorted(results), [False, False, True])
