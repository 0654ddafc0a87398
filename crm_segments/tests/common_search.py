from ast import literal_eval
from unittest.mock import patch

from odoo import Command

from odoo.addons.crm_segments.wizard import crm_customer_search

from .common_shop import ShopCase

CHOICES = {
    "gender_ids": ("gender", ["female", "male", "other"]),
    "lifecycle_ids": ("lifecycle", ["new", "regular", "lapsed", "prospect"]),
    "birth_month_ids": ("birth_month", ["01", "05", "12"]),
    "residence_type_ids": ("residence_type", ["townhouse", "condominium"]),
    "weekday_ids": ("weekday", ["1", "5", "7"]),
}


class SearchCase(ShopCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.searches = cls.env["crm.customer.search"]
        cls.partners = cls.env["res.partner"].with_context(crm_customer=True)
        # a busy machine is no reason to find nobody
        cls.startClassPatcher(patch.object(crm_customer_search, "COUNT_SECONDS", 300))

    def fill(self, form):
        """:return: the form filled in; choices by their value, areas by their name"""
        values = {}
        for name, value in form.items():
            if name == "blocks":
                name = "block_ids"
                value = [Command.create(self.values_of(block)) for block in value]
                values[name] = value
        return self.searches.create({**self.values_of(form), **values})

    def values_of(self, form):
        values = {}
        for name, value in form.items():
            if name == "blocks":
                continue
            if name in CHOICES:
                value = self.choices(CHOICES[name][0], value).ids
            elif name == "area_ids":
                value = self.env["crm.branch.area"].search([("name", "in", value)]).ids
            values[name] = value
        return values

    def choices(self, criterion, values):
        return self.env["crm.search.choice"].search(
            [("criterion", "=", criterion), ("value", "in", values)]
        )

    def find(self, search):
        """:return: set of the ids of the customers that the list would show"""
        partners = self.env["res.partner"].with_context(tz=self.company.customer_tz)
        domain = literal_eval(search.domain)
        return set(partners.search([("member_number", "!=", False), *domain]).ids)
