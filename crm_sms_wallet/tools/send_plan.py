"""When each message of a campaign may leave: within hours, at a rate."""

from datetime import timedelta

from odoo.tools import SQL

# A campaign that would take longer is sent faster at the end.
MOST_SPANS = 4000


def spans(windows, moment, count, rate):
    """Fit messages into windows of time.

    :param windows: pairs (first, end), see ``quiet_hours.windows``
    :param datetime moment: nothing leaves before it
    :param int count: number of messages
    :param int rate: messages per minute, 0: all at once
    :return: list of (time, number of the first message that leaves from then on), the
        messages counted from 0
    """
    found, placed = [], 0
    for first, end in windows:
        begin = max(first, moment)
        found.append((begin, placed))
        if not rate or len(found) >= MOST_SPANS:
            break
        # begins of minutes at which messages leave, so that the last is in time
        minutes = (end - begin) / timedelta(minutes=1)
        placed += max(1, int(minutes * rate))
        if placed >= count:
            break
    return found


def set_times(condition, spans, rate, table="sms_delivery", column="not_before"):
    """:param SQL condition: on the table of messages, those that wait
    :param spans: of :func:`spans`
    :param column: the time before which a message does not leave
    :return: SQL that notes when each of them may leave, in the order of their ids"""
    return SQL(
        """
        WITH waiting AS (
            SELECT id, row_number() OVER (ORDER BY id) - 1 AS rank
              FROM %(table)s WHERE %(condition)s
        ),
        spans AS (
            SELECT begin, first, lead(first) OVER (ORDER BY first) AS next
              FROM unnest(%(begins)s::timestamp[], %(firsts)s::bigint[])
                   AS s(begin, first)
        )
        UPDATE %(table)s d
           SET %(column)s = date_trunc('second', s.begin
               + make_interval(secs => (w.rank - s.first) * %(seconds)s))
          FROM waiting w
          JOIN spans s ON w.rank >= s.first AND (s.next IS NULL OR w.rank < s.next)
         WHERE d.id = w.id
        """,
        table=SQL.identifier(table),
        column=SQL.identifier(column),
        condition=condition,
        begins=[begin for begin, _first in spans],
        firsts=[first for _begin, first in spans],
        seconds=60.0 / rate if rate else 0.0,
    )
