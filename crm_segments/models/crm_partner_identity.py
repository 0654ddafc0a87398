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
    def _find_partners(self, company, source, customers):
        """Find the partners of the customers of an order file.

        By the source's own id first; then by phone number or e-mail address,
        unless that partner already is another customer of the same source: two
        people may share a phone. Never by name.

        :param company: res.company whose partners are searched
        :param str source: source of the file
        :param dict customers: {("id"|"phone"|"email", value): contact dict with
            phone (as stored in phone_sanitized) and email}
        :return: {key: partner id} of those found
        """
        found = {}
        keys = list(customers)
        for start in range(0, len(keys), CHUNK):
            chunk = {key: customers[key] for key in keys[start : start + CHUNK]}
            found.update(self._find_chunk(company, source, chunk))
        return found

    def _find_chunk(self, company, source, customers):
        ids = [value for kind, value in customers if kind == "id"]
        rows = self.sudo().search_fetch(
            [
                ("company_id", "=", company.id),
                ("source", "=", source),
                ("external_id", "in", ids),
            ],
            ["external_id", "partner_id"],
        )
        found = {("id", row.external_id): row.partner_id.id for row in rows}
        rest = {key: contact for key, contact in customers.items() if key not in found}
        for field in ("phone", "email"):
            found.update(self._find_by(company, source, field, rest))
            rest = {key: value for key, value in rest.items() if key not in found}
        return found

    def _find_by(self, company, source, field, customers):
        """:return: {key: partner id} of the customers with a known phone or e-mail."""
        wanted = {
            contact[field]: key
            for key, contact in customers.items()
            if contact.get(field)
        }
        if not wanted:
            return {}
        stored = {"phone": "phone_sanitized", "email": "email_normalized"}[field]
        partners = self.env["res.partner"].search(
            Domain(stored, "in", list(wanted))
            & Domain("company_id", "in", (False, company.id)),
            order="id desc",
        )
        taken = self._identified(company, source, partners)
        # The oldest partner of a number comes last and wins.
        return {
            wanted[partner[stored]]: partner.id
            for partner in partners
            if wanted[partner[stored]][0] != "id" or partner.id not in taken
        }

    def _identified(self, company, source, partners):
        """:return: ids of the partners that have an identity in the source."""
        rows = self.sudo().search_fetch(
            [
                ("company_id", "=", company.id),
                ("source", "=", source),
                ("partner_id", "in", partners.ids),
            ],
            ["partner_id"],
        )
        return set(rows.partner_id.ids)
