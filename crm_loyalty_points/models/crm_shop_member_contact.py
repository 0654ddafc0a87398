from odoo import models
from odoo.fields import Domain

FIELDS = {"phone": "phone", "email": "email"}
KEYS = {"phone": "phone_sanitized", "email": "email_normalized"}


class CrmShop(models.Model):
    """The addresses that open an account: proven before they change."""

    _inherit = "crm.shop"

    def _get_proof_address(self, partner):
        """Where the code goes with which a member proves again who he is.

        :return: (kind, address), ("", "") when no code can be sent
        """
        phone = not partner.phone_unproven and partner.phone_sanitized
        if self._get_code_kind() == "phone" and phone:
            return "phone", phone
        if partner.email_normalized:
            return "email", partner.email_normalized
        return "", ""

    def _can_prove(self, kind):
        """:return: whether a code can be sent to a new address of this kind"""
        return kind == "email" or self._get_code_kind() == "phone"

    def _change_contact(self, partner, kind, address):
        """Write an address that the member has proven, and keep the old one in the
        history of the customer.

        Somebody else's address is not taken: staff is told to look at both.

        :return: whether it was written
        """
        field = FIELDS[kind]
        known = (
            self.env["res.partner"]
            .sudo()
            .search_count(
                self._get_customer_domain()
                & Domain(KEYS[kind], "=", address)
                & Domain("id", "!=", partner.id),
                limit=1,
            )
        )
        if known:
            self._ask_staff(partner, kind, address)
            return False
        old = partner[field] or ""
        values = {field: address}
        if kind == "phone":
            values["phone_unproven"] = False
        partner.with_context(tracking_disable=True).write(values)
        partner._message_log(
            body=self.env._(
                "Changed by the member on the member page and proven by a code: "
                "%(old)s → %(new)s",
                old=old or "–",
                new=partner[field],
            )
        )
        return True

    def _ask_staff(self, partner, kind, address):
        """Leave a note about an address that the page may not change by itself."""
        partner._message_log(
            body=self.env._(
                "The member asks for another address (%(address)s). It was not "
                "changed: look whether it is another customer's, and put both "
                "together.",
                address=address,
            )
        )
