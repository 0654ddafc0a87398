from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools.sale_plan import goods_key


class CrmLineshoppingProduct(models.Model):
    """What is sold on LINE SHOPPING, and which product of Odoo it is.

    A row for each combination of product, variant and code (SKU) that was ever in an
    order. It finds its product by the code or the barcode; of what has neither, staff
    say once what it is.
    """

    _name = "crm.lineshopping.product"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _description = "Product on LINE SHOPPING"
    _order = "seen_at desc, id desc"
    _check_company_auto = True

    shop_id = fields.Many2one(
        "crm.lineshopping.shop", required=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="shop_id.company_id", store=True, index=True)
    key = fields.Char(required=True, readonly=True)
    name = fields.Char("Name There", readonly=True)
    variant = fields.Char(readonly=True)
    sku = fields.Char("SKU", readonly=True)
    barcode = fields.Char(readonly=True)
    product_no = fields.Char("Product ID", readonly=True)
    variant_no = fields.Char("Variant ID", readonly=True)
    price = fields.Float(digits="Product Price", readonly=True)
    seen_at = fields.Datetime("First Seen", readonly=True)
    product_id = fields.Many2one(
        "product.product",
        "Product in Odoo",
        index="btree_not_null",
        check_company=True,
        ondelete="restrict",
    )
    matched_by = fields.Selection(
        [("sku", "By code"), ("barcode", "By barcode"), ("staff", "By staff")],
        "Found",
        readonly=True,
    )
    order_line_ids = fields.One2many("sale.order.line", "lineshopping_product_id")
    order_count = fields.Integer("Orders", compute="_compute_order_count")

    _key_uniq = models.UniqueIndex("(shop_id, key)")
    _todo_idx = models.Index("(shop_id, id) WHERE product_id IS NULL")

    @api.depends("name", "variant", "sku")
    def _compute_display_name(self):
        for row in self:
            parts = (row.sku and f"[{row.sku}]", row.name, row.variant)
            row.display_name = " ".join(part for part in parts if part) or row.key

    @api.depends("order_line_ids")
    def _compute_order_count(self):
        counts = dict(
            self.env["sale.order.line"]._read_group(
                [("lineshopping_product_id", "in", self.ids)],
                ["lineshopping_product_id"],
                ["order_id:count_distinct"],
            )
        )
        for row in self:
            row.order_count = counts.get(row, 0)

    def write(self, vals):
        """Another product is put into the orders that have this one."""
        if "product_id" not in vals:
            return super().write(vals)
        changed = self.filtered(lambda row: row.product_id.id != vals["product_id"])
        if "matched_by" not in vals:
            by = "staff" if vals["product_id"] else False
            vals = {**vals, "matched_by": by}
        result = super().write(vals)
        changed._apply()
        return result

    def action_find(self):
        """Look for the products of these rows again, by code and barcode."""
        self.check_access("write")
        todo = self.filtered(lambda row: not row.product_id)
        for shop, rows in todo.grouped("shop_id").items():
            rows._find_products(shop)
        missing = len(todo.filtered(lambda row: not row.product_id))
        text = self.env._("Every product was found.")
        if missing:
            text = self.env._("%(count)s products are still unknown.", count=missing)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning" if missing else "success",
                "message": text,
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def action_apply(self):
        """Put the product into the orders again that still have another one."""
        self.check_access("write")
        if any(not row.product_id for row in self):
            raise UserError(self.env._("Choose the product in Odoo first."))
        self._apply()
        return True

    def action_view_orders(self):
        """:return: the list of the sale orders with this product"""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id("sale.action_orders")
        domain = [("order_line.lineshopping_product_id", "=", self.id)]
        action.update(domain=domain, context={"create": False})
        return action

    # -- finding -----------------------------------------------------------------------

    @api.model
    def _of_items(self, shop, items, now):
        """The rows of goods in orders; what was never seen before gets one.

        :param shop: crm.lineshopping.shop
        :param items: goods as ``myshop_order.normal_item`` has them
        :return: {key: crm.lineshopping.product (superuser)}
        """
        wanted = {goods_key(item): item for item in items}
        rows = self.sudo().search(
            [("shop_id", "=", shop.id), ("key", "in", list(wanted))]
        )
        known = {row.key: row for row in rows}
        missing = {key: item for key, item in wanted.items() if key not in known}
        if missing:
            known.update(self._add(shop, missing, now))
        return known

    def _add(self, shop, items, now):
        """:param dict items: {key: normal item}
        :return: {key: new row}"""
        values = [self._new_values(shop, key, items[key], now) for key in items]
        rows = self.sudo().create(values)
        rows._find_products(shop)
        rows.filtered(lambda row: not row.product_id)._ask()
        return {row.key: row for row in rows}

    @api.model
    def _new_values(self, shop, key, item, now):
        numbers = {
            name: str(item[source]) if item[source] is not None else False
            for name, source in (
                ("product_no", "product_id"),
                ("variant_no", "variant_id"),
            )
        }
        return {
            **numbers,
            "shop_id": shop.id,
            "key": key,
            "name": item["name"],
            "variant": item["variant"],
            "sku": item["sku"],
            "barcode": item["barcode"],
            "price": float(item["unit_price"]),
            "seen_at": now,
        }

    def _find_products(self, shop):
        """Set the products of these rows by code, then by barcode, then by what staff
        said of the same variant under another code."""
        codes = {row.sku for row in self if row.sku}
        barcodes = {code for row in self for code in (row.barcode, row.sku) if code}
        by_code = self._products_by(shop, "default_code", codes)
        by_barcode = self._products_by(shop, "barcode", barcodes)
        for row in self:
            product = by_code.get(row.sku)
            by = "sku" if product else "barcode"
            product = product or by_barcode.get(row.barcode) or by_barcode.get(row.sku)
            if not product:
                product, by = row._said_before(), "staff"
            if product:
                row.write({"product_id": product.id, "matched_by": by})

    @api.model
    def _products_by(self, shop, field, codes):
        """:return: {code: product.product}, the oldest of each code"""
        if not codes:
            return {}
        products = (
            self.env["product.product"]
            .sudo()
            .search_fetch(
                Domain(field, "in", list(codes))
                & Domain("company_id", "in", (False, shop.company_id.id)),
                [field],
                order="id desc",
            )
        )
        return {product[field]: product for product in products}

    def _said_before(self):
        """:return: product that staff chose for the same goods, whose code is another
        by now"""
        self.ensure_one()
        if not (self.variant_no or self.product_no):
            return self.product_id
        twins = self.sudo().search(
            [
                ("shop_id", "=", self.shop_id.id),
                ("product_no", "=", self.product_no),
                ("variant_no", "=", self.variant_no),
                ("matched_by", "=", "staff"),
                ("id", "!=", self.id),
            ],
            order="seen_at desc",
            limit=1,
        )
        return twins.product_id

    # -- asking, and following the answer ----------------------------------------------

    def _ask(self):
        """Ask staff what these are: one activity each, however many orders have it."""
        for row in self:
            user = row.shop_id._responsible()
            row.activity_schedule(
                "mail.mail_activity_data_todo",
                summary=self.env._("Which product is it?"),
                note=self.env._(
                    "LINE SHOPPING sells %(name)s, which is no product in Odoo. "
                    "Choose one, and all its orders follow.",
                    name=row.display_name,
                ),
                user_id=user.id,
            )

    def _apply(self):
        """Let the orders with these goods follow, in the background."""
        known = self.filtered("product_id")
        if not known:
            return
        known.sudo().activity_ids.unlink()
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """UPDATE crm_lineshopping_order row SET dirty = TRUE
                     FROM sale_order_line line
                     JOIN crm_lineshopping_product goods
                       ON goods.id = line.lineshopping_product_id
                    WHERE goods.id = ANY(%s) AND row.sale_order_id = line.order_id
                      AND line.product_id IS DISTINCT FROM goods.product_id
                      AND NOT row.dirty
                RETURNING row.id""",
                known.ids,
            )
        )
        orders = self.env["crm.lineshopping.order"].browse(id_ for (id_,) in rows)
        orders.invalidate_recordset(["dirty"])
        if orders:
            orders._trigger_settle()
