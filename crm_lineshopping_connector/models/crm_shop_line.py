from odoo import fields, models

# In the context where the visitor has proven a LINE account.
LINE_PROVEN = "crm_line_proven"
# ... and does so in LINE's own browser, on a phone of which it is LINE's account.
LINE_INSIDE = "crm_line_inside"


class CrmShop(models.Model):
    """The shop's LINE Official Account."""

    _inherit = "crm.shop"

    signup_proof = fields.Selection(
        selection_add=[("line", "By a one-time code; inside LINE none is needed")],
        ondelete={"line": "set default"},
        help="By code: visitors prove their phone number, or, as long as no module for "
        "SMS or LINE is there, their e-mail address. Only then somebody who is a "
        "customer already gets the existing account. Whoever signs up inside LINE is "
        "known by the LINE account; without a code the phone number stays unproven, "
        "and an existing customer with it is not linked.",
    )

    def _get_line_channel(self):
        """:return: crm.line.channel (superuser) of the shop's company, perhaps empty"""
        self.ensure_one()
        return self.env["crm.line.channel"]._of_company(self.company_id)

    def _get_line_user(self, partner):
        """:return: crm.line.user (superuser) of a member with this shop's Official
        Account, the one heard of last; empty when no LINE account is linked"""
        self.ensure_one()
        return self._get_line_users(partner)[:1]

    def _get_line_users(self, partner):
        """:return: crm.line.user (superuser), see `_get_line_user`"""
        partner = partner.commercial_partner_id
        channel = self._get_line_channel()
        users = self.env["crm.line.user"].sudo()
        if not partner or not channel:
            return users
        return users.search(
            [("partner_id", "=", partner.id), ("channel_id", "=", channel.id)],
            order="last_seen_at desc nulls last, id desc",
        )

    def _get_line_page_url(self):
        """:return: address that opens the member page inside LINE, "" where that is
        not set up"""
        channel = self._get_line_channel()
        if not channel._has_member_page():
            return ""
        return channel._member_page_url() or ""

    def _get_line_friend_url(self):
        """:return: address that adds the Official Account as a friend, "" if unknown"""
        name = self._get_line_channel().basic_id or ""
        return f"https://line.me/R/ti/p/{name}" if name.startswith("@") else ""

    # -- sign-up -----------------------------------------------------------------------

    def _needs_signup_code(self):
        proven = self.env.context.get(LINE_INSIDE)
        if self.signup_proof == "line" and proven:
            return False
        return super()._needs_signup_code()

    def _create_customer(self, values, known, language):
        partner = super()._create_customer(values, known, language)
        source = self.env.ref("crm_lineshopping_connector.utm_source_line", False)
        if source and self.env.context.get(LINE_PROVEN):
            partner.acquisition_source_id = source
        return partner
