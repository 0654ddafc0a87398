import re

from odoo import models

from ..tools.signup_values import phone_number

# No phone number is shorter, and no member is found by a part of one.
PHONE_DIGITS = 9
LONGEST = 80


class CrmShop(models.Model):
    """Who stands at the counter: by the code of the member card, the member number or
    the whole phone number. Never by name or by a part: nobody browses members here.

    Each way is one look into an index, whatever the number of customers.
    """

    _inherit = "crm.shop"

    def _find_member(self, text):
        """Find a member by what was scanned or typed.

        :param str text: code of the card, member number, or phone number in any format
        :return: loyalty.card (superuser) of the shop's programme; empty if there is
            none, and several when members share the phone number
        """
        self.ensure_one()
        cards = self.env["loyalty.card"].sudo()
        program = self._get_program()
        text = text.strip() if isinstance(text, str) else ""
        if not text or len(text) > LONGEST or not program:
            return cards
        return (
            self._find_by_card_code(text, program)
            or self._find_by_number(text, program)
            or self._find_by_phone(text, program)
        )

    def _find_by_card_code(self, text, program):
        cards = self.env["loyalty.card"].sudo().with_context(active_test=False)
        card = cards.search([("code", "in", [text, text.upper()])], limit=1)
        # the code of a card that was joined to another goes on working
        card = card.merged_into_id or card
        known = card.is_member_card and card.program_id == program and card.active
        return card.with_context(active_test=True) if known else cards.browse()

    def _find_by_number(self, text, program):
        number = [text, text.upper()]
        return self._get_cards_of(
            self._of_members([("member_number", "in", number)]), program
        )

    def _find_by_phone(self, text, program):
        number = self._read_phone(text)
        if not number:
            return self.env["loyalty.card"].sudo()
        return self._get_cards_of(
            self._of_members([("phone_sanitized", "=", number)]), program
        )

    def _read_phone(self, text):
        """:return: a typed phone number as it is stored, "" for anything else"""
        if len(re.sub(r"\D", "", text)) < PHONE_DIGITS:
            return ""
        return phone_number(text, self._get_country())

    def _of_members(self, domain):
        """:return: res.partner (superuser) that the company may see"""
        companies = [False, *self.company_id.parent_ids.ids]
        partners = self.env["res.partner"].sudo()
        return partners.search([*domain, ("company_id", "in", companies)], limit=20)

    def _get_cards_of(self, partners, program):
        cards = self.env["loyalty.card"].sudo()
        if partners:
            cards = cards._cards_of_customers(partners, program)
        return cards.filtered("active")
