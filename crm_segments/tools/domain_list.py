"""Domains as plain lists, which can be kept as a text."""


def joined(operator, domains):
    """:param list domains: lists of conditions that are all meant
    :return: one list of conditions that ``operator`` joins, as a text can keep it"""
    parts = []
    for domain in domains:
        count = len(domain) - sum(2 for term in domain if term in ("&", "|"))
        count -= sum(1 for term in domain if term == "!")
        parts.append(["&"] * (count - 1) + domain)
    return [operator] * (len(parts) - 1) + [term for part in parts for term in part]
