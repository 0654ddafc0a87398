from odoo import api, fields, models
from odoo.exceptions import UserError

REASONS = [
    ("several", "Phone or e-mail fits several customers"),
    ("different", "Phone and e-mail are of different customers"),
    ("login", "A customer with a login of his own"),
    ("company", "Phone or e-mail of a company"),
    ("one", "Phone or e-mail fits one customer"),
]


class CrmCustomerMatch(models.Model):
    """Who is this? Somebody who ordered and may be a customer the shop knows.

    One row for each new contact. The clear ones are attached to their customer at once
    and can be taken back; about the others staff decide with one press.
    """

    _name = "crm.customer.match"
    _description = "Who Is This?"
    _order = "state desc, id desc"

    partner_id = fields.Many2one(
        "res.partner",
        "Ordered As",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    phone = fields.Char(related="partner_id.phone")
    email = fields.Char(related="partner_id.email")
    address = fields.Char("Address", related="partner_id.contact_address_inline")
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="cascade"
    )
    reason = fields.Selection(REASONS, "Why We Ask", required=True, readonly=True)
    state = fields.Selection(
        [
            ("open", "Who is this?"),
            ("attached", "Recognised by itself"),
            ("done", "Decided"),
        ],
        "Status",
        required=True,
        readonly=True,
        index=True,
        default="open",
    )
    decision = fields.Selection(
        [("this", "The same person"), ("new", "Somebody else"), ("merged", "Merged")],
        readonly=True,
    )
    customer_id = fields.Many2one(
        "res.partner",
        "Is",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    user_id = fields.Many2one("res.users", "Decided by", readonly=True)
    decided_at = fields.Datetime("Decided on", readonly=True)
    order_model = fields.Char("Kind of Order", readonly=True)
    order_id = fields.Many2oneReference(
        "Order ID", model_field="order_model", readonly=True
    )
    order_name = fields.Char("Order", readonly=True)
    line_ids = fields.One2many(
        "crm.customer.match.line", "match_id", "Is It One of These?", readonly=True
    )

    @api.depends("partner_id")
    def _compute_display_name(self):
        for match in self:
            match.display_name = match.partner_id.display_name

    # -- recognising -------------------------------------------------------------------

    @api.model
    def _recognise_buyers(self, documents):
        """Attach the newcomers among the customers of new orders to whom they are.

        :param documents: confirmed orders of one model with partner_id and company_id
        """
        for company, orders in documents.sudo().grouped("company_id").items():
            waiting = orders.partner_id._filter_newcomers(company, orders)
            for newcomer in waiting.sorted("id"):
                waiting -= newcomer
                order = orders.filtered(
                    lambda o, who=newcomer: o.partner_id.commercial_partner_id == who
                )[:1]
                self.sudo()._recognise_newcomer(company, newcomer, order, waiting)

    def _recognise_newcomer(self, company, newcomer, order, waiting):
        phone, email = newcomer.phone_sanitized, newcomer.email_normalized
        self.env["crm.person.key"]._lock(company, [phone, email])
        key = ("partner", newcomer.id)
        contact = {"phone": phone, "email": email, "waiting": waiting.ids}
        found, unclear = self.env["crm.partner.identity"]._recognise(
            company, "", {key: contact}
        )
        if key in found:
            customer = newcomer.browse(found[key]).commercial_partner_id
            reason = self._reason_to_ask(newcomer, customer)
            self._add(company, newcomer, reason or "one", customer.ids, order)
            if not reason:
                newcomer._attach_to(customer)
        elif key in unclear:
            reason, candidate_ids = unclear[key]
            self._add(company, newcomer, reason, candidate_ids, order)

    @api.model
    def _reason_to_ask(self, newcomer, customer):
        """:return: why a person is not attached to the only customer that fits, or
        None: a login shows the orders, so it takes more than a typed phone number"""
        if newcomer._recognised_users():
            return "login"
        if customer.is_company:
            return "company"
        same_email = newcomer.email_normalized == customer.email_normalized
        if customer._recognised_users() and not same_email:
            return "login"
        return None

    @api.model
    def _add(self, company, newcomer, reason, candidate_ids, order=None):
        """Note a newcomer who is attached at once (reason "one") or asked about.

        :return: the match (superuser)
        """
        sure = reason == "one"
        return self.sudo().create(
            {
                "partner_id": newcomer.id,
                "company_id": company.id,
                "reason": reason,
                "state": "attached" if sure else "open",
                "decision": "this" if sure else False,
                "customer_id": candidate_ids[0] if sure else False,
                "order_model": order._name if order else False,
                "order_id": order.id if order else False,
                "order_name": order.display_name if order else False,
                "line_ids": [
                    fields.Command.create({"partner_id": id_}) for id_ in candidate_ids
                ],
            }
        )

    @api.model
    def _add_unclear(self, company, unclear, partner_ids):
        """Ask about people for whom a customer was made, as it was not clear who they
        are.

        :param dict unclear: see ``crm.partner.identity``'s ``_recognise``
        :param dict partner_ids: {key: id of the customer made}
        """
        for key, (reason, candidate_ids) in unclear.items():
            if key in partner_ids:
                newcomer = self.env["res.partner"].browse(partner_ids[key])
                self._add(company, newcomer, reason, candidate_ids)

    @api.model
    def _open_partner_ids(self, company, partner_ids):
        """:return: set of those of these customers about whom staff are being asked"""
        matches = self.search_fetch(
            [
                ("company_id", "=", company.id),
                ("state", "=", "open"),
                ("partner_id", "in", partner_ids),
            ],
            ["partner_id"],
        )
        return set(matches.partner_id.ids)

    @api.model
    def _ask_again(self, contacts):
        """Contacts that were recognised have got a login: they stand on their own
        until staff have looked."""
        for contact in contacts:
            customer = contact.commercial_partner_id
            contact._detach()
            known = self.search([("partner_id", "=", contact.id)])
            known.write({"state": "open", "reason": "login", "decision": False})
            known.customer_id = False
            if not known:
                company = contact.company_id or self.env.company
                self._add(company, contact, "login", customer.ids)

    # -- deciding ----------------------------------------------------------------------

    def _check_open(self):
        """:raise UserError: somebody else has decided meanwhile"""
        if self.filtered(lambda match: match.state == "done"):
            raise UserError(
                self.env._("Somebody has decided this already. Open the list again.")
            )

    def _decide(self, decision, customer=None):
        self.sudo().write(
            {
                "state": "done",
                "decision": decision,
                "customer_id": customer.id if customer else False,
                "user_id": self.env.uid,
                "decided_at": fields.Datetime.now(),
            }
        )

    def action_new(self):
        """A customer of his own, whatever number he has."""
        self.check_access("write")
        self._check_open()
        self.partner_id._detach()
        self._decide("new")

    def action_open_order(self):
        """:return: action that opens the order by which the person came"""
        self.ensure_one()
        if not self.order_model or self.order_model not in self.env:
            return False
        order = self.env[self.order_model].browse(self.order_id)
        return order._get_records_action(context={})

    @api.model
    def _merge_people(self, src_partners, dst_partner):
        """Before contacts are merged: what is decided by it, and what is no question
        any more."""
        merged = src_partners | dst_partner
        matches = self.sudo().search(
            [("state", "=", "open"), ("partner_id", "in", merged.ids)]
        )
        for match in matches:
            if match.line_ids.partner_id & merged:
                match._decide("merged", dst_partner)
        lines = self.env["crm.customer.match.line"].sudo()
        lines = lines.search([("partner_id", "in", merged.ids)])
        for same in lines.grouped("match_id").values():
            keep = same.filtered(lambda line: line.partner_id == dst_partner)[:1]
            (same - (keep or same[:1])).unlink()
