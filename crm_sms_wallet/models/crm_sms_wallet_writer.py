import hashlib
import json
from decimal import Decimal

from odoo import fields, models

from odoo.addons.crm_segments.tools.local_date import local_today

from ..tools import wallet_sql
from ..tools.wallet_errors import (
    HoldExceeded,
    KeyUsed,
    NotEnoughCredits,
    NotEnoughMoney,
    WalletError,
)
from ..tools.wallet_plan import (
    PlanError,
    WalletPlan,
    as_cost,
    as_money,
    pieces_of,
    positive,
)

SOURCE = ("source_model", "source_id", "source_name")


class CrmSmsWallet(models.Model):
    """The one writer of the wallet.

    Every method here posts one movement with an idempotency `key` (one effect per key
    and wallet: the same key with the same body gives the entry that it made, with
    another body it is refused), begins with an UPDATE of the wallet's row and never
    commits. `**source` are source_model, source_id and source_name, or source=record:
    what the movement was for. Money and costs may be int, float, str or Decimal.

    They are called once per batch, never per message: the row is the hottest of all.
    """

    _inherit = "crm.sms.wallet"

    # -- credits -------------------------------------------------------------------

    def _hold(self, key, credits, **source):
        """Set credits aside before something is sent: free becomes held.

        :return: the entry
        :raises NotEnoughCredits: only when credits are bought from another company; an
            own gateway account is judged by the gateway
        """
        credits = positive(credits)
        return self._move(
            *("hold", key, [credits], source),
            lambda plan: plan.hold(credits, self._may_owe()),
            lapse="before",
        )[0]

    def _settle(self, key, hold_key, parts, **source):
        """Use held credits, those of the oldest purchase first.

        :param parts: credits per message, in order
        :return: (entry, [Decimal cost per message]); nothing for no messages
        :raises HoldExceeded: more than is left of the hold
        """
        parts = [positive(count) for count in parts]
        if not parts:
            return self.env["crm.sms.wallet.entry"], []
        hold_id = self._entry_of("hold", hold_key)

        def settle(plan):
            costs = plan.settle(parts, hold_id)
            return {"items": _packed(parts, costs)}

        entry, detail = self._move(
            *("settle", key, [hold_key, parts], source), settle, hold_id=hold_id
        )
        costs = [cost for _parts, cost in _unpacked(detail["items"])]
        return entry, costs

    def _release(self, key, hold_key, credits=None, **source):
        """Set held credits free again: their messages were not sent.

        :param credits: how many; None: all that is left of the hold
        :return: the entry, nothing when nothing is left
        :raises HoldExceeded: more than is left of the hold
        """
        hold_id = self._entry_of("hold", hold_key)
        credits = None if credits is None else positive(credits)

        def release(plan):
            rest = plan.holds[hold_id][1] if credits is None else credits
            if rest:
                plan.release(rest, hold_id)

        return self._move(
            *("refund", key, ["release", hold_key, credits], source),
            release,
            hold_id=hold_id,
            lapse="after",
        )[0]

    def _refund(self, key, settle_key, credits, cost, messages=None, **source):
        """Give credits of settled messages back to the purchases they came from.

        Credits of a purchase that has ended are back and have expired at once.

        :param credits: of one message, or of several of the same settlement together
        :param cost: what they had cost
        :param messages: [(credits, cost)] of each, so that each one's credits go back
            to the purchase that they came from; without it only the sums are right
        :return: the entry, nothing for no credits
        :raises WalletError: more than was settled and not yet given back
        """
        credits, cost = positive(credits), as_cost(cost)
        if not credits:
            return self.env["crm.sms.wallet.entry"]
        wanted = [(positive(n), as_cost(c)) for n, c in messages or [(credits, cost)]]
        if credits != sum(n for n, _c in wanted) or cost != sum(c for _n, c in wanted):
            raise ValueError("the messages are not the sum")
        settle_id = self._entry_of("settle", settle_key)
        taken = wallet_sql.not_refunded(self.env, settle_id)

        def refund(plan):
            items = self._settled_items(settle_id)
            pieces = pieces_of(wanted, taken, items)
            plan.refund(credits, pieces)
            return {"pieces": [[p.ref, p.credits, str(p.cost)] for p in pieces]}

        return self._move(
            *("refund", key, ["refund", settle_key, credits, str(cost)], source),
            refund,
            settle_id=settle_id,
            lots=[piece.ref for piece in taken if piece.ref],
            lapse="after",
        )[0]

    def _expire(self, **source):
        """Take credits whose last day has passed; what is held stays until it is used
        or released.

        :return: the entries
        """
        return self._move(
            *("expire", None, [], source), lambda plan: None, lapse="before"
        )[0]

    # -- money ---------------------------------------------------------------------

    def _topup(self, key, money, reason="paid", **source):
        """Add money. :return: the entry"""
        money = as_money(money)
        if money <= 0:
            raise ValueError("a top-up adds money")
        return self._move(
            *("topup", key, [str(money)], source),
            lambda plan: plan.money("topup", reason, money),
        )[0]

    def _take_back(self, key, money, reason="payment_refunded", **source):
        """Take money of a payment that was refunded, though it may leave a debt.

        :return: the entry
        """
        money = as_money(money)
        if money <= 0:
            raise ValueError("what is taken back is positive")
        return self._move(
            *("refund", key, ["money", str(money)], source),
            lambda plan: plan.money("refund", reason, -money),
        )[0]

    def _purchase(self, key, credits, price, expires_on=None, **source):
        """Buy credits: from the wallet's money when another company sells them, else
        recorded only, for they were paid to the gateway.

        :param expires_on: last day on which they can be used, None: without end
        :return: the entry
        :raises NotEnoughMoney: the wallet has less than the price
        """
        credits, price = positive(credits), as_money(price)
        if not credits or price < 0:
            raise ValueError("a purchase has credits and a price")
        expires_on = fields.Date.to_date(expires_on)
        body = [credits, str(price), str(expires_on)]

        def purchase(plan):
            money = -price if self.mode == "resold" else Decimal(0)
            plan.buy("purchase", "bought", credits, price, expires_on, money)

        return self._move("purchase", key, body, source, purchase)[0]

    def _adjust(
        self, key, reason, credits=0, money=0, price=0, expires_on=None, **source
    ):
        """Correct credits or money by hand, up (positive) or down.

        :param reason: a short text, part of the entry for ever
        :param price: of credits that are added
        :return: the entry
        """
        money, price = as_money(money), as_money(price)
        expires_on = fields.Date.to_date(expires_on)
        if bool(credits) == bool(money):
            raise ValueError("either credits or money is adjusted")

        def adjust(plan):
            if money:
                plan.money("adjust", reason, money)
            elif credits > 0:
                plan.buy("adjust", reason, credits, price, expires_on)
            else:
                plan.take_away("adjust", reason, -credits, self._may_owe())

        body = [reason, credits, str(money), str(price), str(expires_on)]
        return self._move("adjust", key, body, source, adjust, lapse="before")[0]

    # -- how -----------------------------------------------------------------------

    def _may_owe(self):
        return self.mode != "resold"

    def _entry_of(self, kind, key):
        """:return: id of the hold or settlement that a movement is about
        :raises WalletError: there is none with this key"""
        self.ensure_one()
        found = wallet_sql.find_entry(self.env, self.id, key)
        if not found or found[1] != kind:
            raise WalletError(
                self.env._("The SMS wallet has no movement %(key)s.", key=key)
            )
        return found[0]

    def _move(
        self,
        kind,
        key,
        body,
        source,
        action,
        hold_id=None,
        settle_id=None,
        lots=(),
        lapse=None,
    ):
        """Post one movement, and what expires with it.

        :param action: called with the plan; returns the entry's `detail` or None
        :param lots: ids of lots that get something back
        :param lapse: "before" or "after" the movement
        :return: (entry, detail); without a key the entries of what expired
        """
        self.ensure_one()
        body_hash = _hashed([kind, *body])
        self.flush_recordset()
        state, seq = wallet_sql.lock(self.env, self.id)
        known = key and wallet_sql.find_entry(self.env, self.id, key)
        entries = self.env["crm.sms.wallet.entry"]
        if known:
            if known[2] != body_hash:
                raise self._key_refusal(key)
            return entries.browse(known[0]), known[3]
        plan = self._plan(state, hold_id, lots)
        if lapse == "before":
            plan.lapse()
        count = len(plan.entries)
        try:
            detail = action(plan)
        except PlanError as error:
            raise self._refusal(error) from error
        detail = detail if isinstance(detail, dict) else None
        main = plan.entries[count:]
        if lapse == "after":
            plan.lapse()
        about = _About(key, body_hash, hold_id or settle_id, source, detail)
        ids = self._write_plan(plan, seq, main, about)
        if key:
            ids = ids[count : count + len(main)]
        return entries.browse(ids), detail

    def _plan(self, state, hold_id, lots):
        today = local_today(self.env, self.company_id)
        lots = wallet_sql.open_lots(self.env, self.id, lots)
        holds = {}
        if any(lot.expires_on and lot.expires_on < today for lot in lots):
            holds = wallet_sql.open_holds(self.env, self.id)
        if hold_id and hold_id not in holds:
            holds.update(wallet_sql.open_holds(self.env, self.id, hold_id))
        rate = as_cost(self.company_id.sms_default_rate)
        return WalletPlan(state, lots, rate, today, holds)

    def _write_plan(self, plan, seq, main, about):
        """:return: ids of the entries, in the order of the plan"""
        lot_ids, ids = {}, []
        company_id = self.company_id.id
        if not plan.entries:
            return ids
        for number, entry in enumerate(plan.entries, seq + 1):
            mine = about if entry in main else _About(*self._lapse_key(entry, number))
            row = self._entry_row(number, entry, mine, plan.today)
            ids.append(wallet_sql.insert_entry(self.env, row))
            for lot in entry.lots:
                lot_ids[lot.ref] = wallet_sql.insert_lot(
                    self.env, self.id, company_id, ids[-1], lot
                )
            draws = [
                (ids[-1], self.id, company_id, lot_ids.get(ref, ref), count, cost)
                for ref, count, cost in entry.draws
            ]
            wallet_sql.insert_draws(self.env, draws)
            if entry.kind == "hold":
                wallet_sql.insert_hold(
                    self.env, self.id, company_id, ids[-1], entry.held, plan.today
                )
        changed = [lot for ref, lot in plan.touched.items() if ref > 0]
        wallet_sql.update_lots(self.env, changed)
        for entry_id in plan.used_holds:
            wallet_sql.update_hold(self.env, entry_id, plan.holds[entry_id][1])
        low = wallet_sql.update_wallet(self.env, self.id, plan, seq + len(ids))
        self._forget()
        if low:
            self._credits_are_low()
        return ids

    def _forget(self):
        """Read again what SQL has changed."""
        self.invalidate_recordset(flush=False)
        for name in ("crm.sms.credit.lot", "crm.sms.hold"):
            self.env[name].invalidate_model(flush=False)
        self.env["crm.sms.wallet"].invalidate_model(
            ["entry_ids", "lot_ids"], flush=False
        )

    def _entry_row(self, seq, entry, about, today):
        user = self.env.user
        return (
            *(self.id, self.company_id.id, seq, entry.kind, entry.reason, today),
            *(fields.Datetime.now(), entry.money, entry.credits, entry.held),
            *(entry.cost, entry.price, *entry.after, about.origin_id),
            *_source(about.source),
            *(user.id, user.name or user.login),
            json.dumps(about.detail) if about.detail else None,
            *(about.key, about.body_hash),
        )

    @staticmethod
    def _lapse_key(entry, seq):
        ref = entry.draws[0][0]
        return f"expire:{ref}:{seq}", ""

    def _settled_items(self, settle_id):
        """:return: [(credits, cost, [(lot id or None, credits)])] per message"""
        entry = self.env["crm.sms.wallet.entry"].sudo().browse(settle_id)
        draws = [list(draw) for draw in wallet_sql.drawn(self.env, settle_id)]
        items = []
        for parts, cost in _unpacked(entry.detail["items"]):
            refs, rest = [], parts
            while rest:
                count = min(rest, draws[0][1])
                refs.append((draws[0][0], count))
                draws[0][1] -= count
                rest -= count
                if not draws[0][1]:
                    draws.pop(0)
            items.append((parts, cost, refs))
        return items

    def _credits_are_low(self):
        """Hook: the free credits have just fallen below the threshold."""

    def _key_refusal(self, key):
        return KeyUsed(
            self.env._(
                "The key %(key)s was already used for another movement of the SMS "
                "wallet.",
                key=key,
            )
        )

    def _refusal(self, error):
        """:return: the exception, in the user's words, for a refused movement"""
        data = {name: f"{value:,}" for name, value in error.data.items()}
        if error.code == "credits":
            return NotEnoughCredits(
                self.env._(
                    "Not enough SMS credits: %(asked)s needed, %(left)s free.", **data
                )
            )
        if error.code == "money":
            return NotEnoughMoney(
                self.env._(
                    "Not enough money in the SMS wallet: %(asked)s needed, %(left)s "
                    "there. Top up first.",
                    **data,
                )
            )
        if error.code == "hold":
            return HoldExceeded(
                self.env._(
                    "Only %(left)s SMS credits are still held, not %(asked)s.", **data
                )
            )
        return WalletError(
            self.env._("More is given back than was used and not yet given back.")
        )


class _About:
    """What an entry says about its movement."""

    def __init__(self, key, body_hash, origin_id=None, source=(), detail=None):
        self.key, self.body_hash = key, body_hash
        self.origin_id, self.source, self.detail = origin_id, dict(source), detail


def _source(values):
    """:return: (model, id, name) of what a movement was for"""
    record = values.pop("source", None)
    if unknown := values.keys() - set(SOURCE):
        raise TypeError(f"no source of a movement: {unknown}")
    if record:
        return record._name, record.id, record.display_name
    return tuple(values.get(name) or None for name in SOURCE)


def _hashed(body):
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()


def _packed(parts, costs):
    """:return: [[count, parts, cost]] of equal neighbours, for thousands of messages"""
    rows = []
    for pair in zip(parts, costs, strict=True):
        if rows and (rows[-1][1], rows[-1][2]) == (pair[0], str(pair[1])):
            rows[-1][0] += 1
        else:
            rows.append([1, pair[0], str(pair[1])])
    return rows


def _unpacked(rows):
    """:return: [(parts, Decimal cost)] per message"""
    return [
        (parts, Decimal(cost)) for count, parts, cost in rows for _each in range(count)
    ]
