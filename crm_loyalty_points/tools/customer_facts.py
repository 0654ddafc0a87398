"""Reads what the conditions of programmes ask about a customer."""

from collections import defaultdict
from decimal import Decimal

from odoo.tools import SQL

from .condition import CustomerFacts


def read_facts(adapter, needs, programs=()):
    """What is asked, nothing else: a query per kind of question at most.

    :param DocumentAdapter adapter: the document and its circumstances
    :param set needs: of "tiers", "tags", "segments", "first_order", "birth_month",
        "earned"
    :param programs: loyalty.program, for "earned"
    :return: CustomerFacts; of a customer who is not known nothing holds
    """
    partner = adapter.get_customer() if needs else None
    if not partner:
        return CustomerFacts()
    person = partner | partner.commercial_partner_id
    facts = {}
    if "tiers" in needs:
        facts["tiers"] = frozenset(read_tiers(partner))
    if "tags" in needs:
        facts["tags"] = frozenset(person.category_id.ids)
    if "segments" in needs:
        facts["segments"] = frozenset(read_segments(person))
    if "birth_month" in needs:
        birthdates = [each.birthdate for each in person if each.birthdate]
        facts["birth_month"] = birthdates[0].month if birthdates else None
    if "first_order" in needs:
        facts["first_order"] = adapter.is_first_order()
    if "earned" in needs:
        earned, today = _read_earned(adapter, partner, programs)
        facts.update(earned=earned, earned_today=today)
    return CustomerFacts(**facts)


def read_tiers(partner):
    """:return: ids of the tiers of a customer's member cards"""
    cards = partner.env["loyalty.card"].search(
        [("partner_id", "=", partner.id), ("tier_id", "!=", False)]
    )
    return cards.tier_id.ids


def read_segments(person):
    """:param person: res.partner, the customer and its company, as superuser
    :return: ids of the segments they are in; one that has stopped, or was archived,
        has the members it had last"""
    members = person.env["crm.segment.member"].search_fetch(
        [("partner_id", "in", person.ids), ("left", "=", False)], ["segment_id"]
    )
    return members.segment_id.ids


def _read_earned(adapter, partner, programs):
    """:return: ({programme id: points earned}, the same of the document's day), by
    other documents, less what was taken back; points not yet available count on the
    day they were earned, also once they are posted"""
    model, id_ = adapter.get_source()
    partner.env["loyalty.point.pending"].flush_model()
    rows = partner.env.execute_query(
        SQL(
            """SELECT card.program_id,
                      COALESCE(SUM(moved.points), 0),
                      COALESCE(SUM(moved.points) FILTER (WHERE moved.date = %(day)s), 0)
                 FROM loyalty_card card
                 JOIN LATERAL (
                      SELECT COALESCE(held.date, entry.date) AS date,
                             entry.source_model, entry.source_id,
                             entry.points + COALESCE((
                                 SELECT SUM(points) FROM loyalty_point_entry
                                  WHERE reversed_entry_id = entry.id), 0) AS points
                        FROM loyalty_point_entry entry
                   LEFT JOIN loyalty_point_pending held ON held.entry_id = entry.id
                       WHERE entry.card_id = card.id AND entry.kind = 'earn'
                   UNION ALL
                      SELECT date, source_model, source_id, points
                        FROM loyalty_point_pending
                       WHERE card_id = card.id AND kind = 'earn' AND state = 'pending'
                      ) moved ON true
                WHERE card.partner_id = %(partner)s
                  AND card.active
                  AND card.is_member_card
                  AND card.program_id = ANY(%(programs)s)
                  AND (moved.source_model, moved.source_id)
                      IS DISTINCT FROM (%(model)s, %(id)s)
             GROUP BY card.program_id""",
            day=adapter.day,
            partner=partner.id,
            programs=list(programs.ids),
            model=model,
            id=id_,
        )
    )
    earned, today = defaultdict(Decimal), defaultdict(Decimal)
    for program_id, points, points_today in rows:
        earned[program_id] = Decimal(str(points))
        today[program_id] = Decimal(str(points_today))
    for program_id, points in adapter.get_unposted(programs).items():
        earned[program_id] += points
        today[program_id] += points
    return dict(earned), dict(today)
