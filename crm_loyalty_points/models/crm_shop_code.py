import secrets

from odoo import fields, models
from odoo.fields import Domain
from odoo.tools import email_normalize

from ..tools.signup_values import phone_number
from .crm_one_time_code import VALID_MINUTES

# How often, per hour: one visitor's address on the network may be that of a whole
# shop or mobile operator, one phone number or e-mail address is one person's.
ASKED_BY_VISITOR = 100
ASKED_FOR_ADDRESS = 6
ASKED_IN_SHOP = 2000
WRONG_BY_VISITOR = 100
HOUR = 60


class CrmShop(models.Model):
    """One-time codes of the shop's pages: who may ask, where they go, who logs in."""

    _inherit = "crm.shop"

    signup_proof = fields.Selection(
        [
            ("code", "By a one-time code"),
            ("none", "Not proven: existing customers are never linked"),
        ],
        "Proof at Sign-up",
        required=True,
        default="code",
        help="By code: visitors prove their phone number, or, as long as no module for "
        "SMS or LINE is there, their e-mail address. Only then somebody who is a "
        "customer already gets the existing account.",
    )

    # -- asking and checking -----------------------------------------------------------

    def _needs_signup_code(self):
        """Hook. :return: whether who signs up now must prove an address by a code"""
        self.ensure_one()
        return self.signup_proof != "none"

    def _get_code_kind(self):
        """:return: which kind of address the shop can prove: ``phone`` if a channel
        reaches phones, else ``email``"""
        partners = self.env["res.partner"].with_company(self.company_id)
        phones = partners._crm_address_channels("phone")
        return "phone" if phones else "email"

    def _ask_code(self, purpose, visitor, subject, kind, address, known=True):
        """Send a one-time code, unless there were too many or one a moment ago.

        Whatever happens, the caller shows the same page: nobody learns from it
        whether the address is a customer's.

        :param str purpose: of the code
        :param dict visitor: ``key`` (secret of the session) and ``address`` (on the
            network)
        :param str subject: what is proven
        :param str kind: ``phone`` or ``email``
        :param str address: where the code goes
        :param bool known: False does all the work and sends nothing
        """
        self.ensure_one()
        limits = self._asking_limits(visitor, subject)
        if self._is_any_exceeded("code_ask", limits):
            return
        codes = self.env["crm.one.time.code"].sudo()
        code = codes._issue(self.company_id, purpose, visitor["key"], subject)
        if not code:
            return
        self._note_each("code_ask", limits)
        if known:
            self._send_code(kind, address, code)
            return
        savepoint = self.env.cr.savepoint(flush=True)
        self._send_code("email", "nobody@example.com", code)
        savepoint.close(rollback=True)
        self.env.invalidate_all(flush=False)

    def _send_code(self, kind, address, code):
        partners = self.env["res.partner"].sudo().with_company(self.company_id)
        partners._crm_notify_address(
            kind,
            address,
            self.env._(
                "%(code)s is your code for %(shop)s. It works for %(minutes)s minutes. "
                "Give it to nobody: the shop never asks for it.",
                code=code,
                shop=self.name,
                minutes=VALID_MINUTES,
            ),
            subject=self.env._("Your code for %(shop)s", shop=self.name),
        )

    def _check_code(self, purpose, visitor, subject, text):
        """:return: whether the text is the code that proves the subject; wrong,
        expired, used and throttled all look the same"""
        self.ensure_one()
        codes = self.env["crm.one.time.code"].sudo()
        limits = [(visitor["address"], WRONG_BY_VISITOR)]
        if self._is_any_exceeded("code_wrong", limits):
            return False
        right = codes._check(self.company_id, purpose, visitor["key"], subject, text)
        if not right:
            # each wrong try is one more thing tried, whatever its text
            self._note_each("code_wrong", limits)
        return right

    def _is_any_exceeded(self, scope, limits):
        """:param limits: [(who, tries per hour)]
        :return: whether one of them tried too often"""
        throttle = self.env["crm.throttle"].sudo()
        return any(throttle._is_exceeded(scope, who, n, HOUR) for who, n in limits)

    def _note_each(self, scope, limits):
        """Count one try of each, whatever was tried.

        :param limits: see `_is_any_exceeded`
        """
        throttle = self.env["crm.throttle"].sudo()
        for who, _limit in limits:
            throttle._note_try(scope, who, secrets.token_hex(16), HOUR)

    def _asking_limits(self, visitor, subject):
        """:return: [(who, codes per hour)]"""
        return [
            (f"visitor {visitor['address']}", ASKED_BY_VISITOR),
            (f"subject {self.id} {subject}", ASKED_FOR_ADDRESS),
            (f"shop {self.id}", ASKED_IN_SHOP),
        ]

    # -- who is it ---------------------------------------------------------------------

    def _read_login(self, text):
        """:param str text: a phone number in any format, or an e-mail address
        :return: (kind, normalised address), ("", "") if it is neither"""
        text = (text or "").strip()
        if "@" in text:
            email = email_normalize(text)
            return ("email", email) if email else ("", "")
        phone = phone_number(text, self._get_country())
        return ("phone", phone) if phone else ("", "")

    def _get_country(self):
        """:return: res.country of the addresses, and whose phone numbers are typed
        without a prefix"""
        return self.company_id.country_id or self.env.ref("base.th")

    def _find_customer(self, kind, address):
        """:return: res.partner (superuser) whom the address tells: the only customer
        that has it, or the only one of them with a card; else empty"""
        field = {"phone": "phone_sanitized", "email": "email_normalized"}.get(kind)
        partners = self.env["res.partner"].sudo()
        if not field or not address:
            return partners
        found = partners.search(
            self._get_customer_domain() & Domain(field, "=", address), limit=20
        )
        found = found.filtered(lambda partner: not partner.is_public)
        return self._get_only_one(kind, found)

    def _get_only_one(self, kind, found):
        """Which customer does an address of this kind tell? A phone number that was
        only typed tells nobody: if it did, whoever typed it would see by the code he
        gets, or not, whether it is a customer's already.

        :param found: res.partner, customers with one address
        :return: the only one, or the only one with a card; empty if not certain"""
        if kind == "phone":
            found = found.filtered(lambda partner: not partner.phone_unproven)
        if len(found) > 1:
            # somebody who could not prove to be the first one takes nothing from him
            found = found.filtered(lambda partner: not partner.possible_twin_id)
        if len(found) > 1:
            found = found.filtered(self._get_member_card)
        return found if len(found) == 1 else found.browse()

    def _get_customer_domain(self):
        """:return: Domain of the customers of the shop's company"""
        companies = [False, *self.company_id.parent_ids.ids]
        return Domain("parent_id", "=", False) & Domain("company_id", "in", companies)

    def _get_login_route(self, kind, address):
        """Where the code of somebody who logs in goes.

        :return: (customer, kind, address): the address as typed if it can be reached,
            else the customer's e-mail address; an empty customer for strangers
        """
        partner = self._find_customer(kind, address)
        if kind == "phone" and self._get_code_kind() != "phone":
            kind, address = "email", partner.email_normalized
        return partner if address else partner.browse(), kind, address
