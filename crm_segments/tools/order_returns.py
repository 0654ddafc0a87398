"""Match returned goods to the purchases they belong to. Plain Python, no ORM."""

from bisect import bisect_right
from dataclasses import dataclass, field


@dataclass
class Purchase:
    """A bought line. :ivar left: quantity not yet returned."""

    date: object
    ref: object
    left: float


@dataclass
class Match:
    """What one return takes back.

    :ivar list taken: (purchase ref, quantity) in the order taken
    :ivar float left: quantity without a purchase
    :ivar str reason: "" or why ``left`` is not 0: return_no_purchase,
        return_before_purchase, return_exceeds
    """

    taken: list = field(default_factory=list)
    left: float = 0.0
    reason: str = ""


def match_returns(purchases, returns):
    """Match each return to earlier purchases of the same customer and product.

    The latest purchase not after the return comes first, since goods come back
    soon after they were bought; what it cannot cover goes to the one before.
    A purchase made after the return never pays for it. Returns are taken in the
    order of their dates, so the outcome does not depend on their order in the file.

    :param dict purchases: {(customer, product): [Purchase]}; ``left`` is reduced
    :param list returns: (date, position, customer, product, quantity > 0)
    :return: {position: Match}
    """
    for bought in purchases.values():
        bought.sort(key=lambda purchase: purchase.date)
    result = {}
    for moment, position, customer, product, quantity in sorted(
        returns, key=lambda ret: ret[:2]
    ):
        bought = purchases.get((customer, product), [])
        result[position] = _match_one(bought, moment, quantity)
    return result


def _match_one(bought, moment, quantity):
    """:return: Match of one return against purchases sorted by date."""
    match = Match(left=quantity)
    earlier = bisect_right([purchase.date for purchase in bought], moment)
    for purchase in reversed(bought[:earlier]):
        part = min(purchase.left, match.left)
        if part > 0:
            purchase.left -= part
            match.left -= part
            match.taken.append((purchase.ref, part))
    if match.left > 0:
        match.reason = _reason(bought, earlier)
    return match


def _reason(bought, earlier):
    if earlier:
        return "return_exceeds"
    return "return_before_purchase" if bought else "return_no_purchase"
