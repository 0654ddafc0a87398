from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, new_test_user, tagged

from .common import LedgerCase

OFFICER = "crm_segments.crm_segments_group_officer"
MANAGER = "crm_segments.crm_segments_group_manager"


class ByHandCase(LedgerCase):
    """An officer and two managers of a company with limits."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env.company
        cls.program.company_id = cls.company
        cls.company.write({"points_limit_movement": 100, "points_limit_day": 300})
        cls.officer = new_test_user(cls.env, "by_hand_officer", OFFICER)
        cls.manager = new_test_user(cls.env, "by_hand_manager", MANAGER)
        cls.second = new_test_user(cls.env, "by_hand_second", MANAGER)
        cls.Approval = cls.env["loyalty.point.approval"]
        cls.gift = cls.env.ref("crm_loyalty_points.loyalty_point_reason_gift")
        cls.mistake = cls.env.ref("crm_loyalty_points.loyalty_point_reason_correction")
        cls.family = cls.env.ref("crm_loyalty_points.loyalty_point_reason_family")

    def tearDown(self):
        self.assertEqual(self.env["loyalty.point.award"]._check_ledger(), [])
        super().tearDown()

    def _adjust(self, points, user=None, card=None, reason=None, **values):
        """:return: the wizard, as the user fills it on the card; points signed"""
        card = card or self.card
        wizards = self.env["loyalty.card.adjust"].with_user(user or self.officer)
        wizards = wizards.with_context(active_model=card._name, active_ids=card.ids)
        return wizards.create(
            {
                "direction": "give" if points > 0 else "take",
                "points": abs(points),
                "reason_id": (reason or self.mistake).id,
                "note": "Called on Monday",
                **values,
            }
        )

    def _give(self, points, user=None, card=None, **values):
        self._adjust(points, user, card, **values).action_apply()

    def _pending(self):
        return self.Approval.search([("state", "=", "pending")])

    def _transfer(self, points, user=None, to=None, **values):
        wizards = self.env["loyalty.card.transfer"].with_user(user or self.officer)
        wizards = wizards.with_context(
            active_model="loyalty.card", active_ids=self.card.ids
        )
        return wizards.create(
            {
                "to_partner_id": (to or self.other_partner).id,
                "points": points,
                "reason_id": self.family.id,
                **values,
            }
        )


@tagged("post_install", "-at_install")
class TestAdjust(ByHandCase):
    """Every complaint at the counter ends with a few points: quickly, with a reason,
    and with the name of who gave them."""

    def test_form_of_the_card(self):
        wizards = self.env["loyalty.card.adjust"].with_user(self.officer)
        action = self.card.with_user(self.officer).action_adjust_points()
        form = Form(wizards.with_context(**action["context"]))
        self.assertEqual(form.partner_id, self.partner)
        form.points = 40.5
        self.assertEqual((form.balance, form.balance_after), (0, 40.5))
        form.reason_id = self.gift
        form.note = "Happy new year, Khun Somchai"
        wizard = form.save()
        wizard.action_apply()
        wizard.action_apply()  # a double click
        self.assertBalance(self.card, 40.5)
        entry = self.card.point_entry_ids
        self.assertEqual(
            (entry.kind, entry.reason, entry.operator_id),
            ("bonus", "gift", self.officer.id),
        )
        self.assertIn("Khun Somchai", entry.note_ids.note)
        self.assertFalse(self._pending())

    def test_points_end_as_the_programme_says(self):
        self.program.write({"expiry_policy": "date", "expiry_date": "2090-12-31"})
        wizard = self._adjust(5)
        self.assertEqual(str(wizard.expiry), "2090-12-31")
        wizard.action_apply()
        self._give(101)
        self.program.expiry_date = "2091-12-31"
        self._pending().with_user(self.manager).action_approve()
        self.assertEqual(
            [
                str(day)
                for day in self.card.point_entry_ids.sorted("seq").mapped("expiry")
            ],
            ["2090-12-31", "2091-12-31"],
        )

    def test_taking_never_leaves_a_debt(self):
        self._give(50)
        self._give(-30)
        self.assertBalance(self.card, 20)
        with self.assertRaises(UserError):
            self._give(-21)
        self.assertBalance(self.card, 20)

    def test_what_the_form_refuses(self):
        for values in (
            {"points": 0},
            {"points": -5},
            {"reason_id": self.family.id},
            {"note": " "},
        ):
            wizard = self._adjust(5)
            wizard.write(values)
            with self.assertRaises(UserError, msg=values):
                wizard.action_apply()
        with self.assertRaises(UserError):
            self._give(-5, reason=self.gift)
        self.assertBalance(self.card, 0)
        with self.assertRaises(ValidationError):
            self.gift.direction = "both"

    def test_many_customers_at_once(self):
        self.company.write({"points_limit_movement": 0, "points_limit_day": 0})
        third = self.env["res.partner"].create({"name": "Third"})
        customers = self.partner | self.other_partner | third
        self._card(self.other_partner)
        wizards = self.env["loyalty.card.adjust"].with_user(self.officer)
        action = customers.with_user(self.officer).action_adjust_points()
        form = Form(wizards.with_context(**action["context"]))
        form.program_id = self.program
        self.assertEqual((form.target_count, form.missing_count), (2, 1))
        form.points = 20
        form.reason_id = self.gift
        self.assertEqual(form.total, 40)
        form.create_cards = True
        self.assertEqual(form.total, 60)
        form.save().action_apply()
        cards = self.Card.search([("partner_id", "in", customers.ids)])
        self.assertEqual(cards.mapped("points"), [20, 20, 20])
        self.assertEqual(set(cards.point_entry_ids.mapped("kind")), {"bonus"})

    def test_customers_without_cards(self):
        third = self.env["res.partner"].create({"name": "Third"})
        with self.assertRaises(UserError):
            self._give(5, card=third, program_id=self.program.id)
        self.assertFalse(self.Card.search([("partner_id", "=", third.id)]))

    def test_only_officers(self):
        for groups in (
            "base.group_user",
            "crm_segments.crm_segments_group_viewer",
            "sales_team.group_sale_salesman_all_leads",
        ):
            user = new_test_user(self.env, f"u_{groups}", groups)
            with self.assertRaises(AccessError, msg=groups):
                self._adjust(5, user)
            wizard = self._adjust(5)
            with self.assertRaises(AccessError, msg=groups):
                wizard.with_user(user).action_apply()
        self.assertBalance(self.card, 0)

    def test_another_company_is_out_of_reach(self):
        other = self.env["res.company"].create({"name": "Other"})
        program = self.program.create(
            {
                "name": "Theirs",
                "program_type": "loyalty",
                "applies_on": "both",
                "company_id": other.id,
            }
        )
        card = self._card(self.partner, program)
        with self.assertRaises(AccessError):
            self._give(5, card=card)
        with self.assertRaises(AccessError):
            self._give(5, card=self.partner, program_id=program.id)
        self.assertBalance(card, 0)


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
