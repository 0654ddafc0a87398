from odoo import fields, models

from .crm_segment import RULE
from .crm_segment_member_action import DAILY


class CrmSegment(models.Model):
    """Which customers the actions wait for."""

    _inherit = "crm.segment"

    action_ids = fields.One2many("crm.segment.action", "segment_id", copy=True)
    actions_at_start = fields.Boolean(
        "Also for Those Who Are in From the Start",
        help="When the segment is filled for the first time, its actions are run for "
        "nobody, unless you ask for it here.",
    )

    held_message = fields.Text("Actions That Were Held Back", readonly=True, copy=False)

    def write(self, vals):
        result = super().write(vals)
        if (RULE | {"action_ids"}) & vals.keys():
            self.sudo().filtered("held_message").held_message = False
        return result

    def _note_held_back(self, customers):
        """Tell that actions were not run for customers who came and went too often.

        :param customers: res.partner
        """
        self.held_message = self.env._(
            "Actions were held back for %(customers)s, who came and went more than "
            "%(daily)s times within a day. Maybe the actions of this or another "
            "segment undo each other: one lets a customer enter, the other lets him "
            "leave again. Change the rule or the actions.",
            customers=", ".join(customers[:3].mapped("display_name")),
            daily=DAILY,
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
