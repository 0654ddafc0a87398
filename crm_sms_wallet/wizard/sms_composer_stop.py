from odoo import models


class SmsComposer(models.TransientModel):
    """Odoo's own mass messages leave out who wants no advertising, too."""

    _inherit = "sms.composer"

    def _get_optout_record_ids(self, records, recipients_info):
        found = super()._get_optout_record_ids(records, recipients_info)
        if not self.use_exclusion_list:
            return found
        numbers = {info["sanitized"] for info in recipients_info.values()}
        company = self.mailing_id.company_id or self.env.company
        stopped = (
            self.env["crm.sms.stop"]
            .sudo()
            ._stopped_among(company, filter(None, numbers))
        )
        return [
            *found,
            *(r.id for r in records if recipients_info[r.id]["sanitized"] in stopped),
        ]
