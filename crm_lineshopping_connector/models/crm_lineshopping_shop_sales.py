from odoo import api, fields, models
from odoo.exceptions import ValidationError

# What the shop's own products of an order are for, and how they are called.
OWN_PRODUCTS = ("placeholder", "shipping", "discount")


class CrmLineshoppingShop(models.Model):
    """How orders of the shop become sale orders."""

    _inherit = "crm.lineshopping.shop"

    team_id = fields.Many2one(
        "crm.team",
        "Sales Channel",
        check_company=True,
        default=lambda self: self.env.ref(
            "crm_lineshopping_connector.crm_lineshopping_team", False
        ),
        ondelete="restrict",
        help="Orders, customers and figures can be searched by it.",
    )
    branch_id = fields.Many2one(
        "crm.branch",
        check_company=True,
        domain="[('company_id', '=', company_id)]",
        ondelete="restrict",
        help="The branch that sells. Goods leave from its warehouse, where it has one.",
    )
    source_id = fields.Many2one(
        "utm.source",
        default=lambda self: self.env.ref(
            "crm_lineshopping_connector.crm_lineshopping_source", False
        ),
        ondelete="set null",
        help="Where orders and new customers come from.",
    )
    confirm_cod = fields.Selection(
        [("ready", "When it is ready to ship"), ("paid", "When the parcel is paid")],
        "Confirm Cash on Delivery",
        required=True,
        default="ready",
        help="Any other order is confirmed when it is paid.",
    )
    books_from = fields.Date(
        "Stock and Invoices from",
        default=fields.Date.context_today,
        help="Orders placed before this day are history: no deliveries are made for "
        "them, and there is nothing to invoice. Empty: all orders are history.",
    )
    make_deliveries = fields.Boolean(
        "Deliveries", default=True, help="Confirmed orders make deliveries in Odoo."
    )
    invoicing = fields.Selection(
        [
            ("none", "None: they are made elsewhere"),
            ("manual", "By hand"),
            ("draft", "Draft when the order is paid"),
            ("paid", "Posted and paid when the order is paid"),
        ],
        "Invoices",
        required=True,
        default="manual",
    )
    payment_journal_id = fields.Many2one(
        "account.journal",
        "Money Comes to",
        check_company=True,
        domain="[('type', 'in', ('bank', 'cash')), ('company_id', '=', company_id)]",
        ondelete="restrict",
        help="The account on which LINE SHOPPING's money is expected.",
    )
    placeholder_product_id = fields.Many2one(
        "product.product",
        "Unknown Products",
        check_company=True,
        ondelete="restrict",
        help="Stands in orders for what has no product in Odoo yet.",
    )
    shipping_product_id = fields.Many2one(
        "product.product", "Shipping", check_company=True, ondelete="restrict"
    )
    discount_product_id = fields.Many2one(
        "product.product",
        "Discounts",
        check_company=True,
        ondelete="restrict",
        help="For discounts on a whole order.",
    )
    unknown_partner_id = fields.Many2one(
        "res.partner",
        "Unknown Buyer",
        copy=False,
        readonly=True,
        ondelete="restrict",
        help="Customer of the gifts whose buyer nobody knows. It is archived, so that "
        "it is nowhere among the customers.",
    )

    @api.constrains("invoicing", "payment_journal_id")
    def _check_payment_journal(self):
        for shop in self:
            if shop.invoicing == "paid" and not shop.payment_journal_id:
                raise ValidationError(
                    self.env._("Choose where the money of paid invoices comes to.")
                )

    def _source_name(self):
        """:return: what identities and matches call this shop"""
        self.ensure_one()
        return f"lineshopping:{self.id}"

    def _responsible(self):
        """:return: res.users who is asked, somebody who may answer in any case"""
        self.ensure_one()
        if self.user_id.active:
            return self.user_id
        group = self.env.ref("crm_segments.crm_segments_group_editor")
        users = group.sudo().all_user_ids.filtered(
            lambda user: self.company_id in user.company_ids and user.active
        )
        return users.sorted("id")[:1] or self.env.user

    def _note_source(self, partners):
        """New customers came from here, unless somebody knows better."""
        new = partners.filtered(
            lambda partner: (
                not partner.acquisition_source_id
                and partner.create_date == self.env.cr.now()
            )
        )
        if self.source_id and new:
            new.acquisition_source_id = self.source_id

    def _address_values(self, contact):
        """:param dict contact: as the import of order files has it
        :return: values of a res.partner"""
        importer = self.env["crm.order.import"].new({"company_id": self.company_id.id})
        values = importer._prepare_customer(("id", ""), contact)
        return {**values, "ref": False, "name": contact["name"] or False}

    def _own_product(self, kind):
        """:param str kind: one of OWN_PRODUCTS
        :return: product.product, made when the shop has none yet"""
        self.ensure_one()
        name = f"{kind}_product_id"
        if not self[name]:
            product = self.env["product.product"].sudo()
            self.sudo()[name] = product.create(self._own_product_values()[kind])
        return self[name]

    def _own_product_values(self):
        """:return: {kind: values of product.product}"""
        same = {
            "type": "service",
            "list_price": 0.0,
            "purchase_ok": False,
            "company_id": self.company_id.id,
        }
        return {
            "placeholder": {
                **same,
                "name": self.env._("Unknown product of LINE SHOPPING"),
            },
            "shipping": {**same, "name": self.env._("Shipping (LINE SHOPPING)")},
            "discount": {**same, "name": self.env._("Discount (LINE SHOPPING)")},
        }

    def _unknown_partner(self):
        """:return: res.partner of orders whose buyer nobody knows"""
        self.ensure_one()
        if not self.unknown_partner_id:
            self.sudo().unknown_partner_id = (
                self.env["res.partner"]
                .sudo()
                .create(
                    {
                        "name": self.env._("Unknown buyer (%(shop)s)", shop=self.name),
                        "company_id": self.company_id.id,
                        "active": False,
                        "lineshopping_unknown": True,
                    }
                )
            )
        return self.unknown_partner_id

    def _is_history(self, moment):
        """:param moment: when an order was placed, in UTC, or None
        :return: whether such an order is from before the books"""
        self.ensure_one()
        if not self.books_from or not moment:
            return True
        return self.company_id._get_local_moment(moment).date() < self.books_from
