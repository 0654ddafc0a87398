import base64
from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command, Domain
from odoo.tests import Form, new_test_user, tagged

from .redeem_common import RedeemCase


@tagged("post_install", "-at_install")
class TestRedeem(RedeemCase):
    """Points leave the card exactly when the member has the reward, and whoever may
    not have it is told why: members complain about both."""

    def test_code_from_the_system(self):
        redemption = self.redeem(self.coffee, branch=self.silom)
        self.assertBalance(self.card, 400)
        self.assertEqual(
            (redemption.state, redemption.points, redemption.branch_id),
            ("issued", 100, self.silom),
        )
        coupon = redemption.coupon_id
        self.assertEqual((coupon.code, coupon.points), (redemption.code, 1))
        self.assertEqual(len(coupon.code), 29)
        self.assertFalse(coupon.order_id)
        entry = redemption.entry_id
        self.assertEqual(
            (entry.kind, entry.points, entry.source_model, entry.source_id),
            ("redeem", -100, "loyalty.redemption", redemption.id),
        )
        self.assertEqual(entry.branch_id, self.silom)
        self.assertEqual(entry.why, "Free coffee for 100 points")
        self.assertEqual(redemption.reward_id.display_name, "Free coffee")

    def test_one_key_has_one_effect(self):
        first = self.redeem(self.coffee, key="once")
        self.assertEqual(self.redeem(self.coffee, key="once"), first)
        self.assertBalance(self.card, 400)
        with self.assertRaisesRegex(UserError, "another reward"):
            self.redeem(self.parcel, key="once")

    def test_refused_without_points(self):
        self._post(-450)
        with self.assertRaisesRegex(UserError, "50 more are needed"):
            self.redeem(self.coffee)
        self.assertBalance(self.card, 50)
        self.assertFalse(self.coffee.redemption_ids)

    def test_limits(self):
        self.coffee.write({"stock_limited": True, "stock_left": 2, "member_limit": 1})
        first = self.redeem(self.coffee)
        self.assertEqual(self.coffee.stock_left, 1)
        with self.assertRaisesRegex(UserError, "1 times by a member"):
            self.redeem(self.coffee)
        other = self._card(self.other_partner)
        self._post(100, card=other)
        self.redeem(self.coffee, card=other)
        first.action_cancel()
        self.assertEqual(self.coffee.stock_left, 1)
        self.redeem(self.coffee)
        self.coffee.member_limit = 0
        with self.assertRaisesRegex(UserError, "Free coffee: none is left"):
            self.redeem(self.coffee)

    def test_conditions_are_asked_on_the_server(self):
        """Branch, hours, tags and dates, each with its reason."""
        self.coffee.condition_branch_ids = self.silom
        with self.assertRaisesRegex(UserError, "at Silom only"):
            self.redeem(self.coffee, branch=self.ari)
        self.assertTrue(self.redeem(self.coffee, branch=self.silom))
        self.coffee.write(
            {"condition_branch_ids": [Command.clear()], "hour_from": 14, "hour_to": 16}
        )
        with freeze_time("2026-11-24 09:01:00"):  # 16:01 in Bangkok
            with self.assertRaisesRegex(UserError, "14:00–16:00"):
                self.redeem(self.coffee)
        with freeze_time("2026-11-24 09:00:30"):
            self.assertTrue(self.redeem(self.coffee))
        self.coffee.write({"hour_from": 0, "hour_to": 0})
        tag = self.env["res.partner.category"].create({"name": "VIP"})
        self.coffee.condition_tag_ids = tag
        with self.assertRaisesRegex(UserError, "tagged VIP"):
            self.redeem(self.coffee)
        self.partner.category_id = tag
        self.assertTrue(self.redeem(self.coffee))
        segment = self._segment(self.other_partner)
        self.coffee.condition_segment_ids = segment
        with self.assertRaisesRegex(UserError, "of the segment Regulars"):
            self.redeem(self.coffee)
        segment._add_customers(Domain("id", "in", self.partner.ids))
        self.assertTrue(self.redeem(self.coffee))
        self.coffee.date_to = self.today - timedelta(days=1)
        with self.assertRaisesRegex(UserError, "not offered any more"):
            self.redeem(self.coffee)
        self.coffee.write({"date_to": False, "date_from": self.today + timedelta(1)})
        with self.assertRaisesRegex(UserError, "not offered yet"):
            self.redeem(self.coffee)

    def test_reserved_for_a_tier(self):
        tier = self.env["loyalty.tier"].create(
            {"name": "Gold", "program_id": self.program.id}
            if "program_id" in self.env["loyalty.tier"]._fields
            else {"name": "Gold"}
        )
        self.coffee.condition_tier_ids = tier
        with self.assertRaisesRegex(UserError, "for members of Gold"):
            self.redeem(self.coffee)
        self.card.tier_id = tier
        self.assertTrue(self.redeem(self.coffee))

    def test_cancelling_returns_the_points_to_their_awards(self):
        self._post(-500)
        awards = self._post(60, expiry=self.today + timedelta(days=5)) + self._post(90)
        redemption = self.redeem(self.coffee)
        self.assertEqual(self._remaining(*awards), [0, 50])
        redemption.action_cancel()
        self.assertEqual(self._remaining(*awards), [60, 90])
        self.assertEqual(redemption.state, "cancelled")
        self.assertEqual(redemption.coupon_id.points, 0)
        self.assertFalse(redemption.coupon_id.active)
        with self.assertRaisesRegex(UserError, "was cancelled"):
            redemption.action_cancel()
        with self.assertRaisesRegex(UserError, "was cancelled"):
            redemption._use()

    def test_expiry_keeps_or_returns_the_points(self):
        self.coffee.write({"validity_days": 3, "expiry_points": "return"})
        self.shared.write({"validity_days": 3, "expiry_points": "keep"})
        start = datetime(2026, 11, 24, 12)
        with freeze_time(start):
            returned = self.redeem(self.coffee)
            kept = self.redeem(self.shared)
            self.assertEqual(str(returned.valid_until), "2026-11-27")
        self.assertBalance(self.card, 350)
        # 27 November, 23:59 in Bangkok: the last minute
        with freeze_time("2026-11-27 16:59:00"):
            due = self.env["loyalty.redemption"]._get_due_domain()
            self.assertFalse((returned + kept).filtered_domain(due))
            returned._check_usable()
        with freeze_time("2026-11-27 17:01:00"):
            with self.assertRaisesRegex(UserError, "could be used until"):
                returned._use()
            with self.enter_registry_test_mode():
                cron = "crm_loyalty_points.loyalty_redemption_cron_expire"
                self.env.ref(cron).method_direct_trigger()
            self.assertEqual((returned + kept).mapped("state"), ["expired"] * 2)
            self.assertBalance(self.card, 450)
        self.assertEqual((returned + kept).mapped("points_returned"), [True, False])
        self.assertEqual(kept.code, "SAVE10")
        self.assertFalse(returned.coupon_id.active)

    def test_programme_says_how_long_unless_the_reward_does(self):
        self.program.reward_validity_days = 30
        redemption = self.redeem(self.coffee)
        self.assertEqual(redemption.valid_until, self.today + timedelta(days=30))
        self.assertEqual(redemption.coupon_id.expiration_date, redemption.valid_until)
        self.coffee.validity_days = 7
        redemption = self.redeem(self.coffee)
        self.assertEqual(redemption.valid_until, self.today + timedelta(days=7))

    def test_used_at_the_counter_and_undone(self):
        redemption = self.redeem(self.coffee, branch=self.silom)
        redemption._use(self.ari)
        self.assertEqual(
            (redemption.state, redemption.used_branch_id, redemption.coupon_id.points),
            ("used", self.ari, 0),
        )
        with self.assertRaisesRegex(UserError, "used already"):
            redemption._use(self.ari)
        with self.assertRaisesRegex(UserError, "used already"):
            redemption.action_cancel()
        redemption.action_undo_use()
        self.assertEqual((redemption.state, redemption.coupon_id.points), ("issued", 1))
        self.assertFalse(redemption.used_branch_id)
        redemption._use(self.silom)
        self.assertEqual(redemption.state, "used")

    def test_a_held_code_is_neither_used_nor_cancelled(self):
        redemption = self.redeem(self.coffee)
        redemption.coupon_id._hold("till 7")
        for act in (redemption._use, redemption.action_cancel):
            with self.assertRaisesRegex(UserError, "being used elsewhere"):
                act()
        self.assertEqual(redemption.state, "issued")
        self.assertTrue(redemption._use(owner="till 7") is None)
        self.assertEqual(redemption.state, "used")

    def test_list_gives_each_code_once(self):
        self.upload("A1\nA2\n")
        first, second = self.redeem(self.listed), self.redeem(self.listed)
        self.assertEqual([first.code, second.code], ["A1", "A2"])
        with self.assertRaisesRegex(UserError, "left"):
            self.redeem(self.listed)
        first.action_cancel()
        self.assertEqual(self.listed.left_count, 0, "a member has seen the code")
        self.assertBalance(self.card, 450)

    def test_upload_is_whole_or_refused(self):
        self.upload("Code;Note\nA1;x\nA2;y\n")
        self.assertEqual(self.listed.code_ids.mapped("code"), ["A1", "A2"])
        used = self.redeem(self.listed)
        with self.assertRaises(UserError) as refused:
            self.upload("B1\nA1\nB2\nB1\n\nA2\n")
        text = str(refused.exception)
        for line in ("Line 2: A1 is known", "Line 4: B1 is in line 1", "Line 6: A2"):
            self.assertIn(line, text)
        self.assertEqual(self.listed.code_ids.mapped("code"), ["A1", "A2"])
        used.action_cancel()
        with self.assertRaisesRegex(UserError, "Line 1: A1 is known"):
            self.upload("A1")
        for content in (b"\x00\x01", b"", b"code\n"):
            with self.assertRaises(UserError):
                self.upload(content)

    def test_codes_of_one_platform_are_one_list(self):
        self.listed.platform = "Shop A"
        other = self.listed.copy({"description": "Other", "platform": " shop a"})
        third = self.listed.copy({"description": "Third", "platform": "Shop B"})
        self.upload("A1\nA2")
        with self.assertRaisesRegex(UserError, "Line 2: A2 is known"):
            self.upload("B1\nA2", other)
        self.upload("A2", third)
        self.assertEqual(third.code_ids.code, "A2")

    def test_low_stock_is_told_once_per_fall(self):
        self.upload("\n".join(f"C{n}" for n in range(4)))
        self.listed.low_stock = 3
        told = []
        for _number in range(3):
            self.redeem(self.listed)
            told.append(len(self.listed.activity_ids))
        self.assertEqual(told, [0, 1, 1])
        self.assertIn("Only 2 left", self.listed.activity_ids.summary)
        self.upload("D1\nD2\nD3")
        self.assertFalse(self.listed.low_stock_told)
        self.assertFalse(self.listed.activity_ids)
        for _number in range(2):
            self.redeem(self.listed)
        self.assertEqual(len(self.listed.activity_ids), 1)

    def test_what_a_reward_needs(self):
        Reward = self.env["loyalty.reward"]
        base = {"program_id": self.program.id, "required_points": 5}
        for values in (
            {"fulfilment": "delivery"},
            {"fulfilment": "own_code"},
            {"fulfilment": "code", "discount_mode": "per_point"},
            {"fulfilment": "code", "program_id": self.wallet.id},
            {"fulfilment": "code", "platform_link": "javascript:alert(1)"},
        ):
            with self.assertRaises(ValidationError), self.env.cr.savepoint():
                Reward.create({**base, **values})

    def test_orders_do_not_see_redeemed_rewards(self):
        self.assertFalse(self.program.reward_ids & self.offered)
        self.assertEqual(self.program.redeem_reward_ids, self.offered)
        order = self.env["sale.order"].create({"partner_id": self.partner.id})
        status = order._apply_program_reward(self.coffee, self.card)
        self.assertIn("not in an order", status["error"])

    def test_a_draft_of_the_programme_keeps_the_code_of_the_shop(self):
        action = self.program.action_make_draft()
        archived = self.env["loyalty.reward"].with_context(active_test=False)
        copies = archived.search(
            [("program_id", "=", action["context"]["default_program_id"])]
        )
        self.assertIn("SAVE10", copies.mapped("shared_code"))

    def test_code_programme_keeps_in_step(self):
        program = self.coffee.code_program_id
        self.assertEqual(
            (program.program_type, program.applies_on, program.trigger),
            ("coupons", "current", "with_code"),
        )
        self.assertEqual(program.reward_ids.reward_product_id, self.cup)
        self.coffee.write({"reward_product_qty": 2, "description": "Two coffees"})
        self.assertEqual(program.reward_ids.reward_product_qty, 2)
        self.assertEqual(program.name, "Codes: Two coffees")
        self.redeem(self.coffee)
        self.coffee.unlink()
        self.assertTrue(self.coffee.exists())
        self.assertFalse(self.coffee.active)
        self.assertTrue(program.active)

    def test_rights(self):
        redemption = self.redeem(self.coffee)
        viewer = new_test_user(
            self.env, "redeem_viewer", "crm_segments.crm_segments_group_viewer"
        )
        officer = new_test_user(
            self.env, "redeem_officer", "crm_segments.crm_segments_group_officer"
        )
        seen = redemption.with_user(viewer)
        self.assertEqual(seen.state, "issued")
        for act in (seen.action_cancel, lambda: seen.code, seen.action_undo_use):
            with self.assertRaises(AccessError):
                act()
        with self.assertRaises(AccessError):
            redemption.with_user(officer).write({"state": "used"})
        with self.assertRaises(AccessError):
            redemption.with_user(officer).unlink()
        with self.assertRaises(AccessError):
            self.env["loyalty.reward.code"].with_user(officer).search([])
        redemption.with_user(officer).tracking_number = "TH1"
        redemption.with_user(officer).action_cancel()
        self.assertEqual(redemption.state, "cancelled")

    def test_kind_stays_once_redeemed(self):
        self.coffee.fulfilment = "native"
        self.assertIn(self.coffee, self.program.reward_ids)
        self.coffee.fulfilment = "code"
        self.assertNotIn(self.coffee, self.program.reward_ids)
        self.redeem(self.coffee)
        with self.assertRaisesRegex(UserError, "make a new one"):
            self.coffee.fulfilment = "delivery"

    def test_editors_set_up_rewards(self):
        """Without any right to products, which Odoo keeps beside each reward."""
        editor = new_test_user(
            self.env, "redeem_editor", "crm_segments.crm_segments_group_editor"
        )
        view = "crm_loyalty_points.loyalty_reward_view_form_redeem"
        rewards = self.env["loyalty.reward"].with_user(editor)
        with Form(rewards.with_context(default_fulfilment="code"), view) as form:
            self.assertEqual(form.program_id, self.program)
            # a form that is left untouched is saved by the browser, but not this one
            self.assertFalse(form.required_points)
            form.description = "Half price"
            form.discount = 50
            form.required_points = 30
        form.record.description = "Half price today"
        program = form.record.sudo().code_program_id
        self.assertEqual(program.reward_ids.discount, 50)
        self.assertEqual(program.name, "Codes: Half price today")
        form.record.action_archive()
        self.assertFalse(form.record.active)

    def test_forms_open(self):
        """Each group opens the lists and forms that its menus show."""
        redemption = self.redeem(self.coffee)
        for group in ("viewer", "officer", "editor"):
            user = new_test_user(
                self.env, f"open_{group}", f"crm_segments.crm_segments_group_{group}"
            )
            self.env.invalidate_all()
            Form(redemption.with_user(user))
            self.coffee.with_user(user).read(["left_count", "redemption_count"])
            view = "crm_loyalty_points.loyalty_reward_view_form_redeem"
            Form(self.coffee.with_user(user), view)
            if group != "viewer":
                self.card.with_user(user).action_redeem()
                self.partner.with_user(user).action_redeem()

    def test_upload_is_for_editors(self):
        officer = new_test_user(
            self.env, "redeem_officer2", "crm_segments.crm_segments_group_officer"
        )
        with self.assertRaises(AccessError):
            self.env["loyalty.reward.code.upload"].with_user(officer).create(
                {"reward_id": self.listed.id, "file": base64.b64encode(b"A")}
            )
