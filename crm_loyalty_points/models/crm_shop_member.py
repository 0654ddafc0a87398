from odoo import models
from odoo.tools import SQL

from ..tools.points_text import points_text
from ..tools.said_day import said_day
from ..tools.thai_day import page_amount

PAGE_SIZE = 20


class CrmShop(models.Model):
    """What a member sees on the shop's pages.

    The methods `_get_member_...` return plain values of one member and nothing else,
    whatever the records behind hold. They run as superuser for the member whom the
    caller has recognised; the texts are in the language of the environment.
    """

    _inherit = "crm.shop"

    def _get_member_page(self, partner):
        """The first page: who, how many points, what lapses next, which tier.

        :param partner: res.partner of the customer
        :return: dict
            * `name`: how to address the member; `full_name`, `number` of the member
            * `card`: False without one, or dict of `code`, `balance`, `balance_text`,
              `pending` and `pending_text`, `lapse` (False or `points`, `day`, both
              text), `tier` (see `_get_member_tier`)
            * `codes`: number of redeemed rewards still to use
        """
        self.ensure_one()
        card = self._get_member_card(partner)
        page = self._get_member_name(partner)
        page["card"] = card and self._get_member_balance(card)
        page["codes"] = card and self.env["loyalty.redemption"].sudo().search_count(
            [("card_id", "=", card.id), ("state", "=", "issued")]
        )
        return page

    def _get_member_points(self, card):
        """:param card: loyalty.card, perhaps empty
        :return: dict of `balance` and `balance_text`, False without a card"""
        return card and {
            "balance": card.points_usable,
            "balance_text": points_text(card.points_usable),
        }

    def _get_member_name(self, partner):
        """:return: part of `_get_member_page`"""
        return {
            "name": partner._crm_resolve_call_name(partner)[partner.id],
            "full_name": partner.name or "",
            "number": partner.member_number or "",
        }

    def _get_member_balance(self, card):
        """:return: `card` of `_get_member_page`"""
        return {
            "code": card.code,
            "balance": card.points_usable,
            "balance_text": points_text(card.points_usable),
            "pending": card.points_pending,
            "pending_text": points_text(card.points_pending),
            "lapse": card.next_lapse_date
            and {
                "points": points_text(card.next_lapse_points),
                "day": said_day(self.env, card.next_lapse_date),
            },
            "tier": self._get_member_tier(card),
        }

    def _get_member_tier(self, card):
        """:return: False where the programme has no tiers, or dict of `name` (empty
        below the first tier), `privileges`, `until` (day as text, or empty), `next`
        (name or empty), `progress` (0 to 100) and `text` ("320 points to Gold")
        """
        tier = card.tier_id
        if not tier and not card.tier_next_id:
            return False
        return {
            "name": tier.name or "",
            "privileges": tier.description or "",
            "until": said_day(self.env, card.tier_until),
            "next": card.tier_next_id.name or "",
            "progress": card.tier_progress,
            "text": card.tier_progress_text,
        }

    # -- history -------------------------------------------------------------------

    def _get_member_history(self, card, page=1):
        """What happened to the points of a member, the latest first.

        :param card: loyalty.card of the member, perhaps empty
        :param int page: 1 for the latest
        :return: dict of `entries` (list of dicts, see `_get_member_entry`), `page` and
            `more` (whether there is a further page)
        """
        entries = self.env["loyalty.point.entry"].sudo()
        if card:
            entries = entries.search(
                [("card_id", "=", card.id)],
                order="seq desc",
                limit=PAGE_SIZE + 1,
                offset=(page - 1) * PAGE_SIZE,
            )
        shown = entries[:PAGE_SIZE]
        why = shown._get_member_why()
        return {
            "entries": [self._get_member_entry(entry, why) for entry in shown],
            "page": page,
            "more": len(entries) > PAGE_SIZE,
        }

    def _get_member_entry(self, entry, why):
        """:return: dict of `id`, `points` (number), `points_text` with sign, `what`,
        `document`, `why` (sentences), `day`, `until`, `balance`, all text"""
        return {
            "id": entry.id,
            "points": entry.points,
            "points_text": points_text(entry.points, sign=True),
            "what": entry._get_member_kind(),
            "document": entry.source_name or "",
            "why": why[entry.id],
            "day": said_day(self.env, entry.date),
            "until": said_day(self.env, entry.points > 0 and entry.expiry),
            "balance": points_text(entry.balance),
        }

    # -- prepaid cards -------------------------------------------------------------

    def _get_member_prepaid(self, partner):
        """:return: list of dicts, one for each prepaid card of the member: `name`,
        `percent` (whether it counts uses, not money), `left` (empty without a limit),
        `until`, `usable`; `purchases` (dicts of `day`, `value`, `left`, `until`,
        `state`) and `uses` (dicts of `day`, `amount`, `document`), the latest first"""
        customer = partner.with_company(self.company_id)
        cards = self.env["loyalty.card"].sudo()
        cards = cards.search(customer._get_prepaid_card_domain(), order="id desc")
        purchases = self._get_latest("loyalty.prepaid.purchase", cards)
        uses = self._get_latest(
            "loyalty.point.entry", cards, [("kind", "in", ("redeem", "reversal"))]
        )
        return [
            self._get_member_prepaid_card(
                card,
                purchases.filtered(lambda each, card=card: each.card_id == card),
                uses.filtered(lambda each, card=card: each.card_id == card),
            )
            for card in cards
        ]

    def _get_latest(self, model, cards, domain=()):
        """:return: the latest records of each card, at most `PAGE_SIZE` of each"""
        records = self.env[model].sudo()
        query = records._search([("card_id", "in", cards.ids), *domain])
        rows = self.env.execute_query(
            SQL(
                """SELECT id FROM (
                       SELECT found.id, row_number() OVER (
                                  PARTITION BY found.card_id ORDER BY found.id DESC
                              ) AS place
                         FROM (%s) AS found
                   ) AS numbered WHERE place <= %s ORDER BY id DESC""",
                query.select(
                    SQL.identifier(query.table, "id"),
                    SQL.identifier(query.table, "card_id"),
                ),
                PAGE_SIZE,
            )
        )
        return records.browse(id_ for (id_,) in rows)

    def _say_prepaid(self, card, value):
        """:return: money or a number of uses as text, empty without a limit"""
        program = card.program_id
        if program._is_prepaid_unlimited():
            return ""
        if program.prepaid_kind == "percent":
            return points_text(value)
        return page_amount(self.env, value, program.currency_id)

    def _get_member_prepaid_card(self, card, purchases, uses):
        """:return: see `_get_member_prepaid`"""
        states = dict(purchases._fields["state"]._description_selection(self.env))
        return {
            "name": card.program_id.name,
            "percent": card.prepaid_kind == "percent",
            "left": self._say_prepaid(card, card.points_usable),
            "until": said_day(self.env, card.prepaid_until),
            "usable": card.prepaid_state == "valid",
            "purchases": [
                {
                    "day": said_day(self.env, each.date),
                    "value": points_text(each.value),
                    "left": points_text(each.remaining),
                    "until": said_day(self.env, each.expiry),
                    "state": states.get(each.state, ""),
                }
                for each in purchases
            ],
            "uses": [
                {
                    "day": said_day(self.env, each.date),
                    "amount": points_text(each.points, sign=True),
                    "document": each.source_name or "",
                }
                for each in uses
            ],
        }
