"""How people read an amount of points."""


def points_text(points, sign=False):
    """Two digits at most, thousands apart, no needless zeros: ``1,234,567.5``.

    :param points: number
    :param sign: show a plus as well
    :return: str
    """
    amount = round(points, 2) or 0  # no "-0"
    whole, _point, cents = f"{amount:{'+' if sign and amount else ''},.2f}".partition(
        "."
    )
    cents = cents.rstrip("0")
    return f"{whole}.{cents}" if cents else whole
