from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL


class LoyaltyRewardCode(models.Model):
    """One code of the shop for another platform, given to one member at most."""

    _name = "loyalty.reward.code"
    _description = "Code of a Reward"
    _rec_name = "code"
    _order = "id"

    reward_id = fields.Many2one(
        "loyalty.reward", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="reward_id.company_id", store=True, index="btree_not_null"
    )
    code = fields.Char(required=True, readonly=True)
    state = fields.Selection(
        [("free", "Free"), ("given", "Given")],
        default="free",
        required=True,
        readonly=True,
        help="A code that a member has seen is never given to another one, whatever "
        "becomes of the redemption.",
    )
    redemption_id = fields.Many2one(
        "loyalty.redemption", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    partner_id = fields.Many2one(related="redemption_id.partner_id", string="Member")
    given_at = fields.Datetime("Given On", readonly=True)

    _code_uniq = models.UniqueIndex(
        "(reward_id, code)", "The code is in the list already."
    )
    _free_idx = models.Index("(reward_id, id) WHERE state = 'free'")

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su and any(
            {"state", "redemption_id", "given_at"} & vals.keys() for vals in vals_list
        ):
            raise AccessError(self.env._("Codes are given by redeeming only."))
        codes = super().create(vals_list)
        codes.reward_id._rearm_low_stock()
        return codes

    @api.ondelete(at_uninstall=False)
    def _unlink_except_given(self):
        if any(code.state != "free" for code in self):
            raise UserError(
                self.env._("A code that was given to a member cannot be deleted.")
            )

    @api.model
    def _take(self, redemption):
        """Give the oldest free code to a redemption.

        A row that another session is taking is passed over, so two members never get
        the same code and nobody waits for the other.

        :return: loyalty.reward.code
        :raise UserError: none is left
        """
        reward = redemption.reward_id
        self.flush_model()
        rows = self.env.execute_query(
            SQL(
                """UPDATE loyalty_reward_code
                      SET state = 'given', redemption_id = %(redemption)s,
                          given_at = %(now)s
                    WHERE id = (SELECT id FROM loyalty_reward_code
                                 WHERE reward_id = %(reward)s AND state = 'free'
                              ORDER BY id LIMIT 1
                                   FOR UPDATE SKIP LOCKED)
                RETURNING id""",
                redemption=redemption.id,
                now=fields.Datetime.now(),
                reward=reward.id,
            )
        )
        if not rows:
            raise UserError(reward._get_none_left_message())
        code = self.browse(rows[0][0])
        code.invalidate_recordset(flush=False)
        reward.invalidate_recordset(["left_count"], flush=False)
        return code
