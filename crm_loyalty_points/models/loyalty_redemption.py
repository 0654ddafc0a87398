from odoo import api, fields, models
from odoo.exceptions import AccessError

from ..tools.basket_shapes import as_text, number

OFFICER = "crm_segments.crm_segments_group_officer"
# What people write by hand; all else follows from what happens.
BY_HAND = {"carrier", "tracking_number", "tracking_link"}


class LoyaltyRedemption(models.Model):
    """A reward that a member has redeemed, from the points to its use.

    Rows are made by `loyalty.reward._redeem` alone. The branch where it was redeemed
    and the one where it was used may differ, and both from those where the member
    joined and earned the points.
    """

    _name = "loyalty.redemption"
    _inherit = ["mail.thread", "crm.local.day.mixin", "crm.segment.source"]
    _segment_fields = ("rewards_redeemed_count",)
    _description = "Redeemed Reward"
    _order = "id desc"
    _mail_post_access = "read"

    reward_id = fields.Many2one(
        "loyalty.reward", required=True, readonly=True, index=True, ondelete="restrict"
    )
    program_id = fields.Many2one(
        "loyalty.program",
        string="Programme",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    card_id = fields.Many2one(
        "loyalty.card", required=True, readonly=True, index=True, ondelete="restrict"
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Member",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    fulfilment = fields.Selection(
        [
            ("code", "Code from the system"),
            ("delivery", "Delivery"),
            ("own_code", "Code of the shop"),
        ],
        string="Kind",
        required=True,
        readonly=True,
    )
    state = fields.Selection(
        [
            ("issued", "To Use"),
            ("used", "Used"),
            ("expired", "Expired"),
            ("cancelled", "Cancelled"),
        ],
        default="issued",
        required=True,
        readonly=True,
        index=True,
        tracking=True,
    )
    points = fields.Float(digits=(16, 2), required=True, readonly=True)
    cost = fields.Monetary(
        readonly=True,
        help="What the reward cost the shop; of a percentage known when it is used.",
    )
    key = fields.Char("Idempotency Key", required=True, readonly=True)
    entry_id = fields.Many2one(
        "loyalty.point.entry", string="Points Entry", readonly=True, ondelete="restrict"
    )
    points_returned = fields.Boolean(
        readonly=True, help="The points went back to where they came from."
    )
    expiry_points = fields.Selection(
        [("keep", "Points stay spent"), ("return", "Points are given back")],
        string="Not Used in Time",
        default="keep",
        required=True,
        readonly=True,
    )
    date = fields.Date(
        "Redeemed On (Day)",
        required=True,
        readonly=True,
        help="In the time zone of the company's customers.",
    )
    issued_at = fields.Datetime(
        "Redeemed On",
        required=True,
        readonly=True,
        default=lambda self: fields.Datetime.now(),
    )
    valid_until = fields.Date("Usable Until", readonly=True, tracking=True)
    branch_id = fields.Many2one(
        "crm.branch",
        string="Redeemed At",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    operator_id = fields.Many2one(
        "res.users", string="Redeemed By", readonly=True, ondelete="set null"
    )
    operator = fields.Char(readonly=True, help="The name at that time.")

    code = fields.Char(readonly=True, groups=OFFICER, index="btree_not_null")
    coupon_id = fields.Many2one(
        "loyalty.card",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        groups=OFFICER,
    )

    used_at = fields.Datetime("Used On", readonly=True)
    used_branch_id = fields.Many2one(
        "crm.branch",
        string="Used At",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    used_operator_id = fields.Many2one(
        "res.users", string="Used By", readonly=True, ondelete="set null"
    )
    used_model = fields.Char(readonly=True)
    used_document_id = fields.Many2oneReference(
        "Used In Record", model_field="used_model", readonly=True
    )
    used_document = fields.Char(
        "Used In", readonly=True, help="The order in which the code was used."
    )
    closed_at = fields.Datetime("Expired or Cancelled On", readonly=True)
    cancel_reason = fields.Selection(
        [
            ("reward_cancelled", "Taken back"),
            ("counter_undone", "Undone at the counter"),
            ("erased", "The customer's data were erased"),
        ],
        "Why Cancelled",
        readonly=True,
    )

    order_id = fields.Many2one(
        "sale.order",
        string="Delivery Order",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    parcel_state = fields.Selection(
        [
            ("to_send", "To Send"),
            ("sent", "Sent"),
            ("delivered", "Delivered"),
        ],
        string="Parcel",
        readonly=True,
        tracking=True,
    )
    carrier = fields.Char(tracking=True)
    tracking_number = fields.Char("Parcel Number", tracking=True)
    tracking_link = fields.Char("Follow the Parcel")

    _key_uniq = models.UniqueIndex("(key)")
    _due_idx = models.Index("(company_id, valid_until) WHERE state = 'issued'")
    _date_idx = models.Index("(company_id, date)")

    @api.depends("reward_id", "partner_id")
    def _compute_display_name(self):
        for redemption in self:
            names = (
                redemption.sudo().reward_id._get_condition_name(),
                redemption.partner_id.name,
            )
            redemption.display_name = " · ".join(name for name in names if name)

    @api.model_create_multi
    def create(self, vals_list):
        """:raise AccessError: not by redeeming"""
        if not self.env.su:
            raise AccessError(self.env._("Rewards are redeemed, not entered."))
        return super().create(vals_list)

    def write(self, vals):
        """:raise AccessError: anything but what is known of the parcel by hand"""
        own = {
            name
            for name in vals
            if name in self._fields
            and name not in BY_HAND
            and self._fields[name]._module == "crm_loyalty_points"
        }
        if own and not self.env.su:
            raise AccessError(
                self.env._("Only the parcel of a redeemed reward is written by hand.")
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise AccessError(
            self.env._("Redeemed rewards stay on record. Cancel them instead.")
        )

    def _check_officer(self):
        """:raise AccessError: the user may not redeem, use or cancel rewards"""
        self.check_access("read")
        if not (self.env.su or self.env.user.has_group(OFFICER)):
            raise AccessError(
                self.env._("Officers and managers redeem and use rewards.")
            )

    # -- redeeming -----------------------------------------------------------------

    def _spend_points(self):
        """Post what the reward costs.

        :raise NotEnoughPoints: the card holds too few
        """
        for redemption in self:
            name = redemption.reward_id._get_condition_name()
            redemption.entry_id = self.env["loyalty.point.entry"]._post(
                [
                    {
                        "card_id": redemption.card_id.id,
                        "kind": "redeem",
                        "points": -round(redemption.points, 2),
                        "key": f"redemption:{redemption.id}",
                        "reason": "reward",
                        "date": redemption.date,
                        "source_model": redemption._name,
                        "source_id": redemption.id,
                        "source_name": name,
                        "branch_id": redemption.branch_id.id or None,
                        "policy": {
                            "rewards": [
                                {
                                    "id": redemption.reward_id.id,
                                    "name": name,
                                    "points": as_text(number(redemption.points, 2)),
                                }
                            ]
                        },
                    }
                ]
            )

    def _fulfil(self, address=None, note=None):
        """Give the member what was redeemed: see the methods of each kind."""
        for redemption in self:
            if redemption.fulfilment == "code":
                redemption._make_coupon()
            elif redemption.fulfilment == "delivery":
                redemption._make_order(address, note)
            elif redemption.reward_id._uses_list():
                code = self.env["loyalty.reward.code"]._take(redemption)
                redemption.code = code.code
            else:
                redemption.code = redemption.reward_id.shared_code.strip()

    def _make_coupon(self):
        """A coupon of the reward's own programme. It is nobody's in particular: who
        shows the code uses it. It is of no order, whose end would delete it."""
        self.reward_id._sync_code_programs(["fulfilment"])
        coupon = self.env["loyalty.card"].with_context(loyalty_no_mail=True)
        coupon = coupon.create(
            {
                "program_id": self.reward_id.code_program_id.id,
                "points": 1,
                "expiration_date": self.valid_until,
            }
        )
        self.write({"coupon_id": coupon.id, "code": coupon.code})

    # -- giving back ---------------------------------------------------------------

    def _return_points(self, reason):
        """Give the points back to the awards they were drawn from; those that have
        lapsed meanwhile lapse again.

        :param str reason: short code of the entries
        """
        vals_list = [
            {
                "card_id": redemption.entry_id.card_id.id,
                "kind": "reversal",
                "points": None,
                "key": f"redemption:{redemption.id}:returned",
                "reason": reason,
                "reversed_entry_id": redemption.entry_id.id,
                "source_model": redemption._name,
                "source_id": redemption.id,
                "source_name": redemption.entry_id.source_name,
                "branch_id": redemption.branch_id.id or None,
            }
            for redemption in self.filtered("entry_id")
        ]
        self.env["loyalty.point.entry"]._post(vals_list, bulk=len(vals_list) > 1)
        self.points_returned = True

    def _return_stock(self):
        """Rewards that nobody got can be redeemed again; the single codes that members
        have seen cannot."""
        counts = {}
        for redemption in self:
            if not redemption.reward_id._uses_list():
                id_ = redemption.reward_id.id
                counts[id_] = counts.get(id_, 0) + 1
        self.env["loyalty.reward"].sudo()._put_back_stock(counts)
