"""Points for the demo shop: a programme that began a year ago, and what came of it.

Loaded by the demo XML only, after the customers and orders of crm_segments. Points
are earned, spent and taken back by the same methods that real orders use; only the
days lie in the past.
"""

import logging
import time
from datetime import timedelta

from odoo import Command, fields
from odoo.tools import SQL

from odoo.addons.crm_segments.demo.generator import read_csv
from odoo.addons.crm_segments.tools.order_import_guard import importing_orders

from ..tools.local_day import local_today
from ..tools.points_guard import allow_points_write
from .pages import load_pages
from .prepaid import load_prepaid
from .rewards import VALID_DAYS, load_rewards
from .tiers import load_tiers
from .visits import load_visits

_logger = logging.getLogger(__name__)

MODULE = "crm_loyalty_points"
SHOP = "crm_segments"
PROGRAM_DAYS = 365
BIRTHDAY_POINTS = 30
BIRTHDAY_DAYS = 30
# points, English, Thai, values of the reward
REWARDS = (
    (
        50,
        "50 baht off the bill",
        "ส่วนลด 50 บาท",
        {"reward_type": "discount", "discount": 50, "discount_mode": "per_order"},
    ),
    (80, "Herbal balm", "ยาหม่องสมุนไพร", {"product": "pr09"}),
    (250, "Foot massage 45 min", "นวดฝ่าเท้า 45 นาที", {"product": "sv05"}),
    (400, "Thai massage 60 min", "นวดแผนไทย 60 นาที", {"product": "sv01"}),
)


def load(env):
    """Load the points of the demo shop.

    :return: whether anything was loaded; not without the shop, and only once
    """
    if not env.ref(f"{SHOP}.demo_branch_bkk", raise_if_not_found=False):
        return False
    if env.ref(f"{MODULE}.demo_program", raise_if_not_found=False):
        return False
    started = time.monotonic()
    context = dict(
        env.context,
        loyalty_no_mail=True,
        tracking_disable=True,
        mail_notrack=True,
    )
    # the ledger names who gave and took the points
    seller = env.ref(f"{SHOP}.demo_user_sales", raise_if_not_found=False) or env.user
    _Loader(env(user=seller.id, su=True, context=context)).load()
    _logger.info("Demo points loaded in %.1f s", time.monotonic() - started)
    return True


class _Loader:
    """One loading; keeps the records made so far."""

    def __init__(self, env):
        self.env = env
        self.company = env.ref(f"{SHOP}.demo_branch_bkk").company_id
        self.today = local_today(env, self.company)
        self.thai = env["res.lang"]._lang_get("th_TH")

    def load(self):
        """Load everything; each step uses the records of the ones before."""
        self._set_product_points()
        self.program = self._create_program()
        orders = self._find_orders()
        with importing_orders():
            self.cards = self._create_cards(orders)
            self._welcome(orders)
            self._earn(orders)
            self._give_birthday_points()
            self._redeem(orders)
            self._cancel(orders)
            load_prepaid(self.program, self._list_members(orders), self._translate)
        self._let_count()
        load_tiers(self.program, self.today, self._translate)
        load_rewards(self.program, self._list_members(orders), self._translate)
        self._lapse()
        load_visits(self.env, self.company, orders)
        load_pages(self.program, self._list_members(orders), self._translate)

    def _translate(self, record, fname, thai):
        if self.thai and record._fields[fname].translate:
            record.with_context(lang="th_TH")[fname] = thai

    def _set_product_points(self):
        """Some goods give points of their own, as the list of products says."""
        for row in read_csv("products.csv"):
            if int(row["points"]):
                product = self.env.ref(f"{SHOP}.demo_product_{row['code'].lower()}")
                product.loyalty_points = int(row["points"])

    def _create_program(self):
        """:return: loyalty.program "Points": 25 baht a point, rewards to choose from"""
        program = self.env["loyalty.program"].create(
            {
                "name": "Points",
                "program_type": "loyalty",
                "applies_on": "both",
                "trigger": "auto",
                "portal_visible": True,
                "portal_point_name": "Points",
                "company_id": self.company.id,
                "currency_id": self.company.currency_id.id,
                "thb_per_point": 25,
                "welcome_points": 50,
                "expiry_policy": "after",
                "expiry_count": 9,
                "expiry_rounding": "month",
                "reward_validity_days": VALID_DAYS,
                "point_value": 1,
                "rule_ids": [
                    Command.create(
                        {
                            "reward_point_mode": mode,
                            "reward_point_amount": 1,
                            "minimum_qty": 0,
                        }
                    )
                    for mode in ("money", "product")
                ],
                "reward_ids": [
                    Command.create(self._reward_vals(points, name, vals))
                    for points, name, _thai, vals in REWARDS
                ],
            }
        )
        self.env["ir.model.data"]._update_xmlids(
            [
                {
                    "xml_id": f"{MODULE}.demo_program",
                    "record": program,
                    "noupdate": True,
                }
            ]
        )
        self._translate(program, "name", "คะแนนสะสม")
        self._translate(program, "portal_point_name", "คะแนน")
        rewards = program.reward_ids.sorted("id")
        for reward, (_points, _name, thai, _vals) in zip(rewards, REWARDS, strict=True):
            self._translate(reward, "description", thai)
        return program

    def _reward_vals(self, points, name, vals):
        """:return: dict of loyalty.reward; ``product`` is a code of the shop's list"""
        vals = {**vals, "required_points": points, "description": name}
        code = vals.pop("product", None)
        if code:
            product = self.env.ref(f"{SHOP}.demo_product_{code}")
            vals.update(reward_type="product", reward_product_id=product.id)
        return vals

    def _find_orders(self):
        """:return: sale.order confirmed since the programme began, oldest first"""
        began = fields.Datetime.now() - timedelta(days=PROGRAM_DAYS)
        return self.env["sale.order"].search(
            [
                ("company_id", "=", self.company.id),
                ("state", "=", "sale"),
                ("branch_id", "!=", False),
                ("date_order", ">=", began),
            ],
            order="date_order, id",
        )

    def _create_cards(self, orders):
        """:return: dict of customer -> loyalty.card, for who bought since then"""
        first_orders = {}
        for order in orders:
            first_orders.setdefault(order.partner_id.commercial_partner_id, order)
        cards = self.env["loyalty.card"].create(
            [
                {
                    "program_id": self.program.id,
                    "partner_id": customer.id,
                    "member_since": order._get_points_date(),
                }
                for customer, order in first_orders.items()
            ]
        )
        for customer, order in first_orders.items():
            if not customer.joined_branch_id:
                customer.joined_branch_id = order.branch_id
        return {card.partner_id: card for card in cards}

    def _card_of(self, order):
        return self.cards[order.partner_id.commercial_partner_id]

    def _welcome(self, orders):
        """Post the welcome points on the day each member joined."""
        joined = {}
        for order in orders:
            joined.setdefault(self._card_of(order), order)
        self.env["loyalty.point.entry"]._post(
            [
                {
                    **card._prepare_welcome_entry(),
                    "date": card.member_since,
                    "expiry": self.program._get_award_expiry(card.member_since),
                    "branch_id": order.branch_id.id,
                }
                for card, order in joined.items()
            ],
            bulk=True,
        )

    def _earn(self, orders):
        """Let the orders earn, as if they had been confirmed with the programme."""
        rows = []
        for order in orders:
            outcome = order._count_points(self.program)[self.program]
            if outcome.points:
                rows.append(
                    {
                        "order_id": order.id,
                        "coupon_id": self._card_of(order).id,
                        "points": float(outcome.points),
                    }
                )
        with allow_points_write():
            self.env["sale.order.coupon.points"].sudo().create(rows)
            orders.points_ledgered = True
            orders._settle_points()

    def _give_birthday_points(self):
        """A present that lapses soon: 30 points, good for 30 days."""
        vals_list = []
        for customer, card in self.cards.items():
            day = self._last_birthday(customer)
            if day and self.today - day < timedelta(days=BIRTHDAY_DAYS):
                vals_list.append(
                    {
                        "card_id": card.id,
                        "kind": "bonus",
                        "points": BIRTHDAY_POINTS,
                        # as the job of the tiers calls it, which gives none then
                        "key": f"birthday:{card.id}:{day.year}",
                        "reason": "birthday",
                        "date": day,
                        "expiry": day + timedelta(days=BIRTHDAY_DAYS),
                    }
                )
        self.env["loyalty.point.entry"]._post(vals_list, bulk=True)

    def _last_birthday(self, customer):
        """:return: date of the latest birthday up to today; leap days on 1 March"""
        born = customer.birthdate
        if not born:
            return None
        for year in (self.today.year, self.today.year - 1):
            try:
                day = born.replace(year=year)
            except ValueError:
                day = born.replace(year=year, month=3, day=1)
            if day <= self.today:
                return day
        return None

    def _redeem(self, orders):
        """Every other member with enough points takes a reward with the last order."""
        last_orders = {self._card_of(order): order for order in orders}
        since = self.today - timedelta(days=100)
        recent = sorted(
            (order.date_order, order.id, card, order)
            for card, order in last_orders.items()
            if order._get_points_date() >= since and not order.invoice_ids
        )
        rewards = self.program.reward_ids.sorted("required_points", reverse=True)
        for *_time, card, order in recent[::2]:
            affordable = rewards.filtered(
                lambda reward, card=card, order=order: self._can_take(
                    reward, card, order
                )
            )
            if affordable:
                order._apply_program_reward(affordable[:1], card)

    def _can_take(self, reward, card, order):
        """Odoo gives goods as often as the points allow, and points of the order itself
        do not pay for its rewards."""
        times = card.points_usable // reward.required_points
        cost = times * reward.required_points
        return 0 < cost <= card.points_usable - order.points_earned

    def _cancel(self, orders):
        """Cancel a few: their points are taken back."""
        unpaid = orders.filtered(
            lambda order: not order.transaction_ids and not order.invoice_ids
        )
        unpaid[-4:]._action_cancel()

    def _let_count(self):
        """PostgreSQL plans by what it last saw of the tables, which were empty then."""
        self.env.flush_all()
        tables = ("loyalty_card", "loyalty_point_entry", "loyalty_point_draw")
        self.env.execute_query(
            SQL("ANALYZE %s", SQL(", ").join(map(SQL.identifier, tables)))
        )

    def _list_members(self, orders):
        """:return: [(card, its branch)] of who bought lately, the latest first"""
        last_orders = {self._card_of(order): order for order in orders}
        return [
            (card, order.branch_id)
            for card, order in sorted(
                last_orders.items(),
                key=lambda item: (item[1].date_order, item[1].id),
                reverse=True,
            )
        ]

    def _lapse(self):
        """What nobody used in time has ended by now."""
        cards = self.env["loyalty.card"].search(
            [("is_member_card", "=", True), ("company_id", "=", self.company.id)]
        )
        self.env["loyalty.point.award"]._lapse(cards.ids)
