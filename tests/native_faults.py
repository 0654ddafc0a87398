"""What goes wrong with points in plain Odoo, one function per fault.

Every scenario does what a user or an honest client can do, through Odoo's own models
and methods only, so that it runs with and without our modules. It returns what is to
be seen afterwards as plain data; `FAULTS` says what Odoo shows and what must be seen
with our modules. test_native_faults.py runs them in a process and database of their
own, once without and once with our modules.

Nothing here is imported by a module; it needs nothing but Odoo.
"""

import json
import math
import traceback
import uuid

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.service.model import call_kw
from odoo.tools import mute_logger

REFUSALS = (AccessError, UserError, ValidationError)
TRIES = 60
WRONG = "044" + "0" * 40


class Shop:
    """A shop whose members earn a point per unit of money, with a Sales user."""

    def __init__(self, env):
        self.env = env
        if not env.company.chart_template:
            chart = env["account.chart.template"]
            chart.try_loading("generic_coa", env.company, install_demo=False)
        env["loyalty.program"].search([]).action_archive()
        self.partner = env["res.partner"].create({"name": "Somchai"})
        self.product = self.new_product("Tea", 100)
        self.program = self.new_program()
        self.salesperson = self.new_user("sales", "sales_team.group_sale_salesman")

    def new_product(self, name, price):
        return self.env["product.product"].create(
            {
                "name": name,
                "list_price": price,
                "type": "service",
                "invoice_policy": "order",
                "taxes_id": False,
                "available_in_pos": True,
            }
        )

    def new_program(self, **values):
        """A point per unit of money; 100 points are 50 off."""
        rule = {"reward_point_mode": "money", "minimum_qty": 0}
        reward = {"discount_mode": "per_order", "discount": 50, "required_points": 100}
        return self.env["loyalty.program"].create(
            {
                "name": "Members",
                "program_type": "loyalty",
                "trigger": "auto",
                "applies_on": "both",
                "currency_id": self.env.company.currency_id.id,
                "rule_ids": [Command.clear(), Command.create(rule)],
                "reward_ids": [Command.clear(), Command.create(reward)],
                **values,
            }
        )

    def new_user(self, login, *groups):
        groups = [self.env.ref(group).id for group in ("base.group_user", *groups)]
        return self.env["res.users"].create(
            {
                "name": login,
                "login": f"{login}-{uuid.uuid4()}",
                "group_ids": [Command.set(groups)],
            }
        )

    def new_card(self, points=0, partner=None, **values):
        return self.env["loyalty.card"].create(
            {
                "program_id": self.program.id,
                "partner_id": (partner or self.partner).id,
                "points": points,
                **values,
            }
        )

    def new_order(self, quantity=1, product=None, partner=None):
        values = {
            "product_id": (product or self.product).id,
            "product_uom_qty": quantity,
        }
        orders = self.env["sale.order"].with_user(self.salesperson)
        return orders.create(
            {
                "partner_id": (partner or self.partner).id,
                "order_line": [Command.create(values)],
            }
        )

    def balance(self):
        """:return: points on all cards of the member that can be used"""
        self.env.flush_all()
        self.env.invalidate_all()
        domain = [
            ("partner_id", "=", self.partner.id),
            ("program_id", "=", self.program.id),
        ]
        return sum(self.env["loyalty.card"].search(domain).mapped("points"))

    def refused(self, function):
        """:return: whether Odoo refuses this; what it did then is undone"""
        try:
            with self.env.cr.savepoint():
                function()
                self.env.flush_all()
        except REFUSALS:
            self.env.invalidate_all()
            return True
        return False


class Till(Shop):
    """The same shop with an open till and a cashier."""

    def __init__(self, env):
        super().__init__(env)
        self.cashier = self.new_user("cashier", "point_of_sale.group_pos_user")
        journal = {"name": "Fault cash", "type": "cash", "code": "FLTC"}
        journal = env["account.journal"].create(journal)
        self.method = env["pos.payment.method"].create(
            {"name": "Fault cash", "journal_id": journal.id}
        )
        config = env["pos.config"].create(
            {"name": "Fault till", "payment_method_ids": [Command.set(self.method.ids)]}
        )
        config.with_user(self.cashier).open_ui()
        self.session = config.current_session_id
        self.session.set_opening_control(0, "")

    def sell(self, price, quantity=1, refund_of=None):
        """Send a paid order as the till does.

        :param refund_of: the pos.order whose line is given back
        """
        total = price * quantity
        line = {
            "product_id": self.product.id,
            "price_unit": price,
            "qty": quantity,
            "price_subtotal": total,
            "price_subtotal_incl": total,
            "tax_ids": [Command.clear()],
            "uuid": str(uuid.uuid4()),
        }
        if refund_of:
            line["refunded_orderline_id"] = refund_of.lines[0].id
        payment = {
            "amount": total,
            "name": fields.Datetime.to_string(fields.Datetime.now()),
            "payment_method_id": self.method.id,
        }
        data = {
            "uuid": str(uuid.uuid4()),
            "session_id": self.session.id,
            "partner_id": self.partner.id,
            "user_id": self.cashier.id,
            "date_order": fields.Datetime.to_string(fields.Datetime.now()),
            "amount_total": total,
            "amount_paid": total,
            "amount_tax": 0,
            "amount_return": 0,
            "lines": [Command.create(line)],
            "payment_ids": [Command.create(payment)],
            "state": "paid",
            "to_invoice": False,
            "is_refund": bool(refund_of),
        }
        orders = self.env["pos.order"].with_user(self.cashier)
        return orders.browse(orders.sync_from_ui([data])["pos.order"][0]["id"])

    def claim(self, order, card, points):
        """Tell the server what an order moves, in the words of the till."""
        claimed = {
            "points": points,
            "program_id": self.program.id,
            "coupon_id": card.id,
            "partner_id": self.partner.id,
            "barcode": "",
        }
        order.confirm_coupon_programs({str(card.id): claimed})


def two_quotations(env):
    """Two quotations that each spend all points are confirmed in one go."""
    shop = Shop(env)
    shop.program.rule_ids.product_ids = shop.new_product("Earns", 1)
    card = shop.new_card(100)
    orders = shop.new_order() + shop.new_order()
    for order in orders:
        order._update_programs_and_rewards()
        order._apply_program_reward(shop.program.reward_ids, card)
    refused = shop.refused(orders.action_confirm)
    return {"refused": refused, "balance": shop.balance()}


def edit_then_cancel(env):
    """A confirmed order is edited from one piece to three, then cancelled."""
    shop = Shop(env)
    order = shop.new_order()
    order._update_programs_and_rewards()
    order.action_confirm()
    earned = shop.balance()
    order.order_line.product_uom_qty = 3
    order._update_programs_and_rewards()
    order.sudo()._action_cancel()
    return {"earned": earned, "balance": shop.balance()}


def credit_note(env):
    """All that was sold is credited in full."""
    shop = Shop(env)
    order = shop.new_order()
    order._update_programs_and_rewards()
    order.action_confirm()
    earned = shop.balance()
    invoice = order.sudo()._create_invoices()
    invoice.action_post()
    wizard = env["account.move.reversal"].with_context(
        active_model="account.move", active_ids=invoice.ids
    )
    wizard = wizard.create({"journal_id": invoice.journal_id.id})
    credit = env["account.move"].browse(wizard.refund_moves()["res_id"])
    if credit.state == "draft":
        credit.action_post()
    return {"earned": earned, "balance": shop.balance()}


def till_refund(env):
    """Goods sold at the till are given back at the till."""
    till = Till(env)
    card = till.new_card()
    order = till.sell(100)
    till.claim(order, card, 100)
    earned = till.balance()
    till.sell(100, -1, refund_of=order)
    return {"earned": earned, "balance": till.balance()}


def partner_merge(env):
    """Two contacts of one customer are merged; then an order of one is cancelled."""
    shop = Shop(env)
    other = env["res.partner"].create({"name": "Somchai again"})
    shop.new_card(70)
    order = shop.new_order(partner=other)
    order._update_programs_and_rewards()
    order.action_confirm()
    wizard = env["base.partner.merge.automatic.wizard"].create({})
    wizard._merge((shop.partner + other).ids, shop.partner)
    merged = shop.balance()
    order.sudo()._action_cancel()
    return {"merged": merged, "balance": shop.balance()}


def two_cards(env):
    """A member is given a second card of the programme."""
    shop = Shop(env)
    shop.new_card(100)
    shop.refused(lambda: shop.new_card(10))
    domain = [
        ("partner_id", "=", shop.partner.id),
        ("program_id", "=", shop.program.id),
    ]
    return {"cards": env["loyalty.card"].search_count(domain)}


def salesperson_writes(env):
    """A salesperson's program writes points over the ordinary API."""
    shop = Shop(env)
    return _api_write(shop, shop.salesperson)


def cashier_writes(env):
    """A cashier's program writes points over the ordinary API."""
    till = Till(env)
    return _api_write(till, till.cashier)


def _api_write(shop, user):
    card = shop.new_card(100)
    cards = shop.env["loyalty.card"].with_user(user)
    refused = shop.refused(
        lambda: call_kw(cards, "write", [card.ids, {"points": 5000}], {})
    )
    return {"refused": refused, "balance": shop.balance()}


def till_is_believed(env):
    """A till says that an order of 1.00 earned 99,999 points."""
    till = Till(env)
    card = till.new_card()
    order = till.sell(1)
    till.refused(lambda: till.claim(order, card, 99999))
    return {"most": till.balance() <= 1 and "1" or "99999"}


def code_bits(env):
    """How many bits of a card's code are random, seen in 500 codes."""
    codes = [env["loyalty.card"]._generate_code() for _ in range(500)]
    places = zip(*codes, strict=True)
    return {"strong": sum(math.log2(len(set(place))) for place in places) > 127.9}


def coupon_route(env):
    """A visitor without login tries codes at the public address of the website.

    This one commits: requests have connections of their own.
    """
    shop = Shop(env)
    program = shop.new_program(
        program_type="coupons", name="Coupons", trigger="with_code"
    )
    shop.product.write({"is_published": True, "sale_ok": True})
    made = env["loyalty.card"].create(
        [
            {"program_id": program.id, "points": 100},
            {"program_id": program.id, "points": 0},
            {"program_id": program.id, "points": 100, "expiration_date": "2020-01-01"},
        ]
    )
    codes = made.mapped("code")
    env.cr.commit()
    return _Visitor(env, shop.product).try_codes(*codes)


class _Visitor:
    """A browser without login, as HTTP requests."""

    def __init__(self, env, product):
        from werkzeug.test import Client

        from odoo.http import root

        self.browser = Client(root)
        self.base = "http://127.0.0.1"
        self.fill_cart(product)

    def fill_cart(self, product):
        call = {
            "product_template_id": product.product_tmpl_id.id,
            "product_id": product.id,
            "quantity": 1,
        }
        answer = self.browser.post(
            "/shop/cart/add",
            base_url=self.base,
            json={"jsonrpc": "2.0", "method": "call", "params": call},
        )
        assert "result" in answer.json, answer.text

    def refusal(self, code):
        """:return: how a code is refused, without the code; "" if it is taken"""
        from urllib.parse import parse_qs, urlsplit

        answer = self.browser.get(f"/coupon/{code}", base_url=self.base)
        if answer.status_code >= 400:
            return str(answer.status_code)
        query = parse_qs(urlsplit(answer.headers["Location"]).query)
        return "".join(query.get("coupon_error", "")).replace(code, "CODE")

    def try_codes(self, good, used, expired):
        texts = {self.refusal(code) for code in (used, expired, WRONG)}
        for number in range(TRIES):
            self.refusal(f"{WRONG}{number}")
        return {"texts": len(texts), "throttled": bool(self.refusal(good))}


# name: (what plain Odoo shows, what must be seen with our modules)
FAULTS = {
    "two_quotations": (
        {"refused": False, "balance": -100},
        {"refused": True, "balance": 100},
    ),
    "edit_then_cancel": (
        {"earned": 100, "balance": -200},
        {"earned": 100, "balance": 0},
    ),
    "credit_note": ({"earned": 100, "balance": 100}, {"earned": 100, "balance": 0}),
    "till_refund": ({"earned": 100, "balance": 100}, {"earned": 100, "balance": 0}),
    "partner_merge": (
        {"merged": 170, "balance": 170},
        {"merged": 170, "balance": 70},
    ),
    "two_cards": ({"cards": 2}, {"cards": 1}),
    "salesperson_writes": (
        {"refused": False, "balance": 5000},
        {"refused": True, "balance": 100},
    ),
    "cashier_writes": (
        {"refused": False, "balance": 5000},
        {"refused": True, "balance": 100},
    ),
    "till_is_believed": ({"most": "99999"}, {"most": "1"}),
    "code_bits": ({"strong": False}, {"strong": True}),
    "coupon_route": (
        {"texts": 3, "throttled": False},
        {"texts": 1, "throttled": True},
    ),
}


def observe(env, names):
    """Run scenarios, each undone before the next; the one that commits comes last.

    :return: {name: what was seen, or the traceback of a scenario that broke}
    """
    seen = {}
    for name in sorted(names, key=list(FAULTS).index):
        try:
            with mute_logger("odoo.http"):
                seen[name] = globals()[name](env)
        except Exception:
            seen[name] = traceback.format_exc()
        env.cr.rollback()
        env.invalidate_all()
    return seen


def report(env, names):
    """Print what `observe` sees as one line of JSON."""
    print(f"\nSEEN {json.dumps(observe(env, names))}")
