from odoo import models
from odoo.tools import SQL

from odoo.addons.crm_segments.tools.order_import_guard import orders_imported


class LoyaltyCard(models.Model):
    """Welcome points: once, when a customer becomes a member of a programme."""

    _inherit = "loyalty.card"

    def write(self, vals):
        nameless = self.filtered(lambda card: not card.partner_id)
        res = super().write(vals)
        if vals.get("partner_id"):
            nameless._post_welcome_points()
        return res

    def _become_members(self):  # pylint: disable=missing-return
        super()._become_members()
        self._post_welcome_points()

    def _post_welcome_points(self):
        """Greet the members among these new cards: one posting for all of them.

        Nobody is greeted twice by a programme, and orders of the past that are
        imported greet nobody.
        """
        if orders_imported():
            return
        cards = self.sudo().filtered(
            lambda card: (
                card.is_member_card
                and card.partner_id
                and card.program_id.program_type == "loyalty"
                and card.program_id.welcome_points
                and not card.partner_id.is_public
            )
        )
        cards -= cards._greeted_before()
        if cards:
            self.env["loyalty.point.entry"].sudo()._post(
                [card._prepare_welcome_entry() for card in cards], bulk=len(cards) > 1
            )

    def _prepare_welcome_entry(self):
        """:return: the values of the card's welcome, for the ledger"""
        self.ensure_one()
        program = self.program_id
        return {
            "card_id": self.id,
            "kind": "welcome",
            "points": str(round(program.welcome_points, 2)),
            "key": f"welcome:{self.id}",
            "reason": "welcome",
            "branch_id": self._get_joining_branch().id,
            "expiry": program._get_award_expiry(program._get_local_today()),
            "policy": {
                "program": {"id": program.id, "name": program.name},
                "welcome_points": str(program.welcome_points),
                **program._get_expiry_snapshot(),
            },
        }

    def _get_joining_branch(self):
        """:return: crm.branch where the customer joined the programme: that of the
        order that made the card, else where the user works, else where the customer
        joined the shop; empty if none is of the company"""
        self.ensure_one()
        company = self.company_id or self.env.company
        branches = self._get_document_branch()
        branches |= self.env["crm.branch"]._default_of(company)
        branches |= self.partner_id.commercial_partner_id.joined_branch_id
        return branches.filtered(lambda branch: branch.company_id == company)[:1]

    def _get_document_branch(self):
        """:return: crm.branch of the document that made the card"""
        return self.sudo().order_id.branch_id

    def _greeted_before(self):
        """:return: the cards that were greeted, or whose customer had another card of
        the same programme that was, by now archived or of another contact of the
        customer, or gets one with these"""
        if not self:
            return self
        self.flush_recordset(["partner_id", "program_id"])
        self.partner_id.flush_model(["commercial_partner_id"])
        rows = self.env.execute_query(
            SQL(
                """SELECT card.id
                     FROM loyalty_card card
                     JOIN res_partner holder ON holder.id = card.partner_id
                     JOIN res_partner contact
                       ON contact.commercial_partner_id = holder.commercial_partner_id
                     JOIN loyalty_card other
                       ON other.partner_id = contact.id
                      AND other.program_id = card.program_id
                    WHERE card.id = ANY(%s)
                      AND ((other.id = ANY(%s) AND other.id < card.id)
                           OR EXISTS (SELECT FROM loyalty_point_entry entry
                                       WHERE entry.card_id = other.id
                                         AND entry.kind = 'welcome'))""",
                self.ids,
                self.ids,
            )
        )
        return self.browse({id_ for (id_,) in rows})
