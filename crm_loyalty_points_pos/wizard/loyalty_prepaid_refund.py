from odoo import api, fields, models


class LoyaltyPrepaidRefund(models.TransientModel):
    """A card that was sold at a till is paid back from it: a refund like any other,
    which takes the value back."""

    _inherit = "loyalty.prepaid.refund"

    from_till = fields.Boolean(compute="_compute_from_till")
    payment_method_ids = fields.Many2many(
        "pos.payment.method",
        compute="_compute_payment_method_ids",
        groups="point_of_sale.group_pos_user",
    )
    payment_method_id = fields.Many2one(
        "pos.payment.method",
        "Pay Back with",
        domain="[('id', 'in', payment_method_ids)]",
        groups="point_of_sale.group_pos_user",
    )

    @api.depends("entry_id")
    def _compute_from_till(self):
        for wizard in self:
            wizard.from_till = bool(wizard._get_till_order())

    @api.depends("entry_id")
    def _compute_payment_method_ids(self):
        for wizard in self:
            session = wizard._get_till_order().session_id.config_id.current_session_id
            wizard.payment_method_ids = session.payment_method_ids.sudo(False)

    def _get_till_order(self):
        """:return: the pos.order that sold the card, as superuser, or none"""
        if self._get_purchase().source_model == "pos.order":
            return self._get_document().exists()
        return self.env["pos.order"].sudo()

    def _get_document_refusal(self, purchase):
        order = self._get_till_order()
        if not order:
            return super()._get_document_refusal(purchase)
        if not self.env.user.has_group("point_of_sale.group_pos_user"):
            return self.env._("It was sold at a till: that needs the rights of tills.")
        config = order.session_id.config_id
        if not config.current_session_id:
            return self.env._(
                "The money comes from the till %(till)s: open a session there first.",
                till=config.name,
            )
        return None

    def _describe(self):
        order = self._get_till_order()
        if not order:
            return super()._describe()
        return self.env._(
            "A refund of %(order)s is made and paid at the till %(till)s.",
            order=order.name,
            till=order.session_id.config_id.name,
        )

    def _refund(self, document):
        if document._name != "pos.order":
            return super()._refund(document)
        refund = document._refund()
        product = self.program_id.sudo().prepaid_product_id
        refund.lines.filtered(lambda line: line.product_id != product).unlink()
        refund._compute_prices()
        method = self.payment_method_id or self.payment_method_ids[:1]
        payment = self.env["pos.make.payment"].sudo()
        payment = payment.with_context(active_id=refund.id, active_ids=refund.ids)
        payment.create(
            {"amount": refund.amount_total, "payment_method_id": method.id}
        ).check()
        document.message_post(body=self._get_message())
        return {
            "type": "ir.actions.act_window",
            "res_model": "pos.order",
            "res_id": refund.id,
            "view_mode": "form",
        }
