from odoo import fields, models

MARKETING = ("marketing_sms", "marketing_line", "marketing_email")


class CrmShop(models.Model):
    """What members agree to: the texts in force, and who has agreed to which."""

    _inherit = "crm.shop"

    policy_version = fields.Char(
        readonly=True,
        copy=False,
        help="The texts in force, as consents to them are recorded. Each page asks for "
        "it, so it is kept here.",
    )
    terms_ids = fields.One2many("crm.terms", "shop_id", "Terms and Privacy")

    def _get_terms(self, kind):
        """:return: crm.terms (superuser): the version in force, empty if there is
        none"""
        terms = self.env["crm.terms"].sudo()
        if not self:
            return terms
        return terms.search(
            [
                ("shop_id", "in", self._origin.ids),
                ("kind", "=", kind),
                ("published_at", "<=", fields.Datetime.now()),
            ],
            order="version desc",
            limit=1,
        )

    def _get_all_terms(self):
        """:return: crm.terms (superuser): the texts in force of each kind"""
        found = self.env["crm.terms"].sudo()
        if self:
            found = found.search(
                [
                    ("shop_id", "in", self._origin.ids),
                    ("kind", "in", ("terms", "privacy")),
                    ("published_at", "<=", fields.Datetime.now()),
                ],
                order="kind desc, version desc",
            )
        # members are asked on each page: one query, terms before privacy
        return found.browse(texts[0].id for texts in found.grouped("kind").values())

    def _get_policy_version(self):
        """:return: what a consent is recorded with: names each text and its version,
        such as ``terms 2, privacy 1``; "" without texts"""
        return ", ".join(
            f"{terms.kind} {terms.version}" for terms in self._get_all_terms()
        )

    def _get_missing_consents(self, partner):
        """The texts that a member has not agreed to as they are in force now.

        :param partner: res.partner
        :return: crm.terms (superuser), empty when nothing is to be asked
        """
        self.ensure_one()
        if not partner or not self.policy_version:
            return self.env["crm.terms"].sudo()
        terms = self._get_all_terms()
        last = (
            self.env["crm.consent"]
            .sudo()
            .search(
                [
                    ("partner_id", "=", partner.commercial_partner_id.id),
                    ("company_id", "=", self.company_id.id),
                    ("purpose", "=", "service"),
                ],
                limit=1,
            )
        )
        agreed = (last.given and last.policy_version or "").split(", ")
        return terms.filtered(lambda text: f"{text.kind} {text.version}" not in agreed)

    def _get_open_marketing(self, partner):
        """:param partner: res.partner, perhaps empty
        :return: list of the purposes of marketing that a member has not agreed to"""
        given = {
            each["purpose"]
            for each in self._get_member_consents(partner)
            if each["given"]
        }
        return [purpose for purpose in MARKETING if purpose not in given]

    def _record_consents(self, partner, marketing=(), source="", address=""):
        """Note that a customer has agreed to the texts in force.

        :param partner: res.partner (superuser)
        :param marketing: purposes of marketing agreed to besides; the others are left
            as they are
        :param str source: where it was said
        :param str address: phone number or e-mail address it was said with
        """
        self.ensure_one()
        partner = partner.sudo().with_company(self.company_id)
        for purpose in ("service", *(p for p in MARKETING if p in marketing)):
            partner._crm_record_consent(
                purpose,
                policy_version=self._get_policy_version() or False,
                source=source,
                address=address,
            )
