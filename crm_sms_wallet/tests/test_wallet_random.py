import copy
import os
from datetime import date, timedelta
from decimal import Decimal

from freezegun import freeze_time
from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import TransactionCase, tagged

from odoo.addons.crm_sms_wallet.tools import wallet_proof
from odoo.addons.crm_sms_wallet.tools.wallet_errors import WalletError

from .common_wallet import lot_costs, make_wallet

EXAMPLES = 400 if os.environ.get("CRM_SUITE_FULL") else 25
MICRO = Decimal("0.000001")
FIRST_DAY = date(2030, 1, 10)


class Reference:
    """A wallet in which every credit is a thing of its own.

    A credit is its lot's number, None when no purchase covers it. Nothing here knows of
    sums: free, held and used credits are counted.
    """

    def __init__(self, may_owe):
        self.may_owe = may_owe
        self.today = FIRST_DAY
        self.lots = []  # [last day or None, [credits that are there]]
        self.free = self.owed = 0
        self.holds = {}  # key: [day, left]
        self.sent = {}  # key: [(parts, cost, [lot or None per credit])]

    def lapse(self):
        kept = 0
        for _number, lot in self._ordered():
            if lot[0] is None or lot[0] >= self.today:
                continue
            old = sum(n for day, n in self.holds.values() if day <= lot[0])
            while len(lot[1]) > max(0, min(len(lot[1]), old - kept)):
                lot[1].pop()
                self.free -= 1
            kept += len(lot[1])

    def _ordered(self):
        order = enumerate(self.lots)
        return sorted(order, key=lambda x: (x[1][0] is None, x[1][0] or date.max, x[0]))

    def buy(self, credits, ends):
        covered = min(self.owed, credits)
        self.owed -= covered
        self.lots.append([ends, [1] * (credits - covered)])
        self.free += credits

    def hold(self, key, credits):
        before = copy.deepcopy((self.lots, self.free))
        self.lapse()
        if credits > self.free and not self.may_owe:
            self.lots, self.free = before
            return False
        self.free -= credits
        self.holds[key] = [self.today, credits]
        return True

    def settle(self, key, hold_key, parts, costs):
        if sum(parts) > self.holds[hold_key][1]:
            return False
        self.holds[hold_key][1] -= sum(parts)
        self.sent[key] = [
            (count, cost, [self._next() for _each in range(count)])
            for count, cost in zip(parts, costs, strict=True)
        ]
        return True

    def _next(self):
        for number, lot in self._ordered():
            if lot[1]:
                lot[1].pop()
                return number
        self.owed += 1
        return None

    def release(self, hold_key, credits):
        if credits > self.holds[hold_key][1]:
            return False
        self.holds[hold_key][1] -= credits
        self.free += credits
        self.lapse()
        return True

    def refund(self, key, position):
        count, _cost, credits = self.sent[key].pop(position)
        self.free += count
        lost = 0
        for number in credits:
            if number is not None:
                self.lots[number][1].append(1)
            elif self.owed:
                self.owed -= 1
            else:
                lost += 1
        if lost:
            self.lots.append([None, [1] * lost])
        self.lapse()


step = st.one_of(
    st.tuples(
        st.just("buy"), st.integers(1, 30), st.integers(0, 90), st.integers(-1, 6)
    ),
    st.tuples(st.just("hold"), st.integers(1, 25)),
    st.tuples(
        st.just("settle"),
        st.integers(0, 9),
        st.lists(st.integers(1, 6), min_size=1, max_size=5),
    ),
    st.tuples(st.just("release"), st.integers(0, 9), st.integers(1, 12)),
    st.tuples(st.just("refund"), st.integers(0, 9), st.integers(0, 9)),
    st.tuples(st.just("sleep"), st.integers(1, 4)),
)


@tagged("post_install", "-at_install")
class TestWalletRandom(TransactionCase):
    """What no example thought of: any order of movements, against counting by hand."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.wallets = {mode: make_wallet(cls.env, mode) for mode in ("own", "resold")}

    @settings(max_examples=EXAMPLES, deadline=None)
    @given(mode=st.sampled_from(["own", "resold"]), steps=st.lists(step, max_size=25))
    def test_any_movements(self, mode, steps):
        wallet = self.wallets[mode]
        savepoint = self.env.cr.savepoint()
        try:
            reference = Reference(wallet._may_owe())
            for number, values in enumerate(steps):
                with freeze_time(f"{reference.today} 05:00:00"):
                    self._step(wallet, reference, number, *values)
                self._compare(wallet, reference)
            self.assertEqual(wallet_proof.check(self.env), [])
            self._check_prices(wallet)
        finally:
            savepoint.close(rollback=True)

    def _step(self, wallet, reference, number, kind, *values):
        key = f"{kind} {number}"
        if kind == "sleep":
            reference.today += timedelta(days=values[0])
            return
        do = getattr(self, f"_do_{kind}")
        try:
            do(wallet, reference, key, *values)
        except WalletError:
            self.fail(f"refused, but the reference allows it: {kind} {values}")

    def _refused(self, call, *args, **kwargs):
        with self.assertRaises(WalletError):
            call(*args, **kwargs)

    def _do_buy(self, wallet, reference, key, credits, price, days):
        # Prices differ, so that the cost of a message says what it was paid from.
        price += len(reference.lots) * 1000
        ends = reference.today + timedelta(days=days) if days >= 0 else None
        if wallet.mode == "resold":
            wallet._topup(f"{key} money", price + 1)
        wallet._purchase(key, credits, price, ends)
        reference.buy(credits, ends)

    def _do_hold(self, wallet, reference, key, credits):
        if reference.hold(key, credits):
            wallet._hold(key, credits)
        else:
            self._refused(wallet._hold, key, credits)

    def _do_settle(self, wallet, reference, key, pick, parts):
        if not reference.holds:
            return
        hold_key = list(reference.holds)[pick % len(reference.holds)]
        if sum(parts) > reference.holds[hold_key][1]:
            self._refused(wallet._settle, key, hold_key, parts)
            return
        _entry, costs = wallet._settle(key, hold_key, parts)
        self.assertEqual(wallet._settle(key, hold_key, parts)[1], costs)
        reference.settle(key, hold_key, parts, costs)

    def _do_release(self, wallet, reference, key, pick, credits):
        if not reference.holds:
            return
        hold_key = list(reference.holds)[pick % len(reference.holds)]
        if reference.release(hold_key, credits):
            wallet._release(key, hold_key, credits)
        else:
            self._refused(wallet._release, key, hold_key, credits)

    def _do_refund(self, wallet, reference, key, pick, position):
        sent = [name for name, items in reference.sent.items() if items]
        if not sent:
            return
        name = sent[pick % len(sent)]
        position %= len(reference.sent[name])
        count, cost, _credits = reference.sent[name][position]
        wallet._refund(key, name, count, cost)
        reference.refund(name, position)

    def _compare(self, wallet, reference):
        self.assertEqual(wallet.credits, reference.free)
        self.assertEqual(wallet.held, sum(n for _d, n in reference.holds.values()))
        self.assertEqual(wallet.uncovered, reference.owed)
        lots = wallet.lot_ids.sorted("id").mapped("remaining")
        self.assertEqual(lots, [len(lot[1]) for lot in reference.lots])

    def _check_prices(self, wallet):
        """Used up: exactly the price. On the way: to a millionth what was used."""
        costs = lot_costs(self.env, wallet)
        for lot in wallet.lot_ids:
            spent = costs.get(lot.id, Decimal(0))
            price = Decimal(str(lot.price))
            if not lot.remaining:
                self.assertEqual(spent, price)
            used = price * (lot.credits - lot.remaining) / lot.credits
            # Each message given back may leave half a millionth.
            self.assertLessEqual(abs(spent - used), 30 * MICRO)
