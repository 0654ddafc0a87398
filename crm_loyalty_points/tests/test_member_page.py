from datetime import timedelta

from odoo.tests import tagged

from ..tools.said_day import said_day
from ..tools.thai_day import page_amount, page_moment
from .member_page_common import MemberPageCase


@tagged("post_install", "-at_install")
class TestMemberPage(MemberPageCase):
    """A page shows what this method gives, and no more: so what leaks is seen here,
    and a card with a long history opens as fast as a new one."""

    def _page(self, partner=None):
        return self.shop._get_member_page(partner or self.partner)

    def test_what_the_first_page_says(self):
        self.card.program_id.tier_basis = "points"
        silver, gold = self.env["loyalty.tier"].create(
            [
                {"name": "Silver", "threshold": 100, "program_id": self.program.id},
                {"name": "Gold", "threshold": 860, "program_id": self.program.id},
            ]
        )
        self.card.tier_id = silver
        day = self.today + timedelta(10)
        self._post(40, kind="bonus", expiry=day)
        page = self._page()
        self.assertEqual(page["name"], "คุณChai")
        self.assertEqual(page["number"], self.partner.member_number)
        card = page["card"]
        self.assertEqual(card["code"], self.card.code)
        self.assertEqual((card["balance"], card["balance_text"]), (540, "540"))
        self.assertEqual(card["lapse"]["points"], "40")
        self.assertEqual(card["lapse"]["day"], said_day(self.env, day))
        self.assertEqual(card["tier"]["name"], "Silver")
        self.assertEqual(card["tier"]["next"], gold.name)
        self.assertEqual(card["tier"]["text"], "320 points to Gold")

    def test_points_whose_last_day_has_passed_are_left_out(self):
        self._post(40, kind="bonus", expiry=self.today - timedelta(1))
        card = self._page()["card"]
        self.assertEqual(card["balance"], 500)
        self.assertFalse(card["lapse"])

    def test_a_customer_without_a_card(self):
        nobody = self.env["res.partner"].create({"name": "Nok"})
        page = self._page(nobody)
        self.assertFalse(page["card"])
        self.assertEqual(self.shop._get_member_history(self.Card)["entries"], [])
        self.assertEqual(self.shop._get_member_redemptions(nobody)["usable"], [])
        offered = self.shop._get_member_rewards(self.Card)
        self.assertFalse([reward for reward in offered if reward["open"]])

    def test_history_is_paged_and_says_why(self):
        for number in range(25):
            self._post(1, key=f"page:{number}", reason="order", source_name="S1")
        page = self.shop._get_member_history(self.card)
        self.assertEqual(len(page["entries"]), 20)
        self.assertTrue(page["more"])
        first = page["entries"][0]
        self.assertEqual(first["points_text"], "+1")
        self.assertEqual(first["balance"], "525")
        self.assertEqual(first["why"], "For S1")
        last = self.shop._get_member_history(self.card, 2)
        self.assertEqual(len(last["entries"]), 6)
        self.assertFalse(last["more"])
        self.assertEqual(last["entries"][-1]["points_text"], "+500")

    def test_a_snapshot_of_the_rules_is_not_for_members(self):
        self._post(1, reason="secret_code", policy={"margin": "12 %"})
        entry = self.shop._get_member_history(self.card)["entries"][0]
        self.assertEqual(entry["why"], "")

    def test_rewards_say_what_is_missing(self):
        self.redeem(self.parcel)
        self.redeem(self.parcel)
        rewards = {
            reward["id"]: reward for reward in self.shop._get_member_rewards(self.card)
        }
        coffee, parcel = rewards[self.coffee.id], rewards[self.parcel.id]
        self.assertTrue(coffee["open"])
        self.assertFalse(parcel["open"])
        self.assertEqual((parcel["missing"], parcel["progress"]), ("100", 50))
        # without a code left
        listed = rewards[self.listed.id]
        self.assertFalse(listed["open"] or listed["missing"])
        self.assertTrue(listed["refusal"])
        self.coffee.date_to = self.today - timedelta(1)
        self.shared.date_from = self.today + timedelta(1)
        rewards = {
            reward["id"]: reward for reward in self.shop._get_member_rewards(self.card)
        }
        self.assertNotIn(self.coffee.id, rewards)
        self.assertIn("not offered yet", rewards[self.shared.id]["refusal"])

    def test_codes_used_and_ended_below(self):
        self.coffee.validity_days = 3
        first, second, third = (self.redeem(self.coffee) for _turn in range(3))
        second._use(self.silom)
        third.sudo().valid_until = self.today - timedelta(1)
        page = self.shop._get_member_redemptions(self.partner)
        self.assertEqual([code["id"] for code in page["usable"]], [first.id])
        self.assertEqual([code["id"] for code in page["past"]], [third.id, second.id])
        ended, used = page["past"]
        self.assertEqual((ended["state"], ended["code"]), ("expired", ""))
        self.assertEqual((used["state"], used["code"]), ("used", ""))
        usable = page["usable"][0]
        self.assertEqual(usable["code"], first.sudo().code)
        self.assertTrue(usable["ends"].endswith("T17:00:00Z"))

    def test_nothing_of_another_member(self):
        mine = self.redeem(self.coffee)
        self.assertFalse(self.shop._get_own_redemption(self.other_partner, mine.id))
        page = self.shop._get_member_redemptions(self.other_partner)
        self.assertEqual((page["usable"], page["past"]), ([], []))
        self.assertEqual(self.shop._get_member_history(self.other_card)["entries"], [])

    def test_taking_back_at_once(self):
        coffee, shared = self.redeem(self.coffee), self.redeem(self.shared)
        coffee._undo_by_member()
        coffee._undo_by_member()
        self.assertEqual(coffee.state, "cancelled")
        self.assertEqual(self.card.points_usable, 450)
        with self.assertRaisesRegex(Exception, "too late"):
            shared._undo_by_member()
        late = self.redeem(self.coffee)
        late.sudo().issued_at -= timedelta(minutes=6)
        with self.assertRaisesRegex(Exception, "too late"):
            late._undo_by_member()

    def test_queries_do_not_grow_with_the_history(self):
        program = self.env["loyalty.program"].create(
            {
                "name": "Ten",
                "program_type": "ewallet",
                "applies_on": "future",
                "is_prepaid": True,
                "prepaid_value": 100,
                "prepaid_for_sale": False,
            }
        )
        parts = {
            "home": self.shop._get_member_page,
            "history": lambda partner: self.shop._get_member_history(
                self.shop._get_member_card(partner)
            ),
            "rewards": lambda partner: self.shop._get_member_rewards(
                self.shop._get_member_card(partner)
            ),
            "codes": self.shop._get_member_redemptions,
            "prepaid": self.shop._get_member_prepaid,
        }

        def grow(number):
            prepaid = self._card(self.partner, program)
            for _turn in range(number):
                self._post(5)
                self._post(10, card=prepaid)
                self._post(-1, card=prepaid)
            for _turn in range(number // 2):
                self.redeem(self.shared)

        def count(name):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            parts[name](self.partner)
            return self.cr.sql_log_count - before

        grow(2)
        for name in parts:
            count(name)  # caches of the registry
        few = {name: count(name) for name in parts}
        grow(8)
        many = {name: count(name) for name in parts}
        self.assertEqual(many, few)
        self.assertLessEqual(max(many.values()), 20, many)

    def test_days_and_amounts_on_thai_pages(self):
        self.env["res.lang"]._activate_lang("th_TH")
        thai = self.env(context={"lang": "th_TH"})
        english = self.env(context={"lang": "en_US"})
        day = self.today.replace(year=2026, month=11, day=21)
        self.assertEqual(said_day(thai, day), "21 พ.ย. 2569")
        self.assertEqual(said_day(english, day), "21 Nov 2026")
        self.assertEqual(said_day(thai, False), "")
        moment = self.card.create_date.replace(
            year=2026, month=11, day=21, hour=7, minute=5
        )
        company = self.env.company
        self.assertEqual(page_moment(thai, company, moment), "21 พ.ย. 2569 14:05 น.")
        self.assertEqual(page_moment(english, company, moment), "21 Nov 2026 14:05")
        baht = self.env.ref("base.THB")
        self.assertEqual(page_amount(thai, 1234.5, baht), "1,234.50 บาท")
        self.assertIn("1,234.50", page_amount(english, 1234.5, baht))
