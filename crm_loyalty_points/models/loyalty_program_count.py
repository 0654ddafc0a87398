from dataclasses import replace

from odoo import api, models

from ..tools import basket as engine
from ..tools.basket_adapter import BasketAdapter


class LoyaltyProgram(models.Model):
    """Counting points where there is no document of Odoo: at the counter, for orders of
    a chat shop. The same engine and rules as in Sales and at the till."""

    _inherit = "loyalty.program"

    def _count_basket(self, basket):
        """What each of these programmes gives for a basket.

        :param basket: ``tools.basket.Basket`` whose lines name their products, as
            ``_make_basket`` makes it
        :return: {loyalty.program: basket.Outcome}; programmes that the engine does not
            count are left out
        """
        programs = self.filtered(lambda program: program._is_engine_program())
        adapter = BasketAdapter(basket, self.env.company)
        basket = adapter.basket(programs)
        return {
            program: engine.compute(adapter.policy(program), basket)
            for program in programs
        }

    @api.model
    def _make_basket(self, rows, partner=None, branch=None, team=None, **values):
        """Make the basket of a sale without a document, in the current company.

        :param rows: iterable of (product.product, quantity, unit price), perhaps with a
            discount in per cent as fourth; prices as on the product, with its taxes
        :param partner: res.partner, who buys
        :param branch: crm.branch
        :param team: crm.team, the sales channel
        :param values: other fields of the basket: ``kind`` ("counter" by default),
            ``moment`` (local, without time zone; now by default), ``customer``
        :return: ``tools.basket.Basket``
        """
        company = self.env.company
        moment = values.pop("moment", None) or company._get_local_moment()
        lines = [
            self._make_basket_line(key, company, partner, *row)
            for key, row in enumerate(rows)
        ]
        basket = engine.Basket(
            lines=tuple(lines),
            digits=company.currency_id.decimal_places,
            currency=company.currency_id.name,
            day=moment.date(),
            moment=moment,
            partner=partner.id if partner else None,
            branch=branch.id if branch else None,
            channel=team.id if team else None,
            kind="counter",
        )
        return replace(basket, **values)

    @api.model
    def _make_basket_line(self, key, company, partner, product, qty, price, discount=0):
        """:return: basket.Line, taxed as a sale order of the company does it"""
        Tax = self.env["account.tax"]
        partner = partner or self.env["res.partner"]
        position = self.env["account.fiscal.position"].with_company(company)
        position = position._get_fiscal_position(partner)
        taxes = product.taxes_id._filter_taxes_by_company(company)
        base_line = Tax._prepare_base_line_for_taxes_computation(
            None,
            product_id=product,
            tax_ids=position.map_tax(taxes),
            quantity=qty,
            price_unit=price,
            discount=discount,
            partner_id=partner,
            currency_id=company.currency_id,
            rate=1.0,
        )
        Tax._add_tax_details_in_base_line(base_line, company)
        Tax._round_base_lines_tax_details([base_line], company)
        details, digits = base_line["tax_details"], company.currency_id.decimal_places
        return engine.Line(
            key=key,
            quantity=engine.number(qty),
            total=engine.number(details["total_included_currency"], digits),
            untaxed=engine.number(details["total_excluded_currency"], digits),
            product_points=engine.number(product.loyalty_points),
            product=product.id,
        )
