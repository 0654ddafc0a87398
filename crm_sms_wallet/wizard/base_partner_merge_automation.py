from odoo import api, models
from odoo.tools import SQL


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    @api.model
    def _update_foreign_keys(self, src_partners, dst_partner):
        """Of an event that both had, one row stays: the one that was told."""
        self._merge_automation_events(src_partners, dst_partner)
        return super()._update_foreign_keys(src_partners, dst_partner)

    @api.model
    def _merge_automation_events(self, src_partners, dst_partner):
        self.env["crm.automation.event"].flush_model()
        self.env.cr.execute(
            SQL(
                """DELETE FROM crm_automation_event
                    WHERE id IN (
                          SELECT id
                            FROM (SELECT id, row_number() OVER (
                                             PARTITION BY automation_id, event_key
                                                 ORDER BY state = 'sent' DESC,
                                                          state = 'skipped' DESC, id
                                         ) AS place
                                    FROM crm_automation_event
                                   WHERE partner_id = ANY(%s)) AS same
                           WHERE place > 1)""",
                (src_partners | dst_partner).ids,
            )
        )
        self.env["crm.automation.event"].invalidate_model(flush=False)
