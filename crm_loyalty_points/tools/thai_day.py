"""Times and money as the pages for members say them: one way everywhere."""

from odoo.tools.misc import babel_locale_parse, formatLang, get_lang

from .said_day import said_day


def is_thai(env):
    """:return: whether the page is in Thai"""
    return babel_locale_parse(get_lang(env).code).language == "th"


def page_time(env, moment):
    """:param moment: local datetime
    :return: "14:05", on Thai pages "14:05 น." """
    text = f"{moment:%H:%M}"
    return f"{text} น." if is_thai(env) else text


def page_moment(env, company, moment):
    """:param company: res.company, whose customers' clock counts
    :param moment: naive datetime in UTC or False
    :return: day and time as its customers say them; empty without a moment"""
    if not moment:
        return ""
    local = company.sudo()._get_local_moment(moment)
    return f"{said_day(env, local.date())} {page_time(env, local)}"


def page_amount(env, amount, currency):
    """:param currency: res.currency
    :return: the amount with its currency, baht on Thai pages as "1,234.50 บาท" """
    if currency.name == "THB" and is_thai(env):
        return f"{amount:,.2f} บาท"
    return formatLang(env, amount, currency_obj=currency)
