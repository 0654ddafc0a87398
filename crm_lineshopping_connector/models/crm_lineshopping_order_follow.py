from odoo import fields, models

from ..tools import sale_plan
from ..tools.sale_batch import SaleBatch

KEEP_ADDRESS_QUIET = {"update_delivery_shipping_partner": True}


class CrmLineshoppingOrder(models.Model):
    """Sale orders that exist follow what changed.

    Before it is confirmed a sale order becomes what the order is now. Afterwards only
    its buyer, its address and products that staff have told follow; other goods or
    amounts are for staff to look at.
    """

    _inherit = "crm.lineshopping.order"

    sale_by_buyer = fields.Boolean(
        readonly=True, help="The sale order is its customer's because he bought it."
    )

    def _settle_points(self):
        """Whoever claims an order, or is found later, has its sale order, too."""
        self.sudo()._bring_to_buyers()
        return super()._settle_points()

    def _bring_to_buyers(self):
        moved = self.filtered(
            lambda row: (
                row.sale_order_id.lineshopping_order_id
                and row.has_items
                and (
                    row.partner_id.commercial_partner_id
                    != row.sale_order_id.partner_id.commercial_partner_id
                    if row.partner_id
                    else row.sale_by_buyer
                )
            )
        )
        for shop, rows in moved.grouped("shop_id").items():
            rows = rows.with_company(shop.company_id)
            parties = rows._find_parties(SaleBatch(shop, rows))
            for row in rows:
                row._follow_parties(*parties[row])

    def _update_sales(self, batch, parties, troubles):
        for row in self:
            sale = row.sale_order_id
            wanted = batch.wanted_state(row)
            if sale.state == "cancel":
                if wanted == sale_plan.CANCELLED:
                    row._follow_parties(*parties[row])
                    continue
                if not row.sale_cancelled:
                    troubles[row] = self.env._(
                        "%(order)s is cancelled here, but not on LINE SHOPPING.",
                        order=sale.name,
                    )
                    continue
                sale.action_draft()
                row.write({"sale_cancelled": False, "sale_hash": False})
            row._follow_parties(*parties[row])
            if sale.state in ("draft", "sent"):
                row._follow_lines(batch)
            else:
                text = row._follow_confirmed(batch)
                if text and wanted != sale_plan.CANCELLED:
                    troubles[row] = text

    def _follow_parties(self, partner, address):
        """The buyer became known, or the address changed."""
        sale = self.sale_order_id
        values = {}
        posted = any(move.state == "posted" for move in sale.invoice_ids)
        if sale.partner_id != partner and not posted and self._may_move(partner):
            values = self._sale_parties(partner, address)
        elif sale.partner_shipping_id != address and self._belongs(address):
            values = {"partner_shipping_id": address.id}
        if "partner_id" in values:
            self.sale_by_buyer = bool(self.partner_id)
        if values:
            sale.with_context(**KEEP_ADDRESS_QUIET).write(values)

    def _may_move(self, partner):
        """:return: whether the sale order is to become this customer's: a known
        buyer's, or, while nothing is confirmed, whoever gets the parcel now. Of a
        confirmed one only an unknown buyer becomes known."""
        old = self.sale_order_id.partner_id.commercial_partner_id
        if old == partner.commercial_partner_id:
            return False
        if self.partner_id or self.sale_by_buyer:
            return True
        unknown = self.shop_id.unknown_partner_id
        return self.sale_order_id.state in ("draft", "sent") or (
            old == unknown and partner != unknown
        )

    def _belongs(self, address):
        owner = self.sale_order_id.partner_id.commercial_partner_id
        return address.commercial_partner_id == owner

    def _follow_lines(self, batch):
        """Write the lines of a quotation anew, when they changed."""
        fresh = sale_plan.plan_hash(batch.lines[self])
        if fresh == self.sale_hash:
            return self._follow_products()
        sale = self.sale_order_id
        sale.order_line.unlink()
        sale.write(
            {
                "order_line": self._prepare_lines(batch),
                "date_order": self._get_sale_moment(),
            }
        )
        self.sale_hash = fresh
        self._check_total(batch)

    def _follow_confirmed(self, batch):
        """:return: text for staff, or None when the sale order says the same"""
        self._follow_products()
        if sale_plan.plan_hash(batch.lines[self]) == self.sale_hash:
            return None
        return self.env._(
            "Goods or amounts changed on LINE SHOPPING after %(order)s was confirmed: "
            "%(old)s here, %(new)s there.",
            order=self.sale_order_id.name,
            old=self.sale_order_id.amount_total,
            new=self.total,
        )

    def _follow_products(self):
        """Put the products in that staff have told since; what was delivered or
        invoiced stays."""
        changed = self.sale_order_id.order_line.filtered(
            lambda line: (
                line.lineshopping_product_id.product_id
                and line.lineshopping_product_id.product_id != line.product_id
                and line.product_updatable
            )
        )
        for line in changed:
            product = line.lineshopping_product_id.product_id
            # The price stays, and so do the taxes it was counted with.
            line.write(
                {
                    "product_id": product.id,
                    "product_uom_id": product.uom_id.id,
                    "name": line.name,
                    "price_unit": line.price_unit,
                    "technical_price_unit": line.price_unit,
                    "tax_ids": [(6, 0, line.tax_ids.ids)],
                    "extra_tax_data": line.extra_tax_data,
                    "discount": 0.0,
                    "product_uom_qty": line.product_uom_qty,
                }
            )
        sale = self.sale_order_id
        if changed and sale.state == "sale" and self.shop_id.make_deliveries:
            if not self.shop_id._is_history(self._get_sale_moment()):
                changed._launch_lineshopping_stock()
