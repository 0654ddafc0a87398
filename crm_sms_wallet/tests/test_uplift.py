import os

import numpy
from scipy import stats

from odoo.tests import BaseCase, tagged

from odoo.addons.crm_sms_wallet.tools import uplift
from odoo.addons.crm_sms_wallet.tools.uplift import Group

FULL = bool(os.environ.get("CRM_SUITE_FULL"))
SIMULATIONS = 5000 if FULL else 1000
# treated, held out, share of buyers without the message
CAMPAIGNS = [
    (90, 10, 0.3),
    (180, 20, 0.05),
    (450, 50, 0.1),
    (900, 100, 0.02),
    (500, 500, 0.3),
    (1900, 100, 0.05),
    (9000, 1000, 0.1),
    (19000, 1000, 0.01),
]
LIFTS = (1.0, 1.5)
# So much false alarms differ by chance from 5 % of the simulations: three standard
# errors, since many campaigns are tried.
CHANCE = 3 * (0.05 * 0.95 / SIMULATIONS) ** 0.5


def beside(ours, theirs, tolerance=1e-9):
    return abs(ours - theirs) <= tolerance * max(1.0, abs(theirs))


@tagged("post_install", "-at_install")
class TestUplift(BaseCase):
    """A shop that is told "this campaign worked" sends it again and pays for it. What
    chance alone brings must not be called a success, nor may a group of twenty people
    be made to say what it cannot know.
    """

    def setUp(self):
        super().setUp()
        self.random = numpy.random.default_rng(20261123)

    def test_quantiles_as_scipy(self):
        for df in (1, 1.3, 2, 4.7, 30, 812.5, 40000, 5e6):
            for p in (0.6, 0.9, 0.975, 0.9995):
                with self.subTest(df=df, p=p):
                    right = stats.t.ppf(p, df)
                    self.assertTrue(beside(uplift.t_quantile(p, df), right, 1e-6))
            for t in (0.0, 0.4, 2.1, 9.0):
                right = stats.t.sf(t, df)
                self.assertTrue(beside(uplift.t_tail(t, df), right, 1e-6))
        self.assertTrue(beside(uplift.normal_quantile(0.975), stats.norm.ppf(0.975)))

    def test_incomplete_beta_as_scipy(self):
        for a, b in ((0.5, 0.5), (2, 7.5), (150, 0.5), (3000, 4000)):
            for x in (0.0, 0.01, 0.3, 0.43, 0.9, 1.0):
                right = stats.beta.cdf(x, a, b)
                self.assertTrue(beside(uplift.incomplete_beta(a, b, x), right))

    def test_fisher_as_scipy(self):
        for _case in range(150):
            one, two = self.random.integers(1, (900, 90))
            bought = self.random.binomial((one, two), self.random.uniform(0, 1))
            table = [[bought[0], one - bought[0]], [bought[1], two - bought[1]]]
            right = stats.fisher_exact(table).pvalue
            ours = uplift.fisher(Group(int(one), int(bought[0])), Group(two, bought[1]))
            self.assertTrue(beside(ours, right, 1e-6), (table, ours, right))

    def test_fisher_of_a_large_campaign(self):
        right = stats.fisher_exact([[2000, 43000], [120, 4880]]).pvalue
        ours = uplift.fisher(Group(45000, 2000), Group(5000, 120))
        self.assertLess(abs(ours / right - 1), 1e-5)

    def test_share_interval_as_scipy(self):
        for buyers, people in ((0, 7), (7, 7), (3, 40), (250, 9000)):
            right = stats.binomtest(buyers, people).proportion_ci(method="wilson")
            ours = uplift.share_interval(buyers, people)
            self.assertTrue(beside(ours[0], right.low) and beside(ours[1], right.high))

    def test_difference_interval_of_the_article(self):
        """Newcombe (1998), method 10, first example: 56 of 70 against 48 of 80."""
        low, high = uplift.difference_interval(Group(70, 56), Group(80, 48))
        self.assertEqual((round(low, 4), round(high, 4)), (0.0524, 0.3339))

    def test_money_of_large_groups_is_welch(self):
        """Where there are many buyers the care for few of them disappears."""
        one = self.random.lognormal(5, 0.3, 20000)
        two = self.random.lognormal(5, 0.3, 20000) * 0.99
        effect = uplift.money(self.group(one), self.group(two))
        right = stats.ttest_ind(one, two, equal_var=False)
        interval = right.confidence_interval()
        self.assertAlmostEqual(effect.low, interval.low, delta=0.05)
        self.assertAlmostEqual(effect.high, interval.high, delta=0.05)
        self.assertAlmostEqual(effect.p_value, right.pvalue, delta=0.02)

    def test_small_campaigns_every_outcome(self):
        """Not simulated: every possible outcome with its probability."""
        for treated, holdout in ((20, 20), (60, 10), (120, 15)):
            found = {
                (x, y): uplift.conversion(Group(treated, x), Group(holdout, y))
                for x in range(treated + 1)
                for y in range(holdout + 1)
            }
            for base in (0.02, 0.05, 0.1, 0.3, 0.5):
                for share in (base, base + 0.05, base + 0.2):
                    with self.subTest(treated=treated, base=base, share=share):
                        self.check_outcomes(found, treated, holdout, share, base)

    def check_outcomes(self, found, treated, holdout, share, base):
        first = stats.binom.pmf(range(treated + 1), treated, share)
        second = stats.binom.pmf(range(holdout + 1), holdout, base)
        covered = alarms = 0.0
        for (x, y), effect in found.items():
            chance = first[x] * second[y]
            covered += chance * (effect.low <= share - base <= effect.high)
            alarms += chance * (effect.verdict in ("more", "less"))
        self.assertGreaterEqual(covered, 0.94)
        if share == base:
            self.assertLessEqual(alarms, 0.05)

    def test_campaigns_share_of_buyers(self):
        for treated, holdout, base in CAMPAIGNS:
            for lift in LIFTS:
                with self.subTest(treated=treated, base=base, lift=lift):
                    effects = [
                        uplift.conversion(
                            Group(treated, int(x)), Group(holdout, int(y))
                        )
                        for x, y in zip(
                            self.random.binomial(treated, base * lift, SIMULATIONS),
                            self.random.binomial(holdout, base, SIMULATIONS),
                            strict=True,
                        )
                    ]
                    self.check_simulated(effects, base * (lift - 1), lift == 1)

    def test_campaigns_money(self):
        """Amounts are lognormal: half of the turnover from few customers."""
        for treated, holdout, base in CAMPAIGNS:
            for lift, spread in ((1.0, 0.5), (1.0, 1.0), (1.5, 0.8)):
                with self.subTest(treated=treated, base=base, spread=spread):
                    effects = [
                        uplift.money(one, two)
                        for one, two in zip(
                            self.shops(treated, base * lift, spread),
                            self.shops(holdout, base, spread),
                            strict=True,
                        )
                    ]
                    self.check_simulated(effects, 300 * base * (lift - 1), lift == 1)

    def check_simulated(self, effects, true, null):
        told = [effect for effect in effects if effect.low is not None]
        covered = sum(effect.low <= true <= effect.high for effect in told)
        self.assertGreaterEqual(covered, 0.94 * len(told))
        if null:
            alarms = sum(effect.verdict in ("more", "less") for effect in effects)
            self.assertLessEqual(alarms / len(effects), 0.05 + CHANCE)

    def group(self, amounts):
        amounts = numpy.asarray(amounts)
        return Group(
            len(amounts),
            int((amounts != 0).sum()),
            float(amounts.sum()),
            float((amounts**2).sum()),
        )

    def shops(self, people, share, spread):
        """:return: a Group per simulation; buyers spend 300 on average"""
        for buyers in self.random.binomial(people, share, SIMULATIONS):
            spent = self.random.lognormal(
                numpy.log(300) - spread**2 / 2, spread, buyers
            )
            squares = float((spent**2).sum())
            yield Group(people, int(buyers), float(spent.sum()), squares)

    def test_smallest_share_is_found_in_four_of_five(self):
        for treated, holdout, base in (
            (450, 50, 0.1),
            (500, 500, 0.1),
            (1900, 100, 0.2),
            (9000, 1000, 0.05),
            (19000, 1000, 0.02),
        ):
            with self.subTest(treated=treated, holdout=holdout, base=base):
                seen = uplift.smallest_share(treated, holdout, base)
                found = self.power(treated, holdout, base, seen)
                self.assertGreater(found, 0.80 - CHANCE)
                self.assertLess(found, 0.86 + CHANCE)

    def power(self, treated, holdout, base, difference):
        pairs = zip(
            self.random.binomial(treated, base + difference, SIMULATIONS),
            self.random.binomial(holdout, base, SIMULATIONS),
            strict=True,
        )
        verdicts = [
            uplift.conversion(Group(treated, int(x)), Group(holdout, int(y))).verdict
            for x, y in pairs
        ]
        return verdicts.count("more") / SIMULATIONS

    def test_smallest_money_is_found_in_four_of_five(self):
        """For a shop whose customers nearly all come back, with many of them."""
        people, share, spread = 2000, 0.5, 0.4
        one = list(self.shops(people, share, spread))
        deviation = sum(map(uplift.deviation, one)) / len(one)
        seen = uplift.smallest_money(people, people, deviation)
        two = self.shops(people, share - seen / 300, spread)
        found = [
            uplift.money(*pair).verdict == "more" for pair in zip(one, two, strict=True)
        ]
        self.assertAlmostEqual(sum(found) / len(found), 0.8, delta=0.05 + CHANCE)

    def test_words(self):
        def verdict(*numbers):
            treated, bought, holdout, others = numbers
            return uplift.conversion(
                Group(treated, bought), Group(holdout, others)
            ).verdict

        self.assertEqual(verdict(180, 20, 20, 1), "too_few")
        self.assertEqual(verdict(180, 0, 20, 0), "too_few")
        self.assertEqual(verdict(20000, 2000, 20000, 2010), "unclear")
        self.assertEqual(verdict(20000, 2400, 2000, 150), "more")
        self.assertEqual(verdict(20000, 1500, 2000, 240), "less")
        self.assertEqual(verdict(500, 50, 0, 0), "no_holdout")
        self.assertEqual(uplift.money(Group(50), Group(0)).verdict, "no_holdout")
        self.assertEqual(uplift.money(Group(50), Group(50)).verdict, "too_few")
        self.assertIsNone(uplift.money(Group(50), Group(50)).low)

    def test_nothing_can_be_seen(self):
        self.assertIsNone(uplift.smallest_share(3, 2, 0.5))
        self.assertIsNone(uplift.smallest_share(100, 0, 0.5))
        self.assertIsNone(uplift.smallest_money(100, 1, 20))
        self.assertGreater(
            uplift.smallest_share(450, 50, 0.1), uplift.smallest_share(4500, 500, 0.1)
        )

    def test_joined_groups(self):
        amounts = self.random.lognormal(5, 1, 50)
        whole = self.group(amounts)
        parts = uplift.join([self.group(amounts[:20]), self.group(amounts[20:])])
        self.assertEqual(
            (whole.people, whole.buyers, round(whole.squares)),
            (parts.people, parts.buyers, round(parts.squares)),
        )
        self.assertAlmostEqual(uplift.deviation(parts), amounts.std(ddof=1), places=6)
