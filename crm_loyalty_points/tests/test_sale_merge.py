from odoo.tests import tagged

from .order_common import OrderCase


@tagged("post_install", "-at_install")
class TestOrdersOfMergedCustomers(OrderCase):
    """Duplicates are merged while their orders live on: what is cancelled, changed or
    returned afterwards must reach the card that has the points now."""

    def _merge(self):
        """Merge the partner into the other one; both have a card."""
        self._card(self.other_partner)
        self.env.flush_all()
        self.env["base.partner.merge.automatic.wizard"]._merge(
            (self.partner + self.other_partner).ids, self.other_partner
        )
        self.env.invalidate_all()
        return self.Card.search(
            [
                ("partner_id", "=", self.other_partner.id),
                ("program_id", "=", self.program.id),
            ]
        )

    def test_cancel(self):
        order = self._order(2)
        order.action_confirm()
        survivor = self._merge()
        self.assertBalance(survivor, 200)
        order._action_cancel()
        self.assertBalance(survivor, 0)

    def test_change(self):
        order = self._order(2)
        order.action_confirm()
        survivor = self._merge()
        order.order_line.product_uom_qty = 5
        order._update_programs_and_rewards()
        self.assertBalance(survivor, 500)
        order._action_cancel()
        self.assertBalance(survivor, 0)

    def test_cancel_with_a_reward(self):
        self._order(1).action_confirm()
        order = self._order(2)
        self._claim(order, self.reward, self.card)
        order.action_confirm()
        survivor = self._merge()
        self.assertBalance(survivor, 200)
        order._action_cancel()
        self.assertBalance(survivor, 100)

    def test_return(self):
        order = self._order(2)
        order.action_confirm()
        survivor = self._merge()
        order.sudo()._crm_apply_return([(order.order_line, 1)], "test")
        self.assertBalance(survivor, 100)

    def test_quotation(self):
        order = self._order(2)
        order._update_programs_and_rewards()
        survivor = self._merge()
        order.action_confirm()
        self.assertBalance(survivor, 200)
