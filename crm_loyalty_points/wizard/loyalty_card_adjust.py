from odoo import api, fields, models
from odoo.exceptions import UserError


class LoyaltyCardAdjust(models.TransientModel):
    """Give points to members, or take some: one card, or customers ticked in a list."""

    _name = "loyalty.card.adjust"
    _inherit = ["loyalty.by.hand"]
    _description = "Give or Take Points"

    card_ids = fields.Many2many("loyalty.card", string="Cards")
    partner_ids = fields.Many2many("res.partner", string="Customers")
    program_id = fields.Many2one(
        "loyalty.program",
        string="Programme",
        domain="[('program_type', 'in', ('loyalty', 'ewallet')),"
        " ('applies_on', '!=', 'current')]",
    )
    create_cards = fields.Boolean(
        "Make Members",
        help="Customers without a card of the programme get one, and with it its "
        "welcome points.",
    )
    direction = fields.Selection(
        [("give", "Give"), ("take", "Take")], default="give", required=True
    )
    target_count = fields.Integer("Cards to Change", compute="_compute_target")
    missing_count = fields.Integer("Without a Card", compute="_compute_target")
    partner_id = fields.Many2one("res.partner", compute="_compute_target")
    balance = fields.Float("Balance now", digits=(16, 2), compute="_compute_target")
    balance_after = fields.Float(digits=(16, 2), compute="_compute_after")
    total = fields.Float("In all", digits=(16, 2), compute="_compute_after")
    expiry = fields.Date("Points lapse after", compute="_compute_expiry")

    @api.model
    def default_get(self, fields_list):
        """Take the cards or customers that are open or ticked."""
        values = super().default_get(fields_list)
        ids = self.env.context.get("active_ids") or []
        model = self.env.context.get("active_model")
        if model == "loyalty.card":
            cards = self.env["loyalty.card"].browse(ids)
            values.update(card_ids=cards.ids, program_id=cards.program_id[:1].id)
        elif model == "res.partner":
            values.update(partner_ids=ids, program_id=self._usual_program().id)
        return {name: value for name, value in values.items() if name in fields_list}

    @api.model
    def _usual_program(self):
        """:return: the first points programme of the company"""
        return self.env["loyalty.program"].search(
            [
                ("program_type", "=", "loyalty"),
                ("applies_on", "!=", "current"),
                ("company_id", "in", [False, *self.env.company.parent_ids.ids]),
            ],
            limit=1,
        )

    def _company(self):
        return self.program_id.company_id

    def _targets(self, create=False):
        """:return: the cards whose points move"""
        cards = self.card_ids
        if self.partner_ids:
            partners = self.partner_ids._origin
            partners.check_access("read")
            cards |= cards._cards_of_customers(partners, self.program_id, create)
        return cards._origin

    @api.depends("card_ids", "partner_ids", "program_id")
    def _compute_target(self):
        for wizard in self:
            cards = wizard._targets()
            customers = wizard.partner_ids._origin.commercial_partner_id
            held = cards.sudo().partner_id.commercial_partner_id
            wizard.target_count = len(cards)
            wizard.missing_count = len(customers - held)
            alone = cards if len(cards) == 1 else cards.browse()
            wizard.partner_id = alone.partner_id or (
                len(customers) == 1 and not wizard.card_ids and customers
            )
            wizard.balance = alone.points

    @api.depends("points", "direction", "target_count", "missing_count", "create_cards")
    def _compute_after(self):
        for wizard in self:
            signed = wizard._signed_points()
            count = wizard.target_count
            count += wizard.missing_count if wizard.create_cards else 0
            wizard.balance_after = wizard.balance + signed
            wizard.total = signed * count

    @api.depends("program_id", "direction")
    def _compute_expiry(self):
        for wizard in self:
            program = wizard.program_id
            giving = program and wizard.direction == "give"
            wizard.expiry = giving and program._get_award_expiry(
                program._get_local_today()
            )

    @api.onchange("direction")
    def _onchange_direction(self):
        if self.reason_id.direction not in (self.direction, "both"):
            self.reason_id = False

    def _signed_points(self):
        return self.points if self.direction == "give" else -self.points

    def action_apply(self):
        """Post the points, or ask a second person.

        :return: an action that says which of the two
        """
        self._check_by_hand((self.direction, "both"))
        giving = self.direction == "give"
        cards = self._targets(create=self.create_cards and giving)
        cards.check_access("read")
        if not cards:
            raise UserError(
                self.env._("None of these customers has a card of the programme.")
            )
        entries, request = cards._move_by_hand(
            {
                "kind": self.reason_id.kind if giving else "adjust",
                "points": round(self._signed_points(), 2),
                "reason": self.reason_id.code,
                "branch_id": self.branch_id.id,
                "key": f"adjust:{self.id}",
            },
            note=(self.note or "").strip() or None,
        )
        return self._done(
            request,
            self.env._(
                "%(points)s points on %(count)s cards.",
                points=f"{self._signed_points():+,g}",
                count=len(entries),
            ),
        )
