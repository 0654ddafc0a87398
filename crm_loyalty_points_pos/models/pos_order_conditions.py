from odoo import models
from odoo.fields import Domain

from ..tools.pos_adapter import PosAdapter
from ..tools.till_lines import is_bought


class PosOrder(models.Model):
    """Conditions of rewards: a till without connection may not know that they do not
    hold. The goods are gone, so the order is accepted and listed."""

    _inherit = "pos.order"

    def _report_conditions(self):
        """Put rewards that were given outside their conditions on the list."""
        lines = self.lines.filtered(lambda line: line.reward_id and is_bought(line))
        for reward, text in self._get_reward_refusals(lines.reward_id).items():
            mine = lines.filtered(lambda line, reward=reward: line.reward_id == reward)
            card = mine.coupon_id[:1]
            points = sum(mine.mapped("points_cost"))
            Exceptions = self.env["pos.points.exception"]
            Exceptions._report(self, "condition", card, points, note=text)

    def _get_reward_refusals(self, rewards):
        """:return: {loyalty.reward: why it may not be given on this order}; what a
        programme asks holds for its rewards"""
        self.ensure_one()
        conditioned = [
            (reward, records)
            for reward in rewards
            if (records := self._get_asked(reward))
        ]
        if not conditioned:
            return {}
        asked = [each for _reward, records in conditioned for each in records]
        basket = PosAdapter(self).circumstances(*asked)
        refusals = {}
        for reward, records in conditioned:
            texts = [each._check_conditions(basket) for each in records]
            text = next(filter(None, texts), None)
            if text:
                refusals[reward] = text
        return refusals

    def _get_asked(self, reward):
        """:return: the reward, and the programme where it is no member's card: a card
        is used under the conditions of its rewards"""
        program = reward.program_id
        records = [reward]
        if not (program.is_nominative or program.is_payment_program):
            records.append(program)
        return [record for record in records if record.condition_data]


class ResPartner(models.Model):
    _inherit = "res.partner"

    def _has_bought_before(self, company, document=None):
        """Orders of the till count, too."""
        if super()._has_bought_before(company, document):
            return True
        domain = Domain(
            [
                (
                    "partner_id.commercial_partner_id",
                    "=",
                    self.commercial_partner_id.id,
                ),
                ("company_id", "=", company.id),
                ("state", "in", ("paid", "done")),
                ("is_refund", "=", False),
            ]
        )
        if document is not None and document._name == "pos.order":
            before = Domain("date_order", "<", document.date_order)
            same = Domain("date_order", "=", document.date_order)
            domain &= before | (same & Domain("id", "<", document._origin.id))
        return bool(self.env["pos.order"].sudo().search_count(domain, limit=1))
