from odoo import api, models

# What the log of consents says where it was said.
PAGE = "opt-out page"
UNDONE = "opt-out page, undone"


class CrmOptOutMixin(models.AbstractModel):
    """A message whose reader ends the advertising by one tap.

    Its token is all that is needed and all that can be done with it: end, or take
    back at the same place, what is sent for one purpose by one company to one
    customer. Models have ``token``, ``company_id`` and ``partner_id``.
    """

    _name = "crm.opt.out.mixin"
    _description = "Message with an Opt-Out"

    @api.model
    def _by_opt_out_token(self, token):
        """:return: the message (superuser), none for tokens that are nobody's or whose
        reader's data was erased"""
        domain = self._opt_out_domain()
        return self.sudo().search([("token", "=", token), *domain], limit=1)

    @api.model
    def _opt_out_domain(self):
        """:return: domain of the messages that have a reader"""
        return [("partner_id", "!=", False)]

    def _opt_out_purpose(self):
        """:return: key of ``crm.consent.purpose``"""
        raise NotImplementedError

    def _opt_out_address(self):
        """:return: the number or address that the message went to"""
        raise NotImplementedError

    def _opt_out_masked(self):
        """:return: the address as far as its owner knows it again, and nobody else"""
        return f"••• {(self._opt_out_address() or '')[-4:]}"

    def _is_opted_out(self):
        """:return: whether the customer gets no such advertising by own word"""
        latest = self._latest_consents()[:1]
        return bool(latest) and not latest.given

    def _is_opt_out_undoable(self):
        """:return: whether it was said here, after a consent; what staff or the
        operator entered is not undone here"""
        return self._latest_consents()[:1].source == PAGE and self._had_agreed()

    def _had_agreed(self):
        """:return: whether a consent stood until the last word"""
        said = self._latest_consents()
        return len(said) > 1 and not said[0].given and said[1].given

    def _latest_consents(self):
        """:return: crm.consent: the last word of the customer for the purpose, and the
        one before"""
        consents = self.env["crm.consent"].sudo()
        if not self.partner_id:
            return consents
        domain = [
            ("partner_id", "=", self.partner_id.commercial_partner_id.id),
            ("purpose", "=", self._opt_out_purpose()),
            ("company_id", "=", self.company_id.id),
        ]
        return consents.search(domain, order="date desc, id desc", limit=2)

    def _opt_out(self):
        """End the advertising at once. Doing it twice changes nothing."""
        self.ensure_one()
        latest = self._latest_consents()[:1]
        if self.partner_id and (not latest or latest.given):
            self._record_word(False, PAGE)

    def _undo_opt_out(self):
        """Take back what was said here by mistake, so that everything is as before.

        :return: whether there was something to take back
        """
        self.ensure_one()
        if not self._is_opt_out_undoable():
            return False
        if self._had_agreed():
            agreed = self._latest_consents()[1]
            self._record_word(True, UNDONE, agreed.policy_version)
        return True

    def _record_word(self, given, source, policy_version=None):
        partner = self.partner_id.with_company(self.company_id)
        partner._crm_record_consent(
            self._opt_out_purpose(),
            given=given,
            policy_version=policy_version,
            source=source,
            address=self._opt_out_address(),
        )
