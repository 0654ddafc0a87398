from psycopg2.errors import UniqueViolation

from odoo import api, fields, models
from odoo.exceptions import ConcurrencyError, UserError
from odoo.tools import SQL

from ..tools.local_day import local_day
from .crm_visit import CAME_IN


class CrmVisit(models.Model):
    """The customer is here: from the customer page, the counter or the till."""

    _inherit = "crm.visit"

    @api.model
    def _check_in(
        self, partner, branch=None, *, key=None, again=False, moment=None, **values
    ):
        """Note that a customer came in, once.

        A visit planned at this branch for today is the one that begins; the earliest
        of several, and one without a branch as well. Otherwise the customer walked
        in. Who is here already is not checked in a second time: the same customer,
        branch and day give the same visit, unless another one is planned after the
        first is done, or ``again`` is set.

        :param partner: res.partner, one
        :param branch: crm.branch, default the one where the user works; its company
            is the visit's
        :param str key: idempotency key of the request; sent twice it is one visit
        :param bool again: a second visit on the same day is meant
        :param moment: naive datetime in UTC when the customer came, default now: a till
            without connection tells later
        :param values: of a visit made by this (``staff_id``, ``product_id``...)
        :return: the visit, arrived (or done, when it was checked in before)
        :raises UserError: the key was another customer's
        :raises ConcurrencyError: another session checks in now; Odoo repeats the
            request, which then finds the visit
        """
        partner.ensure_one()
        company = branch.company_id if branch else self.env.company
        visits = self.with_company(company)
        branch = branch or self.env["crm.branch"]._default_of(company)
        known = key and visits.search([("check_in_key", "=", key)], limit=1)
        if known:
            if known.partner_id != partner:
                raise UserError(
                    self.env._("This check-in was made for another customer.")
                )
            return known
        moment = moment or fields.Datetime.now()
        day = local_day(company, moment)
        if not again:
            found = visits._find_to_check_in(partner, branch, company, day)
            if found.state == "planned":
                found._arrive_at(branch, moment, key)
            if found:
                return found
        return visits._create_arrived(
            {
                **values,
                "check_in_key": key,
                "walk_in_key": not again and f"{partner.id}:{branch.id or 0}:{day}",
                "partner_id": partner.id,
                "company_id": company.id,
                "branch_id": branch.id,
                "kind": "walk_in",
                "state": "arrived",
                "start": moment,
            }
        )

    @api.model
    def _find_to_check_in(self, partner, branch, company, day):
        """:return: the day's visit of the customer here: the one under way, else the
        next that is planned, else the last that is done; empty if none"""
        visits = self.search(
            [
                ("partner_id", "=", partner.id),
                ("company_id", "=", company.id),
                ("day", "=", day),
                ("state", "in", ("planned", *CAME_IN)),
                ("branch_id", "in", [False, branch.id]),
            ],
            order="start, id",
        )
        here = visits.filtered(lambda v: v.state == "planned" or v.branch_id == branch)
        by_state = here.grouped("state")
        for state, place in (("arrived", 0), ("planned", 0), ("done", -1)):
            if found := by_state.get(state):
                return found[place]
        return self.browse()

    def _arrive_at(self, branch, moment, key):
        """Begin a planned visit, remembered by the key of the request, if any."""
        if not self.branch_id:
            self.branch_id = branch
        self.action_arrive()
        noted = {"arrived_at": moment}
        if key:
            noted["check_in_key"] = key
        self.sudo().write(noted)

    @api.model
    def _create_arrived(self, values):
        """:return: the new visit of somebody who walked in, with the caller's rights"""
        self.check_access("create")
        visits = self.sudo()
        try:
            visit = visits.create(values)
            visit.flush_recordset()
        except UniqueViolation as error:
            raise ConcurrencyError("The customer is checked in elsewhere") from error
        return visit.sudo(self.env.su)

    def _note_card_types(self):
        """Note with which prepaid card, and in which tier, the customers came in.

        Of several prepaid cards with value left it is the one that ends first, which
        is the one the customer would use; of several tiers the highest.
        """
        self.env["loyalty.card"].flush_model()
        self.env["res.partner"].flush_model(["commercial_partner_id"])
        self.flush_recordset()
        for company, visits in self.sudo().grouped("company_id").items():
            cards = dict(self.env.execute_query(visits._sql_prepaid_cards(company)))
            tiers = dict(self.env.execute_query(visits._sql_tiers(company)))
            for visit in visits:
                visit.card_program_id = visit.card_program_id.id or cards.get(visit.id)
                visit.tier_id = tiers.get(visit.id)

    def _sql_prepaid_cards(self, company):
        """:return: SQL for (visit id, programme id)"""
        return SQL(
            """SELECT DISTINCT ON (visit.id) visit.id, card.program_id
                 %s
                 JOIN loyalty_program program ON program.id = card.program_id
                  AND program.program_type = 'ewallet'
                 JOIN loyalty_point_award award ON award.card_id = card.id
                  AND award.remaining > 0
                  AND (award.expiry IS NULL OR award.expiry >= visit.day)
                %s
             ORDER BY visit.id, award.expiry NULLS LAST, award.entry_id""",
            *self._sql_cards(company),
        )

    def _sql_tiers(self, company):
        """:return: SQL for (visit id, tier id)"""
        return SQL(
            """SELECT DISTINCT ON (visit.id) visit.id, tier.id
                 %s
                 JOIN loyalty_tier tier ON tier.id = card.tier_id
                %s
             ORDER BY visit.id, tier.threshold DESC, tier.sequence DESC,
                      tier.id DESC""",
            *self._sql_cards(company),
        )

    def _sql_cards(self, company):
        """:return: SQL of the FROM and WHERE that give ``visit`` the member cards
        ``card`` of its customer, in a company"""
        return (
            SQL(
                """FROM crm_visit visit
                   JOIN res_partner person ON person.id = visit.partner_id
                   JOIN res_partner holder
                     ON holder.commercial_partner_id = person.commercial_partner_id
                   JOIN loyalty_card card ON card.partner_id = holder.id
                    AND card.active AND card.is_member_card
                    AND (card.company_id IS NULL OR card.company_id = ANY(%s))""",
                company.parent_ids.ids,
            ),
            SQL("WHERE visit.id = ANY(%s)", self.ids),
        )

    def action_check_in_again(self):
        """:return: the form of a second visit of the day, checked in"""
        self.ensure_one()
        if self.is_anonymous:
            raise UserError(self.env._("This customer's data was erased."))
        visit = self._check_in(self.partner_id, self.branch_id, again=True)
        return visit._get_records_action()
