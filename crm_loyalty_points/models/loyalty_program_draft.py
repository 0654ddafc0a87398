from odoo import models


class LoyaltyProgram(models.Model):
    """Try before you switch: a copy that nobody earns in, to change and to replay."""

    _inherit = "loyalty.program"

    def action_make_draft(self):
        """Copy the programme, with campaigns and tiers, into an archived one.

        :return: action of a new replay of the copy beside this programme
        """
        self.ensure_one()
        draft = self.with_context(loyalty_skip_reward_check=True).copy(
            {"name": self.env._("%(name)s (draft)", name=self.name), "active": True}
        )
        self.campaign_ids.copy({"program_id": draft.id})
        for tier in self.tier_ids:
            # the conditions of the copy keep naming the tiers in use
            copied = tier.copy({"program_id": draft.id, "name": tier.name})
            tier.copy_translations(copied)
        draft.action_archive()
        return draft._open_replay(self)

    def action_edit_draft(self):
        """:return: action with the programme's form, which shows the rules and rewards
        that were archived with it"""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.name,
            "res_model": "loyalty.program",
            "res_id": self.id,
            "views": [(self.env.ref("loyalty.loyalty_program_view_form").id, "form")],
            "context": {"active_test": False},
        }

    def action_replay(self):
        """:return: action of a new replay of this programme"""
        self.ensure_one()
        return self._open_replay(self.env["loyalty.program"])

    def _open_replay(self, current):
        context = {"default_program_id": self.id}
        if current:
            context["default_current_program_id"] = current.id
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Try on Past Orders"),
            "res_model": "loyalty.replay",
            "views": [(False, "form")],
            "context": context,
        }
