from odoo import api, fields, models
from odoo.tools import SQL


class CrmConsent(models.Model):
    """The log of what customers have agreed to and taken back.

    Rows are only ever added: the state of a customer for a purpose in a company is
    the latest row (by time, then by order of entry), and no row means no consent.
    What was true on a past day can be shown to an authority at any time.
    """

    _name = "crm.consent"
    _description = "Consent"
    _order = "date desc, id desc"
    _rec_name = "purpose"

    partner_id = fields.Many2one(
        "res.partner", string="Customer", required=True, index=True, ondelete="cascade"
    )
    purpose = fields.Selection(
        [
            ("service", "Service messages"),
            ("marketing_sms", "Marketing by SMS"),
            ("marketing_line", "Marketing by LINE"),
            ("marketing_email", "Marketing by e-mail"),
        ],
        required=True,
    )
    given = fields.Boolean(help="Ticked: given. Not ticked: withdrawn.")
    policy_version = fields.Char(
        help="The version of the privacy policy that was shown to the customer."
    )
    date = fields.Datetime(string="Time", required=True, default=fields.Datetime.now)
    source = fields.Char(help="Where it was said: sign-up page, counter, import...")
    address = fields.Char(
        help="The phone number, e-mail address or LINE account that it was said with."
    )
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )

    # Answers "who has agreed?" from the index alone.
    _state_idx = models.Index(
        "(company_id, purpose, partner_id, date DESC, id DESC) INCLUDE (given)"
    )

    @api.model
    def _purposes(self):
        """:return: the known purposes, as a set of keys"""
        return set(self._fields["purpose"].get_values(self.env))

    @api.model
    def _given_query(self, purpose, company=None):
        """:return: SQL selecting the ids of the customers whose consent for
            ``purpose`` stands in ``company`` (default: the current one)
        :raise ValueError: for an unknown purpose
        """
        if purpose not in self._purposes():
            raise ValueError(f"Unknown purpose of consent: {purpose!r}")
        return SQL(
            """
            SELECT partner_id
              FROM (
                  SELECT DISTINCT ON (partner_id) partner_id, given
                    FROM crm_consent
                   WHERE company_id = %s AND purpose = %s
                ORDER BY partner_id, date DESC, id DESC
              ) latest
             WHERE given
            """,
            (company or self.env.company).id,
            purpose,
            to_flush=self._fields["given"],
        )

    def _given_by(self, partner_id, purpose, company):
        """Whether one customer agrees, for statements over many: an index lookup each,
        whatever the planner believes about the numbers of consents and customers.

        :param SQL partner_id: of the customer in the statement around it
        :return: SQL condition, NULL for who never said anything
        """
        return SQL(
            """(SELECT given FROM crm_consent
                 WHERE company_id = %s AND purpose = %s AND partner_id = %s
              ORDER BY date DESC, id DESC LIMIT 1)""",
            company.id,
            purpose,
            partner_id,
            to_flush=self._fields["given"],
        )
