"""Reading what changed in a span of time without ever skipping an order.

The service gives pages by number, sorted and filtered by the moment of the last change.
An order that is changed while its pages are read leaves the window, the later ones move
up one place, and the one at the edge of a page is seen on none. So a window is made so
short that it is one page; one answer is never at odds with itself. Where even a second
has more, all its pages are read again until all of them tell one number of orders.
"""

from datetime import timedelta

from .myshop_api import PER_PAGE, MyshopLater

SECOND = timedelta(seconds=1)
# Whether the bounds belong to a window is not documented: windows share a second.
SHARED = SECOND
# What changed a moment ago may not be told yet.
SETTLED = timedelta(minutes=2)
RESTARTS = 5


def read_window(api, start, end):
    """Read the first part of a span that can be read without a gap.

    :param api: a MyshopApi
    :param start: UTC without zone and without parts of seconds, as is the end
    :return: (list of orders without goods, each once; end of the part that was read;
        how many orders the service counts and does not list)
    :raise MyshopError: as the calls; MyshopLater also when it never stands still
    """
    since = start - SHARED
    for _time in range(RESTARTS):
        page = api.orders(since, end)
        while page["pages"] > 1 and end - start > SECOND:
            end = start + _shorter(end - start, page["total"])
            page = api.orders(since, end)
        rows, missing = _all_pages(api, since, end, page)
        if rows is not None and not missing:
            break
    if rows is None:
        raise MyshopLater("orders change faster than they can be read")
    return rows, end, missing


def _shorter(span, total):
    """:return: a span with most likely less than a page of orders"""
    share = min(0.5, 0.8 * PER_PAGE / total) if total else 0.5
    return max(timedelta(seconds=int(span.total_seconds() * share)), SECOND)


def _all_pages(api, start, end, page):
    """:param page: the first one
    :return: (list of orders, each once; how many are missing), (None, 0) when an order
        left the window in between"""
    rows = {str(row["orderNumber"]): row for row in page["rows"]}
    for number in range(2, page["pages"] + 1):
        other = api.orders(start, end, number)
        if (other["total"], other["pages"]) != (page["total"], page["pages"]):
            return None, 0
        rows.update((str(row["orderNumber"]), row) for row in other["rows"])
    missing = max((page["total"] or 0) - len(rows), 0)
    return list(rows.values()), missing


def safe_end(now, skew):
    """:param now: our time, UTC without zone
    :param float skew: seconds that the service's clock is ahead of ours
    :return: up to when its changes are certainly all told"""
    end = now - SETTLED + timedelta(seconds=min(skew, 0.0))
    return end.replace(microsecond=0)
