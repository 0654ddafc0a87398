from odoo import models

from ..tools.local_day import local_today
from ..tools.said_day import said_day


class LoyaltyRedemption(models.Model):
    """Why a code that is shown at the counter is refused, in full: the member stands
    there and asks."""

    _inherit = "loyalty.redemption"

    def _get_counter_refusal(self, branch):
        """:param branch: crm.branch where the code is shown
        :return: why it cannot be used there now, None if it can
        """
        self.ensure_one()
        name = self.reward_id._get_condition_name()
        if self.state == "used":
            return self._get_used_message(name)
        late = self.valid_until and self.valid_until < local_today(
            self.env, self.company_id
        )
        if self.state == "expired" or late:
            return self.env._(
                "%(reward)s could be used until %(day)s.",
                reward=name,
                day=said_day(self.env, self.valid_until or self.date),
            )
        if self.state != "issued":
            return self._get_state_message(self.state)
        places = self.reward_id.condition_branch_ids
        if places and branch not in places:
            return self.env._(
                "%(reward)s can be used at: %(branches)s.",
                reward=name,
                branches=", ".join(places.mapped("name")),
            )
        return None

    def _get_used_message(self, name):
        moment = self.company_id._get_local_moment(self.used_at)
        return self.env._(
            "%(reward)s was used on %(day)s at %(time)s: %(place)s.",
            reward=name,
            day=said_day(self.env, moment.date()),
            time=moment.strftime("%H:%M"),
            place=", ".join(
                filter(
                    None,
                    (
                        self.used_branch_id.name,
                        self.used_document,
                        self.used_operator_id.name,
                    ),
                )
            ),
        )
