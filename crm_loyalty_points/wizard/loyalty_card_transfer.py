from odoo import api, fields, models
from odoo.exceptions import UserError


class LoyaltyCardTransfer(models.TransientModel):
    """Move points of a member to another one; each part keeps its expiry."""

    _name = "loyalty.card.transfer"
    _inherit = ["loyalty.by.hand"]
    _description = "Transfer Points"

    card_id = fields.Many2one("loyalty.card", string="From Card", required=True)
    program_id = fields.Many2one(related="card_id.program_id", string="Programme")
    partner_id = fields.Many2one(related="card_id.partner_id", string="From")
    to_partner_id = fields.Many2one("res.partner", string="To Member")
    to_card_id = fields.Many2one("loyalty.card", compute="_compute_to_card_id")
    balance = fields.Float("Balance now", related="card_id.points")
    to_balance = fields.Float("Receiver has now", related="to_card_id.points")
    balance_after = fields.Float(digits=(16, 2), compute="_compute_after")
    to_balance_after = fields.Float(digits=(16, 2), compute="_compute_after")

    @api.model
    def default_get(self, fields_list):
        values = super().default_get(fields_list)
        if self.env.context.get("active_model") == "loyalty.card":
            values["card_id"] = (self.env.context.get("active_ids") or [False])[0]
        return {name: value for name, value in values.items() if name in fields_list}

    def _company(self):
        return self.card_id.company_id

    @api.depends("to_partner_id", "card_id")
    def _compute_to_card_id(self):
        cards = self.env["loyalty.card"]
        for wizard in self:
            found = cards
            if wizard.to_partner_id:
                found = cards._cards_of_customers(
                    wizard.to_partner_id._origin, wizard.program_id
                )
            wizard.to_card_id = found

    @api.depends("points", "to_card_id", "card_id")
    def _compute_after(self):
        for wizard in self:
            wizard.balance_after = wizard.balance - wizard.points
            wizard.to_balance_after = wizard.to_balance + wizard.points

    def action_apply(self):
        """Move the points, or ask a second person.

        :return: an action that says which of the two
        """
        self._check_by_hand(("transfer",))
        card, to_card = self.card_id, self.to_card_id
        (card | to_card).check_access("read")
        if not to_card:
            raise UserError(
                self.env._(
                    "%(name)s has no card of this programme, so no points can be moved "
                    "there.",
                    name=self.to_partner_id.display_name or self.env._("Nobody"),
                )
            )
        if card == to_card:
            raise UserError(self.env._("Choose another member than the giving one."))
        if not (card.is_member_card and card.active):
            raise UserError(self.env._("Points of this card cannot be moved."))
        _entries, request = card._move_by_hand(
            {
                "kind": "transfer",
                "points": -round(self.points, 2),
                "reason": self.reason_id.code,
                "branch_id": self.branch_id.id,
                "to_card_id": to_card.id,
                "key": f"transfer:{self.id}",
            },
            note=(self.note or "").strip() or None,
        )
        return self._done(
            request,
            self.env._(
                "%(points)s points moved to %(name)s.",
                points=f"{self.points:,g}",
                name=to_card.partner_id.display_name,
            ),
        )
