from odoo import fields, models

from odoo.addons.crm_segments.tools.personal_data import DELETED

from ..tools.local_day import local_today

ERASED_BY_MEMBER = "member"


class CrmShop(models.Model):
    """A member's wish to be forgotten."""

    _inherit = "crm.shop"

    def _get_erasing_plan(self, partner):
        """What would happen to a member's data, before anything does.

        :return: dict of `blockers` and `warnings` (texts), `deleted` (labels of what
            goes) and `kept` (dicts of `label` and `why`)
        """
        customer = partner.with_company(self.company_id)
        sections = [
            section for section in customer._crm_all_personal_data() if section.records
        ]
        return {
            "blockers": customer._crm_erase_blockers(),
            "warnings": customer._crm_erase_warnings(),
            "deleted": [s.label for s in sections if s.fate == DELETED],
            "kept": [
                {"label": s.label, "why": s.why or ""}
                for s in sections
                if s.fate != DELETED
            ],
        }

    def _export_member(self, partner):
        """:return: (file name, bytes) of all that this company keeps about a member;
        that it was handed out is noted at the privacy desk"""
        found = partner._crm_export_zip(companies=self.company_id)
        self._note_privacy_request(
            partner, "access", state="done", exported_on=fields.Datetime.now()
        )
        return found

    def _erase_member(self, partner):
        """Erase what is known of a member and end all devices. Somebody whom another
        company of the database knows as well is left to the privacy desk.

        :return: whether it was done, else it is asked for
        :raise UserError: why it cannot be done here
        """
        partner = partner.with_company(self.company_id)
        if self._is_known_elsewhere(partner):
            self._note_privacy_request(partner, "erase")
            return False
        devices = self.env["crm.member.device"].sudo()
        domain = [("partner_id.commercial_partner_id", "=", partner.id)]
        devices = devices.search(domain)
        pseudonym = partner._crm_erase(reason=ERASED_BY_MEMBER)
        devices.exists().unlink()
        self._note_privacy_request(partner, "erase", state="done", pseudonym=pseudonym)
        return True

    def _is_known_elsewhere(self, partner):
        companies = self.env["res.company"].sudo()
        for section in partner._crm_all_personal_data():
            if "company_id" in section.records._fields:
                companies |= section.records.company_id
        return bool(companies - self.company_id)

    def _note_privacy_request(self, partner, kind, **values):
        """:return: crm.privacy.request of what a member did, or asks for"""
        company = self.company_id
        responsible = company.privacy_user_id or self.env.ref("base.user_admin")
        if values.get("state") == "done":
            values["closed_on"] = local_today(self.env, company)
        requests = self.env["crm.privacy.request"].sudo().with_company(company)
        return requests.create(
            {
                "kind": kind,
                "partner_id": partner.id,
                "channel": "member_page",
                "company_id": company.id,
                "user_id": responsible.id,
                **values,
            }
        )
