from odoo import fields, models


class CrmSegment(models.Model):
    """Which customers the actions wait for."""

    _inherit = "crm.segment"

    action_ids = fields.One2many("crm.segment.action", "segment_id", copy=True)
    actions_at_start = fields.Boolean(
        "Also for Those Who Are in From the Start",
        help="When the segment is filled for the first time, its actions are run for "
        "nobody, unless you ask for it here.",
    )

    def _waiting_actions(self):
        """:return: (whether actions wait for those who enter now, and who leave)"""
        events = set(self.action_ids.filtered("enabled").mapped("event"))
        entering = "enter" in events and (self.filled_at or self.actions_at_start)
        return bool(entering), "leave" in events

    def _recompute_members(self, partner_ids=None):
        changes = super()._recompute_members(partner_ids)
        if changes:
            self.sudo()._wake_actions()
        return changes

    def _wake_actions(self):
        """Let the job run what waits now."""
        if self.action_ids.filtered("enabled"):
            self.env.ref("crm_segments.crm_segment_cron_actions").sudo()._trigger()
