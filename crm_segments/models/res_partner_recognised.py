from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

# Taken by the orders of a customer.
ADDRESS_TYPES = ("delivery", "invoice")


class ResPartner(models.Model):
    """A person who orders under a new contact and is known already.

    The contact stays as it was typed, with its name, address and e-mail: documents,
    mails and public pages of that order show this and nothing of the customer. It
    becomes a contact of the customer, so that everything that counts by customer
    counts the order there. Nothing is lost when it turns out to be wrong.
    """

    _inherit = "res.partner"

    recognised_contact = fields.Boolean(
        "Recognised",
        copy=False,
        readonly=True,
        help="Somebody ordered with this name and address, and was recognised as the "
        "customer by phone number or e-mail address.",
    )

    # -- who can be recognised ---------------------------------------------------------

    @api.model
    def _recognisable_domain(self, company):
        """:return: Domain of the contacts whose phone or e-mail tells who somebody is:
        not the shop itself"""
        return Domain("id", "!=", company.partner_id.id)

    def _filter_recognisable(self, company):
        """:return: those of these contacts that are somebody. Whoever fills in a page
        of the shop and has done nothing else yet is nobody: that visitor may still be
        there, and sees the addresses of his own contact."""
        typed = self.filtered(
            lambda contact: (
                contact.create_uid.share
                and not contact.recognised_contact
                and not contact._recognised_users()
            )
        )
        if not typed:
            return self
        nobody = typed._filter_newcomers(company, self.env["sale.order"])
        return self - typed.filtered(
            lambda contact: contact.commercial_partner_id in nobody
        )

    def _filter_newcomers(self, company, documents):
        """By one query: each order that is confirmed asks it.

        :param documents: the orders that are being made, of one model
        :return: the customers of ``self`` of whom the shop knows nothing but what was
            typed for these orders, without those about whom staff were asked
        """
        people = self.commercial_partner_id.filtered(
            lambda p: (
                p.active
                and not p.is_company
                and (p.phone_sanitized or p.email_normalized)
            )
        )
        if not people:
            return people
        rows = self.env.execute_query(
            SQL(
                "SELECT p.id FROM res_partner p WHERE p.id = ANY(%s) AND NOT (%s)",
                people.ids,
                SQL(" OR ").join(
                    SQL("EXISTS (%s)", known)
                    for known in self._known_customer_queries(company, documents)
                ),
            )
        )
        return people.browse(id_ for (id_,) in rows)

    @api.model
    def _known_customer_queries(self, company, documents):
        """What makes a customer (alias p of res_partner) somebody the shop knows.
        Modules add what they keep for people, each answered from an index.

        :return: list of SQL, each a sub-query with p.id
        """
        own = documents.ids if documents._name == "sale.order" else []
        orders = self.env["sale.order"]
        matches = self.env["crm.customer.match"]
        self.env["res.partner"].flush_model(["commercial_partner_id"])
        matches.flush_model(["partner_id", "company_id"])
        orders.flush_model(["partner_id", "state"])
        return [
            SQL(
                """SELECT FROM crm_customer_match m
                    WHERE m.partner_id = p.id AND m.company_id = %s""",
                company.id,
            ),
            SQL("SELECT FROM crm_partner_identity i WHERE i.partner_id = p.id"),
            SQL("SELECT FROM crm_consent c WHERE c.partner_id = p.id"),
            SQL(
                """SELECT FROM sale_order o JOIN res_partner c ON c.id = o.partner_id
                    WHERE c.commercial_partner_id = p.id AND o.state = 'sale'
                      AND o.id != ALL(%s)""",
                own,
            ),
            SQL(
                """SELECT FROM res_users u
                    WHERE u.partner_id = p.id AND u.share IS NOT TRUE"""
            ),
        ]

    def _recognised_users(self):
        """:return: res.users who log in as this contact, archived ones too"""
        return self.with_context(active_test=False).user_ids

    # -- one customer ------------------------------------------------------------------

    def _attach_to(self, customer):
        """Make these contacts, as they were typed, contacts of a customer.

        None of their addresses becomes one that the customer's next order takes by
        itself.
        """
        for contact in self.sudo():
            addresses = contact.child_ids
            addresses.recognised_contact = True
            addresses.filtered(lambda a: a.type in ADDRESS_TYPES).type = "other"
            company_name = contact.company_name
            contact.write(
                {
                    "recognised_contact": True,
                    "parent_id": customer.id,
                    "type": "other" if contact.type == "contact" else contact.type,
                    "member_number": False,
                    # what the customer prefers says nothing about this contact
                    "lang": contact.lang,
                    "user_id": contact.user_id.id,
                }
            )
            # Odoo empties it for contacts of a customer
            contact.company_name = company_name
        self.sudo()._after_attached(customer.sudo())

    def _after_attached(self, customer):
        """Hook: what other modules keep for these contacts goes to the customer."""

    def _detach(self):
        """Make customers of their own of contacts that were recognised by mistake."""
        contacts = self.sudo().filtered("recognised_contact")
        contacts.child_ids.recognised_contact = False
        contacts.write(
            {"recognised_contact": False, "parent_id": False, "type": "contact"}
        )
        contacts._ensure_member_number()

    # what names are made of, so that a search by name reads it together with whom it
    # finds: each group of fields would be one more query
    @api.depends(
        *("name", "parent_id", "is_company", "type", "company_name"),
        "recognised_contact",
    )
    def _compute_display_name(self):
        # Of whom a contact belongs to, the name alone: left to itself Odoo reads all
        # fields with it, which takes as long as finding the contact.
        self.parent_id._origin.sudo().fetch(["name"])
        return super()._compute_display_name()

    def _get_complete_name(self):
        """The customer's name is not shown to whoever typed the customer's number."""
        if self.recognised_contact and self.parent_id:
            return (self.name or "").strip()
        return super()._get_complete_name()

    def address_get(self, adr_pref=None):
        """Invoices and deliveries of what somebody ordered under a new contact go
        where he typed, not where the customer lives."""
        if len(self) == 1 and self.recognised_contact:
            return {kind: self.id for kind in {"contact", *(adr_pref or ())}}
        return super().address_get(adr_pref)

    def _fields_sync(self, values):
        """Neither does the customer get what was typed, nor the contact what the shop
        knows of the customer (a tax number)."""
        if not self.recognised_contact:
            return super()._fields_sync(values)
        return self._children_sync(values)

    def _commercial_sync_to_descendants(self, fields_to_sync=None):
        family = self.with_context(crm_sync_from_customer=True)
        return super(ResPartner, family)._commercial_sync_to_descendants(fields_to_sync)

    def write(self, vals):
        if self.env.context.get("crm_sync_from_customer"):
            self = self.filtered(lambda contact: not contact.recognised_contact)
        return super().write(vals)
