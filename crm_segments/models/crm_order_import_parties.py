from odoo import api, models
from odoo.fields import Domain
from odoo.tools import split_every

from ..tools.order_columns import normal

CHUNK = 1000


class CrmOrderImport(models.Model):
    """Whose orders they are and what was sold: finding and creating both."""

    _inherit = "crm.order.import"

    def _known_numbers(self, numbers):
        """:return: set of those order numbers of this source that exist already

        In all teams of the company, whatever the user may see.
        """
        known = set()
        for chunk in split_every(CHUNK, numbers):
            orders = (
                self.env["sale.order"]
                .sudo()
                .search_fetch(
                    [
                        ("company_id", "=", self.company_id.id),
                        ("import_source", "=", self.source),
                        ("import_number", "in", list(chunk)),
                    ],
                    ["import_number"],
                )
            )
            known.update(orders.mapped("import_number"))
        return known

    def _plan_customers(self, plan):
        """:return: {customer key: contact} of all orders and returns"""
        customers = {ret.customer: {} for ret in plan.returns}
        for order in plan.orders.values():
            customers.setdefault(order.customer, order.contact)
            customers[order.customer] = customers[order.customer] or order.contact
        return customers

    def _find_customers(self, customers):
        """:return: {customer key: partner id} of the known ones"""
        return self._recognise_customers(customers)[0]

    def _recognise_customers(self, customers):
        """:return: as ``_recognise`` of crm.partner.identity"""
        phone = self._phone_reader()
        contacts = {}
        for key, contact in customers.items():
            kind, value = key
            contacts[key] = {
                "phone": value
                if kind == "phone"
                else phone(contact.get("phone") or ""),
                "email": value if kind == "email" else contact.get("email", "").lower(),
            }
        return self.env["crm.partner.identity"]._recognise(
            self.company_id, self.source, contacts
        )

    @api.model
    def _plan_skus(self, orders):
        """:return: set of product codes of the lines that will be written"""
        return {line.sku for order in orders for line in order.live_lines}

    def _find_products(self, skus):
        """:return: {code: product id}, the oldest product of each code"""
        found = {}
        for chunk in split_every(CHUNK, sorted(skus)):
            products = self.env["product.product"].search_fetch(
                Domain("default_code", "in", list(chunk))
                & Domain("company_id", "in", (False, self.company_id.id)),
                ["default_code"],
                order="id desc",
            )
            found.update({product.default_code: product.id for product in products})
        return found

    def _ensure_customers(self, batch):
        """:return: {customer key: partner id}; customers not known yet are created"""
        customers = {order.customer: order.contact for order in batch}
        found, unclear = self._recognise_customers(customers)
        missing = [key for key in customers if key not in found]
        if missing:
            self._lock_customers(missing, customers)
            partners = (
                self.env["res.partner"]
                .with_context(crm_customer=True)
                .create(
                    [self._prepare_customer(key, customers[key]) for key in missing]
                )
            )
            found.update(zip(missing, partners.ids, strict=True))
            matches = self.env["crm.customer.match"]
            matches._add_unclear(self.company_id, unclear, found)
        self._remember_customers(found)
        return found

    def _lock_customers(self, keys, customers):
        """Nobody else makes a customer of one of these phones or e-mails now."""
        phone = self._phone_reader()
        values = [value for kind, value in keys if kind != "id"]
        for key in keys:
            contact = customers[key]
            values += [
                phone(contact.get("phone") or ""),
                contact.get("email", "").lower(),
            ]
        self.env["crm.person.key"]._lock(self.company_id, values)

    def _remember_customers(self, found):
        """Keep the source's own ids of customers found otherwise."""
        ids = {
            value: partner for (kind, value), partner in found.items() if kind == "id"
        }
        self.env["crm.partner.identity"]._remember(self.company_id, self.source, ids)

    def _prepare_customer(self, key, contact):
        """:return: values of a res.partner; hidden values (***) are left out"""
        kind, value = key
        clean = {
            name: text for name, text in contact.items() if text and "*" not in text
        }
        name = clean.get("name") or self.env._("Customer %(code)s", code=value)
        state = self._find_province(clean.get("province"))
        # A province written in another language is kept as it stands.
        places = (clean.get("city"), not state and clean.get("province"))
        city = ", ".join(place for place in places if place) or False
        return {
            "name": name,
            "ref": value if kind == "id" else False,
            "phone": clean.get("phone", False) or (kind == "phone" and value),
            "email": clean.get("email", False),
            "street": clean.get("street", False),
            "subdistrict": clean.get("subdistrict", False),
            "city": city,
            "zip": clean.get("zip", False),
            "state_id": state.id,
            "country_id": state.country_id.id or self.company_id.country_id.id,
        }

    def _find_province(self, name):
        """:return: res.country.state of the company's country, by its name with or
        without the word for province, or by its code"""
        states = self.env["res.country.state"]
        wanted = normal((name or "").removeprefix("จังหวัด"))
        country = self.company_id.country_id or self.env.ref("base.th")
        return next(
            (
                state
                for state in country.state_ids
                if wanted
                and wanted
                in (normal(state.name), normal(state.code), normal(state.name_en))
            ),
            states,
        )

    def _ensure_products(self, batch):
        """:return: {code: product.product}; products not known yet are created as
        services, which have no stock to take the old sales from"""
        lines = {line.sku: line for order in batch for line in order.live_lines}
        found = self._find_products(set(lines))
        missing = [line for sku, line in lines.items() if sku not in found]
        # Sales managers may not create products by hand; the import may for them.
        products = (
            self.env["product.product"]
            .sudo()
            .create(
                [
                    {
                        "name": line.name,
                        "default_code": line.sku,
                        "type": "service",
                        "list_price": line.price,
                        "purchase_ok": False,
                    }
                    for line in missing
                ]
            )
        )
        found.update({product.default_code: product.id for product in products})
        return {
            sku: self.env["product.product"].browse(product_id)
            for sku, product_id in found.items()
        }
