"""Opening hours of a week, as plain values: text, and whether it is open.

A span is (weekday, start, end): Monday is 0, the times are hours of the day (9.5 is
9:30). An end that is not after the start is on the next day: a bar open from 18 to 2.
"""

DAY = 24
WEEK = 7 * DAY


def week_span(span):
    """:return: (start, end) in hours from Monday midnight; the end may lie beyond the
    week, for a Sunday night"""
    weekday, start, end = span
    begin = weekday * DAY + start
    return begin, begin + (end - start if end > start else end - start + DAY)


def is_open(spans, weekday, hour):
    """:param float hour: of the day, e.g. 13.5
    :return: whether one of the spans holds the moment; the end is outside
    """
    moment = weekday * DAY + hour
    return any(
        begin <= at < end
        for begin, end in map(week_span, spans)
        for at in (moment, moment + WEEK)
    )


def overlap(spans):
    """:return: the first two spans that share some time, or None"""
    placed = sorted((week_span(span), span) for span in spans)
    if not placed:
        return None
    (begin, end), first = placed[0]
    around = [*placed, ((begin + WEEK, end + WEEK), first)]
    latest, holder = around[0][0][1], first
    for (start, stop), span in around[1:]:
        if start < latest:
            return holder, span
        latest, holder = stop, span
    return None


def clock(hour):
    """:return: "9:30" for 9.5"""
    minutes = round(hour * 60)
    return f"{minutes // 60}:{minutes % 60:02d}"


def week_text(spans, day_names, closed):
    """:param day_names: seven short names, Monday first
    :param closed: the word for a day without hours
    :return: one line per run of days with the same hours: "Mon – Fri 10:00 – 20:00",
        empty without any hours
    """
    if not spans:
        return ""
    days = [
        ", ".join(
            f"{clock(start)} – {clock(end)}"
            for weekday, start, end in sorted(spans)
            if weekday == day
        )
        for day in range(7)
    ]
    lines = []
    first = 0
    for day in range(7):
        if day == 6 or days[day] != days[day + 1]:
            names = day_names[first]
            if day > first:
                names += f" – {day_names[day]}"
            lines.append(f"{names} {days[day] or closed}")
            first = day + 1
    return "\n".join(lines)
