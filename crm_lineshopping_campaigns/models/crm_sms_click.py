from odoo import api, fields, models

from odoo.addons.crm_sms_wallet.models.crm_sms_click import MOST_PER_MESSAGE
from odoo.addons.crm_sms_wallet.tools import user_agents


class CrmSmsClick(models.Model):
    """Taps on links in messages by LINE."""

    _inherit = "crm.sms.click"

    line_message_id = fields.Many2one(
        "crm.line.message",
        "LINE Message",
        readonly=True,
        index="btree_not_null",
        ondelete="cascade",
    )

    @api.model
    def _note(self, delivery, link, headers, method="GET"):
        if delivery._name != "crm.line.message":
            return super()._note(delivery, link, headers, method)
        clicks = self.sudo()
        mine = [("line_message_id", "=", delivery.id)]
        if clicks.search_count(mine) >= MOST_PER_MESSAGE:
            return clicks.browse()
        kind = "bot" if user_agents.is_program(headers, method) else "human"
        return clicks.create(
            {
                "company_id": delivery.company_id.id,
                "link_id": link.id,
                "mailing_id": delivery.mailing_id.id,
                "line_message_id": delivery.id,
                "clicked_at": fields.Datetime.now(),
                "kind": kind,
            }
        )
