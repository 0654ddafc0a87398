from odoo import models

from odoo.addons.crm_segments.tools.personal_data import DELETED

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

    def _erase_member(self, partner):
        """Erase what is known of a member and end all devices.

        :raise UserError: why it cannot be done here
        """
        devices = self.env["crm.member.device"].sudo()
        devices = devices.search(
            [("partner_id.commercial_partner_id", "=", partner.id)]
        )
        partner.with_company(self.company_id)._crm_erase(reason=ERASED_BY_MEMBER)
        devices.exists().unlink()
