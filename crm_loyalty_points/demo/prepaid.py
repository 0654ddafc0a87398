"""Prepaid cards for the demo shop: two types, sold, used, given and ended."""

from datetime import timedelta

from odoo import Command, fields

SHOP = "crm_segments"
# name in this file -> English, Thai, values; ``services`` are codes of the shop's list
TYPES = {
    "spa": (
        "Spa card 4,000",
        "บัตรสปา 4,000",
        {"prepaid_price": 3500, "prepaid_value": 4000, "prepaid_color": 4},
    ),
    "facial": (
        "Facial card, 20 % off",
        "บัตรทำหน้า ลด 20%",
        {
            "prepaid_kind": "percent",
            "prepaid_percent": 20,
            "prepaid_uses": 5,
            "prepaid_price": 990,
            "prepaid_scope": "chosen",
            "prepaid_color": 9,
            "services": ("sv07", "sv08"),
        },
    ),
}
# card type, sold so many days ago, then used on (days ago, service)
SOLD = (
    ("spa", 215, ()),
    ("spa", 160, ((140, "sv08"), (101, "sv12"), (60, "sv05"))),
    ("facial", 120, ((90, "sv07"), (47, "sv08"), (18, "sv07"))),
    ("spa", 84, ((70, "sv12"), (31, "sv12"))),
    ("facial", 55, ((28, "sv08"),)),
    ("spa", 40, ((22, "sv04"),)),
    ("spa", 21, ((8, "sv01"),)),
    ("facial", 13, ()),
    ("spa", 6, ()),
    ("spa", 2, ()),
)
TAKEN_BACK = 30


def load_prepaid(program, members, translate):
    """Make the card types, sell and use cards on days of the past.

    :param program: loyalty.program of the points, whose company sells
    :param members: [(loyalty.card, crm.branch)]; the first ones buy
    :param translate: called with record, field and the Thai text
    """
    types = _make_types(program, translate)
    buyers = [(card.partner_id, branch) for card, branch in members]
    for (name, days, uses), buyer in zip(SOLD, buyers, strict=False):
        card, _order = _sell(types[name], *buyer, days)
        for used_days, code in uses:
            _use(card, buyer[1], used_days, code)
    others = buyers[len(SOLD) :]
    for buyer in others[:1]:
        _card, order = _sell(types["facial"], *buyer, TAKEN_BACK)
        order._action_cancel()
    for partner, branch in others[1:2]:
        _give(types["spa"], partner, branch)


def _make_types(program, translate):
    """:return: {name: loyalty.program}"""
    env = program.env
    types = {}
    for name, (english, thai, vals) in TYPES.items():
        vals = {**vals, "name": english, "company_id": program.company_id.id}
        services = [
            env.ref(f"{SHOP}.demo_product_{code}").id
            for code in vals.pop("services", ())
        ]
        vals["prepaid_service_ids"] = [Command.set(services)]
        maker = env["loyalty.program"].with_context(default_is_prepaid=True)
        types[name] = maker.create(vals).with_env(env)
        translate(types[name], "name", thai)
        if types[name].prepaid_uses:
            translate(types[name], "portal_point_name", "ครั้ง")
    return types


def _make_order(env, partner, branch, product, days):
    """:return: a draft of one piece on a day of the past"""
    return env["sale.order"].create(
        {
            "partner_id": partner.id,
            "company_id": branch.company_id.id,
            "branch_id": branch.id,
            "team_id": env.ref(f"{SHOP}.demo_team_shop").id,
            "date_order": fields.Datetime.now() - timedelta(days=days),
            "order_line": [Command.create({"product_id": product.id})],
        }
    )


def _sell(card_type, partner, branch, days):
    """:return: (the customer's card, the order that sold it)"""
    env = card_type.env
    card = env["loyalty.card"]._cards_of_customers(partner, card_type, create=True)
    order = _make_order(env, partner, branch, card_type.prepaid_product_id, days)
    env["sale.order.coupon.points"].create(
        {
            "order_id": order.id,
            "coupon_id": card.id,
            "points": card_type._get_prepaid_units(),
        }
    )
    order.action_confirm()
    return card, order


def _use(card, branch, days, code):
    """Pay a service with the card, as far as it reaches."""
    service = card.env.ref(f"{SHOP}.demo_product_{code}")
    order = _make_order(card.env, card.partner_id, branch, service, days)
    order._apply_program_reward(card.program_id.reward_ids, card)
    order.action_confirm()


def _give(card_type, partner, branch):
    """A prize of the shop's birthday."""
    cards = card_type.env["loyalty.card"]
    card = cards._cards_of_customers(partner, card_type, create=True)
    card._move_by_hand(
        {
            "kind": "bonus",
            "points": card_type._get_prepaid_units(),
            "reason": "gift",
            "branch_id": branch.id,
            "key": "demo:prepaid",
        }
    )
