from uuid import uuid4

from odoo import Command
from odoo.tests import new_test_user

from ..tools.counter_desk import Desk

COUNTER = "crm_loyalty_points.crm_group_counter"


class CounterShop:
    """A shop with two branches, of which Anna works at one, and a member with a phone;
    to be mixed into a test class."""

    @classmethod
    def set_up_counter(cls):
        env = cls.env
        baht = env.ref("base.THB")
        baht.active = True
        cls.company = env["res.company"].create(
            {
                "name": "Baan Suan",
                "country_id": env.ref("base.th").id,
                "currency_id": baht.id,
            }
        )
        cls.env = env = env(context={"allowed_company_ids": cls.company.ids})
        cls.program = cls.make_program()
        cls.shop = env["crm.shop"].create({"program_id": cls.program.id})
        cls.silom, cls.ari = env["crm.branch"].create(
            [{"name": "Silom"}, {"name": "Ari"}]
        )
        cls.anna, cls.staff = cls.make_staff("anna", cls.silom)
        cls.member = cls.make_member(
            "Somsri Jaidee", phone="081-234-5678", nickname="Sri"
        )
        cls.card = cls.shop._get_member_card(cls.member)
        cls.desk = cls.desk_of(cls.anna, cls.staff, cls.silom)

    @classmethod
    def make_program(cls, **values):
        return cls.env["loyalty.program"].create(
            {
                "name": "Points",
                "program_type": "loyalty",
                "applies_on": "both",
                "trigger": "auto",
                "company_id": cls.company.id,
                "rule_ids": [
                    Command.create(
                        {"reward_point_mode": "money", "reward_point_amount": 0.1}
                    )
                ],
                **values,
            }
        )

    @classmethod
    def make_staff(cls, login, branch, **values):
        user = new_test_user(
            cls.env,
            login,
            groups=COUNTER,
            password=login,
            name=login.capitalize(),
            company_id=branch.company_id.id,
            company_ids=branch.company_id.ids,
        )
        staff = cls.env["crm.branch.staff"].create(
            {
                "user_id": user.id,
                "company_id": branch.company_id.id,
                "branch_ids": branch.ids,
                **values,
            }
        )
        return user, staff

    @classmethod
    def make_member(cls, name, points=0, program=None, **values):
        partner = cls.env["res.partner"].create({"name": name, **values})
        program = program or cls.program
        card = cls.env["loyalty.card"].create(
            {"program_id": program.id, "partner_id": partner.id}
        )
        if points:
            cls.give_points(card, points)
        return partner

    @classmethod
    def give_points(cls, card, points):
        cls.env["loyalty.point.entry"]._post(
            [
                {
                    "card_id": card.id,
                    "kind": "earn",
                    "points": points,
                    "key": uuid4().hex,
                }
            ]
        )

    @classmethod
    def make_reward(cls, **values):
        product = cls.env["product.product"].create(
            {"name": "Cup", "list_price": 40, "taxes_id": False}
        )
        return cls.env["loyalty.reward"].create(
            {
                "program_id": cls.program.id,
                "reward_type": "product",
                "reward_product_id": product.id,
                "description": "Free coffee",
                "fulfilment": "code",
                "required_points": 100,
                **values,
            }
        )

    @classmethod
    def desk_of(cls, user, staff, branch):
        """:return: Desk as the controller makes it"""
        env = cls.env(
            user=user.id,
            su=True,
            context={"allowed_company_ids": branch.company_id.ids},
        )
        shop = cls.env["crm.shop"]._of_company(branch.company_id)
        return Desk(*(record.with_env(env) for record in (shop, staff, branch)))

    @property
    def acts(self):
        return self.desk.shop.env["crm.counter.act"]
