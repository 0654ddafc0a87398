"""The customers of the demo shop, as the loader needs them."""

from datetime import timedelta

from odoo import Command

MODULE = "crm_segments"
GROUPS = ("retail", "wholesale", "silver", "gold", "platinum")


class CustomerLoader:
    """The part of the loader that makes customers."""

    def _create_partners(self):
        """:return: list of res.partner in the order of the drawn people"""
        tags = self._create_named("res.partner.category", self.shop.names["tags"])
        sources = self._create_named("utm.source", self.shop.names["sources"])
        groups = {code: self._customer_group(code) for code in GROUPS}
        states = {row.place["province"] for row in self.shop.people}
        states = {code: self._state(code).id for code in states}
        vals_list = [
            {
                **self._profile_vals(person),
                "is_company": bool(person.contact),
                "phone": person.phone,
                "email": person.email,
                "street": f"{person.street} {person.place['street']}",
                "street2": person.place["sub_district"],
                "city": person.place["district"],
                "zip": person.place["zip"],
                "state_id": states[person.place["province"]],
                "country_id": self.env.ref("base.th").id,
                "lang": self._language(person),
                "category_id": [Command.set([tags[tag].id for tag in person.tags])],
                "customer_group_id": groups[person.group].id,
                "acquisition_source_id": sources[person.source].id,
            }
            for person in self.shop.people
        ]
        partners = self.env["res.partner"].with_context(crm_customer=True)
        partners = partners.create(vals_list)
        self._create_contacts(partners)
        self._record_consents(partners)
        return list(partners)

    def _record_consents(self, partners):
        """Two of three agreed to messages when they joined, and few took it back."""
        joined = {}
        for order in self.shop.orders:
            joined.setdefault(order.person, self._to_utc(order.when))
        vals_list = []
        for index, moment in joined.items():
            vals = {
                "partner_id": partners[index].id,
                "purpose": "marketing_sms",
                "given": True,
                "policy_version": "1.0",
                "date": moment,
                "source": "counter",
                "address": partners[index].phone,
                "company_id": self.company.id,
            }
            if index % 3:
                vals_list.append(vals)
            if index % 29 == 1:
                later = min(moment + timedelta(days=40), self.now)
                vals_list.append({**vals, "given": False, "date": later})
        self.env["crm.consent"].create(vals_list)

    def _profile_vals(self, person):
        if person.contact:
            return {"name": person.first_name}
        return {
            "first_name": person.first_name,
            "last_name": person.last_name,
            "nickname": person.nickname,
            "gender": person.gender or False,
            "birthdate": person.birthdate,
            "weight": person.weight,
            "height": person.height,
            "residence_type": person.residence or False,
        }

    def _language(self, person):
        thai = self.thai and not person.first_name.isascii()
        return "th_TH" if thai else "en_US"

    def _create_contacts(self, partners):
        """Give each company the person the shop talks to."""
        self.env["res.partner"].create(
            [
                {"name": person.contact, "parent_id": partner.id, "type": "contact"}
                for person, partner in zip(self.shop.people, partners, strict=True)
                if person.contact
            ]
        )

    def _create_named(self, model, rows):
        """:return: dict of English name -> record, one that exists first"""
        records = {}
        for english, thai, *_weight in rows:
            record = self.env[model].search([("name", "=", english)], limit=1)
            if not record:
                record = self.env[model].create({"name": english})
                if record._fields["name"].translate:
                    self._translate(record, "name", thai)
            records[english] = record
        return records

    def _customer_group(self, code):
        return self.env.ref(f"{MODULE}.crm_customer_group_{code}")
