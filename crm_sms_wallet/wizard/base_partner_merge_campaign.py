from odoo import api, models
from odoo.tools import SQL


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    @api.model
    def _update_foreign_keys(self, src_partners, dst_partner):
        """Whoever was chosen twice for a campaign was one person: the row that got the
        message stays, or else the one that was held out. The others lose their name,
        so that the numbers of the campaign stay as they were."""
        self._merge_assignments(src_partners | dst_partner)
        return super()._update_foreign_keys(src_partners, dst_partner)

    @api.model
    def _merge_assignments(self, partners):
        assignments = self.env["mailing.assignment"]
        assignments.flush_model()
        self.env.cr.execute(
            SQL(
                """UPDATE mailing_assignment SET partner_id = NULL, number = NULL
                    WHERE id IN (
                          SELECT id
                            FROM (SELECT id, row_number() OVER (
                                             PARTITION BY mailing_id
                                                 ORDER BY skip_reason = 'none' DESC,
                                                          arm = 'treated' DESC, id
                                         ) AS place
                                    FROM mailing_assignment
                                   WHERE partner_id = ANY(%s)) AS same
                           WHERE place > 1)""",
                partners.ids,
            )
        )
        assignments.invalidate_model(flush=False)
