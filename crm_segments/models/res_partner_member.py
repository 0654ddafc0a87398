from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL, split_every

from ..tools.client_values import without_defaults

# Partners numbered by one statement: small enough for its parameters, large enough
# that a million customers take a few dozen statements.
BATCH_SIZE = 20000


class ResPartner(models.Model):
    _inherit = "res.partner"

    member_number = fields.Char(
        copy=False,
        help="Identifies the customer at the counter and on the member card. "
        "It is given once and never used again for somebody else.",
    )

    joined_branch_id = fields.Many2one(
        "crm.branch",
        "Joined At",
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        help="The branch where this person became a customer: of the first order, or "
        "of whoever entered the customer.",
        prefetch="profile",
    )

    _member_number_unique = models.UniqueIndex(
        "(member_number) WHERE member_number IS NOT NULL",
        "Another customer has this member number already.",
    )
    # who is new: found without reading every contact
    _member_create_date_idx = models.Index(
        "(create_date) WHERE member_number IS NOT NULL"
    )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if vals.get("member_number"):
                self._check_member_number_rights()
        named = without_defaults(self, {"member_number"})
        partners = super(ResPartner, named).create(vals_list)
        if self.env.context.get("crm_customer"):
            partners._ensure_member_number()
        return partners

    def write(self, vals):
        if "member_number" in vals:
            self._check_member_number_rights()
        return super().write(vals)

    @api.model
    def _check_member_number_rights(self):
        """:raise AccessError: whoever edits contacts could make one customer another
        at the counter; managers may, to bring the numbers of an older system"""
        user = self.env.user
        if not (
            self.env.su or user.has_group("crm_segments.crm_segments_group_manager")
        ):
            raise AccessError(self.env._("Member numbers are given by the system."))

    @api.private
    def _ensure_member_number(self, branch=None):
        """Give a member number to each customer of ``self`` that has none.

        The customer of a contact is its commercial partner. The partners of public
        users (an anonymous cart) are nobody's and get none. Set-based: the number of
        statements does not grow with the number of partners, up to a large batch.
        Two transactions that number the same customer conflict on its row: the
        second one is retried by Odoo and then finds the number.

        :param branch: crm.branch where they became customers, an empty one when that
            is not known; default the one where the user works for the company
        :return: the customers of ``self`` that got a number now
        """
        todo = self.commercial_partner_id.filtered(lambda p: not p.member_number)
        todo = todo.sudo().with_context(active_test=False)
        todo -= todo.filtered("is_public")
        if todo and branch is None:
            branch = self.env["crm.branch"]._default_of(self.env.company)
        for company, partners in todo.grouped("company_id").items():
            sequence = (company or self.env.company)._ensure_member_sequence()
            for batch in split_every(BATCH_SIZE, partners.sorted("id").ids, list):
                self._write_member_numbers(batch, sequence, branch)
        return todo.with_env(self.env)

    @api.model
    def _ensure_member_number_of(self, documents):
        """Give a member number to the customers of some documents, as of the branch and
        the company of each.

        :param documents: any model with partner_id, branch_id and company_id
        """
        for branch, of_branch in documents.sudo().grouped("branch_id").items():
            for company, group in of_branch.grouped("company_id").items():
                customers = group.partner_id.with_company(company)
                customers._ensure_member_number(branch)

    @api.model
    def _ensure_member_number_of_buyers(self):
        """Number every customer with a sale order in any state, each from the
        sequence of the company of its first order."""
        self.env["sale.order"].flush_model(["partner_id", "company_id"])
        self.flush_model(["member_number", "commercial_partner_id"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT ON (customer.id) customer.id, sale_order.company_id
                  FROM sale_order
                  JOIN res_partner partner ON partner.id = sale_order.partner_id
                  JOIN res_partner customer
                    ON customer.id = partner.commercial_partner_id
                 WHERE customer.member_number IS NULL
                   AND NOT EXISTS (
                       SELECT FROM res_users WHERE res_users.partner_id = customer.id
                          AND res_users.id IN (
                              SELECT uid FROM res_groups_users_rel WHERE gid = %s
                          )
                   )
              ORDER BY customer.id, sale_order.id
                """,
                self.env.ref("base.group_public").id,
            )
        )
        by_company = {}
        for partner_id, company_id in rows:
            by_company.setdefault(company_id, []).append(partner_id)
        for company in self.env["res.company"].browse(by_company):
            sequence = company._ensure_member_sequence()
            for batch in split_every(BATCH_SIZE, by_company[company.id], list):
                self._write_member_numbers(batch, sequence)

    @api.model
    def _write_member_numbers(self, partner_ids, sequence, branch=None):
        """Number the partners that have no number, in the order given, by one
        statement; what else Odoo computes from a member number follows.

        :param branch: crm.branch where they joined, unless that is known already
        """
        self.flush_model(["member_number", "joined_branch_id"])
        numbers = self._draw_member_numbers(sequence, len(partner_ids))
        self.env.cr.execute(
            SQL(
                """
                UPDATE res_partner partner
                   SET member_number = drawn.number,
                       joined_branch_id
                           = COALESCE(partner.joined_branch_id, %(branch)s),
                       write_date = now() AT TIME ZONE 'UTC',
                       write_uid = %(uid)s
                  FROM unnest(%(ids)s, %(numbers)s) AS drawn(id, number)
                 WHERE partner.id = drawn.id AND partner.member_number IS NULL
                """,
                uid=self.env.uid,
                ids=partner_ids,
                numbers=numbers,
                branch=branch.id or None if branch else None,
            )
        )
        partners = self.browse(partner_ids)
        written = ["member_number", "joined_branch_id"]
        partners.invalidate_recordset([*written, "write_date", "write_uid"])
        partners.modified(written)

    @api.model
    def _draw_member_numbers(self, sequence, count):
        """:return: ``count`` new numbers of the sequence that nobody has; numbers
        that came from elsewhere (an import, another system) are stepped over"""
        numbers = []
        while len(numbers) < count:
            drawn = sequence._next_member_numbers(count - len(numbers))
            taken = self.env.execute_query(
                SQL(
                    "SELECT member_number FROM res_partner"
                    " WHERE member_number = ANY(%s)",
                    drawn,
                )
            )
            taken = {number for (number,) in taken}
            numbers += [number for number in drawn if number not in taken]
        return numbers
