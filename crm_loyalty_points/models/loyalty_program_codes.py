from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL


class LoyaltyProgram(models.Model):
    """Coupons by the thousand: whoever tells many customers a code of their own draws
    the codes and has them made valid here by one statement."""

    _inherit = "loyalty.program"

    def _crm_issue_codes(self, rows, company):
        """Make a coupon for each customer, worth the cheapest reward once.

        :param SQL rows: selects (partner_id, code); codes that exist stay as they are
        :param company: whose customers they are
        :return: number of coupons made
        :raise UserError: the programme is no coupon programme of this company, or its
            rewards cannot be claimed by a code
        """
        self.ensure_one()
        self._check_issues_codes(company)
        self.env.flush_all()
        made = self.env.execute_query(
            SQL(
                """INSERT INTO loyalty_card (program_id, company_id, partner_id, code,
                          points, active, is_member_card, create_uid, create_date,
                          write_uid, write_date)
                   SELECT %(program)s, %(company)s, issued.partner_id, issued.code,
                          %(points)s, TRUE, FALSE, %(uid)s, %(now)s, %(uid)s, %(now)s
                     FROM (%(rows)s) AS issued(partner_id, code)
              ON CONFLICT (code) DO NOTHING
                RETURNING id""",
                program=self.id,
                company=self.company_id.id or None,
                points=min(self.reward_ids.mapped("required_points")),
                rows=rows,
                uid=self.env.uid,
                now=fields.Datetime.now(),
            )
        )
        self.env["loyalty.card"].invalidate_model()
        self.invalidate_recordset(["coupon_count", "coupon_ids"])
        return len(made)

    def _check_issues_codes(self, company):
        """:raise UserError: see ``_crm_issue_codes``"""
        if not self.active or self.company_id - company:
            raise UserError(
                self.env._(
                    "“%(program)s” is archived, or of another company.",
                    program=self.name,
                )
            )
        if self.program_type != "coupons" or not self.reward_ids:
            raise UserError(
                self.env._(
                    "Codes of a campaign are coupons: “%(program)s” is no coupon "
                    "programme with a reward.",
                    program=self.name,
                )
            )
