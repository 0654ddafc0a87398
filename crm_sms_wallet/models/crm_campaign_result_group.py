from odoo import api, fields, models
from odoo.tools.misc import formatLang

from ..tools import uplift


class CrmCampaignResultGroup(models.Model):
    """What became of one group of people of a campaign: of those who were meant to get
    one of its texts, or of the hold-out. Written when a campaign is measured."""

    _name = "crm.campaign.result.group"
    _description = "Group of People of a Campaign"
    _order = "result_id, arm desc, variant"

    result_id = fields.Many2one(
        "crm.campaign.result", required=True, readonly=True, ondelete="cascade"
    )
    mailing_id = fields.Many2one(
        "mailing.mailing", "Campaign", required=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, ondelete="cascade"
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    measured_at = fields.Datetime("Measured", readonly=True)
    arm = fields.Selection(
        [("treated", "Message"), ("holdout", "Hold-out")], "Group", readonly=True
    )
    variant = fields.Char("Text", readonly=True)

    people = fields.Integer(
        "Customers",
        readonly=True,
        help="Assigned to this group, whether or not the message reached them.",
    )
    sent = fields.Integer(readonly=True, help="Messages that a gateway has taken.")
    delivered = fields.Integer(
        readonly=True, help="Messages that arrived, as far as the gateway reports it."
    )
    failed = fields.Integer(readonly=True, help="Refused, or not delivered.")
    clicked = fields.Integer(readonly=True, help="Customers who tapped on a link.")
    code_used = fields.Integer(
        "Used the Code", readonly=True, help="Customers who used their coupon code."
    )
    replied = fields.Integer(readonly=True, help="Customers who wrote back.")
    responded = fields.Integer(
        readonly=True, help="Customers who tapped, wrote back or used their code."
    )
    opted_out = fields.Integer(
        readonly=True, help="Customers who asked for no more messages meanwhile."
    )
    buyers = fields.Integer(readonly=True, help="Customers with an order.")
    order_count = fields.Integer("Orders", readonly=True)
    revenue = fields.Monetary(
        readonly=True,
        help="Confirmed orders of all channels, with tax; what came back is deducted.",
    )
    goods_cost = fields.Monetary(
        "Product Cost", readonly=True, help="Of what was sold or given free."
    )
    gross_profit = fields.Monetary(
        readonly=True,
        help="Sales without tax, after discounts and rewards, less product cost.",
    )
    message_cost = fields.Monetary("Cost of Messages", readonly=True)
    uncosted_sales = fields.Monetary(
        "Sales without Product Cost",
        readonly=True,
        help="Of products whose cost nobody has entered: all of it counts as profit.",
    )
    revenue_squares = fields.Float(readonly=True)
    profit_squares = fields.Float(readonly=True)

    conversion = fields.Float(
        "Buyers (%)",
        readonly=True,
        aggregator=None,
        help="Of the customers of the group.",
    )
    conversion_low = fields.Float(
        "Buyers (%), from", compute="_compute_interval", help="95 % sure."
    )
    conversion_high = fields.Float("Buyers (%), to", compute="_compute_interval")
    revenue_per_person = fields.Monetary(
        "Revenue per Customer", readonly=True, aggregator=None
    )

    _result_idx = models.UniqueIndex("(result_id, arm, variant)")
    _mailing_idx = models.Index("(mailing_id)")

    @api.depends("buyers", "people")
    def _compute_interval(self):
        for group in self:
            low, high = uplift.share_interval(group.buyers, group.people)
            group.conversion_low, group.conversion_high = 100 * low, 100 * high

    @api.depends("arm", "variant")
    def _compute_display_name(self):
        arms = dict(self._fields["arm"]._description_selection(self.env))
        for group in self:
            group.display_name = f"{arms.get(group.arm)} {group.variant or ''}".strip()

    def _prepare_chart_part(self):
        """:return: dict label, value, low, high (percent), text, as the chart draws
        them"""
        percent = {
            "value": self.conversion,
            "low": self.conversion_low,
            "high": self.conversion_high,
        }
        shown = {name: formatLang(self.env, v, digits=1) for name, v in percent.items()}
        return {
            "label": self.display_name,
            "arm": self.arm,
            **percent,
            "text": self.env._(
                "%(value)s %% (95 %% sure: %(low)s to %(high)s %%), %(buyers)s of "
                "%(people)s customers",
                **shown,
                buyers=self.buyers,
                people=self.people,
            ),
        }

    def _to_uplift(self, money="revenue"):
        """:param money: revenue or profit
        :return: tools.uplift.Group of the people of these groups"""
        amount, squares = {
            "revenue": ("revenue", "revenue_squares"),
            "profit": ("gross_profit", "profit_squares"),
        }[money]
        return uplift.join(
            uplift.Group(group.people, group.buyers, group[amount], group[squares])
            for group in self
        )
