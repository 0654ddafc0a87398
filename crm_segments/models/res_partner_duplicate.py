from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from .res_partner_search import (
    PHONE_TERM,
    SEARCH_TEXT,
    SEARCH_TEXT_FIELDS,
    like_text,
)

# As many as are read at a glance.
MAX_DUPLICATES = 5
# Below this many letters every second customer has a similar name.
MIN_NAME_LENGTH = 4
# Of pg_trgm: about one slip of the pen in a first and last name.
NAME_SIMILARITY = 0.55
# The shortest part of a name that a trigram index finds.
MIN_WORD_LENGTH = 3
# As many as can be compared while somebody types.
MAX_COMPARED = 500


class ResPartner(models.Model):
    """Nobody is entered twice without notice, and nobody is kept from being entered."""

    _inherit = "res.partner"

    duplicate_ids = fields.Many2many(
        "res.partner",
        string="Known Already?",
        compute="_compute_duplicate_ids",
        help="Customers with the same phone number or e-mail address, then those with "
        "a similar name.",
    )

    @api.depends("phone_sanitized", "email_normalized", "name", "commercial_partner_id")
    def _compute_duplicate_ids(self):
        for partner in self:
            partner.duplicate_ids = partner._likely_duplicates()

    def _likely_duplicates(self):
        """:return: at most five other customers, those most likely the same first"""
        self.ensure_one()
        found = self.browse()
        others = Domain.TRUE
        if customer := self._origin.commercial_partner_id:
            others = Domain("commercial_partner_id", "!=", customer.id)
        for domain, order in self._duplicate_searches():
            missing = MAX_DUPLICATES - len(found)
            if missing:
                domain &= others & Domain("id", "not in", found.ids)
                found |= self.search(domain, limit=missing, order=order)
        return found

    def _duplicate_searches(self):
        """:return: list of (Domain, order), the surest sign first; modules add theirs,
        each answered from an index"""
        searches = []
        if self.phone_sanitized:
            same = Domain("phone_sanitized", "=", self.phone_sanitized)
            searches.append((same, "id"))
        if self.email_normalized:
            same = Domain("email_normalized", "=", self.email_normalized)
            searches.append((same, "id"))
        if similar := self._similar_name_ids():
            searches.append((Domain("id", "in", similar), None))
        return searches

    def _similar_name_ids(self):
        """:return: ids of the customers whose whole name is nearly this one, in
        whatever order first and last name were typed; the nearest first"""
        name = " ".join((self.name or "").split())
        if len(name) < MIN_NAME_LENGTH or PHONE_TERM.match(name):
            return []
        if not self.env.registry.has_trigram:
            return self.search([("name", "=ilike", name)], limit=MAX_DUPLICATES).ids
        self.flush_model(SEARCH_TEXT_FIELDS)
        likeness = SQL("similarity(complete_name, %s)", name)
        rows = self.env.execute_query(
            SQL(
                """
                SELECT id FROM (
                    SELECT id, complete_name FROM res_partner WHERE complete_name = %s
                     UNION (
                    SELECT id, complete_name FROM res_partner WHERE %s LIMIT %s)
                ) named
                 WHERE %s >= %s ORDER BY %s DESC, id LIMIT %s
                """,
                name,
                self._begins_alike(name),
                MAX_COMPARED,
                likeness,
                NAME_SIMILARITY,
                likeness,
                MAX_DUPLICATES * 4,
            )
        )
        return [row[0] for row in rows]

    def _begins_alike(self, name):
        """SQL condition, answered from the index of the search: the beginning of each
        word is found. Asking that index for similarity would read half of it."""
        words = [word for word in name.split() if len(word) >= MIN_WORD_LENGTH]
        text = SQL(self.env.registry.unaccent(SEARCH_TEXT))
        return SQL(" AND ").join(
            SQL(
                "%s ILIKE %s",
                text,
                self.env.registry.unaccent(SQL("%s", f"%{like_text(beginning)}%")),
            )
            for beginning in (
                word[: max(MIN_WORD_LENGTH, len(word) * 2 // 3)]
                for word in words or [name]
            )
        )
