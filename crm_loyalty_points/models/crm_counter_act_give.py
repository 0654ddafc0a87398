import re

from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools.misc import formatLang

from ..tools.local_day import local_today
from ..tools.points_text import points_text

SALES = ("bill", "products")


class CrmCounterAct(models.Model):
    """Points for what was bought: a bill of another till, or products."""

    _inherit = "crm.counter.act"

    @api.model
    def _preview(self, desk, card, amount=None, rows=(), bill=""):
        """What giving would do; nothing is written.

        :param desk: ``tools.counter_desk.Desk``
        :param card: loyalty.card of the member
        :param amount: Decimal, total of the bill; or
        :param rows: [(product.product, quantity)]
        :param str bill: its number
        :return: dict of `points`, `amount` (texts), `why` and `confirm` (lists of
            sentences), `known` (view of the act that gave this bill, or False)
        :raise UserError: why it gives none
        """
        bill = self._clean_bill(bill)
        outcome, total = desk.shop._count_counter_sale(card, desk.branch, amount, rows)
        near = self._get_near(desk, card, bill)
        known = near._filter_bill(desk, bill)
        if known and not known._is_same_sale(card, total):
            raise UserError(known._get_given_message())
        self._check_sale(desk, card, total, bill=True)
        return {
            "points": points_text(float(outcome.points)),
            "amount": f"{total:,.2f}",
            "why": self.env["loyalty.point.entry"]._why_counted(outcome.why),
            "confirm": near._get_doubts(desk, card, total),
            "known": bool(known) and known._get_view(),
        }

    @api.model
    def _give(self, desk, card, key, amount=None, rows=(), bill="", confirmed=False):
        """Give the points of a sale, once per key and once per bill of the branch.

        :param confirmed: whoever gives has looked at the doubts, see `_preview`
        :return: (act, doubts): the act, also of an earlier request; or no act and
            sentences to be confirmed
        :raise UserError: the bill was given to somebody else or with another amount,
            or gives no points
        """
        bill = self._clean_bill(bill)
        body = {
            "kind": "give",
            "card": card.id,
            "amount": str(amount),
            "rows": [(product.id, str(qty)) for product, qty in rows],
            "bill": bill,
        }
        near = self._get_near(desk, card, bill, key)
        if done := near._filter_done(key, body):
            return done, []
        outcome, total = desk.shop._count_counter_sale(card, desk.branch, amount, rows)
        if known := near._filter_bill(desk, bill):
            if not known._is_same_sale(card, total):
                raise UserError(known._get_given_message())
            return known, []
        self._check_sale(desk, card, total, bill)
        doubts = [] if confirmed else near._get_doubts(desk, card, total)
        if doubts:
            return self.sudo().browse(), doubts
        if not outcome.points:
            why = self.env["loyalty.point.entry"]._why_counted(outcome.why)
            raise UserError(
                self.env._("This gives no points. %(why)s", why=" ".join(why))
            )
        act = self._open(
            desk,
            key,
            body,
            kind="products" if rows else "bill",
            card_id=card.id,
            bill_number=bill or False,
            amount=float(total),
            points=float(outcome.points),
        )
        act._post_sale(outcome)
        return act, []

    def _post_sale(self, outcome):
        """:param outcome: basket.Outcome"""
        card = self.card_id
        program = card.program_id
        values = {
            "card_id": card.id,
            "kind": "earn",
            "points": float(outcome.points),
            "key": self._get_key(),
            "reason": "counter",
            "date": self.day,
            "source_model": self._name,
            "source_id": self.id,
            "source_name": self.bill_number or self.branch_id.name,
            "branch_id": self.branch_id.id,
            "policy": outcome.why,
        }
        terms = program._get_pending_terms(self.day)
        if terms.get("available_on"):
            # Paid and handed over it is: only days are waited for at the counter.
            self.env["loyalty.point.pending"]._hold([{**values, **terms}])
            return
        values["expiry"] = program._get_award_expiry(self.day)
        values["policy"] = {**outcome.why, **program._get_expiry_snapshot()}
        self.env["loyalty.point.entry"]._post([values])

    # -- bills ---------------------------------------------------------------------

    @api.model
    def _clean_bill(self, bill):
        """:return: a bill number as it is compared: no blanks around or doubled, no
        small letters"""
        return re.sub(r"\s+", " ", bill or "").strip().upper()

    @api.model
    def _get_near(self, desk, card, bill, key=None):
        """What has to be known before points are given, by one query.

        :return: acts (superuser): what the key did, who gave this bill at the branch,
            and the sales of the member today; the last two unless undone
        """
        given = Domain("state", "=", "done")
        sales = Domain("kind", "in", SALES)
        day = Domain("day", "=", local_today(self.env, desk.company))
        domain = given & sales & day & Domain("card_id", "=", card.id)
        if bill:
            of_branch = Domain("branch_id", "=", desk.branch.id)
            domain |= given & of_branch & Domain("bill_number", "=", bill)
        if key:
            domain |= Domain("user_id", "=", self.env.uid) & Domain("key", "=", key)
        names = [name for name, field in self._fields.items() if field.store]
        return self.sudo().search_fetch(domain, names)

    def _filter_bill(self, desk, bill):
        """:return: of these acts the one that gave the points of this bill"""
        return self.filtered(
            lambda act: (
                bill
                and act.state == "done"
                and act.bill_number == bill
                and act.branch_id == desk.branch
            )
        )

    def _is_same_sale(self, card, total):
        """:return: whether the bill is the one that gave these points already"""
        return self.card_id == card and round(self.amount - float(total), 2) == 0

    def _get_given_message(self):
        moment = self.company_id._get_local_moment(self.done_at)
        return self.env._(
            "Bill %(bill)s gave %(points)s points already: %(amount)s for %(member)s, "
            "on %(moment)s, by %(staff)s. Nothing was given now.",
            bill=self.bill_number,
            points=points_text(self.points),
            amount=formatLang(self.env, self.amount, currency_obj=self.currency_id),
            member=self.card_id._get_counter_name() or self.env._("a former member"),
            moment=moment.strftime("%d/%m %H:%M"),
            staff=self.staff_id.name,
        )

    @api.model
    def _check_sale(self, desk, card, total, bill):
        """:raise UserError: no sale of which this person may give points"""
        # the member and whoever serves are read together
        (card.partner_id + self.env.user.sudo().partner_id).mapped("name")
        most = desk.shop.counter_bill_max
        if not bill and desk.shop.counter_bill_needed:
            raise UserError(self.env._("Enter the number of the bill."))
        if card._are_of_operator():
            raise UserError(
                self.env._("Ask a colleague to give points to your own card.")
            )
        if most and total > most:
            raise UserError(
                self.env._(
                    "Bills above %(amount)s are entered by the office.",
                    amount=formatLang(
                        self.env, most, currency_obj=desk.company.currency_id
                    ),
                )
            )

    def _get_doubts(self, desk, card, total):
        """:param self: see `_get_near`
        :return: sentences to confirm before points are given"""
        shop, texts = desk.shop, []
        if shop.counter_bill_confirm and total > shop.counter_bill_confirm:
            texts.append(
                self.env._(
                    "This is a large bill: %(amount)s. Compare it with the paper.",
                    amount=formatLang(
                        self.env, float(total), currency_obj=desk.company.currency_id
                    ),
                )
            )
        if shop.counter_bills_day:
            day = local_today(self.env, desk.company)
            count = len(
                self.filtered(
                    lambda act: (
                        act.card_id == card
                        and act.day == day
                        and act.state == "done"
                        and act.kind in SALES
                    )
                )
            )
            if count >= shop.counter_bills_day:
                texts.append(
                    self.env._(
                        "This member got points for %(count)s bills today already.",
                        count=count,
                    )
                )
        return texts
