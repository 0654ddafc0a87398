"""What invoices and credit notes say about one line of an order."""

from dataclasses import dataclass, field
from decimal import Decimal

from .frozen_goods import Back

ZERO = Decimal(0)
CENT = Decimal("0.01")


@dataclass
class InvoicedLine:
    """Sums of posted invoice lines, all figures positive."""

    quantity: Decimal = ZERO
    total: Decimal = ZERO
    untaxed: Decimal = ZERO
    prices: list = field(default_factory=list)
    credits: list = field(default_factory=list)

    def add(self, refund, quantity, total, untaxed):
        """Note a line of an invoice, or one that gives money back."""
        if refund:
            self.credits.append((quantity, total, untaxed))
            return
        self.quantity += quantity
        self.total += total
        self.untaxed += untaxed
        if quantity:
            self.prices.append(untaxed / quantity)

    def credited(self, quantity, total, untaxed):
        """What was given back beyond what was invoiced too much.

        :param quantity: ordered units, as the order stands; likewise the amounts
        :return: frozen_goods.Back
        """
        price = min(self.prices, default=untaxed / quantity if quantity else ZERO)
        units = sum((each[0] for each in self.credits if _is_goods(*each, price)), ZERO)
        return Back(
            _beyond(units, self.quantity - quantity, quantity),
            _beyond(sum(each[1] for each in self.credits), self.total - total, total),
            _beyond(
                sum(each[2] for each in self.credits), self.untaxed - untaxed, untaxed
            ),
        )


def _is_goods(quantity, _total, untaxed, price):
    """Whether a credited line is at its full price, but for the rounding of a cent."""
    return untaxed + CENT >= price * quantity


def _beyond(credited, excess, ordered):
    return min(max(credited - max(excess, ZERO), ZERO), ordered)
