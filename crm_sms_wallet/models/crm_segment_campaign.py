from odoo import models


class CrmSegment(models.Model):
    """Segments know the campaigns that are sent to them."""

    _inherit = "crm.segment"

    def _rule_changed(self):
        result = super()._rule_changed()
        campaigns = self.env["mailing.mailing"].sudo()
        campaigns = campaigns.search(
            [
                ("state", "=", "draft"),
                ("prepare_state", "in", ("preparing", "ready")),
                "|",
                ("include_segment_ids", "in", self.ids),
                ("exclude_segment_ids", "in", self.ids),
            ]
        )
        campaigns._recipients_changed()
        return result

    def _segment_uses(self):
        uses = super()._segment_uses()
        label = self.env._("Campaign")
        campaigns = self.env["mailing.mailing"].sudo()
        campaigns = campaigns.with_context(active_test=False).search(
            [
                ("state", "!=", "done"),
                "|",
                ("include_segment_ids", "in", self.ids),
                ("exclude_segment_ids", "in", self.ids),
            ]
        )
        return [*uses, *((label, campaign) for campaign in campaigns)]
