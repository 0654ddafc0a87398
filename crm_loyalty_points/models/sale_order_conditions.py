from odoo import fields, models
from odoo.exceptions import UserError

from odoo.addons.crm_segments.tools.order_import_guard import orders_imported

from ..tools.local_day import local_day
from ..tools.refused_rules import note_refusal, noting_refusals, refusing
from ..tools.sale_adapter import SaleAdapter


class SaleOrder(models.Model):
    """Conditions of programmes, rules and rewards on sale orders.

    The moment that counts is when the customer decides. A quotation is asked with the
    present, again when it is confirmed; one that was paid online with the moment of
    the payment, however late the bank's answer comes; a confirmed order with its own
    date, so that later corrections change nothing; an imported one with its own date.

    A quotation that is refreshed loses what does not hold any more, as Odoo does with
    programmes that ended. Confirming refuses instead: nobody sells at another price
    than was quoted without saying so. Once an order is confirmed or paid, its rewards
    are settled and not asked again.
    """

    _inherit = "sale.order"

    def write(self, vals):
        if vals.get("state") == "sale":
            self._check_reward_conditions()
        return super().write(vals)

    def action_confirm(self):
        """:raise UserError: a reward of a quotation does not hold any more"""
        self._check_reward_conditions()
        return super().action_confirm()

    def _check_reward_conditions(self):
        """:raise UserError: a reward of these does not hold, and is not settled yet"""
        if orders_imported():
            return
        for order in self:
            refusals = order._get_reward_refusals(order.order_line.reward_id)
            if refusals and not order._has_settled_rewards():
                raise UserError(
                    self.env._(
                        "%(order)s cannot be confirmed with its rewards:\n"
                        "%(refusals)s\n"
                        "Remove the reward, or confirm the order when it holds.",
                        order=order.name,
                        refusals="\n".join(dict.fromkeys(refusals.values())),
                    )
                )

    def _has_settled_rewards(self):
        """:return: whether the customer has what the order promises already"""
        self.ensure_one()
        return self.state == "sale" or bool(self._get_paid_moment())

    def _get_reward_refusals(self, rewards):
        """:return: {loyalty.reward: why it may not be claimed on this order now}"""
        self.ensure_one()
        asking = rewards._filter_conditioned()
        if not asking:
            return {}
        basket = SaleAdapter(self).circumstances(asking)
        texts = {reward: reward._check_conditions(basket) for reward in asking}
        return {reward: text for reward, text in texts.items() if text}

    # -- when ----------------------------------------------------------------------

    def _get_points_moment(self):
        """:return: naive datetime where the shop is: when the conditions are asked"""
        self.ensure_one()
        moment = self.date_order
        if self.state in ("draft", "sent") and not orders_imported():
            moment = self._get_paid_moment() or fields.Datetime.now()
        return self.company_id._get_local_moment(moment)

    def _get_paid_moment(self):
        """:return: naive datetime in UTC when the first good payment began, or None"""
        payments = self.sudo().transaction_ids.filtered(
            lambda payment: payment.state in ("authorized", "done")
        )
        return min(payments.mapped("create_date"), default=None)

    def _get_points_date(self):
        """:return: the day of the order where the shop is, not where its user is"""
        return self._get_points_moment().date()

    def _get_confirmed_tx_create_date(self):
        """The days on which a programme begins and ends, and codes end, are the shop's.

        Odoo asks the salesperson of the website, the contact of the company, and UTC
        where nobody set it there: a sale of the twelfth would begin at seven in the
        morning.
        """
        self.ensure_one()
        moment = self._get_paid_moment() or fields.Datetime.now()
        return local_day(self.company_id, moment)

    # -- triggers ------------------------------------------------------------------

    def _program_check_compute_points(self, programs):
        """Refuse programmes whose conditions do not hold; leave out such rules.

        The engine asks for the programmes that it counts. What a gift card or an
        eWallet was bought for is always given.
        """
        programs_refused, rules_refused = self._get_trigger_refusals(programs)
        with refusing(rule.id for rule in rules_refused):
            result = super()._program_check_compute_points(programs)
        for program, status in result.items():
            text = programs_refused.get(program)
            if "error" in status and not text:
                rules = self._get_entered_rules(program)
                if rules and all(rule in rules_refused for rule in rules):
                    text = rules_refused[rules[0]]
            if text:
                result[program] = {"error": text}
        return result

    def _get_trigger_refusals(self, programs):
        """:return: ({loyalty.program: text}, {loyalty.rule: text})"""
        asked = programs.filtered(
            lambda program: (
                not program._is_engine_program()
                and not program.is_payment_program
                and (
                    program.condition_data
                    or any(program.rule_ids.mapped("condition_data"))
                )
            )
        )
        if asked and self._has_settled_rewards():
            asked -= self._get_applied_programs()
        if not asked:
            return {}, {}
        rules = asked.rule_ids.filtered("condition_data")
        basket = SaleAdapter(self).circumstances(asked, rules)
        return tuple(
            {
                record: text
                for record in records
                if (text := record._check_conditions(basket))
            }
            for records in (asked, rules)
        )

    def _get_entered_rules(self, program):
        """:return: the rules that apply by themselves or by a code entered here"""
        return program.rule_ids.filtered(
            lambda rule: rule.mode != "with_code" or rule in self.code_enabled_rule_ids
        )

    # -- rewards -------------------------------------------------------------------

    def _get_claimable_rewards(self, forced_coupons=None):
        """Offer only what may be claimed now."""
        result = super()._get_claimable_rewards(forced_coupons)
        rewards = self.env["loyalty.reward"].union(*result.values())
        refusals = self._get_reward_refusals(rewards)
        for text in refusals.values():
            note_refusal(text)
        if refusals:
            refused = rewards.browse(reward.id for reward in refusals)
            for coupon in list(result):
                result[coupon] -= refused
                if not result[coupon]:
                    del result[coupon]
        return result

    def _apply_program_reward(self, reward, coupon, **kwargs):
        refusal = self._get_reward_refusals(reward).get(reward)
        if refusal and not self._is_settled_reward(reward):
            return {"error": refusal}
        return super()._apply_program_reward(reward, coupon, **kwargs)

    def _get_reward_line_values(self, reward, coupon, **kwargs):
        """Odoo takes a reward off a quotation when its values cannot be had.

        :raise UserError: the reward does not hold
        """
        refusal = self._get_reward_refusals(reward).get(reward)
        if refusal and not self._is_settled_reward(reward):
            raise UserError(refusal)
        return super()._get_reward_line_values(reward, coupon, **kwargs)

    def _is_settled_reward(self, reward):
        return reward in self.order_line.reward_id and self._has_settled_rewards()

    def _try_apply_code(self, code):
        """Say why a code gives nothing, and leave the order as it was."""
        with self.env.cr.savepoint() as savepoint, noting_refusals() as refusals:
            result = super()._try_apply_code(code)
            if not result and refusals:
                savepoint.rollback()
                return {"error": refusals[0]}
        return result
