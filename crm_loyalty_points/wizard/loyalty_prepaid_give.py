from odoo import api, fields, models
from odoo.exceptions import UserError


class LoyaltyPrepaidGive(models.TransientModel):
    """Give a customer a prepaid card for nothing: a bonus with a reason, above the
    limit only with a second person."""

    _name = "loyalty.prepaid.give"
    _inherit = ["loyalty.by.hand"]
    _description = "Give a Prepaid Card"

    partner_id = fields.Many2one("res.partner", "Customer")
    program_id = fields.Many2one(
        "loyalty.program", "Card Type", domain="[('is_prepaid', '=', True)]"
    )
    currency_id = fields.Many2one(related="program_id.currency_id")
    prepaid_kind = fields.Selection(related="program_id.prepaid_kind")
    prepaid_percent = fields.Float(related="program_id.prepaid_percent")
    value = fields.Monetary(related="program_id.prepaid_value")
    expiry = fields.Date("Valid Until", compute="_compute_expiry")

    def _company(self):
        return self.program_id.company_id

    @api.depends("program_id")
    def _compute_expiry(self):
        for wizard in self:
            program = wizard.program_id
            wizard.expiry = program and program._get_award_expiry(
                program._get_local_today()
            )

    def action_give(self):
        """Post the gift, or ask a second person.

        :return: an action that says which of the two
        """
        self.ensure_one()
        program, partner = self.program_id, self.partner_id
        if not partner or not program.is_prepaid:
            raise UserError(self.env._("Choose the customer and the card type."))
        partner.check_access("read")
        program.check_access("read")
        self.points = program._get_prepaid_units()
        self._check_by_hand(("give", "both"))
        cards = self.env["loyalty.card"]
        cards = cards._cards_of_customers(partner, program, create=True)
        _entries, request = cards._move_by_hand(
            {
                "kind": "bonus",
                "points": self.points,
                "reason": self.reason_id.code,
                "branch_id": self.branch_id.id,
                "key": f"prepaid:{self.id}",
            },
            note=(self.note or "").strip() or None,
        )
        return self._done(
            request,
            self.env._(
                "%(customer)s has the prepaid card %(card)s.",
                customer=partner.display_name,
                card=program.name,
            ),
        )
