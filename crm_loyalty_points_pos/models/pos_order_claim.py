from odoo import api, models
from odoo.fields import Domain

from ..tools.till_lines import returned_quantity
from .pos_order_points import PAID


class PosOrder(models.Model):
    """Orders at the till without a customer: the QR code on the receipt lets a member
    collect the points, and the order becomes that member's."""

    _inherit = "pos.order"

    @api.model
    def get_points_claim(self, order):
        """What the QR code on the receipt of a paid order holds. Called by the till.

        :param order: id or uuid
        :return: address, "" where there is nothing to collect
        """
        name = "id" if isinstance(order, int) else "uuid"
        # Searched with the rights of the caller: nobody else's order is found.
        found = self.search(Domain(name, "=", order), limit=1)
        if not found:
            return ""
        shop = self.env["crm.shop"]._of_company(found.company_id)
        return shop._get_claim_url(found.sudo()) if shop else ""

    def _get_claimer(self):
        """:return: see ``sale.order._get_claimer``: the order's customer"""
        return self.partner_id.commercial_partner_id

    def _get_claim_number(self):
        return self.pos_reference or self.name

    def _is_points_claimable(self, shop):
        """:return: see ``sale.order._is_points_claimable``"""
        self.ensure_one()
        order = self.sudo()
        if (
            order.state not in PAID
            or not order.points_ledgered
            or order.partner_id
            or order.amount_total <= 0
            or any(returned_quantity(line) for line in order.lines)
        ):
            return False
        return shop._get_program() in order._get_points_programs()

    def _count_claim(self, card):
        """:return: see ``sale.order._count_claim``: counted for the card's customer,
        whose the order becomes"""
        self.ensure_one()
        order, program = self.sudo(), card.program_id
        if program in order.lines.reward_id.program_id:
            return None
        return float(order._count_points(program, card.partner_id)[program].points)

    def _claim_points(self, card):
        """Make the order the member's: it earns as one whose customer was set late.

        :param card: loyalty.card (superuser)
        """
        self.ensure_one()
        self.sudo().partner_id = card.partner_id
