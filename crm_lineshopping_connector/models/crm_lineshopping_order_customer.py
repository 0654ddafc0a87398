from collections import namedtuple

from odoo import models

from odoo.addons.crm_segments.tools.order_columns import normal

# What ``_ensure_customers`` of the order import asks of an order.
Person = namedtuple("Person", "customer contact")

ADDRESS = ("street", "subdistrict", "city", "zip")


class CrmLineshoppingOrder(models.Model):
    """Whose sale order it is, and where it goes.

    The customer is the member who bought it, where that is known. Else it is whoever
    gets the parcel: recognised by phone number or e-mail address as for orders of any
    channel, never by name; somebody new becomes a customer. Of a gift nobody knows the
    buyer, and who gets it has bought nothing: that is an address only.
    """

    _inherit = "crm.lineshopping.order"

    def _find_parties(self, batch):
        """Find or make customers and addresses of these orders.

        :param batch: ``sale_batch.SaleBatch`` of orders of one shop
        :return: {row: (customer, delivery contact)}
        """
        contacts = {row: row._contact(batch.values[row]) for row in self}
        customers = {
            row: row.partner_id for row in self if row.partner_id
        } | self._find_customers(batch, contacts)
        addresses = self._find_addresses(batch.shop, contacts, customers)
        return {row: (customers[row], addresses[row]) for row in self}

    def _contact(self, values):
        """:return: contact dict as the import of order files has it"""
        place = values["address"]
        return {
            "name": values["recipient_name"] or "",
            "phone": values["recipient_phone"] or "",
            "email": (values["recipient_email"] or "").lower(),
            "street": place["street"] or "",
            "subdistrict": place["sub_district"] or "",
            "city": place["district"] or "",
            "province": place["province"] or "",
            "zip": place["postal_code"] or "",
        }

    def _find_customers(self, batch, contacts):
        """:return: {row: res.partner} of the rows whose buyer is no known member"""
        found, people = {}, {}
        for row in self.filtered(lambda row: not row.partner_id):
            key = row._customer_key(contacts[row])
            if key:
                people[row] = Person(key, contacts[row])
            else:
                found[row] = batch.shop._unknown_partner()
        if people:
            # somebody new is called as in the first order
            first = {person.customer: person for person in reversed(people.values())}
            ids = batch.importer._ensure_customers(list(first.values()))
            partners = self.env["res.partner"].browse(set(ids.values()))
            batch.shop._note_source(partners)
            for row, person in people.items():
                found[row] = partners.browse(ids[person.customer])
        return found

    def _customer_key(self, contact):
        """:return: what identifies the buyer, None when nothing does"""
        if self.is_gift:
            return None
        for kind in ("phone", "email"):
            value = contact[kind]
            if value and "*" not in value and (kind == "phone" or "@" in value):
                return kind, value
        return None

    # -- addresses ---------------------------------------------------------------------

    def _find_addresses(self, shop, contacts, customers):
        """:return: {row: the contact it goes to}: the customer, when name and address
        are the customer's own, else a contact of the customer, made once"""
        families = self.env["res.partner"].union(*customers.values())
        families = families.commercial_partner_id
        known = {}
        wanted = {row: shop._address_values(contacts[row]) for row in contacts}
        names, phones = (
            list({values[name] for values in wanted.values() if values[name]})
            for name in ("name", "phone")
        )
        # the unknown buyer has a contact for each gift there ever was
        children = self.env["res.partner"].search(
            [
                ("parent_id", "in", families.ids),
                *("|", ("name", "in", names), ("phone", "in", phones)),
            ],
            order="id desc",
        )
        for partner in (*children, *families):
            owner = partner.commercial_partner_id
            known[(owner, *_address_of(partner))] = partner
        found, missing = {}, {}
        for row, values in wanted.items():
            owner = customers[row].commercial_partner_id
            place = (owner, *_address_of(values))
            if not any(values[name] for name in ADDRESS) and not row.is_gift:
                found[row] = customers[row]
            elif place in known:
                found[row] = known[place]
            else:
                missing.setdefault(place, (values, []))[1].append(row)
        made = self.env["res.partner"].create(
            [
                row[0]._prepare_address(owner, values)
                for (owner, *_rest), (values, row) in missing.items()
            ]
        )
        for partner, (_values, rows) in zip(made, missing.values(), strict=True):
            found.update(dict.fromkeys(rows, partner))
        return found

    def _prepare_address(self, owner, values):
        """:return: values of a res.partner, one more address of a customer; no other
        order of the customer takes it by itself"""
        return {
            **values,
            "name": values["name"] or owner.name,
            "parent_id": owner.id,
            "type": "other",
            "lineshopping_recipient": self.is_gift,
        }


def _address_of(partner):
    """:param partner: res.partner, or its values
    :return: tuple by which an address is known again"""
    return tuple(normal(partner[name] or "") for name in ("name", "phone", *ADDRESS))
