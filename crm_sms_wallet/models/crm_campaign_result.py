from odoo import api, fields, models
from odoo.tools.misc import formatLang

VERDICTS = [
    ("no_holdout", "No hold-out group"),
    ("too_few", "Too few customers to tell"),
    ("unclear", "No clear effect"),
    ("more", "Likely more"),
    ("less", "Likely less"),
]
# Fields of a group that its campaign shows as a sum over those who got the message.
SUMS = (
    *("people", "sent", "delivered", "failed", "clicked", "code_used", "replied"),
    *("responded", "opted_out", "buyers", "order_count", "revenue", "goods_cost"),
    *("gross_profit", "message_cost", "uncosted_sales"),
)


class CrmCampaignResult(models.Model):
    """What a campaign brought and what it cost, one row per campaign.

    A projection: measuring again writes it again. Counted are orders of the customers
    assigned to the campaign from its first message until so many days after its last
    one, the same for those who got a message and for the hold-out.
    """

    _name = "crm.campaign.result"
    _description = "Result of a Campaign"
    _order = "window_from desc, id desc"
    _rec_name = "mailing_id"

    mailing_id = fields.Many2one(
        "mailing.mailing", "Campaign", required=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, ondelete="cascade", index=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    mailing_type = fields.Selection(
        related="mailing_id.mailing_type", store=True, string="Channel"
    )
    measured_at = fields.Datetime("Measured", readonly=True)
    window_from = fields.Datetime("Counted from", readonly=True)
    window_until = fields.Datetime("Counted until", readonly=True)
    is_over = fields.Boolean(
        "Complete", readonly=True, help="The days that count are over."
    )
    group_ids = fields.One2many("crm.campaign.result.group", "result_id", "Groups")

    people = fields.Integer(
        "Customers", readonly=True, help="Who were meant to get the message."
    )
    holdout_people = fields.Integer("Customers Held Out", readonly=True)
    sent = fields.Integer(readonly=True)
    delivered = fields.Integer(readonly=True)
    failed = fields.Integer(readonly=True)
    clicked = fields.Integer(readonly=True, help="Customers who tapped on a link.")
    code_used = fields.Integer("Used the Code", readonly=True)
    replied = fields.Integer(readonly=True)
    responded = fields.Integer(
        readonly=True, help="Customers who tapped, wrote back or used their code."
    )
    opted_out = fields.Integer(readonly=True)
    buyers = fields.Integer(readonly=True)
    order_count = fields.Integer("Orders", readonly=True)
    revenue = fields.Monetary(
        readonly=True,
        help="Confirmed orders of all channels, with tax; what came back is deducted.",
    )
    goods_cost = fields.Monetary("Product Cost", readonly=True)
    gross_profit = fields.Monetary(
        readonly=True,
        help="Sales without tax, after discounts and rewards, less product cost.",
    )
    message_cost = fields.Monetary("Cost of Messages", readonly=True)
    uncosted_sales = fields.Monetary("Sales without Product Cost", readonly=True)

    conversion = fields.Float("Buyers (%)", readonly=True, aggregator="avg")
    holdout_conversion = fields.Float(
        "Buyers Held Out (%)", readonly=True, aggregator="avg"
    )
    conversion_uplift = fields.Float(
        "Buyers More (points)",
        readonly=True,
        aggregator="avg",
        help="Percentage points of buyers more than in the hold-out group.",
    )
    conversion_low = fields.Float("Buyers More, from", readonly=True, aggregator=None)
    conversion_high = fields.Float("Buyers More, to", readonly=True, aggregator=None)
    conversion_seen = fields.Float(
        "Smallest Effect Seen (points)",
        readonly=True,
        aggregator=None,
        help="A campaign of this size shows so much growth four times in five.",
    )
    p_value = fields.Float(
        "Chance Alone", digits=(6, 4), readonly=True, aggregator=None
    )
    verdict = fields.Selection(VERDICTS, "More Buyers?", readonly=True)
    has_money = fields.Boolean(readonly=True)
    revenue_uplift = fields.Monetary(
        "Revenue More per Customer", readonly=True, aggregator="avg"
    )
    revenue_low = fields.Monetary("Revenue More, from", readonly=True, aggregator=None)
    revenue_high = fields.Monetary("Revenue More, to", readonly=True, aggregator=None)
    revenue_verdict = fields.Selection(VERDICTS, "More Revenue?", readonly=True)
    profit_uplift = fields.Monetary(
        "Profit by the Campaign",
        readonly=True,
        help="Gross profit per customer more than in the hold-out group, times the "
        "customers who were meant to get the message. Messages not deducted.",
    )
    profit_low = fields.Monetary("Profit, from", readonly=True, aggregator=None)
    profit_high = fields.Monetary("Profit, to", readonly=True, aggregator=None)
    has_roi = fields.Boolean(readonly=True)
    roi = fields.Float(
        "Return (%)",
        readonly=True,
        aggregator="avg",
        help="(profit by the campaign - cost of messages) / cost of messages",
    )
    roi_low = fields.Float("Return (%), from", readonly=True, aggregator=None)
    roi_high = fields.Float("Return (%), to", readonly=True, aggregator=None)

    verdict_text = fields.Text("In Words", compute="_compute_verdict_text")
    money_text = fields.Text("Money in Words", compute="_compute_money_text")
    hint_text = fields.Text("To Keep in Mind", compute="_compute_hint_text")
    conversion_chart = fields.Json(
        "Buyers of Each Group", compute="_compute_conversion_chart"
    )

    _mailing_unique = models.UniqueIndex("(mailing_id)")

    @api.depends("mailing_id.display_name")
    def _compute_display_name(self):
        for result in self:
            result.display_name = result.sudo().mailing_id.display_name

    def _percent(self, value, digits=1):
        return formatLang(self.env, value, digits=digits)

    def _money(self, value):
        return formatLang(self.env, value, currency_obj=self.currency_id)

    @api.depends("verdict", "conversion", "holdout_conversion", "conversion_low")
    @api.depends_context("lang")
    def _compute_verdict_text(self):
        for result in self:
            result.verdict_text = " ".join(
                filter(None, (result._get_share_words(), result._get_verdict_words()))
            )

    def _get_share_words(self):
        """:return: what was counted, in words"""
        if not self.holdout_people:
            return self.env._(
                "%(share)s %% of %(people)s customers bought.",
                share=self._percent(self.conversion),
                people=self.people,
            )
        return self.env._(
            "%(share)s %% of %(people)s customers with a message bought, and "
            "%(held)s %% of the %(others)s held out.",
            share=self._percent(self.conversion),
            people=self.people,
            held=self._percent(self.holdout_conversion),
            others=self.holdout_people,
        )

    def _get_verdict_words(self):
        """:return: what may be concluded, in words"""
        values = {
            "low": self._percent(abs(self.conversion_low)),
            "high": self._percent(abs(self.conversion_high)),
            "seen": self._percent(self.conversion_seen),
        }
        if self.verdict == "more":
            return self.env._(
                "The campaign likely brought buyers: %(low)s to %(high)s in 100 "
                "customers (95 %% sure).",
                **values,
            )
        if self.verdict == "less":
            return self.env._(
                "The campaign likely cost buyers: %(high)s to %(low)s in 100 customers "
                "(95 %% sure).",
                **values,
            )
        if self.verdict == "unclear":
            return self.env._(
                "No clear effect: anything from %(low)s in 100 customers fewer to "
                "%(high)s more would look like this.",
                **values,
            )
        if self.verdict == "too_few":
            return self._get_too_few_words(values)
        return self.env._(
            "Nobody was held out, so nobody can tell who would have bought anyway."
        )

    def _get_too_few_words(self, values):
        if not self.conversion_seen:
            return self.env._("Too few customers to tell what the campaign brought.")
        return self.env._(
            "Too few customers to tell: only a growth by about %(seen)s buyers in 100 "
            "customers would show.",
            **values,
        )

    @api.depends("revenue_verdict", "revenue_uplift", "roi", "has_roi", "has_money")
    @api.depends_context("lang")
    def _compute_money_text(self):
        for result in self:
            result.money_text = result._get_money_words()

    def _get_money_words(self):
        """:return: what the campaign earned, in words"""
        if not self.holdout_people:
            return self.env._(
                "Gross profit of their orders: %(profit)s; messages: %(cost)s.",
                profit=self._money(self.gross_profit),
                cost=self._money(self.message_cost),
            )
        if not self.has_money:
            return self.env._("Too few orders to tell what the campaign earned.")
        values = {
            "profit": self._money(self.profit_uplift),
            "cost": self._money(self.message_cost),
            "roi": self._percent(self.roi, 0),
            "roi_low": self._percent(self.roi_low, 0),
            "roi_high": self._percent(self.roi_high, 0),
        }
        words = [self._get_difference_words()]
        if self.has_roi:
            words.append(
                self.env._(
                    "Profit by the campaign %(profit)s for messages of %(cost)s: "
                    "return %(roi)s %% (between %(roi_low)s and %(roi_high)s %%).",
                    **values,
                )
            )
        return " ".join(words)

    def _get_difference_words(self):
        """:return: what a customer with the message spent more, or less, in words"""
        limits = self.revenue_low, self.revenue_high
        if self.revenue_uplift < 0:
            limits = -self.revenue_high, -self.revenue_low
        values = {
            "more": self._money(abs(self.revenue_uplift)),
            "low": self._money(limits[0]),
            "high": self._money(limits[1]),
        }
        if self.revenue_uplift < 0:
            return self.env._(
                "Per customer %(more)s less than in the hold-out group (95 %% sure: "
                "between %(low)s and %(high)s).",
                **values,
            )
        return self.env._(
            "Per customer %(more)s more than in the hold-out group (95 %% sure: "
            "between %(low)s and %(high)s).",
            **values,
        )

    @api.depends("is_over", "uncosted_sales", "revenue")
    @api.depends_context("lang")
    def _compute_hint_text(self):
        for result in self:
            hints = []
            if not result.is_over:
                hints.append(
                    self.env._("Orders are still being counted; this will change.")
                )
            if result.uncosted_sales:
                hints.append(
                    self.env._(
                        "Products without a cost were sold for %(amount)s: the profit "
                        "is lower than shown.",
                        amount=result._money(result.uncosted_sales),
                    )
                )
            result.hint_text = "\n".join(hints)

    @api.depends("group_ids.buyers", "group_ids.people", "group_ids.arm")
    @api.depends_context("lang")
    def _compute_conversion_chart(self):
        for result in self:
            groups = result.group_ids.filtered("people")
            result.conversion_chart = bool(groups) and {
                "parts": [group._prepare_chart_part() for group in groups]
            }

    def action_measure(self):
        """Count again now."""
        self.check_access("read")
        self.mailing_id.action_measure()
        return True

    def action_open_mailing(self):
        """:return: action that opens the campaign"""
        self.ensure_one()
        return self.mailing_id._get_records_action()

    def action_open_orders(self):
        """:return: action of the orders that were counted, of both groups"""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Orders in the Days of the Campaign"),
            "res_model": "crm.customer.order",
            "views": [(False, "list"), (False, "graph"), (False, "pivot")],
            "domain": [
                ("company_id", "=", self.company_id.id),
                ("status", "=", "confirmed"),
                ("date_order", ">=", self.window_from),
                ("date_order", "<", self.window_until),
                (
                    "customer_id",
                    "any",
                    [("campaign_assignment_ids.mailing_id", "in", self.mailing_id.ids)],
                ),
            ],
        }
