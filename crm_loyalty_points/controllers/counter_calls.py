"""What the counter page asks and does. Each call asks for the desk first."""

from decimal import Decimal, InvalidOperation

from odoo import http
from odoo.exceptions import UserError
from odoo.http import request

from ..tools.points_text import points_text
from .counter import CounterController

SCOPE = "counter"
MINUTES = 10
TEXT_LENGTH = 120
ROWS = 50
MOST = Decimal(10) ** 8
PRODUCTS = 12
# Three letters of a product, the whole of a barcode: the catalogue is no secret.
PRODUCT_TEXT = 2


def call_route(path):
    """:return: decorator of a call of the counter page: JSON, for a logged-in user"""
    return http.route(f"/counter/call/{path}", type="jsonrpc", auth="user")


class CounterCalls(CounterController):
    """Odoo makes one class of all controllers of the pages, so all names say "counter".

    Requests name members by references that the page got before (`_counter_card`), and
    rewards by ids that are looked up among the member's own."""

    # -- what requests hold ------------------------------------------------------------

    def _counter_text(self, value, needed=False):
        text = value.strip() if isinstance(value, str) else ""
        if len(text) > TEXT_LENGTH or (needed and not text):
            raise UserError(request.env._("Something is missing in this request."))
        return text

    def _counter_number(self, value):
        """:return: Decimal above 0, with two digits at most"""
        if isinstance(value, str | int | float) and not isinstance(value, bool):
            try:
                number = Decimal(str(value).replace(",", "").strip())
            except InvalidOperation:
                number = Decimal(0)
            if number.is_finite() and 0 < number < MOST:
                if number == round(number, 2):
                    return number
        raise UserError(request.env._("Enter an amount above zero."))

    def _counter_rows(self, desk, rows):
        """:return: [(product.product, Decimal)] of products that are sold"""
        if not isinstance(rows, list) or not 0 < len(rows) <= ROWS:
            raise UserError(request.env._("Choose a product."))
        asked = [row for row in rows if isinstance(row, dict)]
        ids = [row.get("id") for row in asked if type(row.get("id")) is int]
        products = self._counter_products(desk, [("id", "in", ids)]).grouped("id")
        if len(asked) != len(rows) or any(
            row.get("id") not in products for row in asked
        ):
            raise UserError(request.env._("This product is not sold any more."))
        return [
            (products[row["id"]], self._counter_number(row.get("quantity")))
            for row in asked
        ]

    def _counter_products(self, desk, domain, limit=None):
        products = desk.shop.env["product.product"]
        companies = [False, *desk.company.parent_ids.ids]
        return products.search(
            [*domain, ("sale_ok", "=", True), ("company_id", "in", companies)],
            limit=limit,
        )

    def _counter_card(self, desk, member):
        """:param member: reference that `find` gave to this user
        :return: loyalty.card of the shop's programme
        :raise UserError: somebody else's, old or forged
        """
        card = desk.shop.env["loyalty.card"]._by_counter_ref(member)
        if not card or card.program_id != desk.shop._get_program():
            raise UserError(request.env._("Look the member up again."))
        return card

    def _counter_sale(self, desk, amount, rows):
        """:return: dict for `crm.counter.act._give`"""
        if rows:
            return {"rows": self._counter_rows(desk, rows)}
        return {"amount": self._counter_number(amount)}

    # -- looking up --------------------------------------------------------------------

    def _is_counter_throttled(self, desk, text):
        """Count one look-up; whoever tries through numbers waits."""
        throttle = request.env["crm.throttle"].sudo()
        visitor = f"user {request.env.uid}"
        limit = desk.shop.counter_look_limit
        return throttle._is_refused(SCOPE, visitor, text, limit, MINUTES)

    def _counter_wait(self):
        return {
            "refused": request.env._(
                "Too many look-ups. Wait some minutes, then go on."
            ),
            "wait": True,
        }

    def _counter_unknown(self):
        return {
            "refused": request.env._(
                "No member has this number. Type the whole phone number or member "
                "number, or scan the card."
            )
        }

    @call_route("find")
    def counter_find(self, branch=None, text=None):
        """:return: {"members": views} of whoever has this code or number (several
        share a phone now and then), or {"refused": text}"""
        desk = self._get_desk(branch)
        text = self._counter_text(text, needed=True)
        if self._is_counter_throttled(desk, text):
            return self._counter_wait()
        cards = desk.shop._find_member(text)
        if not cards:
            return self._counter_unknown()
        return {"members": [card._get_counter_view() for card in cards]}

    @call_route("member")
    def counter_member(self, branch=None, member=None):
        """:return: {"member": the view as it is now}"""
        desk = self._get_desk(branch)
        return {"member": self._counter_card(desk, member)._get_counter_view()}

    @call_route("products")
    def counter_products(self, branch=None, text=None):
        """:return: {"products": [{"id", "name", "price"}]}: that with the barcode, else
        some whose names or references hold the text"""
        desk = self._get_desk(branch)
        text = self._counter_text(text)
        if len(text) < PRODUCT_TEXT:
            return {"products": []}
        found = self._counter_products(desk, [("barcode", "=", text)], limit=1)
        found = found or self._counter_products(
            desk,
            ["|", ("name", "ilike", text), ("default_code", "ilike", text)],
            limit=PRODUCTS,
        )
        return {
            "products": [
                {
                    "id": product.id,
                    "name": product.display_name,
                    "price": f"{product.lst_price:,.2f}",
                }
                for product in found
            ]
        }

    # -- points ------------------------------------------------------------------------

    @call_route("preview")
    def counter_preview(
        self, branch=None, member=None, amount=None, rows=None, bill=None
    ):
        """:return: see `crm.counter.act._preview`"""
        desk = self._get_desk(branch)
        card = self._counter_card(desk, member)
        acts = desk.shop.env["crm.counter.act"]
        sale = self._counter_sale(desk, amount, rows)
        return acts._preview(desk, card, bill=self._counter_text(bill), **sale)

    @call_route("give")
    def counter_give(
        self,
        branch=None,
        key=None,
        member=None,
        who=None,
        amount=None,
        rows=None,
        bill=None,
        confirmed=False,
    ):
        """Give points.

        :param who: what was typed for the member while there was no network, instead
            of `member`
        :return: {"act": view, "balance": text}; {"confirm": sentences} when it is to
            be confirmed; {"refused": text} for an unknown member
        """
        desk = self._get_desk(branch)
        key = self._counter_text(key, needed=True)
        if not member and who:
            text = self._counter_text(who, needed=True)
            if self._is_counter_throttled(desk, text):
                return self._counter_wait()
            card = desk.shop._find_member(text)
            if len(card) != 1:
                return self._counter_unknown()
        else:
            card = self._counter_card(desk, member)
        act, doubts = desk.shop.env["crm.counter.act"]._give(
            desk,
            card,
            key,
            bill=self._counter_text(bill),
            confirmed=confirmed is True,
            **self._counter_sale(desk, amount, rows),
        )
        if doubts:
            return {"confirm": doubts}
        return self._counter_answer(act, key, member=card)

    # -- rewards, codes, visits --------------------------------------------------------

    @call_route("rewards")
    def counter_rewards(self, branch=None, member=None):
        """:return: {"rewards": see `crm.counter.act._get_rewards`}"""
        desk = self._get_desk(branch)
        card = self._counter_card(desk, member)
        return {"rewards": desk.shop.env["crm.counter.act"]._get_rewards(desk, card)}

    @call_route("redeem")
    def counter_redeem(self, branch=None, key=None, member=None, reward=None):
        """Redeem a reward for the member.

        :return: {"act": view}; with the `code` while it is to be used
        """
        desk = self._get_desk(branch)
        key = self._counter_text(key, needed=True)
        card = self._counter_card(desk, member)
        act = desk.shop.env["crm.counter.act"]._redeem(
            desk, card, key, reward if type(reward) is int else 0
        )
        redemption = act.redemption_id
        usable = redemption.state == "issued" and act.state == "done"
        return self._counter_answer(
            act,
            key,
            member=card,
            code=(usable and redemption.code) or "",
            how_to=(usable and redemption.reward_id.how_to) or "",
            hand_over=bool(usable and redemption.coupon_id),
        )

    @call_route("code")
    def counter_code(self, branch=None, code=None):
        """:return: {"code": what it is, see `crm.shop._get_code_view`}, or
        {"refused": text}"""
        desk = self._get_desk(branch)
        code = self._counter_text(code, needed=True)
        if self._is_counter_throttled(desk, code):
            return self._counter_wait()
        redemption, coupon = desk.shop._find_code(code)
        if not redemption and not coupon:
            return self._counter_no_code()
        return {"code": desk.shop._get_code_view(redemption, coupon, desk.branch)}

    def _counter_no_code(self):
        return {"refused": request.env._("No reward has this code.")}

    @call_route("use")
    def counter_use(self, branch=None, key=None, code=None):
        """:return: {"act": view}, or {"refused": text} for a code that nobody has"""
        desk = self._get_desk(branch)
        key = self._counter_text(key, needed=True)
        code = self._counter_text(code, needed=True)
        if self._is_counter_throttled(desk, code):
            return self._counter_wait()
        act = desk.shop.env["crm.counter.act"]._use_code(desk, key, code)
        return self._counter_answer(act, key) if act else self._counter_no_code()

    @call_route("check_in")
    def counter_check_in(self, branch=None, key=None, member=None):
        """:return: {"act": view}"""
        desk = self._get_desk(branch)
        key = self._counter_text(key, needed=True)
        card = self._counter_card(desk, member)
        act = desk.shop.env["crm.counter.act"]._check_in(desk, card, key)
        return self._counter_answer(act, key, already=not act._is_own_visit())

    # -- the day -----------------------------------------------------------------------

    @call_route("undo")
    def counter_undo(self, branch=None, act=None):
        """:param act: key of what the user did at this branch
        :return: {"act": view}
        """
        desk = self._get_desk(branch)
        found = desk.shop.env["crm.counter.act"].search(
            [
                ("user_id", "=", request.env.uid),
                ("branch_id", "=", desk.branch.id),
                ("key", "=", self._counter_text(act, needed=True)),
            ]
        )
        if not found:
            raise UserError(request.env._("There is nothing to undo."))
        found._undo()
        return {"act": found._get_view()}

    @call_route("today")
    def counter_today(self, branch=None):
        """:return: see `crm.counter.act._get_today`"""
        desk = self._get_desk(branch)
        return desk.shop.env["crm.counter.act"]._get_today(desk)

    def _counter_answer(self, act, key, member=None, **more):
        """:return: {"act": view, "again": whether an earlier request did it}; with the
        member's `balance` now"""
        answer = {"act": act._get_view(**more), "again": act.key != key}
        if member:
            answer["balance"] = points_text(member.points_usable)
        return answer
