from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools.misc import formatLang

from ..tools.said_day import said_day


class LoyaltyPrepaidRefund(models.TransientModel):
    """Take back the purchase of a prepaid card that nobody used: value and money.

    The value goes by reversing its entry, the money by a credit note of the invoice; an
    order that was not invoiced loses the card. A gift has no money to return.
    """

    _name = "loyalty.prepaid.refund"
    _description = "Refund a Prepaid Card"

    # An id of a view: no foreign key.
    entry_id = fields.Many2one("loyalty.point.entry", "Purchase", required=True)
    partner_id = fields.Many2one(related="entry_id.partner_id")
    program_id = fields.Many2one("loyalty.program", compute="_compute_preview")
    currency_id = fields.Many2one(related="program_id.currency_id")
    paid = fields.Monetary("To Give Back", compute="_compute_preview")
    value = fields.Monetary("Value Taken", compute="_compute_preview")
    what = fields.Text("What Will Happen", compute="_compute_preview")
    refused = fields.Text(compute="_compute_preview")
    reason = fields.Char(help="Kept on the document and with the entry.")

    @api.depends("entry_id")
    def _compute_preview(self):
        for wizard in self:
            purchase = wizard._get_purchase()
            wizard.program_id = purchase.program_id
            wizard.paid = purchase.paid
            wizard.value = purchase.value - purchase.returned
            wizard.refused = wizard._get_refusal()
            wizard.what = not wizard.refused and wizard._describe()

    def _get_purchase(self):
        purchases = self.env["loyalty.prepaid.purchase"]
        return purchases.browse(self.entry_id.id).exists()

    def _get_siblings(self):
        """:return: all that the same document gave to the same card and is not taken
        back: an order whose quantity was raised gave twice"""
        purchase = self._get_purchase()
        if not purchase.source_model:
            return purchase
        return purchase.search(
            [
                ("card_id", "=", purchase.card_id.id),
                ("source_model", "=", purchase.source_model),
                ("source_id", "=", purchase.source_id),
                ("kind", "=", purchase.kind),
                ("state", "!=", "returned"),
            ]
        )

    def _get_refusal(self):
        """:return: why the purchase cannot be refunded, or None"""
        purchase = self._get_purchase()
        if not purchase:
            return self.env._("This is no purchase of a prepaid card.")
        if purchase.state == "returned":
            return self.env._("This purchase has been refunded.")
        for each in self._get_siblings():
            if each.state == "ended":
                return self.env._(
                    "The value ended on %(day)s.", day=said_day(self.env, each.expiry)
                )
            if each.state != "unused":
                return self.env._(
                    "%(used)s of the card was spent: only a purchase that nobody used "
                    "is refunded as a whole.",
                    used=formatLang(self.env, each.used, digits=2),
                )
        return self._get_document_refusal(purchase)

    def _get_document(self):
        """:return: the document that sold the card as superuser, or None for a gift"""
        purchase = self._get_purchase()
        if purchase.source_model not in self.env:
            return None
        return self.env[purchase.source_model].sudo().browse(purchase.source_id)

    def _get_order_lines(self, order):
        product = self.program_id.sudo().prepaid_product_id
        return order.order_line.filtered(lambda line: line.product_id == product)

    def _get_invoices(self, order):
        """:return: the invoices of the card that are not credited yet"""
        moves = self._get_order_lines(order).invoice_lines.move_id
        return moves.filtered(
            lambda move: (
                move.move_type == "out_invoice"
                and move.state != "cancel"
                and move.payment_state != "reversed"
            )
        )

    def _get_document_refusal(self, purchase):
        """:return: what about the document stands in the way, or None; to be extended
        for documents of other models"""
        document = self._get_document()
        if document is None:
            return None
        if purchase.source_model != "sale.order":
            return self.env._(
                "%(document)s cannot be refunded here.", document=purchase.source_name
            )
        drafts = self._get_invoices(document).filtered(lambda m: m.state == "draft")
        if drafts:
            return self.env._("Post or cancel the draft invoice first.")
        return None

    def _describe(self):
        """:return: what pressing the button does, in words; to be extended"""
        document = self._get_document()
        if document is None:
            return self.env._("The gift is taken off the card.")
        invoices = self._get_invoices(document)
        if invoices:
            return self.env._(
                "A credit note is made for the invoice %(invoice)s. Pay the money back "
                "with the button on the credit note.",
                invoice=", ".join(invoices.mapped("name")),
            )
        if self._is_alone(document):
            return self.env._(
                "%(order)s was not invoiced: it is cancelled.", order=document.name
            )
        return self.env._(
            "%(order)s was not invoiced: the card is taken off it.", order=document.name
        )

    def _is_alone(self, order):
        goods = order.order_line.filtered(lambda line: not line.display_type)
        return goods == self._get_order_lines(order)

    def action_refund(self):
        """Take value and money back, as the preview says.

        :return: the action that opens what came out of it
        :raise UserError: it was used meanwhile
        """
        self.ensure_one()
        if not self.env.user.has_group("crm_segments.crm_segments_group_manager"):
            raise AccessError(self.env._("Managers refund prepaid cards."))
        self.entry_id.check_access("read")
        if refusal := self._get_refusal():
            raise UserError(refusal)
        if not (self.reason or "").strip():
            raise UserError(self.env._("Why is it refunded? Enter the reason."))
        entries = self.entry_id.browse(self._get_siblings().ids)
        document = self._get_document()
        result = self._refund_gift() if document is None else self._refund(document)
        self._check_taken(entries)
        self._note(entries)
        return result or {"type": "ir.actions.act_window_close"}

    def _refund_gift(self):
        self.entry_id.sudo()._reverse(f"prepaid-refund:{self.entry_id.id}")

    def _refund(self, document):
        """Refund a document that sold the card; to be extended.

        :return: an action, or None
        """
        if document.locked:
            document.action_unlock()
        invoices = self._get_invoices(document)
        if invoices:
            result = self._credit(document, invoices)
        elif self._is_alone(document):
            document._action_cancel()
            result = document
        else:
            self._get_order_lines(document).product_uom_qty = 0
            result = document
        document.message_post(body=self._get_message())
        return {
            "type": "ir.actions.act_window",
            "res_model": result._name,
            "res_id": result[:1].id,
            "view_mode": "form",
        }

    def _credit(self, order, invoices):
        """:return: the posted credit notes of the card on these invoices"""
        reversal = self.env["account.move.reversal"].sudo()
        reversal = reversal.with_context(
            active_model="account.move", active_ids=invoices.ids
        ).create({"reason": self.reason, "journal_id": invoices.journal_id[:1].id})
        reversal.refund_moves()
        notes, lines = reversal.new_move_ids, self._get_order_lines(order)
        notes.invoice_line_ids.filtered(
            lambda item: not item.sale_line_ids & lines
        ).unlink()
        notes.action_post()
        return notes

    def _get_message(self):
        return self.env._(
            "Prepaid card %(card)s refunded by %(user)s: %(reason)s",
            card=self.program_id.name,
            user=self.env.user.name,
            reason=self.reason,
        )

    def _check_taken(self, entries):
        """:raise UserError: the documents left value on the card"""
        awards = self.env["loyalty.point.award"].sudo()
        awards.invalidate_model()
        if awards.search_count(
            [("entry_id", "in", entries.ids), ("remaining", ">", 0)], limit=1
        ):
            raise UserError(
                self.env._(
                    "Only a part of the purchase was invoiced. Invoice the rest, or "
                    "lower the quantity of the order, first."
                )
            )

    def _note(self, entries):
        """Keep the reason with the entries that took the value."""
        back = self.entry_id.sudo().search([("reversed_entry_id", "in", entries.ids)])
        if back:
            notes = self.env["loyalty.point.note"].sudo()
            notes._attach(back, self._get_message())
