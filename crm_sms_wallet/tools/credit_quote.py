"""What the next credits of a wallet will cost: its lots in their order, and a rate for
what no lot covers. Reads only; the wallet itself decides when messages are sent."""

from decimal import ROUND_HALF_UP, Decimal

STEP = Decimal("0.000001")


def exact(value):
    return Decimal(str(value)).quantize(STEP, ROUND_HALF_UP)


class CreditQuote:
    """Take credits one after the other.

    :param lots: rows (credits bought, price, credits left, spent), the next one first
    :param rate: cost of a credit without a lot
    """

    def __init__(self, lots, rate):
        self.lots = [
            [credits, exact(price), left, exact(spent)]
            for credits, price, left, spent in lots
            if left > 0
        ]
        self.rate = exact(rate)
        self.position = 0

    def take(self, credits):
        """:return: Decimal, what these credits cost; all credits of a lot together
        cost its price"""
        cost = Decimal(0)
        while credits > 0 and self.position < len(self.lots):
            lot = self.lots[self.position]
            bought, price, left, spent = lot
            taken = min(credits, left)
            left -= taken
            after = exact(price * (bought - left) / bought) if left else price
            cost += after - spent
            lot[2:] = left, after
            credits -= taken
            if not left:
                self.position += 1
        return cost + self.rate * max(credits, 0)
