from odoo import models
from odoo.fields import Domain

from .crm_shop_terms import MARKETING

# Sign-ups per hour from one address on the network, where nothing is proven.
SIGNUPS_BY_VISITOR = 60
# How often one phone number or e-mail address may be tried per hour.
SIGNUPS_BY_ADDRESS = 10


class CrmShop(models.Model):
    """From a form to a member."""

    _inherit = "crm.shop"

    def _get_signup_addresses(self, typed):
        """:return: {"phone": ..., "email": ...}, normalised, "" where not given"""
        answers, _errors = self._read_typed(typed)
        values = self._get_profile_answers(answers)
        return {key: values.get(key) or "" for key in ("phone", "email")}

    def _get_signup_subject(self, typed):
        """:return: (kind, address, subject) of the code that proves a form"""
        addresses = self._get_signup_addresses(typed)
        kind = self._get_code_kind()
        return kind, addresses[kind], f"{addresses['phone']} {addresses['email']}"

    def _get_profile_answers(self, answers):
        """:return: dict of partner fields of the answers that are personal data"""
        values = {}
        for question, value in answers:
            if question.kind == "personal":
                values.update(value)
        return values

    def _finish_signup(self, signup, proven, language=None, branch=None):
        """Make the visitor a member, once.

        :param signup: crm.signup (superuser)
        :param bool proven: whether the visitor has typed the code
        :param str language: of the page
        :param branch: crm.branch of the poster that was scanned
        :return: res.partner (superuser)
        """
        self.ensure_one()
        if not signup._begin():
            return signup.partner_id
        typed = signup.typed
        answers, _errors = self._read_typed(typed)
        values = self._get_profile_answers(answers)
        branch = (
            self.env["crm.branch"]
            .sudo()
            .browse(
                values.pop("joined_branch_id", False)
                or (branch or self.env["crm.branch"]).id
            )
        )
        phone, email = values.get("phone"), values.get("email")
        self.env["crm.signup.address"]._lock(self.company_id, [phone, email])
        known = self._find_known(phone, email)
        partner = self._find_linkable(known, phone, email) if proven else known.browse()
        if partner:
            self._complete_customer(partner, values)
        else:
            phone_proven = proven and self._get_code_kind() == "phone"
            values["phone_unproven"] = not phone_proven
            partner = self._create_customer(values, known, language)
        partner._ensure_member_number(branch=branch)
        self._write_signup_answers(partner, answers)
        self._record_consents(
            partner,
            marketing=[key for key in MARKETING if typed.get(key)],
            source="sign-up",
            address=phone or email or "",
        )
        self._ensure_member_card(partner)
        partner._give_profile_gift(self)
        signup.write({"partner_id": partner.id, "typed": False})
        return partner

    def _find_known(self, phone, email):
        """:return: res.partner (superuser): the customers with this phone number or
        e-mail address, the oldest first"""
        known = Domain.OR(
            Domain(field, "=", value)
            for field, value in (
                ("phone_sanitized", phone),
                ("email_normalized", email),
            )
            if value
        )
        partners = self.env["res.partner"].sudo()
        found = partners.search(self._get_customer_domain() & known, order="id")
        return found.filtered(lambda partner: not partner.is_public)

    def _find_linkable(self, known, phone, email):
        """Which of the known customers has the visitor proven to be?

        A code proves the address it went to, and nothing else: by phone the customer
        with that number; by e-mail only the customer with that number whose e-mail
        address this is.

        :return: res.partner, empty if it is none or not certain
        """
        found = known.filtered(lambda partner: partner.phone_sanitized == phone)
        kind = self._get_code_kind()
        if kind == "email":
            found = found.filtered(lambda partner: partner.email_normalized == email)
        return self._get_only_one(kind, found)

    def _complete_customer(self, partner, values):
        """Fill in what the shop did not know about a customer; what it knows stays."""
        missing = {key: value for key, value in values.items() if not partner[key]}
        missing.pop("phone", None)
        if missing:
            partner.write(missing)

    def _create_customer(self, values, known, language):
        """:param known: customers with the same phone number or e-mail address
        :return: res.partner (superuser), marked where it may be one of these"""
        source = self.env.ref("crm_loyalty_points.utm_source_signup", False)
        partner = (
            self.env["res.partner"]
            .sudo()
            .with_company(self.company_id)
            .create(
                {
                    "country_id": self._get_country().id,
                    "lang": language or self.env.lang,
                    "acquisition_source_id": source.id if source else False,
                    **values,
                    "possible_twin_id": known[:1].id,
                }
            )
        )
        return partner

    def _write_signup_answers(self, partner, answers):
        """Keep the answers to the shop's own questions.

        :param answers: [(crm.signup.question, value)]
        """
        questions = self.env["crm.signup.question"].sudo()
        kept = {}
        for question, value in answers:
            if question._get_widget() == "photo":
                question._set_photo(partner, value)
            elif question.kind == "other":
                kept[question.id] = value
        questions.browse(kept)._write_answers(partner, kept)

    def _ensure_member_card(self, partner):
        """:return: loyalty.card (superuser) of the customer in the shop's programme,
        made (with the welcome points) if there is none; empty without programme"""
        card = self._get_member_card(partner)
        program = self._get_program()
        if card or not program:
            return card
        cards = self.env["loyalty.card"].sudo().with_company(self.company_id)
        return cards.create({"program_id": program.id, "partner_id": partner.id})

    # -- limits ------------------------------------------------------------------------

    def _is_signup_exceeded(self, visitor, addresses):
        """:return: whether too many tried to sign up from there or with these"""
        limits = self._signup_limits(visitor, addresses)
        return self._is_any_exceeded("signup", limits)

    def _note_signup(self, visitor, addresses):
        self._note_each("signup", self._signup_limits(visitor, addresses))

    def _signup_limits(self, visitor, addresses):
        return [
            (f"visitor {visitor['address']}", SIGNUPS_BY_VISITOR),
            *(
                (f"address {self.id} {address}", SIGNUPS_BY_ADDRESS)
                for address in addresses.values()
                if address
            ),
        ]
