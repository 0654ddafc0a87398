from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user, tagged

from .by_hand_common import MANAGER, ByHandCase


@tagged("post_install", "-at_install")
class TestFourEyes(ByHandCase):
    """Points are money. Whoever works alone at night must not be able to give a friend
    a thousand of them, in one piece or in ten."""

    def test_above_the_limit_waits_and_is_approved_once(self):
        self._give(101)
        self.assertBalance(self.card, 0)
        request = self._pending()
        self.assertEqual(
            (request.user_id, request.total, request.partner_id, request.reason_id),
            (self.officer, 101, self.partner, self.mistake),
        )
        todo = self.env["mail.activity"].search([("res_model", "=", request._name)])
        self.assertIn(self.manager, todo.user_id)
        self.assertNotIn(self.officer, todo.user_id)
        self.assertEqual(self.card.pending_approval_count, 1)
        request.with_user(self.manager).action_approve()
        self.assertBalance(self.card, 101)
        self.assertEqual(
            (request.state, request.decided_by_id), ("approved", self.manager)
        )
        entry = self.card.point_entry_ids
        self.assertEqual(
            (entry.source_model, entry.source_id, entry.reason, entry.operator_id),
            (request._name, request.id, "correction", self.manager.id),
        )
        self.assertTrue(entry.note_ids)
        self.assertFalse(todo.exists())
        with self.assertRaises(UserError):
            request.with_user(self.second).action_approve()
        request._post_approved()  # as a repeated request would
        self.assertBalance(self.card, 101)

    def test_nobody_approves_what_he_asked_for(self):
        self._give(500, self.manager)
        request = self._pending()
        for act in ("action_approve", "action_refuse"):
            with self.assertRaises(AccessError, msg=act):
                getattr(request.with_user(self.manager), act)()
        with self.assertRaises(AccessError):
            request.with_user(self.officer).action_approve()
        self.assertFalse(request.with_user(self.manager).may_decide)
        self.assertTrue(request.with_user(self.second).may_decide)
        self.assertBalance(self.card, 0)

    def test_context_keys_and_remote_calls_change_nothing(self):
        officer = self.Approval.with_user(self.officer)
        with self.assertRaises(AccessError):
            officer.create(
                {
                    "key": "x",
                    "program_id": self.program.id,
                    "kind": "adjust",
                    "points": 1000,
                    "card_count": 1,
                    "total": 1000,
                    "reason": "x",
                    "card_ids": self.card.ids,
                    "user_id": self.manager.id,
                    "asked_on": fields.Datetime.now(),
                }
            )
        forged = {
            "default_user_id": self.second.id,
            "default_state": "approved",
            "default_decided_by_id": self.second.id,
            "mail_activity_automation_skip": True,
            "uid": self.second.id,
            "su": True,
            "loyalty_no_mail": True,
            "crm_order_import": True,
            "active_test": False,
        }
        self._adjust(1000, self.manager).with_context(**forged).action_apply()
        request = self._pending()
        self.assertEqual((request.user_id, request.state), (self.manager, "pending"))
        self.assertFalse(request.decided_by_id)
        self.assertTrue(
            self.env["mail.activity"].search([("res_model", "=", request._name)])
        )
        for vals in (
            {"user_id": self.second.id},
            {"state": "approved"},
            {"points": 1},
            {"total": 1},
        ):
            with self.assertRaises(AccessError, msg=vals):
                request.with_user(self.manager).with_context(**forged).write(vals)
        with self.assertRaises(AccessError):
            request.with_user(self.manager).unlink()
        allowance = self.env["loyalty.point.allowance"]
        with self.assertRaises(AccessError):
            allowance.with_user(self.manager).search([]).unlink()
            allowance.with_user(self.manager).create(
                {"user_id": self.manager.id, "day": "2020-01-01", "points": -1000}
            )
        self.assertBalance(self.card, 0)

    def test_splitting_on_a_card(self):
        self.company.points_limit_day = 0
        for _n in range(3):
            self._give(40)
        self.assertBalance(self.card, 80)
        self.assertEqual(self._pending().total, 40)
        self._give(20)
        self.assertBalance(self.card, 100)
        self._give(-1)
        self.assertEqual(len(self._pending()), 2, "taking counts too")
        other = self._card(self.other_partner)
        self._give(100, card=other)
        self.assertBalance(other, 100)

    def test_splitting_over_cards(self):
        self.company.points_limit_movement = 0
        other = self._card(self.other_partner)
        self._give(200)
        self._give(101, card=other)
        self.assertEqual(self._pending().total, 101)
        self._give(100, card=other)
        self.assertBalance(other, 100)
        self._give(1, card=other)
        self.assertEqual(len(self._pending()), 2)
        self._give(150, self.manager)
        self.assertBalance(self.card, 350)

    def test_bulk_counts_in_all(self):
        self.company.points_limit_movement = 0
        other = self._card(self.other_partner)
        self._give(151, card=self.card | other)
        request = self._pending()
        self.assertEqual((request.card_count, request.total), (2, 302))
        request.with_user(self.manager).action_approve()
        self.assertEqual((self.card | other).mapped("points"), [151, 151])
        # what others approved does not use up the day of who asked
        self._give(150, card=self.card | other)
        self.assertEqual((self.card | other).mapped("points"), [301, 301])

    def test_own_card(self):
        mine = self._card(self.officer.partner_id)
        self._give(1, card=mine)
        self.assertBalance(mine, 0)
        self.assertEqual(len(self._pending()), 1)
        self.company.write({"points_limit_movement": 0, "points_limit_day": 0})
        self._give(1, card=mine)
        self.assertBalance(mine, 1)

    def test_another_company_at_the_top_of_the_page(self):
        """The limits of a shared programme do not depend on the company chosen."""
        self.program = self.program.create(
            {
                "name": "Shared",
                "program_type": "loyalty",
                "applies_on": "both",
                "company_id": False,
                "currency_id": self.company.currency_id.id,
            }
        )
        card = self._card(self.partner, self.program)
        other = self.env["res.company"].create({"name": "Other"})
        self.officer.company_ids += other
        wizard = self._adjust(101, card=card)
        wizard.with_company(other).action_apply()
        self.assertBalance(card, 0)
        self.assertEqual(len(self._pending()), 1)

    def test_odoos_own_wizards(self):
        seller = new_test_user(
            self.env, "seller", "sales_team.group_sale_salesman_all_leads"
        )
        wizards = self.env["loyalty.card.update.balance"].with_user(seller)
        wizard = wizards.create(
            {"card_id": self.card.id, "new_balance": 1000, "description": "Gift"}
        )
        wizard.action_update_card_point()
        self.assertBalance(self.card, 0)
        self.assertFalse(self.card.history_ids)
        self.assertEqual(self._pending().user_id, seller)
        self._pending().with_user(self.manager).action_approve()
        self.assertBalance(self.card, 1000)
        boss = new_test_user(self.env, "boss", "sales_team.group_sale_manager")
        generate = self.env["loyalty.generate.wizard"].with_user(boss)
        wizard = generate.create(
            {
                "program_id": self.program.id,
                "mode": "selected",
                "customer_ids": [(6, 0, (self.partner | self.other_partner).ids)],
                "points_granted": 200,
            }
        )
        cards = wizard.generate_coupons()
        self.assertEqual(sorted(cards.mapped("points")), [0, 1000])
        self.assertFalse(cards.history_ids)
        request = self._pending()
        self.assertEqual((request.user_id, request.total), (boss, 400))
        request.with_user(self.manager).action_approve()
        self.assertEqual(sorted(cards.mapped("points")), [200, 1200])

    def test_refused_with_a_reason(self):
        self._give(500)
        request = self._pending()
        action = request.with_user(self.manager).action_refuse()
        wizards = self.env[action["res_model"]].with_user(self.manager)
        form = Form(wizards.with_context(**action["context"]))
        form.reason = "Ask the branch first"
        form.save().action_refuse()
        self.assertEqual(
            (request.state, request.refusal), ("refused", "Ask the branch first")
        )
        self.assertBalance(self.card, 0)
        wizard = wizards.create({"approval_ids": request.ids, "reason": "x"})
        with self.assertRaises(UserError):
            wizard.action_refuse()
        self._give(500, self.manager)
        wizard = wizards.create({"approval_ids": self._pending().ids, "reason": "x"})
        with self.assertRaises(AccessError):
            wizard.action_refuse()

    def test_withdrawn_or_expired(self):
        self._give(500)
        self._give(400)
        old, new = self._pending().sorted("id")
        with self.assertRaises(AccessError):
            old.with_user(self.manager).action_withdraw()
        old.with_user(self.officer).action_withdraw()
        new.valid_until = fields.Datetime.now() - timedelta(hours=1)
        with self.assertRaises(UserError):
            new.with_user(self.manager).action_approve()
        self.Approval._cron_expire()
        self.assertEqual((old.state, new.state), ("withdrawn", "expired"))
        self.assertBalance(self.card, 0)

    def test_who_sees_what(self):
        self._give(500)
        self._give(400, self.manager)
        seen = self.Approval.with_user(self.officer).search([])
        self.assertEqual(seen.user_id, self.officer)
        self.assertEqual(len(self.Approval.with_user(self.second).search([])), 2)
        other = self.env["res.company"].create({"name": "Other"})
        stranger = new_test_user(
            self.env,
            "stranger",
            MANAGER,
            company_id=other.id,
            company_ids=[(6, 0, other.ids)],
        )
        with self.assertRaises(AccessError):
            self._pending().with_user(stranger).action_approve()

    def test_not_enough_when_it_is_approved(self):
        self._post(500)
        self._give(-400)
        request = self._pending()
        self._post(-450)
        with self.assertRaises(UserError):
            request.with_user(self.manager).action_approve()
        self.assertEqual(request.state, "pending")
        self.assertBalance(self.card, 50)
        with self.assertRaises(UserError):
            self._give(-400)  # nobody could approve it

    def test_merged_while_waiting(self):
        other = self._card(self.other_partner)
        self._give(500)
        self.env["base.partner.merge.automatic.wizard"]._merge(
            [self.partner.id, self.other_partner.id],
            self.other_partner,
            extra_checks=False,
        )
        request = self._pending()
        request.with_user(self.manager).action_approve()
        self.assertBalance(other, 500)
        self.assertBalance(self.card, 0)

    def test_erased_while_waiting(self):
        self._give(500)
        request = self._pending()
        self.partner._erase_points()
        self.assertEqual(request.state, "expired")
        self.assertFalse(request.note)

    def test_card_closed_while_waiting(self):
        self._give(500)
        self.card.action_archive()
        with self.assertRaises(UserError):
            self._pending().with_user(self.manager).action_approve()
        self.assertBalance(self.card, 0)
