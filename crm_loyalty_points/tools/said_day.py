"""Days as customers read them on paper."""

from babel.dates import format_date

from odoo.tools.misc import babel_locale_parse, get_lang

# Thai papers count from the Buddha's passing.
BUDDHIST_ERA = 543


def said_day(env, day):
    """:return: a date in the user's language, like "21 Dec 2026"; in Thai in the
    Buddhist era, "21 ธ.ค. 2569"; empty without a date"""
    if not day:
        return ""
    locale = babel_locale_parse(get_lang(env).code)
    if locale.language == "th":
        return f"{format_date(day, 'd MMM', locale)} {day.year + BUDDHIST_ERA}"
    return format_date(day, "d MMM y", locale)


def said_month(env, day):
    """:return: the month of a date in the user's language, like "Dec 2026"; in Thai in
    the Buddhist era, "ธ.ค. 2569" """
    locale = babel_locale_parse(get_lang(env).code)
    if locale.language == "th":
        return f"{format_date(day, 'MMM', locale)} {day.year + BUDDHIST_ERA}"
    return format_date(day, "MMM y", locale)
