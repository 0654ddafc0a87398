from odoo import api, fields, models


class LoyaltyCard(models.Model):
    """A customer's prepaid card: its purchases, what is left, until when."""

    _inherit = "loyalty.card"

    is_prepaid = fields.Boolean(related="program_id.is_prepaid")
    prepaid_kind = fields.Selection(related="program_id.prepaid_kind")
    prepaid_purchase_ids = fields.One2many(
        "loyalty.prepaid.purchase", "card_id", "Purchases", readonly=True
    )
    prepaid_state = fields.Selection(
        [("valid", "Valid"), ("used", "Used up"), ("ended", "Ended"), ("new", "Empty")],
        "Card State",
        compute="_compute_prepaid_state",
    )
    prepaid_until = fields.Date(
        "Valid Until",
        compute="_compute_prepaid_until",
        compute_sudo=True,
        help="Last day on which anything on the card can be used.",
    )

    @api.depends("points", "points_due")
    def _compute_prepaid_state(self):
        for card in self:
            least = card.program_id.sudo().reward_ids[:1].required_points
            if card.points_usable >= (least or 0.01):
                card.prepaid_state = "valid"
            elif not card.entry_seq:
                card.prepaid_state = "new"
            else:
                card.prepaid_state = "ended" if card._get_last_lapse() else "used"

    @api.depends("points")
    def _compute_prepaid_until(self):
        last = dict(
            self.env["loyalty.point.award"]._read_group(
                [("card_id", "in", self._origin.ids), ("remaining", ">", 0)],
                ["card_id"],
                ["expiry:max"],
            )
        )
        for card in self:
            card.prepaid_until = last.get(card._origin)

    def _get_prepaid_end_message(self):
        """:return: that nothing is left because it ended, with the last day; None while
        the card can be used, or when it was used up"""
        self.ensure_one()
        least = self.program_id.reward_ids[:1].required_points
        ended = self.points_usable < least and self._get_last_lapse()
        if not ended:
            return None
        return self.env._(
            "The prepaid card %(card)s of %(customer)s ended on %(day)s.",
            card=self.program_id.name,
            customer=self.partner_id.name or "",
            day=self._format_day(ended),
        )

    def _get_last_lapse(self):
        """:return: the last day of what ended unused on the card, or False"""
        self.ensure_one()
        purchases = self.env["loyalty.prepaid.purchase"].sudo()
        found = purchases.search(
            [("card_id", "=", self.id), ("state", "=", "ended")],
            order="expiry desc",
            limit=1,
        )
        return found.expiry

    def action_give_prepaid(self):
        """:return: the form to give this customer the card for nothing"""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_loyalty_points.loyalty_prepaid_give_action"
        )
        action["context"] = {
            "default_partner_id": self.partner_id.id,
            "default_program_id": self.program_id.id,
        }
        return action
