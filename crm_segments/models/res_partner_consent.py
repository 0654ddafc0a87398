from odoo import api, fields, models
from odoo.fields import Domain


class ResPartner(models.Model):
    _inherit = "res.partner"

    consent_ids = fields.One2many("crm.consent", "partner_id", string="Consents")
    consent_service = fields.Boolean(
        string="Service Messages Allowed",
        compute="_compute_consent",
        search=lambda self, *args: self._search_consent("service", *args),
    )
    consent_marketing_sms = fields.Boolean(
        string="SMS Marketing Allowed",
        compute="_compute_consent",
        search=lambda self, *args: self._search_consent("marketing_sms", *args),
    )
    consent_marketing_line = fields.Boolean(
        string="LINE Marketing Allowed",
        compute="_compute_consent",
        search=lambda self, *args: self._search_consent("marketing_line", *args),
    )
    consent_marketing_email = fields.Boolean(
        string="E-mail Marketing Allowed",
        compute="_compute_consent",
        search=lambda self, *args: self._search_consent("marketing_email", *args),
    )

    @api.depends("commercial_partner_id", "consent_ids.given", "consent_ids.date")
    @api.depends_context("company")
    def _compute_consent(self):
        for purpose in self.env["crm.consent"]._purposes():
            agreed = self._crm_consent_given(purpose)
            for partner in self:
                partner[f"consent_{purpose}"] = partner in agreed

    @api.model
    def _search_consent(self, purpose, operator, value):
        if operator != "in":
            return NotImplemented
        query = self.env["crm.consent"].sudo()._given_query(purpose)
        agreed = Domain("commercial_partner_id", "in", query)
        result = Domain.FALSE
        if True in value:
            result |= agreed
        if False in value:
            result |= ~agreed
        return result

    def _crm_consent_given(self, purpose):
        """Who of these partners has agreed, in the current company.

        A contact follows its customer (commercial partner). No answer is no consent.

        :param str purpose: a key of ``crm.consent.purpose``
        :return: the partners of ``self`` whose consent stands
        :raise ValueError: for an unknown purpose
        """
        consents = self.env["crm.consent"].sudo()
        customers = self.env["res.partner"].sudo().with_context(active_test=False)
        agreed = customers.search(
            Domain("id", "in", consents._given_query(purpose))
            & Domain("id", "in", self.commercial_partner_id.ids)
        )
        return self.filtered(lambda p: p.commercial_partner_id.sudo() in agreed)

    def _crm_record_consent(
        self, purpose, given=True, policy_version=None, source=None, **values
    ):
        """Add to the log that these customers have agreed or taken it back, in the
        current company. The caller has checked who is speaking.

        :param str purpose: a key of ``crm.consent.purpose``
        :param bool given: False when the consent is withdrawn
        :param str policy_version: of the text that was shown
        :param str source: where it was said
        :param values: ``address`` and ``date`` (UTC, default now) of ``crm.consent``
        :return: the new rows
        :raise ValueError: for an unknown purpose
        """
        consents = self.env["crm.consent"].sudo()
        if purpose not in consents._purposes():
            raise ValueError(f"Unknown purpose of consent: {purpose!r}")
        return consents.create(
            [
                {
                    "partner_id": customer.id,
                    "purpose": purpose,
                    "given": given,
                    "policy_version": policy_version,
                    "source": source,
                    "company_id": self.env.company.id,
                    **values,
                }
                for customer in self.commercial_partner_id
            ]
        ).sudo(self.env.su)
