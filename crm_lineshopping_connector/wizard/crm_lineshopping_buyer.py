from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

MOST = 20


class CrmLineshoppingBuyer(models.TransientModel):
    """Staff say who bought an order. Who it may be is offered: by phone number, e-mail
    address and earlier orders to the same number, never by name."""

    _name = "crm.lineshopping.buyer"
    _description = "Buyer of a LINE SHOPPING Order"

    # Anybody may put any order in here: what is shown of it is read with the rights of
    # whoever looks.
    order_id = fields.Many2one(
        "crm.lineshopping.order", required=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="order_id.company_id", related_sudo=False)
    recipient_name = fields.Char(related="order_id.recipient_name", related_sudo=False)
    recipient_phone = fields.Char(
        related="order_id.recipient_phone", related_sudo=False
    )
    recipient_email = fields.Char(
        related="order_id.recipient_email", related_sudo=False
    )
    is_gift = fields.Boolean(related="order_id.is_gift", related_sudo=False)
    current_id = fields.Many2one(
        related="order_id.partner_id", string="Buyer until Now", related_sudo=False
    )
    partner_id = fields.Many2one(
        "res.partner",
        "Buyer",
        domain="[('parent_id', '=', False), ('company_id', 'in', (False, company_id))]",
    )
    has_card = fields.Boolean(compute="_compute_has_card")
    candidate_ids = fields.One2many(
        "crm.lineshopping.buyer.candidate", "wizard_id", readonly=True
    )

    @api.depends("partner_id")
    def _compute_has_card(self):
        for wizard in self:
            program = wizard.order_id.shop_id.sudo()._get_program()
            cards = self.env["loyalty.card"].sudo()
            if program and wizard.partner_id:
                cards = cards._cards_of_customers(wizard.partner_id, program)
            wizard.has_card = bool(cards)

    @api.model
    def _open(self, order):
        """:return: action with the form about an order, with who it may be"""
        wizard = self.create(
            {
                "order_id": order.id,
                "candidate_ids": [
                    fields.Command.create({"partner_id": partner.id, "why": why})
                    for partner, why in self._find_candidates(order)
                ],
            }
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Who Bought It?"),
            "res_model": self._name,
            "res_id": wizard.id,
            "view_mode": "form",
            "target": "new",
        }

    @api.model
    def _find_candidates(self, order):
        """:return: [(res.partner, kind of reason)], the best first, each once"""
        found = {}
        phone, email = order.recipient_phone, order.recipient_email
        allowed = Domain("company_id", "in", (False, order.company_id.id))
        if phone:
            before = order.sudo().search(
                [
                    ("recipient_phone", "=", phone),
                    ("company_id", "=", order.company_id.id),
                    ("match_method", "in", ("claim", "staff")),
                    ("id", "!=", order.id),
                ],
                limit=MOST,
                order="matched_at desc",
            )
            buyers = before.partner_id.with_env(self.env)._filtered_access("read")
            self._add(found, buyers, "before")
            self._add(found, self._find(allowed, "phone_sanitized", phone), "phone")
        if email:
            email = email.strip().lower()
            self._add(found, self._find(allowed, "email_normalized", email), "email")
        return list(found.items())[:MOST]

    def _find(self, allowed, field, value):
        partners = self.env["res.partner"].search(
            allowed & Domain(field, "=", value), limit=MOST
        )
        return partners.commercial_partner_id

    @api.model
    def _add(self, found, partners, why):
        for partner in partners:
            found.setdefault(partner, why)

    def action_choose(self):
        """The order is the chosen customer's.

        :raise UserError: nobody is chosen
        :raise AccessError: not an officer
        """
        self.ensure_one()
        if not self.partner_id:
            raise UserError(self.env._("Choose a customer."))
        return self._choose(self.partner_id)

    def action_nobody(self):
        """Nobody known bought it; points that somebody had got go back.

        :raise AccessError: not an officer
        """
        self.ensure_one()
        return self._choose(self.env["res.partner"])

    def _choose(self, partner):
        self.order_id._choose_buyer(partner)
        return {"type": "ir.actions.act_window_close"}


class CrmLineshoppingBuyerCandidate(models.TransientModel):
    _name = "crm.lineshopping.buyer.candidate"
    _description = "Who May Have Bought a LINE SHOPPING Order"

    wizard_id = fields.Many2one(
        "crm.lineshopping.buyer", required=True, index=True, ondelete="cascade"
    )
    partner_id = fields.Many2one(
        "res.partner", "Customer", required=True, ondelete="cascade"
    )
    member_number = fields.Char(related="partner_id.member_number", related_sudo=False)
    phone = fields.Char(related="partner_id.phone", related_sudo=False)
    why = fields.Selection(
        [
            ("before", "Bought an order to this phone number before"),
            ("phone", "Same phone number"),
            ("email", "Same e-mail address"),
        ],
        required=True,
    )

    def action_choose(self):
        """This customer bought the order.

        :raise AccessError: not an officer
        """
        self.ensure_one()
        return self.wizard_id._choose(self.partner_id)
