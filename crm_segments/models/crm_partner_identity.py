from odoo import api, fields, models
from odoo.fields import Domain

CHUNK = 1000


class CrmPartnerIdentity(models.Model):
    """What a shop or marketplace calls a customer.

    One customer may have an identity in each source and several in one. The
    partner's own reference stays free for the shop, and merging two partners moves
    the identities along, since the partner is not part of the key.
    """

    _name = "crm.partner.identity"
    _description = "Customer Identity"
    _rec_name = "external_id"

    partner_id = fields.Many2one(
        "res.partner", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one("res.company", required=True, ondelete="cascade")
    source = fields.Char(required=True)
    external_id = fields.Char(string="Customer in the Source", required=True)

    _external_uniq = models.UniqueIndex(
        "(company_id, source, external_id)",
        "This customer of the source is known already.",
    )

    @api.model
    def _recognise(self, company, source, customers):
        """Tell who of these people are customers already. Every channel asks here.

        By the source's own id first; then by phone number and e-mail address, unless
        that customer already is another customer of the same source: two people may
        share a phone. Never by name. A phone and an e-mail address that together fit
        one customer only mean that one.

        :param company: res.company whose partners are searched
        :param str source: source of the orders (a marketplace, a connector)
        :param dict customers: {("id"|"phone"|"email"|"partner", value): contact dict
            with phone (as stored in phone_sanitized) and email (normalised)}; of
            ("partner", id) neither that partner itself is looked for nor the ones in
            "waiting" of the contact dict, ids of people who are asked for next
        :return: ({key: partner id} of those found, {key: (reason, [ids of customers])}
            of those about whom staff decide: reason "several" (it fits several
            customers) or "different" (phone and e-mail are of different customers))
        """
        found, unclear = {}, {}
        keys = list(customers)
        for start in range(0, len(keys), CHUNK):
            chunk = {key: customers[key] for key in keys[start : start + CHUNK]}
            sure, unsure = self._recognise_chunk(company, source, chunk)
            found.update(sure)
            unclear.update(unsure)
        return found, unclear

    def _recognise_chunk(self, company, source, customers):
        found, unclear = self._find_ids(company, source, customers), {}
        rest = {key: contact for key, contact in customers.items() if key not in found}
        phones, emails = (
            self._find_holders(company, field, [c.get(key) for c in rest.values()])
            for field, key in (
                ("phone_sanitized", "phone"),
                ("email_normalized", "email"),
            )
        )
        known = [
            partner_id
            for holders in (*phones.values(), *emails.values())
            for pair in holders.items()
            for partner_id in pair
        ]
        taken = self._identified(company, source, known)
        asked = self.env["crm.customer.match"].sudo()._open_partner_ids(company, known)
        for key, contact in rest.items():
            kind, value = key
            gone = taken if kind == "id" else set()
            if kind == "partner":
                gone = {value, *contact.get("waiting", ())}
            of_phone, of_email = (
                {
                    customer: holder
                    for customer, holder in holders.items()
                    if customer not in gone and holder not in gone
                }
                for holders in (
                    phones.get(contact.get("phone"), {}),
                    emails.get(contact.get("email"), {}),
                )
            )
            customer, reason = self._only_one(of_phone, of_email)
            # while staff have not said who somebody is, he is at least himself
            waiting = asked & {*of_phone, *of_email}
            if reason and waiting:
                customer = min(waiting)
            if customer:
                found[key] = (of_phone | of_email)[customer]
            elif reason:
                unclear[key] = reason, sorted({*of_phone, *of_email})
        return found, unclear

    @api.model
    def _only_one(self, of_phone, of_email):
        """:param of_phone: ids of the customers with the phone number
        :param of_email: ids of those with the e-mail address
        :return: (id of the customer who is meant or None, else why not)"""
        both = of_phone.keys() & of_email.keys()
        either = of_phone.keys() | of_email.keys()
        for fit in (both, either):
            if len(fit) == 1:
                return next(iter(fit)), None
        if not either:
            return None, None
        apart = of_phone and of_email and not both
        return None, "different" if apart else "several"

    @api.model
    def _remember(self, company, source, partner_ids):
        """Keep what a source calls its customers; those it has named before stay.

        :param dict partner_ids: {the source's id: partner id}
        """
        known = self._find_ids(company, source, [("id", id_) for id_ in partner_ids])
        self.sudo().create(
            [
                {
                    "company_id": company.id,
                    "source": source,
                    "external_id": external_id,
                    "partner_id": partner_id,
                }
                for external_id, partner_id in partner_ids.items()
                if ("id", external_id) not in known
            ]
        )

    def _find_ids(self, company, source, customers):
        ids = [value for kind, value in customers if kind == "id"]
        rows = self.sudo().search_fetch(
            [
                ("company_id", "=", company.id),
                ("source", "=", source),
                ("external_id", "in", ids),
            ],
            ["external_id", "partner_id"],
        )
        return {("id", row.external_id): row.partner_id.id for row in rows}

    def _find_holders(self, company, field, values):
        """:param str field: phone_sanitized or email_normalized
        :return: {value: {customer id: id of the contact that has it, the customer
            itself before its contacts, the oldest of these; of what was typed for an
            order, the customer who was recognised}}"""
        wanted = {value for value in values if value}
        if not wanted:
            return {}
        partners = self.env["res.partner"].sudo()
        rows = partners.search_fetch(
            Domain(field, "in", list(wanted))
            & Domain("company_id", "in", (False, company.id))
            & partners._recognisable_domain(company),
            [field, "commercial_partner_id", "recognised_contact"],
            order="id desc",
        )
        found = {}
        for partner in rows._filter_recognisable(company):
            customer = partner.commercial_partner_id
            holders = found.setdefault(partner[field], {})
            if holders.get(customer.id) != customer.id:
                meant = customer if partner.recognised_contact else partner
                holders[customer.id] = meant.id
        return found

    def _identified(self, company, source, partner_ids):
        """:return: ids of those of the partners that have an identity in the source."""
        rows = self.sudo().search_fetch(
            [
                ("company_id", "=", company.id),
                ("source", "=", source),
                ("partner_id", "in", partner_ids),
            ],
            ["partner_id"],
        )
        return set(rows.partner_id.ids)
