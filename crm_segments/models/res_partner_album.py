from dataclasses import replace

from odoo import models

from ..tools.personal_data import DELETED


class ResPartner(models.Model):
    """Photos that the shop keeps of a customer belong to the personal data."""

    _inherit = "res.partner"

    def _crm_personal_data(self):
        photos = self._crm_section(
            "album",
            self.env._("Album"),
            "crm.customer.photo",
            [("partner_id", "in", self._crm_persons().ids)],
            ["taken_on", "kind", "caption", "create_uid", "create_date", "company_id"],
            fate=DELETED,
        )
        photos = replace(photos, files=self._crm_files_of(photos.records))
        return [*super()._crm_personal_data(), self._crm_to_delete(photos)]

    def unlink(self):
        """The database would take the photos along, and leave their files."""
        photos = self.env["crm.customer.photo"].sudo()
        photos.search([("partner_id", "in", self.ids)]).unlink()
        return super().unlink()
