"""The demo shop's account: its pages for members, the counter, and who tries them."""

import base64

from odoo import Command
from odoo.tools import file_open

from ..models.crm_shop_terms import MARKETING
from ..models.crm_shop_theme import COLOURS, READY
from ..models.res_users_operator import COUNTER
from .terms import TERMS

MODULE = "crm_loyalty_points"
SHOP = "crm_segments"
SLUG = "demo"
NAME = ("Ruean Bulan Spa", "เรือนบุหลัน สปา")
# kind, value, words in English and Thai where the value does not do
CHANNELS = (
    ("phone", "02-012-3456", None),
    ("line", "@bulan-demo", None),
    ("facebook", "ruean.bulan.demo", ("Ruean Bulan", "เรือนบุหลัน")),
    ("instagram", "ruean.bulan.demo", None),
    ("map", "88/9 ซอยอารีย์ 4 พญาไท", ("How to get here", "แผนที่ไปร้าน")),
)
# kind of answer, question and its choices, each in English and Thai
QUESTIONS = (
    (
        "choice",
        ("What brings you to us?", "มาหาเราเพื่ออะไร"),
        (
            ("To relax", "พักผ่อน"),
            ("Tired muscles", "คลายเมื่อย"),
            ("Skin care", "ดูแลผิว"),
            ("A gift for somebody", "ซื้อเป็นของขวัญ"),
        ),
    ),
    (
        "choices",
        ("Which scents do you like?", "ชอบกลิ่นไหนบ้าง"),
        (
            ("Lemongrass", "ตะไคร้"),
            ("Jasmine", "มะลิ"),
            ("Lavender", "ลาเวนเดอร์"),
            ("No scent, please", "ไม่ใส่กลิ่น"),
        ),
    ),
    ("yes_no", ("Is this your first time here?", "มาใช้บริการครั้งแรกใช่ไหม"), ()),
)
PROFILE_GIFT = 20


def load_pages(program, members, translate):
    """Make the shop account with all that its pages show, and two who log in.

    :param program: loyalty.program of the points
    :param members: [(loyalty.card, crm.branch)], the latest customers first
    :param translate: called with record, field and the Thai text
    """
    shops = program.env["crm.shop"].with_context(active_test=False)
    if shops._of_company(program.company_id):
        return
    shop = _make_shop(program, translate)
    _ask_questions(shop, translate)
    _publish_terms(shop)
    _make_counter_staff(shop)
    _make_member(shop, members)


def _make_shop(program, translate):
    """:return: crm.shop; the labels of the base questions are Thai on Thai pages"""
    env = program.env
    if _has_thai(env):
        # Odoo brings the module's translations only after its demo data
        env["ir.module.module"]._load_module_terms([MODULE], ["th_TH"])
    values = {
        "name": NAME[0],
        "company_id": program.company_id.id,
        "program_id": program.id,
        "profile_gift_points": PROFILE_GIFT,
        # a demo has no server to send the mail with the code
        "signup_proof": "none",
        "logo_original": _read_logo(),
        **dict(zip(COLOURS, READY["green"], strict=True)),
        "channel_ids": [
            Command.create(
                {
                    "kind": kind,
                    "value": value,
                    "label": words and words[0],
                    "sequence": place,
                }
            )
            for place, (kind, value, words) in enumerate(CHANNELS, 1)
        ],
    }
    shops = env["crm.shop"].with_context(active_test=False)
    if not shops.search_count([("slug", "=", SLUG)], limit=1):
        values["slug"] = SLUG
    shop = env["crm.shop"].create(values)
    translate(shop, "name", NAME[1])
    for channel, (_kind, _value, words) in zip(shop.channel_ids, CHANNELS, strict=True):
        if words:
            translate(channel, "label", words[1])
    return shop


def _read_logo():
    with file_open(f"{MODULE}/demo/logo.png", "rb") as file:
        return base64.b64encode(file.read())


def _ask_questions(shop, translate):
    for place, (answer_type, label, choices) in enumerate(QUESTIONS, 10):
        question = shop.env["crm.signup.question"].create(
            {
                "shop_id": shop.id,
                "sequence": place,
                "answer_type": answer_type,
                "label": label[0],
                "choice_ids": [
                    Command.create({"label": english, "sequence": number})
                    for number, (english, _thai) in enumerate(choices)
                ],
            }
        )
        translate(question, "label", label[1])
        for choice, (_english, thai) in zip(question.choice_ids, choices, strict=True):
            translate(choice, "label", thai)


def _publish_terms(shop):
    for kind, texts in TERMS.items():
        english = [text.format(shop=NAME[0]) for text in texts["en"]]
        thai = [text.format(shop=NAME[1]) for text in texts["th"]]
        body = "".join(f"<p>{text}</p>" for text in english)
        terms = shop.env["crm.terms"].create(
            {"shop_id": shop.id, "kind": kind, "body": body}
        )
        if _has_thai(shop.env):
            # writing the text in Thai would replace the English one
            paragraphs = dict(zip(english, thai, strict=True))
            terms.update_field_translations("body", {"th_TH": paragraphs})
        terms.action_publish()


def _has_thai(env):
    return bool(env["res.lang"]._get_data(code="th_TH"))


def _make_counter_staff(shop):
    """A cashier at the first branch, without a seat in the office."""
    env = shop.env
    branch = env.ref(f"{SHOP}.demo_branch_bkk")
    user = _make_user(
        shop,
        "counter",
        {
            "name": "ฝน (Counter)",
            "email": "counter@example.com",
            "group_ids": [Command.set(env.ref(COUNTER).ids)],
            "default_branch_id": branch.id,
        },
    )
    if user:
        env["crm.branch.staff"].create(
            {
                "user_id": user.id,
                "role": "Reception",
                "company_id": shop.company_id.id,
                "branch_ids": [Command.set(branch.ids)],
            }
        )


def _make_member(shop, members):
    """The customer with most to see logs in: a tier, a code to show, points."""
    cards = shop.env["loyalty.card"].union(*(card for card, _branch in members))
    redeemed = shop.env["loyalty.redemption"]._read_group(
        [("card_id", "in", cards.ids), ("state", "=", "issued")], ["card_id"]
    )
    waiting = {card for (card,) in redeemed}
    card = max(
        cards.filtered(lambda card: not card.partner_id.user_ids),
        key=lambda card: (card in waiting, bool(card.tier_id), card.points_usable),
    )
    customer = card.partner_id
    user = _make_user(
        shop,
        "member",
        {
            "partner_id": customer.id,
            "group_ids": [Command.set(shop.env.ref("base.group_portal").ids)],
        },
    )
    if user:
        shop._record_consents(customer, marketing=MARKETING[:1], source="counter")


def _make_user(shop, login, values):
    """:param dict values: what the user has beside login, password and company
    :return: res.users with an XML id, empty when somebody has such a login"""
    env = shop.env
    users = env["res.users"].with_context(active_test=False, no_reset_password=True)
    if users.search_count([("login", "=", login)], limit=1):
        return users
    user = users.create(
        {
            "login": login,
            "password": login,
            "company_id": shop.company_id.id,
            "company_ids": [Command.set(shop.company_id.ids)],
            **values,
        }
    )
    xml_id = {"xml_id": f"{MODULE}.demo_user_{login}", "record": user, "noupdate": True}
    env["ir.model.data"]._update_xmlids([xml_id])
    return user
