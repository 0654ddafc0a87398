from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from .by_hand_common import ByHandCase


@tagged("post_install", "-at_install")
class TestTransfer(ByHandCase):
    """A mother leaves her points to her daughter; a thief would like to do the same."""

    def test_keeps_the_expiry(self):
        self._post(30, expiry="2080-01-01")
        self._post(50)
        to_card = self._card(self.other_partner)
        wizards = self.env["loyalty.card.transfer"].with_user(self.officer)
        action = self.card.with_user(self.officer).action_transfer_points()
        form = Form(wizards.with_context(**action["context"]))
        form.points = 60
        form.reason_id = self.family
        form.to_partner_id = self.other_partner
        self.assertEqual((form.balance, form.balance_after), (80, 20))
        self.assertEqual((form.to_balance, form.to_balance_after), (0, 60))
        wizard = form.save()
        wizard.action_apply()
        wizard.action_apply()
        self.assertBalance(self.card, 20)
        self.assertBalance(to_card, 60)
        awards = self.env["loyalty.point.award"].search([("card_id", "=", to_card.id)])
        self.assertEqual(
            sorted((str(a.expiry or ""), a.remaining) for a in awards),
            [("", 30), ("2080-01-01", 30)],
        )

    def test_refused(self):
        self._post(50)
        stranger = self.env["res.partner"].create({"name": "No member"})
        for values in (
            {"to": stranger},
            {"to": self.partner},
            {"points": 51},
            {"points": -1},
            {"reason_id": self.gift.id},
        ):
            self._card(self.other_partner)
            with self.assertRaises(UserError, msg=values):
                self._transfer(**{"points": 5, **values}).action_apply()
        self.assertBalance(self.card, 50)

    def test_only_within_the_programme(self):
        self._post(50)
        self._card(self.other_partner, self.wallet)
        with self.assertRaises(UserError):
            self._transfer(5).action_apply()

    def test_above_the_limit(self):
        self._post(500)
        to_card = self._card(self.other_partner)
        self._transfer(101).action_apply()
        request = self._pending()
        self.assertEqual((request.kind, request.to_card_id), ("transfer", to_card))
        self.assertBalance(to_card, 0)
        request.with_user(self.manager).action_approve()
        self.assertBalance(self.card, 399)
        self.assertBalance(to_card, 101)

    def test_splitting_and_the_own_card(self):
        self._post(500)
        to_card = self._card(self.other_partner)
        for _n in range(3):
            self._transfer(40).action_apply()
        self.assertBalance(to_card, 80)
        self.assertEqual(self._pending().total, -40)
        mine = self._card(self.officer.partner_id)
        self._transfer(1, to=self.officer.partner_id).action_apply()
        self.assertBalance(mine, 0)
        self.assertEqual(len(self._pending()), 2)

    def test_merged_while_waiting(self):
        self._post(500)
        third = self.env["res.partner"].create({"name": "Third"})
        to_card, last = self._card(self.other_partner), self._card(third)
        self._transfer(200).action_apply()
        request = self._pending()
        merge = self.env["base.partner.merge.automatic.wizard"]._merge
        merge([self.other_partner.id, third.id], third, extra_checks=False)
        request.with_user(self.manager).action_approve()
        self.assertBalance(last, 200)
        self.assertBalance(to_card, 0)
        self._transfer(200, to=third).action_apply()
        merge([self.partner.id, third.id], third, extra_checks=False)
        with self.assertRaises(UserError):
            self._pending().with_user(self.manager).action_approve()
        self.assertBalance(last, 500)
