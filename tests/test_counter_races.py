from decimal import Decimal
from functools import partial
from uuid import uuid4

from odoo.exceptions import UserError
from odoo.service.model import retrying
from odoo.tests import new_test_user
from odoo.tests.common import BaseCase, tagged

from odoo.addons.crm_loyalty_points.tools.counter_desk import Desk
from odoo.addons.crm_segments.tests.database import (
    cloned_database,
    committed,
    run_together,
)

SENDERS = 5


@tagged("standard", "post_install", "-at_install")
class TestCounterRaces(BaseCase):
    """A phone on a bad network sends again and again, and two cashiers hold the same
    bill: only connections that commit can show that points are given once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        copy = cloned_database()
        cls.database = copy.__enter__()
        cls.addClassCleanup(copy.__exit__, None, None, None)
        with committed(cls.database) as env:
            cls.set_up_shop(env)

    @classmethod
    def set_up_shop(cls, env):
        company = env["res.company"].create({"name": "Race"})
        env = env(context={"allowed_company_ids": company.ids})
        program = env["loyalty.program"].create(
            {
                "name": "Race",
                "program_type": "loyalty",
                "applies_on": "both",
                "company_id": company.id,
                "rule_ids": [
                    (0, 0, {"reward_point_mode": "money", "reward_point_amount": 0.1})
                ],
            }
        )
        cup = env["product.product"].create({"name": "Cup", "list_price": 40})
        reward = env["loyalty.reward"].create(
            {
                "program_id": program.id,
                "reward_type": "product",
                "reward_product_id": cup.id,
                "description": "Coffee",
                "fulfilment": "code",
                "required_points": 100,
            }
        )
        shop = env["crm.shop"].create(
            {"program_id": program.id, "counter_bills_day": 0}
        )
        branch = env["crm.branch"].create({"name": "Silom"})
        staff = env["crm.branch.staff"]
        for login in ("race-anna", "race-ben"):
            user = new_test_user(
                env,
                login,
                groups="crm_loyalty_points.crm_group_counter",
                company_id=company.id,
                company_ids=company.ids,
            )
            staff += staff.create({"user_id": user.id, "branch_ids": branch.ids})
        cls.program_id, cls.reward_id = program.id, reward.id
        cls.company_id, cls.shop_id, cls.branch_id = company.id, shop.id, branch.id
        cls.staff_ids = staff.ids

    def setUp(self):
        super().setUp()
        with committed(self.database) as env:
            partner = env["res.partner"].create({"name": self._testMethodName})
            values = {"program_id": self.program_id, "partner_id": partner.id}
            self.card_id = env["loyalty.card"].create(values).id

    def tearDown(self):
        with committed(self.database) as env:
            self.assertEqual(env["loyalty.point.award"]._check_ledger(), [])
        super().tearDown()

    def act(self, method, *args, place=0, **kwargs):
        """:return: a function of env that acts as a request of a member of staff, and
        gives the id of what it did"""

        def call(env):
            staff = env["crm.branch.staff"].browse(self.staff_ids[place])
            env = env(
                user=staff.user_id.id,
                su=True,
                context={"allowed_company_ids": [self.company_id]},
            )
            desk = Desk(
                env["crm.shop"].browse(self.shop_id),
                staff.with_env(env),
                env["crm.branch"].browse(self.branch_id),
            )
            return getattr(self, method)(env["crm.counter.act"], desk, *args, **kwargs)

        return lambda env: retrying(partial(call, env), env)

    def give(self, acts, desk, key, bill, amount="250"):
        card = acts.env["loyalty.card"].browse(self.card_id)
        act, _doubts = acts._give(
            desk, card, key, amount=Decimal(amount), bill=bill, confirmed=True
        )
        return act.id

    def undo(self, acts, _desk, act_id):
        acts.browse(act_id)._undo()
        return act_id

    def use(self, acts, desk, code):
        return acts._use_code(desk, uuid4().hex, code).id

    def points(self):
        with committed(self.database) as env:
            return env["loyalty.card"].browse(self.card_id).points

    def test_one_request_sent_five_times(self):
        ids = run_together(
            self.database, *(self.act("give", "key", "B1") for _ in range(SENDERS))
        )
        self.assertEqual(len(set(ids)), 1, ids)
        self.assertEqual(self.points(), 25)

    def test_one_bill_sent_five_times_by_two_people(self):
        ids = run_together(
            self.database,
            *(
                self.act("give", f"key{number}", "B2", place=number % 2)
                for number in range(SENDERS)
            ),
        )
        self.assertEqual(len(set(ids)), 1, ids)
        self.assertEqual(self.points(), 25)

    def test_one_bill_with_two_amounts(self):
        results = run_together(
            self.database,
            self.act("give", "one", "B3"),
            self.act("give", "two", "B3", amount="990", place=1),
        )
        refused = [each for each in results if isinstance(each, UserError)]
        self.assertEqual(len(refused), 1, results)
        self.assertIn("already", str(refused[0]))
        self.assertIn(self.points(), (25, 99))

    def test_undone_five_times(self):
        with committed(self.database) as env:
            act_id = self.act("give", "undo", "B4")(env)
        run_together(self.database, *(self.act("undo", act_id) for _ in range(SENDERS)))
        self.assertEqual(self.points(), 0)

    def test_one_code_shown_to_two_cashiers(self):
        with committed(self.database) as env:
            self.act("give", "code", "B5", amount="1000")(env)
            reward = env["loyalty.reward"].browse(self.reward_id)
            card = env["loyalty.card"].browse(self.card_id)
            code = reward._redeem(card, key=uuid4().hex).code
        results = run_together(
            self.database, self.act("use", code), self.act("use", code, place=1)
        )
        refused = [each for each in results if isinstance(each, UserError)]
        self.assertEqual(len(refused), 1, results)
