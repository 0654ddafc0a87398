from odoo import fields, models
from odoo.fields import Command

# What a change of the reward changes for the codes that members hold.
PAIRED = (
    "description",
    "reward_type",
    "discount",
    "discount_mode",
    "discount_applicability",
    "discount_product_domain",
    "discount_product_ids",
    "discount_product_category_id",
    "discount_product_tag_id",
    "discount_max_amount",
    "reward_product_id",
    "reward_product_tag_id",
    "reward_product_qty",
)


class LoyaltyReward(models.Model):
    """What a code from the system gives.

    Each such reward has a coupon programme of its own with one reward like it, so that
    its codes work wherever Odoo takes coupons. It stays when the reward is archived:
    members may hold codes.
    """

    _inherit = "loyalty.reward"

    code_program_id = fields.Many2one(
        "loyalty.program",
        string="Programme of the Codes",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        prefetch="redeeming",
    )

    def _sync_code_programs(self, changed=None):
        """Make the coupon programmes of these, or bring them in step.

        :param changed: names of the fields that changed, default all
        """
        watched = {*PAIRED, "fulfilment", "program_id"}
        if changed is not None and not watched.intersection(changed):
            return
        for reward in self.sudo().filtered(lambda each: each.fulfilment == "code"):
            if reward.code_program_id:
                reward.code_program_id.write(reward._prepare_code_program())
                reward.code_program_id.reward_ids.write(reward._prepare_code_reward())
            else:
                values = reward._prepare_code_program()
                values["reward_ids"] = [Command.create(reward._prepare_code_reward())]
                program = (
                    self.env["loyalty.program"]
                    .sudo()
                    .create(
                        {
                            "program_type": "coupons",
                            "applies_on": "current",
                            "trigger": "with_code",
                            "rule_ids": [Command.clear()],
                            "communication_plan_ids": [Command.clear()],
                            **values,
                        }
                    )
                )
                reward.code_program_id = program

    def _prepare_code_program(self):
        """:return: values of the coupon programme that follow the reward"""
        self.ensure_one()
        return {
            "name": self.env._("Codes: %(reward)s", reward=self.description),
            "company_id": self.program_id.company_id.id,
            "currency_id": self.program_id.currency_id.id,
        }

    def _prepare_code_reward(self):
        """:return: values of the one reward of the coupon programme"""
        self.ensure_one()
        values = {"required_points": 1}
        for name in PAIRED:
            field, value = self._fields[name], self[name]
            if field.type == "many2many":
                value = [Command.set(value.ids)]
            elif field.type == "many2one":
                value = value.id
            values[name] = value
        return values
