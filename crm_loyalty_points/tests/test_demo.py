import re

from odoo.tests import HttpCase, TransactionCase, tagged

from odoo.addons.crm_segments.demo.loader import load as load_shop

from ..demo.loader import load
from ..demo.pages import load_pages
from ..models.res_users_operator import COUNTER


@tagged("post_install", "-at_install")
class TestPointsDemo(TransactionCase):
    """The demo must show a ledger that adds up: it is where a shopkeeper learns
    whether to trust the points."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        load_shop(cls.env, customers=60)
        load(cls.env)

    def test_points_of_the_demo(self):
        program = self.env.ref("crm_loyalty_points.demo_program")
        entries = self.env["loyalty.point.entry"].search(
            [("program_id", "=", program.id)]
        )
        self.assertLessEqual(
            {"welcome", "earn", "redeem", "reversal"}, set(entries.mapped("kind"))
        )
        for card, movements in entries.grouped("card_id").items():
            self.assertAlmostEqual(sum(movements.mapped("points")), card.points)
            self.assertEqual(len(movements.filtered(lambda e: e.kind == "welcome")), 1)
        for kind in ("welcome", "redeem"):
            entry = entries.filtered(lambda e, kind=kind: e.kind == kind)[:1]
            self.assertRegex(entry.why, r"\d points$")
        self.assertFalse(load(self.env))
        visits = self.env["crm.visit"].search([("staff_id.name", "!=", False)])
        self.assertLessEqual({"planned", "done"}, set(visits.mapped("state")))
        self.assertEqual(set(visits.mapped("product_id.type")), {"service"})
        self.assertTrue(all(visits.branch_id.mapped("hours_text")))

    def test_every_page_shows_something(self):
        program = self.env.ref("crm_loyalty_points.demo_program")
        with self.subTest("members joined over the year and moved between tiers"):
            cards = self.env["loyalty.card"].search([("program_id", "=", program.id)])
            self.assertTrue(all(cards.mapped("member_since")))
            self.assertGreater(len(set(cards.mapped("member_since"))), 20)
            self.assertTrue(cards.partner_id.mapped("joined_branch_id"))
            history = program.env["loyalty.tier.history"].search(
                [("program_id", "=", program.id)]
            )
            self.assertLessEqual(
                {"rise", "month_end", "manual"}, set(history.mapped("reason"))
            )
            self.assertTrue(program.tier_warning_days)
        with self.subTest("rewards of each kind, in each state"):
            redeemed = self.env["loyalty.redemption"].search(
                [("program_id", "=", program.id)]
            )
            self.assertEqual(
                set(redeemed.mapped("fulfilment")), {"code", "delivery", "own_code"}
            )
            self.assertEqual(
                set(redeemed.mapped("state")),
                {"issued", "used", "expired", "cancelled"},
            )
            self.assertTrue(redeemed.filtered("used_document"))
            orders = redeemed.order_id
            self.assertFalse(any(orders.mapped("points_earned")))
            codes = redeemed.reward_id.code_ids
            self.assertEqual(set(codes.mapped("state")), {"free", "given"})
        with self.subTest("prepaid cards sold, used, taken back, given, ended"):
            purchases = self.env["loyalty.prepaid.purchase"].search([])
            self.assertEqual(
                set(purchases.mapped("state")),
                {"unused", "part", "used", "ended", "returned"},
            )
            self.assertLessEqual({"earn", "bonus"}, set(purchases.mapped("kind")))
            self.assertGreater(len(set(purchases.mapped("date"))), 5)
        with self.subTest("points that end make a liability that knows its history"):
            action = self.env["loyalty.liability"].action_open()
            liability = self.env["loyalty.liability"].browse(action["res_id"])
            self.assertGreater(liability.value, 0)
            self.assertGreater(liability.points_lapsing, 0)
            self.assertGreaterEqual(liability.history_months, 9)
        self.assertEqual(self.env["loyalty.point.award"]._check_ledger(), [])


@tagged("post_install", "-at_install")
class TestDemoPages(HttpCase):
    """The demo is where a shopkeeper first sees what members and cashiers will see:
    nothing may be empty, in the wrong language or ask for what a demo has not."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        load_shop(cls.env, customers=60)
        load(cls.env)
        program = cls.env.ref("crm_loyalty_points.demo_program")
        cls.shop = cls.env["crm.shop"]._of_company(program.company_id)
        cls.member = cls.env.ref("crm_loyalty_points.demo_user_member")
        cls.counter = cls.env.ref("crm_loyalty_points.demo_user_counter")

    def open(self, path, lang):
        answer = self.url_open(f"{path}?lang={lang}")
        self.assertEqual(answer.status_code, 200, path)
        return re.sub(r"<script.*?</script>", "", answer.text, flags=re.DOTALL)

    def test_shop_account(self):
        self.assertEqual(self.shop.slug, "demo")
        program = self.env.ref("crm_loyalty_points.demo_program")
        self.assertEqual(self.shop.program_id, program)
        self.assertTrue(self.shop.logo)
        self.assertTrue(self.shop.ready_theme)
        self.assertGreaterEqual(len(self.shop.channel_ids), 4)
        self.assertTrue(program.welcome_points and self.shop.profile_gift_points)
        self.assertEqual(self.shop.policy_version, "terms 1, privacy 1")
        kinds = self.shop.question_ids.mapped("kind")
        self.assertEqual((kinds.count("personal"), kinds.count("other")), (5, 3))

    def test_pages_of_visitors_in_their_language(self):
        texts = {
            "th_TH": ("เรือนบุหลัน", "มาหาเราเพื่ออะไร", "พักผ่อน", "คะแนนมีอายุ"),
            "en_US": ("Ruean Bulan", "What brings you", "To relax", "Points are good"),
        }
        for lang, words in texts.items():
            page = self.open("/member/demo/join", lang)
            for word in words:
                self.assertIn(word, page)
            others = texts["en_US" if lang == "th_TH" else "th_TH"]
            for word in others:
                self.assertNotIn(word, page)
            self.assertIn("/member/demo/picture/logo-", page)

    def test_base_questions_are_thai_on_thai_pages(self):
        labels = self.shop.with_context(lang="th_TH").question_ids.mapped("label")
        self.assertFalse([label for label in labels if label.isascii()])

    def test_visitor_signs_up_without_a_mail_server(self):
        page = self.open("/member/demo/join", "en_US")
        hidden = dict(re.findall(r'name="(csrf_token|token)" value="([^"]*)"', page))
        data = {"first_name": "Nok", "phone": "0899999999", "agree": "1", **hidden}
        answer = self.url_open("/member/demo/join", data=data)
        self.assertEqual(answer.url, f"{self.base_url()}/member/demo")
        self.assertIn("Nok", answer.text)

    def test_member_sees_a_card_with_points(self):
        self.authenticate("member", "member")
        page = self.open("/member/demo", "en_US")
        self.assertIn(self.member.member_number, page)
        self.assertNotIn("/member/demo/terms", self.url_open("/member/demo").url)
        card = self.shop._get_member_card(self.member.partner_id)
        self.assertTrue(card.points_usable and card.tier_id)
        self.assertTrue(card.point_entry_ids)

    def test_counter_serves_at_one_branch(self):
        self.assertTrue(self.counter.has_group(COUNTER) and self.counter.share)
        self.authenticate("counter", "counter")
        page = self.open("/counter", "en_US")
        branch = self.env.ref("crm_segments.demo_branch_bkk")
        self.assertIn(f'data-branch="{branch.id}"', page)

    def test_a_shop_account_that_is_there_stays(self):
        self.shop.active = False
        load_pages(self.shop.program_id, [], None)
        shops = self.env["crm.shop"].with_context(active_test=False)
        self.assertEqual(shops.search([]), self.shop)
