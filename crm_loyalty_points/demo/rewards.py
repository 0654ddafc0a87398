"""Rewards to redeem in the demo shop, and what members have redeemed so far."""

import base64
from datetime import timedelta

from odoo import Command

from odoo.addons.crm_segments.tools.order_import_guard import importing_orders

SHOP = "crm_segments"
CODES = 12
VALID_DAYS = 60
# name in this file -> English, Thai, values; ``product`` is a code of the shop's list
REWARDS = {
    "voucher": (
        "100 baht voucher",
        "คูปองส่วนลด 100 บาท",
        {
            "required_points": 100,
            "fulfilment": "code",
            "reward_type": "discount",
            "discount": 100,
            "discount_mode": "per_order",
        },
    ),
    "spa": (
        "Head spa for Gold and Platinum",
        "สปาศีรษะ สำหรับระดับโกลด์และแพลทินัม",
        {
            "required_points": 180,
            "fulfilment": "code",
            "product": "sv10",
            "tiers": ("Gold", "Platinum"),
            "member_limit": 1,
        },
    ),
    # nobody has it yet: whether somebody may depends on the day of the loading
    "foot": (
        "Foot massage on a quiet morning",
        "นวดฝ่าเท้า ช่วงเช้าวันธรรมดา",
        {
            "required_points": 120,
            "fulfilment": "code",
            "product": "sv05",
            "hour_from": 10,
            "hour_to": 14,
            **dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), True),
        },
    ),
    "serum": (
        "Jasmine rice serum to your home",
        "เซรั่มข้าวหอมมะลิ ส่งถึงบ้าน",
        {
            "required_points": 150,
            "fulfilment": "delivery",
            "product": "pr02",
            "stock_limited": True,
            "stock_left": 25,
            "low_stock": 5,
        },
    ),
    "coffee": (
        "Iced coffee at the café next door",
        "กาแฟเย็น 1 แก้ว ร้านกาแฟใต้ต้นก้ามปู",
        {
            "required_points": 60,
            "fulfilment": "own_code",
            "own_code_kind": "list",
            "platform": "ร้านกาแฟใต้ต้นก้ามปู",
            "unit_cost": 45,
            "low_stock": 10,
            "reward_type": "discount",
            "discount": 55,
            "discount_mode": "per_order",
        },
    ),
    "parcel": (
        "Free delivery in the LINE shop",
        "ส่งฟรีในร้านค้า LINE",
        {
            "required_points": 40,
            "fulfilment": "own_code",
            "own_code_kind": "shared",
            "shared_code": "BULANFREE",
            "platform": "LINE SHOPPING",
            "unit_cost": 40,
            "reward_type": "discount",
            "discount": 40,
            "discount_mode": "per_order",
        },
    ),
}
HOW_TO = {
    "coffee": (
        "Show the code at the till of the café.",
        "แสดงรหัสนี้ที่เคาน์เตอร์ของร้านกาแฟ",
    ),
    "parcel": (
        "Enter the code before you pay.",
        "กรอกรหัสนี้ก่อนชำระเงิน",
    ),
}
# reward, days ago, what became of it
REDEEMED = (
    ("voucher", 75, "expired"),
    ("coffee", 72, "expired"),
    ("serum", 64, "delivered"),
    ("parcel", 58, "used"),
    ("voucher", 51, "used"),
    ("coffee", 44, "used"),
    ("spa", 40, "used"),
    ("serum", 33, "delivered"),
    ("parcel", 26, "used"),
    ("voucher", 20, "ordered"),
    ("coffee", 16, "used"),
    ("voucher", 12, "issued"),
    ("spa", 9, "issued"),
    ("serum", 6, "sent"),
    ("coffee", 5, "issued"),
    ("parcel", 4, "cancelled"),
    ("voucher", 3, "cancelled"),
    ("serum", 2, "issued"),
    ("coffee", 1, "issued"),
    ("voucher", 0, "issued"),
)


def load_rewards(program, members, translate):
    """Make the rewards of the three kinds, and let members redeem them.

    :param program: loyalty.program
    :param members: [(loyalty.card, crm.branch)]; the first who may, redeem
    :param translate: called with record, field and the Thai text
    """
    rewards = _make_rewards(program, translate)
    waiting = list(members)
    for number, (name, days, fate) in enumerate(REDEEMED):
        found = _find_member(rewards[name], waiting, days)
        if found:
            waiting.remove(found)
            redemption = _redeem(rewards[name], *found, days, number)
            FATES[fate](redemption)


def _make_rewards(program, translate):
    """:return: {name: loyalty.reward}"""
    rewards = {}
    for name, (english, thai, vals) in REWARDS.items():
        reward = program.env["loyalty.reward"].create(
            _prepare_reward(program, english, vals)
        )
        translate(reward, "description", thai)
        if name in HOW_TO:
            reward.how_to, said = HOW_TO[name]
            translate(reward, "how_to", said)
        rewards[name] = reward
    _upload_codes(rewards["coffee"])
    return rewards


def _prepare_reward(program, name, vals):
    """:return: dict of loyalty.reward"""
    vals = {**vals, "program_id": program.id, "description": name}
    code = vals.pop("product", None)
    if code:
        product = program.env.ref(f"{SHOP}.demo_product_{code}")
        vals.update(reward_type="product", reward_product_id=product.id)
    names = vals.pop("tiers", ())
    tiers = program.tier_ids.filtered(lambda tier: tier.name in names)
    if tiers:
        vals["condition_tier_ids"] = [Command.set(tiers.ids)]
    return vals


def _upload_codes(reward):
    """As the shop does with the list that the café sent."""
    lines = ["code", *(f"KAMPU-{1000 + 37 * number}" for number in range(CODES))]
    upload = reward.env["loyalty.reward.code.upload"].create(
        {"reward_id": reward.id, "file": base64.b64encode("\n".join(lines).encode())}
    )
    upload.action_upload()


def _find_member(reward, members, days):
    """:return: (card, branch) of who may have it and was a member then, or None"""
    day = reward.program_id._get_local_today() - timedelta(days=days)
    for card, branch in members:
        if card.member_since <= day and not reward._get_redeem_refusals(card, branch):
            return card, branch
    return None


def _redeem(reward, card, branch, days, number):
    """Redeem as `loyalty.reward._redeem` does, on a day of the past.

    :return: loyalty.redemption
    """
    past = timedelta(days=days)
    # the ledger keeps the name of the reward as the member read it
    reward = reward.with_context(lang=card.partner_id.lang)
    redemption = reward._make_redemption(card, f"demo:{number}", branch)
    until = redemption.valid_until
    redemption.write(
        {
            "date": redemption.date - past,
            "issued_at": redemption.issued_at - past,
            "valid_until": until and until - past,
        }
    )
    redemption._spend_points()
    reward._take_stock()
    redemption._fulfil()
    redemption.order_id.date_order = redemption.issued_at
    return redemption


def _use(redemption):
    redemption._use(redemption.branch_id)
    _date_use(redemption)


def _date_use(redemption):
    """It was used two days after it was redeemed."""
    redemption.used_at = redemption.issued_at + timedelta(days=2)


def _use_in_order(redemption):
    """The voucher lowers the bill of a massage."""
    env, partner = redemption.env, redemption.partner_id
    product = env.ref(f"{SHOP}.demo_product_sv03")
    order = env["sale.order"].create(
        {
            "partner_id": partner.id,
            "company_id": redemption.company_id.id,
            "branch_id": redemption.branch_id.id,
            "team_id": env.ref(f"{SHOP}.demo_team_shop").id,
            "date_order": redemption.issued_at + timedelta(days=2),
            "order_line": [Command.create({"product_id": product.id})],
        }
    )
    offered = order._try_apply_code(redemption.code)
    for coupon, rewards in offered.items():
        order._apply_program_reward(rewards[:1], coupon)
    # it keeps its day
    with importing_orders():
        order.action_confirm()
    _date_use(redemption)


def _send(redemption):
    redemption._set_parcel("sent", carrier="Thailand Post", number="EB123456785TH")
    _date_use(redemption)


def _deliver(redemption):
    redemption._set_parcel("sent", carrier="Thailand Post", number="EB987654325TH")
    redemption._set_parcel("delivered")
    _date_use(redemption)


def _expire(redemption):
    redemption._expire()
    redemption.closed_at = redemption.issued_at + timedelta(days=VALID_DAYS + 1)


# what becomes of a reward that was redeemed
FATES = {
    "issued": lambda redemption: None,
    "used": _use,
    "ordered": _use_in_order,
    "sent": _send,
    "delivered": _deliver,
    "expired": _expire,
    "cancelled": lambda redemption: redemption._cancel(),
}
