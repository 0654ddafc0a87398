"""How a basket without a document looks to the points engine."""

from dataclasses import replace
from functools import cached_property

from .basket import CustomerFacts
from .customer_facts import read_facts
from .document_adapter import DocumentAdapter, Item


class BasketAdapter(DocumentAdapter):
    """A counter sale, a chat order: lines of products, without rewards.

    :param basket: basket.Basket whose lines name their products
    :param company: res.company where it is sold
    """

    def __init__(self, basket, company):
        self.shop = company
        super().__init__(basket)

    def _get_env(self):
        return self.shop.env

    def _get_company(self):
        return self.shop

    def _get_currency(self):
        own, name = self.shop.currency_id, self.document.currency
        if not name or name == own.name:
            return own
        return self.env["res.currency"].search([("name", "=", name)], limit=1)

    def get_customer(self):
        partner = self.env["res.partner"].sudo().browse(self.document.partner)
        return partner.browse() if partner.is_public else partner

    def get_source(self):
        return None, None

    def is_first_order(self):
        return not self.get_customer()._has_bought_before(self.company)

    def _get_items(self):
        Product = self.env["product.product"]
        no_reward = self.env["loyalty.reward"]
        for line in self.document.lines:
            yield Item(line.key, Product.browse(line.product), no_reward, True, line)

    @cached_property
    def customer_tiers(self):
        if self.document.customer != CustomerFacts():
            return self.document.customer.tiers
        return super().customer_tiers

    def _get_circumstances(self):
        return {"day": self.document.day}

    def basket(self, programs=()):
        """The basket itself; who buys is read unless its maker said so."""
        if self.document.customer != CustomerFacts():
            return self.document
        needs = programs._get_earning_needs() if programs else set()
        return replace(self.document, customer=read_facts(self, needs, programs))
