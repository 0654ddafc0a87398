from odoo import Command, models
from odoo.tools import float_round

from ..tools import sale_plan


class CrmLineshoppingOrder(models.Model):
    """Lines of the sale order. Their sum is what the order costs on LINE SHOPPING, to
    the satang, whatever the taxes of the products are.

    Prices there are with tax. Of a product whose taxes come on top, Odoo's price is
    without; what rounding would make of that is overruled by the amounts that were
    counted from the price with tax (``extra_tax_data``, which invoices take over).
    """

    _inherit = "crm.lineshopping.order"

    def _prepare_lines(self, batch):
        """:return: list of commands of new sale.order.line"""
        self.ensure_one()
        shares, values = {}, []
        for line in batch.lines[self]:
            if line.kind == sale_plan.DISCOUNT:
                continue
            product, taxes = self._line_product(batch, line)
            if line.kind == sale_plan.GOODS:
                gross = sale_plan.line_amount(line)
                shares[taxes] = shares.get(taxes, sale_plan.ZERO) + gross
            values.append(self._prepare_line(batch, line, product, taxes))
        for line in batch.lines[self]:
            if line.kind == sale_plan.DISCOUNT:
                values += self._prepare_discount(batch, line, shares)
        return [Command.create(vals) for vals in values]

    def _line_product(self, batch, line):
        """:return: (product.product, account.tax) of a line"""
        if line.kind == sale_plan.GOODS:
            product = batch.product(line.key)
        elif line.kind == sale_plan.SHIPPING:
            product = batch.shop._own_product("shipping")
        else:
            # what no line explains has no tax
            return batch.shop._own_product("discount"), self.env["account.tax"]
        if product not in batch.taxes:
            taxes = product.taxes_id._filter_taxes_by_company(batch.shop.company_id)
            batch.taxes[product] = taxes
        return product, batch.taxes[product]

    def _prepare_discount(self, batch, line, shares):
        """A discount lowers the price of the goods, each with its taxes.

        :param dict shares: {account.tax of goods: their Decimal amount}
        :return: values of the lines, one for each way to be taxed
        """
        product = batch.shop._own_product("discount")
        shares = shares or {self.env["account.tax"]: sale_plan.ZERO}
        return [
            self._prepare_line(batch, line._replace(price=part), product, taxes)
            for taxes, part in sale_plan.split_amount(line.price, shares).items()
            if part
        ]

    def _prepare_line(self, batch, line, product, taxes):
        """:return: values of a sale.order.line. Given values are not computed, which is
        most of the speed."""
        price, extra = self._get_price(batch, line, taxes)
        goods = batch.goods[line.key] if line.kind == sale_plan.GOODS else False
        return {
            "lineshopping_kind": line.kind,
            "lineshopping_product_id": goods and goods.id,
            "product_id": product.id,
            "product_uom_id": product.uom_id.id,
            "name": self._line_name(line, product),
            "product_uom_qty": float(line.quantity),
            "price_unit": price,
            "technical_price_unit": price,
            "discount": 0.0,
            "tax_ids": [Command.set(taxes.ids)] if taxes else [],
            "extra_tax_data": extra,
            "customer_lead": product.sale_delay,
            "analytic_distribution": False,
        }

    def _line_name(self, line, product):
        if line.kind == sale_plan.DIFFERENCE:
            return self.env._("Difference to the total on LINE SHOPPING")
        return line.name or product.display_name

    # -- prices ------------------------------------------------------------------------

    def _get_price(self, batch, line, taxes):
        """:return: (price of a piece as Odoo has it, ``extra_tax_data``)"""
        price, quantity = float(line.price), float(line.quantity)
        key = (taxes, price, quantity)
        if key not in batch.prices:
            flat = taxes._flatten_taxes_and_sort_them()[0]
            if not quantity or all(tax.price_include for tax in flat):
                batch.prices[key] = price, False
            else:
                batch.prices[key] = self._split_price(batch, line, taxes)
        return batch.prices[key]

    def _split_price(self, batch, line, taxes):
        """See ``_get_price``; of taxes that come on top of the price."""
        company = batch.shop.company_id
        currency, quantity = company.currency_id, float(line.quantity)
        Tax = self.env["account.tax"]
        base = Tax._prepare_base_line_for_taxes_computation(
            {},
            tax_ids=taxes,
            price_unit=float(line.price),
            quantity=quantity,
            currency_id=currency,
            rate=1.0,
            special_mode="total_included",
        )
        Tax._add_tax_details_in_base_line(base, company)
        Tax._round_base_lines_tax_details([base], company)
        details = base["tax_details"]
        amounts = {
            tax_data["tax"]: currency.round(tax_data["tax_amount_currency"])
            for tax_data in details["taxes_data"]
        }
        gross = float(sale_plan.line_amount(line))
        untaxed = currency.round(gross - sum(amounts.values()))
        included = sum(amount for tax, amount in amounts.items() if tax.price_include)
        digits = self.env["decimal.precision"].precision_get("Product Price")
        price = float_round((untaxed + included) / quantity, precision_digits=digits)
        return price, {
            "currency_id": currency.id,
            "price_unit": price,
            "discount": 0.0,
            "quantity": quantity,
            "rate": 1.0,
            "manual_total_excluded_currency": untaxed,
            "manual_total_excluded": untaxed,
            "manual_tax_amounts": {
                str(tax_data["tax"].id): {
                    "tax_amount_currency": amounts[tax_data["tax"]],
                    "tax_amount": amounts[tax_data["tax"]],
                    "base_amount_currency": untaxed,
                    "base_amount": untaxed,
                }
                for tax_data in details["taxes_data"]
            },
        }
