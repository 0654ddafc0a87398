from odoo import fields, models


class CrmLineshoppingOrder(models.Model):
    """An order of LINE SHOPPING as the shop's server last told it.

    The row says what is true there; the sale order and the points follow from it.
    """

    _name = "crm.lineshopping.order"
    _description = "LINE SHOPPING Order"
    _order = "checkout_at desc, id desc"
    _rec_name = "number"
    _check_company_auto = True

    shop_id = fields.Many2one(
        "crm.lineshopping.shop",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    company_id = fields.Many2one(related="shop_id.company_id", store=True, index=True)
    number = fields.Char("Order Number", required=True, readonly=True)
    order_status = fields.Char(readonly=True)
    payment_status = fields.Char(readonly=True)
    payment_method = fields.Char(readonly=True)
    shipment_status = fields.Char(readonly=True)
    checkout_at = fields.Datetime("Ordered On", readonly=True)
    paid_at = fields.Datetime("Paid On", readonly=True)
    updated_at = fields.Datetime(
        "Changed On", readonly=True, help="By the server of LINE SHOPPING."
    )
    subtotal = fields.Float(digits="Product Price", readonly=True)
    shipping = fields.Float(digits="Product Price", readonly=True)
    discount = fields.Float(digits="Product Price", readonly=True)
    total = fields.Float(digits="Product Price", readonly=True)
    is_gift = fields.Boolean("Gift", readonly=True)
    recipient_name = fields.Char(readonly=True)
    recipient_phone = fields.Char(readonly=True, help="In international form.")
    recipient_email = fields.Char(readonly=True)
    payload = fields.Json(
        readonly=True,
        groups="crm_segments.crm_segments_group_manager",
        help="The last answer about this order, as it came.",
    )
    payload_hash = fields.Char(readonly=True)
    has_items = fields.Boolean(
        readonly=True, help="Its goods are known, not only its head."
    )
    gone = fields.Boolean(
        readonly=True, help="LINE SHOPPING does not know this order any more."
    )
    dirty = fields.Boolean(
        readonly=True, help="Sale order or points do not follow it yet."
    )
    sale_order_id = fields.Many2one(
        "sale.order",
        readonly=True,
        index="btree_not_null",
        check_company=True,
        ondelete="restrict",
    )
    partner_id = fields.Many2one(
        "res.partner",
        "Buyer",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="The member who bought it; nobody until that is sure.",
    )
    match_method = fields.Selection(
        [
            ("claim", "Claimed by the member"),
            ("phone", "By phone number"),
            ("staff", "By staff"),
        ],
        "Known",
        readonly=True,
    )
    points_state = fields.Selection(
        [
            ("none", "None"),
            ("waiting", "To approve"),
            ("given", "Given"),
            ("frozen", "Frozen"),
            ("reversed", "Taken back"),
        ],
        "Points",
        required=True,
        readonly=True,
        default="none",
    )

    _number_uniq = models.UniqueIndex("(shop_id, number)")
    _dirty_idx = models.Index("(shop_id, id) WHERE dirty")
