from collections import defaultdict

from odoo import models
from odoo.tools import SQL

from ..tools.basket import ZERO, number
from ..tools.frozen_goods import Back
from ..tools.invoiced import InvoicedLine


class SaleOrder(models.Model):
    """What came back of an order, from all who may say so.

    **The rule.** One line of an order may be reported as returned by several sources:
    a file of a marketplace (``returned_qty``), a credit note, a stock return. They are
    about the same goods, so the units returned are the **most** that any of them
    reports, never their sum. The money returned is the larger of those units' share of
    the line and of what credit notes gave back for it.

    A source counts only what goes beyond the order as it stands now: whoever lowers the
    quantity of an order from 3 to 2 and then credits or takes back the third piece has
    returned nothing more. So of credited (returned) units those are left out that were
    invoiced (delivered) beyond the ordered quantity. The same holds for goods that are
    invoiced or delivered again after they came back.

    On a credit note a line at its full price means goods; at a lower price it is a
    reduction of the price, which lowers the money and leaves the goods.
    """

    _inherit = "sale.order"

    def _get_returned_goods(self, supposed=None):
        """What came back of these orders so far, by the rule above.

        :param dict supposed: returns that have not happened, for previews:
            {"credit": [(order line id, positive quantity, price_total,
            price_subtotal)], any other source: {order line id: quantity}}
        :return: {order id: {order line id: frozen_goods.Back}}
        """
        supposed = supposed or {}
        lines = self.sudo().order_line.filtered(lambda line: not line.display_type)
        if not lines.ids:
            return {}
        units = defaultdict(lambda: ZERO)
        sources = lines._get_returned_sources()
        for source in {*sources, *supposed} - {"credit"}:
            quantities, assumed = sources.get(source, {}), supposed.get(source, {})
            for line_id in {*quantities, *assumed}:
                quantity = quantities.get(line_id, ZERO) + number(
                    assumed.get(line_id, 0)
                )
                units[line_id] = max(units[line_id], quantity)
        result = defaultdict(dict)
        credited = lines._get_credited(supposed.get("credit", ()))
        for line in lines:
            back = credited.get(line.id, Back())
            quantity = max(units[line.id], back.quantity)
            if quantity > 0 or back.total or back.untaxed:
                back = Back(quantity, back.total, back.untaxed)
                result[line.order_id.id][line.id] = back
        for order in self:
            order._fold_combos(result[order.id])
        return {key: value for key, value in result.items() if value}

    def _fold_combos(self, back):
        """A combo is priced by its items: so much of it came back as of the item of
        which least did; their money adds up."""
        items = self.order_line.filtered(
            lambda line: line.combo_item_id and line.linked_line_id
        )
        for combo, parts in items.grouped("linked_line_id").items():
            backs = [back.pop(part.id, Back()) for part in parts]
            share = min(
                each.quantity / (number(part.product_uom_qty) or 1)
                for each, part in zip(backs, parts, strict=True)
            )
            quantity = number(share * number(combo.product_uom_qty))
            if any(each != Back() for each in backs):
                back[combo.id] = Back(
                    max(quantity, back.get(combo.id, Back()).quantity),
                    sum(each.total for each in backs),
                    sum(each.untaxed for each in backs),
                )


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _get_returned_sources(self):
        """Who reports returned goods, besides credit notes; to be extended.

        :return: {name of the source: {order line id: Decimal units in all}}
        """
        reported = {
            line.id: number(line.returned_qty) for line in self if line.returned_qty
        }
        return {"file": reported}

    def _get_credited(self, supposed=()):
        """What posted credit notes gave back for these lines.

        :param supposed: rows of a credit note that does not exist, see
            ``sale.order._get_returned_goods``
        :return: {order line id: frozen_goods.Back}
        """
        invoiced = defaultdict(InvoicedLine)
        for line_id, refund, *figures in self._get_invoiced_rows():
            invoiced[line_id].add(refund, *figures)
        for line_id, *figures in supposed:
            invoiced[line_id].add(True, *(number(abs(each)) for each in figures))
        return {
            line.id: invoiced[line.id].credited(
                number(line.product_uom_qty),
                abs(number(line.price_total, 2)),
                abs(number(line.price_subtotal, 2)),
            )
            for line in self
            if line.id in invoiced and not line.is_downpayment
        }

    def _get_invoiced_rows(self):
        """:return: [(order line id, whether it gives money back, quantity in the order
        line's unit, price_total, price_subtotal in the order's currency)] of the
        lines of posted invoices and credit notes, all positive"""
        self.env["account.move"].flush_model(["state", "move_type"])
        self.env["account.move.line"].flush_model(["quantity", "sale_line_ids"])
        rows = self.env.execute_query(
            SQL(
                """SELECT rel.order_line_id, item.id,
                          (move.move_type = 'out_refund') <> (item.quantity < 0)
                     FROM sale_order_line_invoice_rel rel
                     JOIN account_move_line item ON item.id = rel.invoice_line_id
                     JOIN account_move move ON move.id = item.move_id
                    WHERE rel.order_line_id = ANY(%s) AND move.state = 'posted'
                      AND move.move_type IN ('out_invoice', 'out_refund')
                 ORDER BY item.id""",
                self.ids,
            )
        )
        items = self.env["account.move.line"].sudo().browse(row[1] for row in rows)
        items.fetch(["quantity", "product_uom_id", "price_total", "price_subtotal"])
        return [
            (line_id, refund, *self.browse(line_id)._invoiced_figures(item))
            for (line_id, _id, refund), item in zip(rows, items, strict=True)
        ]

    def _invoiced_figures(self, item):
        quantity, unit = item.quantity, item.product_uom_id
        if unit and self.product_uom_id and unit != self.product_uom_id:
            quantity = unit._compute_quantity(
                quantity, self.product_uom_id, round=False
            )
        amounts = (item.price_total, item.price_subtotal)
        currency = item.currency_id
        if currency != self.currency_id:
            amounts = (
                currency._convert(amount, self.currency_id, date=item.date)
                for amount in amounts
            )
        return [number(abs(each)) for each in (quantity, *amounts)]
