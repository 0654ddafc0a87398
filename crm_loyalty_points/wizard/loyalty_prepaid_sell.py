from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command


class LoyaltyPrepaidSell(models.TransientModel):
    """Sell a prepaid card: choose the customer and the type, the rest is filled.

    What comes out is an ordinary sale order, and where wanted its invoice and payment.
    """

    _name = "loyalty.prepaid.sell"
    _description = "Sell a Prepaid Card"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    partner_id = fields.Many2one("res.partner", "Customer")
    program_id = fields.Many2one(
        "loyalty.program",
        "Card Type",
        domain="[('is_prepaid', '=', True), ('prepaid_for_sale', '=', True),"
        " ('company_id', 'in', (company_id, False))]",
    )
    currency_id = fields.Many2one(related="program_id.currency_id")
    prepaid_kind = fields.Selection(related="program_id.prepaid_kind")
    prepaid_percent = fields.Float(related="program_id.prepaid_percent")
    quantity = fields.Integer(default=1)
    price = fields.Monetary("To Pay", compute="_compute_amounts")
    value = fields.Monetary("Value to Spend", compute="_compute_amounts")
    balance = fields.Monetary("On the Card Now", compute="_compute_amounts")
    balance_after = fields.Monetary("On the Card Then", compute="_compute_amounts")
    expiry = fields.Date("Valid Until", compute="_compute_amounts")
    waits_for_payment = fields.Boolean(compute="_compute_amounts")
    payment = fields.Selection(
        [
            ("quotation", "Quotation only"),
            ("order", "Sold, invoice and payment follow"),
            ("paid", "Sold and paid now"),
        ],
        required=True,
        default="order",
    )
    journal_id = fields.Many2one(
        "account.journal",
        "Paid to",
        domain="[('type', 'in', ('cash', 'bank')), ('company_id', '=', company_id)]",
    )
    can_invoice = fields.Boolean(compute="_compute_can_invoice")

    @api.depends_context("uid")
    def _compute_can_invoice(self):
        self.can_invoice = self.env.user.has_group("account.group_account_invoice")

    @api.depends("partner_id", "program_id", "quantity")
    def _compute_amounts(self):
        for wizard in self:
            program = wizard.program_id
            value = program.prepaid_kind == "value"
            wizard.price = program.prepaid_price * wizard.quantity
            wizard.value = program.prepaid_value * wizard.quantity if value else 0
            wizard.balance = wizard._get_card().points_usable if value else 0
            wizard.balance_after = wizard.balance + wizard.value
            wizard.expiry = program and program._get_award_expiry(
                program._get_local_today()
            )
            wizard.waits_for_payment = program.pending_policy == "paid"

    def _get_card(self):
        """:return: the customer's card of this type, if there is one"""
        return self.env["loyalty.card"].search(
            [
                ("partner_id", "=", self.partner_id.id),
                ("program_id", "=", self.program_id.id),
                ("is_member_card", "=", True),
            ],
            limit=1,
        )

    def action_sell(self):
        """Make the order, confirm it, take the payment: as far as the form says.

        :return: the action that opens the order
        """
        self.ensure_one()
        self._check_sale()
        order = self.env["sale.order"].create(self._prepare_order())
        if self.payment != "quotation":
            order.action_confirm()
        if self.payment == "paid":
            self._take_payment(order)
        return {
            "type": "ir.actions.act_window",
            "res_model": "sale.order",
            "res_id": order.id,
            "view_mode": "form",
        }

    def _check_sale(self):
        """:raise UserError: what is missing on the form"""
        if not self.partner_id or not self.program_id:
            raise UserError(self.env._("Choose the customer and the card type."))
        if self.quantity < 1:
            raise UserError(self.env._("Sell one card at least."))
        if not self.program_id.sudo()._is_prepaid_sold():
            raise UserError(
                self.env._(
                    "The prepaid card %(card)s is not for sale.",
                    card=self.program_id.name,
                )
            )
        if self.payment == "paid" and not self.journal_id:
            raise UserError(self.env._("Choose where the money goes."))

    def _prepare_order(self):
        product = self.program_id.sudo().prepaid_product_id
        return {
            "partner_id": self.partner_id.id,
            "company_id": self.company_id.id,
            "order_line": [
                Command.create(
                    {"product_id": product.id, "product_uom_qty": self.quantity}
                )
            ],
        }

    def _take_payment(self, order):
        """Invoice the order and register its payment, by Odoo's own documents."""
        invoice = order._create_invoices()
        invoice.action_post()
        register = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        )
        register.create({"journal_id": self.journal_id.id}).action_create_payments()
