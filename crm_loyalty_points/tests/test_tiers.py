from datetime import date

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged

from odoo.addons.crm_segments.tools.order_import_guard import importing_orders

from ..tools.tier_policy import TierPolicy, add_months, months_between
from .common import LedgerCase
from .tier_common import GOLD, TierMixin


@tagged("post_install", "-at_install")
class TestTiers(TierMixin, LedgerCase):
    """A tier is worth money to members, and they watch it: what raises and lowers it,
    and what it brings, has to be what the shop promised."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.program.company_id = cls.env.company
        cls._make_tiers()

    def setUp(self):
        super().setUp()
        self.clock = self._freeze()

    # -- days ----------------------------------------------------------------------

    def test_windows(self):
        month, year = TierPolicy(window=1), TierPolicy(window=12)
        for policy, day, first in (
            (month, date(2025, 3, 31), date(2025, 3, 1)),
            (month, date(2025, 4, 30), date(2025, 4, 1)),
            (month, date(2024, 2, 29), date(2024, 2, 1)),
            (month, date(2025, 3, 30), date(2025, 2, 28)),
            (year, date(2024, 2, 29), date(2023, 3, 1)),
            (year, date(2024, 2, 28), date(2023, 2, 28)),
            (year, date(2025, 2, 28), date(2024, 3, 1)),
            (TierPolicy(window=0), date(2025, 2, 28), date.min),
        ):
            self.assertEqual(policy.first_day(day), first, (policy.window, day))
        self.assertEqual(add_months(date(2025, 1, 31), 1), date(2025, 2, 28))
        self.assertEqual(
            months_between(date(2024, 12, 2), date(2025, 2, 1)),
            [date(2025, 1, 1), date(2025, 2, 1)],
        )
        graceful = TierPolicy(grace=2)
        self.assertEqual(
            graceful.month_ends(date(2024, 3, 1)),
            [date(2024, 2, 29), date(2024, 1, 31), date(2023, 12, 31)],
        )

    # -- up ------------------------------------------------------------------------

    def test_up_with_the_booking(self):
        self._post(99.99)
        self.assertFalse(self.card.tier_id)
        self._post(0.01)
        self.assertEqual(self.card.tier_id, self.silver)
        self.assertEqual(self.card.tier_since, date(2025, 5, 15))
        self._post(500)
        self.assertEqual(self.card.tier_id, self.gold)
        self.assertEqual(self._history(), [("rise", "Silver"), ("rise", "Gold")])

    def test_what_counts(self):
        """Only what a member does for the shop counts, and using it takes nothing."""
        for kind in ("adjust", "opening", "unattributed"):
            self._post(400, kind)
        self._post(50, "earn", self._card(self.other_partner))
        self.assertFalse(self.card.tier_id)
        self._post(40, "earn")
        self._post(40, "bonus")
        self._post(20, "welcome")
        self.assertEqual(self.card.tier_id, self.silver)
        self._post(-1200)
        self.program._run_tiers(date(2025, 6, 1))
        self.assertEqual(self.card.tier_id, self.silver)

    def test_many_at_once(self):
        """Imports post in bulk: the same tiers, by statements that do not grow; rows
        beyond a thousand travel another way."""
        cards = self.Card.create([{"program_id": self.program.id}] * 1010)
        self.Entry._post(
            [
                self._vals(number % 3 * 100 + 100, card=card)
                for number, card in enumerate(cards)
            ],
            bulk=True,
        )
        tiers = [card.tier_id.name for card in cards]
        self.assertEqual(tiers[:3], ["Silver", "Silver", "Gold"])
        self.assertEqual((tiers.count("Silver"), tiers.count("Gold")), (674, 336))
        self.assertEqual(
            self.env["loyalty.tier.history"].search_count(
                [("card_id", "in", cards.ids), ("reason", "=", "rise")]
            ),
            1010,
        )

    def test_no_tiers_no_queries(self):
        self.program.tier_ids.active = False
        self.env["loyalty.tier"].search([]).active = False
        self.env["loyalty.program"]._get_tier_policies()
        with self.assertQueryCount(0):
            self.Card._rise_after_posting(self.card.ids)

    # -- down ----------------------------------------------------------------------

    def test_down_at_the_month_end_only(self):
        self.program._run_tiers(date(2025, 5, 15))
        award = self._post(350)
        award._reverse("back", points=100)
        self.program._run_tiers(date(2025, 5, 31))
        self.assertEqual(self.card.tier_id, self.gold)
        self.program._run_tiers(date(2025, 6, 1))
        self.assertEqual(self.card.tier_id, self.silver)
        self.program._run_tiers(date(2025, 6, 1))
        self.program._run_tiers(date(2025, 6, 30))
        self.assertEqual(self._history(), [("rise", "Gold"), ("month_end", "Silver")])

    def test_cron_follows_the_shop_not_the_server(self):
        """Midnight in Bangkok is 17:00 of the day before in UTC."""
        cron = self.env.ref("crm_loyalty_points.loyalty_tier_cron")
        self.program.tier_window_months = 1
        self.program._run_tiers(date(2025, 5, 15))
        self.clock.move_to("2025-04-30 16:59:00")
        self._post(150)
        for moment, tier in (
            ("2025-05-31 16:10:00", self.silver),
            ("2025-05-31 17:10:00", self.silver.browse()),
            ("2025-05-31 18:10:00", self.silver.browse()),
        ):
            self.clock.move_to(moment)
            with self.enter_registry_test_mode():
                cron.method_direct_trigger()
            self.card.invalidate_recordset()
            self.assertEqual(self.card.tier_id, tier, moment)
        self.assertEqual(self._history(), [("rise", "Silver"), ("month_end", None)])
        self.assertEqual(self.program.tier_day_done, date(2025, 6, 1))

    def test_new_tiers_find_members_without_a_gift(self):
        self.silver.gift_points = 10
        self.program.tier_month_done = False
        self.program.tier_ids.active = False
        self._post(150)
        self.program.with_context(active_test=False).tier_ids.active = True
        self.program._run_tiers(date(2025, 5, 15))
        self.assertEqual(self._history(), [("policy", "Silver")])
        self.assertBalance(self.card, 150)

    # -- by hand -------------------------------------------------------------------

    def test_by_hand_until_a_day(self):
        self.program._run_tiers(date(2025, 5, 15))
        self.card.write({"tier_id": self.gold.id, "tier_until": "2025-07-31"})
        for today, tier in (("2025-06-01", self.gold), ("2025-08-01", False)):
            self.program._run_tiers(date.fromisoformat(today))
            self.assertEqual(self.card.tier_id, tier or self.gold.browse(), today)
        self.assertFalse(self.card.tier_given_id)
        self.assertEqual(self._history(), [("manual", "Gold"), ("month_end", None)])

    def test_by_hand_is_the_least(self):
        self.card.tier_id = self.silver
        self.assertEqual(self.card.tier_until, date(2026, 5, 15))
        self._post(300)
        self.assertEqual(self.card.tier_id, self.gold)

    def test_only_managers_and_only_their_part(self):
        officer, manager = (
            new_test_user(
                self.env,
                f"tier_{group}",
                f"crm_segments.crm_segments_group_{group},sales_team.group_sale_salesman",
            )
            for group in ("officer", "manager")
        )
        with self.assertRaises(AccessError):
            self.card.with_user(officer).tier_until = "2025-12-31"
        card = self.card.with_user(manager)
        card.write({"tier_id": self.gold.id, "tier_until": "2025-12-31"})
        with self.assertRaises(AccessError):
            card.tier_since = "2020-01-01"
        row = card.tier_history_ids
        self.assertEqual(row.operator_name, manager.name)
        for change in (
            lambda: row.write({"figure": 1}),
            lambda: row.unlink(),
            lambda: row.copy(),
            lambda: row.sudo().write({"reason": "rise"}),
        ):
            with self.assertRaises(UserError):
                change()

    def test_tiers_of_others(self):
        other = self.env["loyalty.program"].create(
            {"name": "Other", "program_type": "loyalty", "applies_on": "both"}
        )
        tier = self.env["loyalty.tier"].create(
            {"name": "Elsewhere", "program_id": other.id}
        )
        with self.assertRaises(ValidationError):
            self.card.tier_id = tier
        with self.assertRaises(ValidationError):
            self.env["loyalty.tier"].create(
                {"name": "Prepaid", "program_id": self.wallet.id}
            )
        with self.assertRaises(ValidationError):
            self.env["loyalty.tier"].create(
                {"name": "Twice", "program_id": self.program.id, "threshold": GOLD}
            )
        special = self.env["loyalty.tier"].create({"name": "Friends of the house"})
        self.card.tier_id = special
        self._post(400)
        self.program._run_tiers(date(2025, 6, 1))
        self.assertEqual(self.card.tier_id, special)

    # -- merge, import -------------------------------------------------------------

    def test_merged_cards_count_together(self):
        other = self._card(self.other_partner)
        self._post(60)
        self._post(50, card=other)
        other.tier_id = self.gold
        other._merge_into(self.card)
        self.assertEqual(self.card.tier_id, self.gold)
        self.assertEqual(self.card.tier_figure, 110)
        self.assertIn(("merge", "Gold"), self._history())

    def test_imports_are_quiet(self):
        self.silver.gift_points = 10
        with importing_orders(points=False):
            self._post(150)
        self.assertEqual(self._history(), [("import", "Silver")])
        self.assertBalance(self.card, 150)

    # -- privileges ----------------------------------------------------------------

    def test_entry_gift_once_per_period(self):
        self.silver.gift_points = 250
        self.program._run_tiers(date(2025, 5, 15))
        award = self._post(100)
        gift = self.Entry.search([("reason", "=", "tier_gift")])
        self.assertEqual((gift.card_id, gift.points), (self.card, 250))
        self.assertEqual(self.card.tier_id, self.silver, "a gift lifts nobody")
        award._reverse("back")
        self.clock.move_to("2025-06-01 05:00:00")
        self.program._run_tiers(date(2025, 6, 1))
        self.assertFalse(self.card.tier_id)
        self.silver.gift_points = 20
        self._post(100)
        self.assertEqual(self.card.tier_id, self.silver)
        self.assertEqual(self.Entry.search_count([("reason", "=", "tier_gift")]), 1)
        self.assertBalance(self.card, 350)

    def test_birthday_once_a_year(self):
        self.gold.birthday_points = 50
        born = {"2000-02-29": 2, "1990-03-01": 2, "1990-02-21": 1, "1990-07-07": 0}
        cards = {}
        for birthdate in born:
            partner = self.env["res.partner"].create(
                {"name": birthdate, "birthdate": birthdate}
            )
            cards[birthdate] = self._card(partner)
            cards[birthdate].tier_id = self.gold
        for today in ("2024-02-29", "2024-03-02", "2025-02-27", "2025-02-28"):
            self.program._give_birthday_points(date.fromisoformat(today))
        days = [
            entry.date
            for entry in self.Entry.search(
                [("card_id", "=", cards["2000-02-29"].id)], order="id"
            )
        ]
        self.assertEqual(days, [date(2024, 2, 29), date(2025, 2, 28)])
        self.program._give_birthday_points(date(2025, 3, 1))
        for birthdate, times in born.items():
            given = self.Entry.search_count([("card_id", "=", cards[birthdate].id)])
            self.assertEqual(given, times, birthdate)

    def test_price_list_comes_and_goes(self):
        first, second, own = self.env["product.pricelist"].create(
            [{"name": name} for name in ("Silver", "Gold", "By hand")]
        )
        self.silver.pricelist_id, self.gold.pricelist_id = first, second
        name = "specific_property_product_pricelist"
        self.other_partner[name] = own
        other = self._card(self.other_partner)
        for card in (self.card, other):
            self._post(150, card=card)
        self.assertEqual(self.partner[name], first)
        self.assertEqual(self.other_partner[name], own)
        self._post(150)
        self.assertEqual(self.partner[name], second)
        self.gold.pricelist_id = first
        self.assertEqual(self.partner[name], first)
        self.card.tier_id = False
        self.assertFalse(self.partner[name])
        self.card.tier_id = self.gold
        self.partner[name] = own
        self.card.tier_id = self.silver
        self.assertEqual(self.partner[name], own)

    # -- warning -------------------------------------------------------------------

    def test_warning_once_with_what_is_needed(self):
        self.program._run_tiers(date(2025, 5, 15))
        self.partner.email = "somchai@example.com"
        self.program.tier_warning_days = 10
        self._post(130)._reverse("back", points=60)
        self.program._run_tiers(date(2025, 5, 20))
        Notice = self.env["loyalty.tier.notice"]
        self.assertFalse(Notice.search([]))
        self.program._run_tiers(date(2025, 5, 22))
        self.program._run_tiers(date(2025, 5, 23))
        notice = Notice.search([])
        self.assertEqual(
            (notice.card_id, notice.missing, notice.state), (self.card, 30, "sent")
        )
        mail = self.env["mail.mail"].search([], order="id desc", limit=1)
        for text in ("30 points", "31 May 2025", "Silver"):
            self.assertIn(text, mail.body_html)
        self._post(30)
        self.program._run_tiers(date(2025, 6, 1))
        self.assertEqual(self.card.tier_id, self.silver)

    # -- what pages show -----------------------------------------------------------

    def test_progress(self):
        self._post(220)
        card = self.card
        self.assertEqual(
            (card.tier_next_id, card.tier_missing, card.tier_progress),
            (self.gold, 80, 60),
        )
        self.assertEqual(card.tier_progress_text, "80 points to Gold")
        self._post(80)
        self.assertFalse(card.tier_next_id)
        self.assertEqual(card.tier_progress, 100)

    def test_partner_field_finds(self):
        child = self.env["res.partner"].create(
            {"name": "Child", "parent_id": self.partner.id}
        )
        self._post(150)
        Partner = self.env["res.partner"]
        mine = [("id", "in", (self.partner | self.other_partner | child).ids)]
        for operator, value, expected in (
            ("=", self.silver.id, self.partner | child),
            ("!=", self.silver.id, self.other_partner),
            ("=", False, self.other_partner),
            ("!=", False, self.partner | child),
            ("in", [self.gold.id, False], self.other_partner),
            ("ilike", "silv", self.partner | child),
            ("not ilike", "silv", self.other_partner),
        ):
            for name in ("loyalty_tier_id", "loyalty_tier_ids"):
                found = Partner.search([*mine, (name, operator, value)])
                self.assertEqual(found, expected, (name, operator, value))
        self.assertEqual((self.partner | child).loyalty_tier_id, self.silver)
        self.assertFalse(self.other_partner.loyalty_tier_id)
