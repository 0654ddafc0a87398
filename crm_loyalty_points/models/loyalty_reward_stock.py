from odoo import models
from odoo.exceptions import UserError
from odoo.tools import SQL


class LoyaltyReward(models.Model):
    """How many are left. The number is changed by an UPDATE of the row: of two members
    who want the last one at the same moment, Odoo repeats the second one's request,
    which then finds none."""

    _inherit = "loyalty.reward"

    def _take_stock(self):
        """Take one.

        :raise UserError: none is left
        """
        self.ensure_one()
        if not self.stock_limited:
            return
        self.flush_recordset(["stock_limited", "stock_left"])
        rows = self.env.execute_query(
            SQL(
                """UPDATE loyalty_reward SET stock_left = stock_left - 1
                    WHERE id = %s AND stock_left > 0 RETURNING id""",
                self.id,
            )
        )
        self.invalidate_recordset(["stock_left", "left_count"], flush=False)
        if not rows:
            raise UserError(self._get_none_left_message())

    def _put_back_stock(self, counts):
        """Give back what was cancelled or expired.

        :param counts: {reward id: how many}
        """
        if not counts:
            return
        self.env["loyalty.reward"].flush_model(["stock_limited", "stock_left"])
        self.env.execute_query(
            SQL(
                """UPDATE loyalty_reward reward
                      SET stock_left = stock_left + back.number
                     FROM unnest(%s::int[], %s::int[]) AS back(id, number)
                    WHERE reward.id = back.id AND reward.stock_limited
                RETURNING reward.id""",
                list(counts),
                list(counts.values()),
            )
        )
        rewards = self.browse(counts)
        rewards.invalidate_recordset(["stock_left", "left_count"], flush=False)
        rewards._rearm_low_stock()

    def _get_none_left_message(self):
        return self.env._(
            "%(reward)s: none is left.", reward=self._get_condition_name()
        )

    # -- few left ------------------------------------------------------------------

    def _warn_low_stock(self):
        """Tell the programme editors, once per fall below the limit."""
        for reward in self.sudo().filtered("low_stock"):
            reward.invalidate_recordset(["left_count", "low_stock_told"])
            if (
                reward.left_limited
                and not reward.low_stock_told
                and reward.left_count < reward.low_stock
                and reward._note_told()
            ):
                reward._tell_editors()

    def _note_told(self):
        """:return: whether nobody told the editors at the same moment"""
        rows = self.env.execute_query(
            SQL(
                """UPDATE loyalty_reward SET low_stock_told = true
                    WHERE id = %s AND low_stock_told IS NOT TRUE RETURNING id""",
                self.id,
            )
        )
        self.invalidate_recordset(["low_stock_told"], flush=False)
        return bool(rows)

    def _rearm_low_stock(self):
        """Enough are left again: the next fall is told again."""
        for reward in self.sudo().filtered("low_stock_told"):
            reward.invalidate_recordset(["left_count"])
            if not reward.left_limited or reward.left_count >= reward.low_stock:
                reward.low_stock_told = False
                reward.activity_unlink(["mail.mail_activity_data_todo"])

    def _tell_editors(self):
        """A message to all programme editors, and one of them has it to do."""
        self.ensure_one()
        editors = self._get_editors()
        text = self.env._(
            "Only %(count)s left of the reward %(reward)s.",
            count=self.left_count,
            reward=self._get_condition_name(),
        )
        self.message_post(
            body=text,
            message_type="notification",
            subtype_xmlid="mail.mt_comment",
            partner_ids=editors.partner_id.ids,
        )
        if editors:
            self.activity_schedule(
                "mail.mail_activity_data_todo", user_id=editors[0].id, summary=text
            )

    def _get_editors(self):
        """:return: res.users who set up rewards of this company, longest there first"""
        domain = [
            (
                "all_group_ids",
                "in",
                self.env.ref("crm_segments.crm_segments_group_editor").ids,
            ),
            ("share", "=", False),
        ]
        if self.company_id:
            domain.append(("company_ids", "in", self.company_id.ids))
        return self.env["res.users"].sudo().search(domain, order="id")

    def write(self, vals):
        result = super().write(vals)
        if {"stock_left", "stock_limited", "low_stock"} & vals.keys():
            self._rearm_low_stock()
        return result
