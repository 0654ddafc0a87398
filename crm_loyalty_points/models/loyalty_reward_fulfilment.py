from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

REDEEMED = ("code", "delivery", "own_code")


class LoyaltyReward(models.Model):
    """How a member gets a reward.

    Odoo's own way is a line on an order, paid with points there and then. The other
    ways are redeemed first, apart from any order: the points are spent at once, and a
    `loyalty.redemption` keeps what the member got for them.
    """

    _name = "loyalty.reward"
    _inherit = [
        *("loyalty.reward", "image.mixin", "mail.thread", "mail.activity.mixin"),
        "crm.local.day.mixin",
    ]

    fulfilment = fields.Selection(
        [
            ("native", "In an order"),
            ("code", "Code from the system"),
            ("delivery", "Delivery"),
            ("own_code", "Code of the shop"),
        ],
        string="How Members Get It",
        default="native",
        required=True,
        help="In an order: taken as a line of an order or at the till.\n"
        "Code from the system: the member gets a code that works once, in Sales, at "
        "the till, on the website or at the counter.\n"
        "Delivery: the item is sent to the member's address.\n"
        "Code of the shop: a code of yours for another platform.",
    )
    own_code_kind = fields.Selection(
        [("shared", "One code for all"), ("list", "A list of single codes")],
        string="Which Code",
        default="shared",
        prefetch="redeeming",
    )
    shared_code = fields.Char(
        "The Code",
        groups="crm_segments.crm_segments_group_editor",
        prefetch="redeeming",
    )
    platform = fields.Char(
        help="Where the code is used, e.g. the name of a web shop.",
        prefetch="redeeming",
    )
    platform_link = fields.Char("Link", prefetch="redeeming")
    how_to = fields.Text("How to Use the Code", translate=True, prefetch="redeeming")
    terms = fields.Text("Terms of the Reward", translate=True, prefetch="redeeming")
    validity_days = fields.Integer(
        "Days to Use It",
        help="A redeemed reward can be used on this many days after the day on which "
        "it was redeemed. 0: as the programme says.",
        prefetch="redeeming",
    )
    expiry_points = fields.Selection(
        [("keep", "Points stay spent"), ("return", "Points are given back")],
        string="Not Used in Time",
        default="keep",
        required=True,
        prefetch="redeeming",
    )
    date_from = fields.Date("Redeemable From", prefetch="redeeming")
    date_to = fields.Date("Redeemable Until", prefetch="redeeming")
    stock_limited = fields.Boolean("Limited Number", prefetch="redeeming")
    stock_left = fields.Integer(
        "Number Left",
        copy=False,
        help="How many can still be redeemed. What is cancelled comes back.",
        prefetch="redeeming",
    )
    member_limit = fields.Integer(
        "Most per Member",
        help="How often one member may redeem it. 0 has no limit.",
        prefetch="redeeming",
    )
    low_stock = fields.Integer(
        "Warn Below",
        help="Programme editors are told once when fewer than this are left. 0: never.",
        prefetch="redeeming",
    )
    low_stock_told = fields.Boolean(readonly=True, copy=False, prefetch="redeeming")
    unit_cost = fields.Monetary(
        "Cost of One",
        help="What one costs the shop, for the reports. 0: the cost of the product.",
        prefetch="redeeming",
    )
    code_ids = fields.One2many(
        "loyalty.reward.code",
        "reward_id",
        groups="crm_segments.crm_segments_group_editor",
    )
    redemption_ids = fields.One2many("loyalty.redemption", "reward_id", readonly=True)
    redemption_count = fields.Integer(
        "Redeemed", compute="_compute_redemption_count", compute_sudo=True
    )
    left_count = fields.Integer(
        "Left", compute="_compute_left_count", compute_sudo=True
    )
    left_limited = fields.Boolean(compute="_compute_left_count", compute_sudo=True)

    _limits_positive = models.Constraint(
        "CHECK (validity_days >= 0 AND member_limit >= 0 AND low_stock >= 0"
        " AND unit_cost >= 0)",
        "Days, limits and costs of a reward cannot be negative.",
    )
    _stock_left_positive = models.Constraint(
        "CHECK (NOT stock_limited OR stock_left >= 0)",
        "The number left cannot be negative.",
    )

    @api.depends("fulfilment")
    def _compute_display_name(self):  # pylint: disable=missing-return
        """What members redeem has a name of its own; the programme is not before it."""
        super()._compute_display_name()
        for reward in self.filtered(lambda each: each.fulfilment in REDEEMED):
            reward.display_name = reward._get_condition_name()

    def _compute_redemption_count(self):
        counts = dict(
            self.env["loyalty.redemption"]._read_group(
                [("reward_id", "in", self.ids), ("state", "!=", "cancelled")],
                ["reward_id"],
                ["__count"],
            )
        )
        for reward in self:
            reward.redemption_count = counts.get(reward._origin, 0)

    @api.depends("stock_limited", "stock_left", "fulfilment", "own_code_kind")
    def _compute_left_count(self):
        listed = self.filtered(lambda reward: reward._uses_list())
        free = dict(
            self.env["loyalty.reward.code"]._read_group(
                [("reward_id", "in", listed.ids), ("state", "=", "free")],
                ["reward_id"],
                ["__count"],
            )
        )
        for reward in self:
            limits = [reward.stock_left] if reward.stock_limited else []
            if reward in listed:
                limits.append(free.get(reward._origin, 0))
            reward.left_limited = bool(limits)
            reward.left_count = min(limits, default=0)

    @api.constrains("fulfilment", "program_id")
    def _check_program_type(self):
        for reward in self.filtered(lambda each: each.fulfilment in REDEEMED):
            if reward.program_id.program_type != "loyalty":
                raise ValidationError(
                    self.env._("Only rewards of a points programme are redeemed.")
                )

    @api.constrains(
        "fulfilment",
        "reward_type",
        "reward_product_id",
        "discount_mode",
        "clear_wallet",
    )
    def _check_what_is_given(self):
        for reward in self:
            if reward.fulfilment == "delivery" and not (
                reward.reward_type == "product" and reward.reward_product_id
            ):
                raise ValidationError(
                    self.env._("Choose the product that is delivered.")
                )
            if reward.fulfilment in REDEEMED and reward.clear_wallet:
                raise ValidationError(
                    self.env._("A redeemed reward has a fixed price in points.")
                )
            if (
                reward.fulfilment == "code"
                and reward.reward_type == "discount"
                and reward.discount_mode == "per_point"
            ):
                raise ValidationError(
                    self.env._("A code gives a percentage or a fixed amount.")
                )

    @api.constrains("fulfilment", "own_code_kind", "shared_code")
    def _check_shared_code(self):
        for reward in self.sudo():
            if reward._uses_shared_code() and not (reward.shared_code or "").strip():
                raise ValidationError(self.env._("Enter the code that members get."))

    @api.constrains("platform_link")
    def _check_platform_link(self):
        for reward in self.filtered("platform_link"):
            if not reward.platform_link.startswith(("https://", "http://")):
                raise ValidationError(
                    self.env._("A link begins with https:// or http://.")
                )

    @api.constrains("date_from", "date_to")
    def _check_dates(self):
        for reward in self:
            if (
                reward.date_from
                and reward.date_to
                and reward.date_from > reward.date_to
            ):
                raise ValidationError(
                    self.env._("The first day is after the last day.")
                )

    @api.onchange("fulfilment")
    def _onchange_fulfilment(self):
        if self.fulfilment == "delivery":
            self.reward_type = "product"

    @api.model
    def default_get(self, fields_list):
        """A reward to redeem is for the points that the shop gives.

        What it costs is for the shop to say: a form that the browser saves by itself
        when it is left must not offer members a reward for one point.
        """
        values = super().default_get(fields_list)
        wanted = self.env.context.get("default_fulfilment") in REDEEMED
        if wanted and "required_points" in fields_list:
            values["required_points"] = 0
        if wanted and "program_id" in fields_list and not values.get("program_id"):
            values["program_id"] = self.env["loyalty.card.adjust"]._usual_program().id
        return values

    @api.model_create_multi
    def create(self, vals_list):
        rewards = super().create(vals_list)
        rewards._sync_code_programs()
        return rewards

    def write(self, vals):
        """Whoever may edit a reward needs the product that Odoo keeps beside it.

        :raise UserError: another kind for a reward that members have redeemed
        """
        self._check_kind_is_free(vals)
        named = {name: vals[name] for name in ("description", "active") if name in vals}
        result = super().write(
            {name: value for name, value in vals.items() if name not in named}
        )
        if named:
            self.check_access("write")
            # what Odoo calls it by the other values does not come after the own words
            self._recompute_recordset(["description"])
            super(LoyaltyReward, self.sudo()).write(named)
        self._sync_code_programs(vals)
        if "fulfilment" in vals:
            self._forget_program_rewards()
        return result

    def unlink(self):
        """What members redeemed stays on record: such rewards are archived."""
        redeemed = self.sudo().with_context(active_test=False).redemption_ids.reward_id
        redeemed = self.filtered(lambda reward: reward in redeemed)
        if redeemed:
            redeemed.action_archive()
        rest = self - redeemed
        return super(LoyaltyReward, rest).unlink() if rest else True

    def _check_kind_is_free(self, vals):
        changed = self.filtered(
            lambda each: each.fulfilment != vals.get("fulfilment", each.fulfilment)
        )
        if changed.sudo().redemption_ids:
            raise UserError(
                self.env._(
                    "Members have redeemed this reward. Archive it and make a new one."
                )
            )

    def action_view_redemptions(self):
        """:return: how often, and by whom, these were redeemed"""
        return self.env["loyalty.redemption"]._list_of([("reward_id", "in", self.ids)])

    def action_view_codes(self):
        """:return: the list of single codes"""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_loyalty_points.loyalty_reward_code_action"
        )
        action["domain"] = [("reward_id", "=", self.id)]
        return action

    def _forget_program_rewards(self):
        """A programme lists its rewards by their way of fulfilment."""
        self.env["loyalty.program"].invalidate_model(
            ["reward_ids", "redeem_reward_ids"], flush=False
        )

    def _uses_list(self):
        """:return: whether members get single codes of an uploaded list"""
        return self.fulfilment == "own_code" and self.own_code_kind == "list"

    def _uses_shared_code(self):
        return self.fulfilment == "own_code" and self.own_code_kind == "shared"

    def _get_unit_cost(self, company):
        """:return: what one costs the shop, in the company's currency; a percentage is
        known only when it is used"""
        self.ensure_one()
        if self.unit_cost:
            return self.currency_id._convert(
                self.unit_cost, company.currency_id, company
            )
        if self.fulfilment == "own_code":
            return 0
        if self.reward_type == "product":
            product = self.reward_product_ids[:1].with_company(company)
            return product.standard_price * self.reward_product_qty
        if self.discount_mode == "per_order":
            return self.currency_id._convert(
                self.discount, company.currency_id, company
            )
        return 0

    @api.model
    def _search_offered(self, program):
        """:return: the rewards of a programme that members redeem"""
        domain = Domain("program_id", "=", program.id)
        domain &= Domain("fulfilment", "in", REDEEMED)
        return self.search(domain, order="required_points, id")
