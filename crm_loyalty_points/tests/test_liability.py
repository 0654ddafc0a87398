from datetime import date

from dateutil.relativedelta import relativedelta
from freezegun import freeze_time

from odoo.exceptions import UserError
from odoo.tests import BaseCase, new_test_user, tagged

from ..tools.lapse_estimate import shares
from .common import LedgerCase


class TestLapseEstimate(BaseCase):
    """The estimate decides how much revenue stays deferred: it must be the arithmetic
    that its description promises."""

    def test_everything_lapses_at_one_age(self):
        """Half is used in the first month, the rest lapses in the third."""
        cohorts = {1: 100, 2: 200, 3: 100}
        exits = {(c, 0): (0, n / 2) for c, n in cohorts.items()}
        exits |= {(c, 2): (n / 2, 0) for c, n in cohorts.items()}
        self.assertEqual(shares(cohorts, exits, 9)[0][:3], [0.5, 1, 1])

    def test_by_hand(self):
        """Two cohorts, weighted by their points: l(0) = 10 / 400, u(0) = 100 / 400,
        l(1) = 30 / 190 of the one cohort that completed that age."""
        cohorts = {1: 200, 2: 200}
        exits = {(1, 0): (10, 0), (2, 0): (0, 100), (1, 1): (30, 40)}
        result, known = shares(cohorts, exits, 3)
        self.assertEqual(known, 2)
        self.assertAlmostEqual(result[1], 30 / 190)
        self.assertAlmostEqual(result[0], 10 / 400 + (290 / 400) * (30 / 190))

    def test_a_month_that_is_not_over_says_nothing(self):
        self.assertEqual(shares({5: 100}, {(5, 0): (50, 0)}, 5), ([], 0))
        self.assertEqual(shares({}, {}, 5), ([], 0))

    def test_never_more_than_all(self):
        result, _known = shares({1: 100}, {(1, 0): (150, 20)}, 4)
        self.assertEqual(max(result), 1)


@tagged("post_install", "-at_install")
class TestLiability(LedgerCase):
    """What the shop owes, provable for any day of the past."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.today = cls.program._get_local_today()
        cls.first = cls.today.replace(day=1)
        cls.program.point_value = 0.5
        cls.Liability = cls.env["loyalty.liability"]

    def _month(self, ago, day=5):
        return self.first - relativedelta(months=ago) + relativedelta(days=day - 1)

    def _report(self, day=None):
        report = self.Liability.create({"program_id": self.program.id})
        if day:
            report.date = day
        report.action_show()
        return report

    def _lines(self, report):
        return {line.cohort: line for line in report.line_ids}

    def test_cohorts(self):
        self._post(100, date=self._month(5))
        self._post(40, date=self._month(5, 20))
        self._post(60, date=self._month(2))
        self._post(-110, date=self._month(1))
        lines = self._lines(self._report())
        self.assertEqual(lines[self._month(5, 1)].points, 30)
        self.assertEqual(lines[self._month(5, 1)].given, 140)
        self.assertEqual(lines[self._month(2, 1)].points, 60)
        self.assertEqual(self._report().points, 90)
        self.assertEqual(self._report().value, 45)

    def test_days_as_people_say_them(self):
        """Months by name, in Thai in the Buddhist era, as on the members' papers."""
        self.env["res.lang"]._activate_lang("th_TH")
        self._post(100, date=self._month(1))
        report = self._report().with_context(lang="th_TH")
        self.assertIn(str(self.today.year + 543), report.display_name)
        year = str(self._month(1).year + 543)
        self.assertRegex(report.line_ids.cohort_name, rf"^\S+ {year}$")

    def test_any_day_of_the_past(self):
        """Sums of the entries up to that day, whatever happened later."""
        self._post(100, date=self._month(5))
        spend = self._post(-70, date=self._month(3))
        spend._reverse("liability:back", 20, date=self._month(1))
        for ago, points in ((6, 0), (5, 0), (4, 100), (2, 30), (0, 50)):
            day = self._month(ago, 1)
            report = self._report(day)
            self.assertEqual(report.points, points, day)
            entries = self.Entry.search(
                [("program_id", "=", self.program.id), ("date", "<=", day)]
            )
            self.assertEqual(report.points, sum(entries.mapped("points")))
        with self.assertRaises(UserError):
            self._report(self.today + relativedelta(days=1))

    def test_expected_lapse_follows_history(self):
        """Cohorts of which a half lapsed two months later: so will the young ones."""
        for ago in (7, 6, 5):
            card = self._card(self.env["res.partner"].create({"name": str(ago)}))
            with freeze_time(f"{self._month(ago, 3)} 05:00:00"):
                self._post(
                    100,
                    card=card,
                    date=self._month(ago, 1),
                    expiry=self._month(ago - 2, 10),
                )
                self._post(-50, card=card, date=self._month(ago, 2))
            self.env["loyalty.point.award"]._lapse(card.ids)
        self._post(80, date=self._month(1, 1), expiry=self._month(-1, 10))
        report = self._report()
        line = self._lines(report)[self._month(1, 1)]
        self.assertEqual(line.points, 80)
        share = line.lapse_share / 100
        # l(2) = 1; at age 1 nobody used any of the 150 that were left
        self.assertEqual(share, 1)
        self.assertEqual(report.points_lapsing, 80)
        self.assertEqual(report.value_used, 0)
        self.assertFalse(report.history_short)

    def test_without_history_all_is_expected_to_be_used(self):
        self._post(100, expiry=self.today + relativedelta(months=11))
        report = self._report()
        self.assertTrue(report.history_short)
        self.assertEqual(report.points_lapsing, 0)
        self.assertEqual(report.points_used, 100)

    def test_points_without_a_last_day_never_lapse(self):
        card = self._card(self.other_partner)
        self._post(100, card=card, date=self._month(4, 1), expiry=self._month(4, 20))
        self.env["loyalty.point.award"]._lapse(card.ids)
        self._post(100, date=self._month(1, 1))
        report = self._report()
        self.assertEqual((report.points, report.points_lapsing), (100, 0))

    def test_value_of_their_own_day(self):
        self.program.point_value_ids.date = date(2000, 1, 1)
        self._post(100, date=self._month(1))
        self.program.point_value = 2
        self._post(100)
        self.assertEqual(self._report().value, 250)

    def test_rights_and_menu(self):
        viewer = new_test_user(
            self.env, "liability_viewer", "crm_segments.crm_segments_group_viewer"
        )
        self._post(100)
        action = self.Liability.with_user(viewer).action_open()
        report = self.Liability.with_user(viewer).browse(action["res_id"])
        self.assertGreaterEqual(report.points, 100)
        graph = report.action_view_graph()
        lines = self.env["loyalty.liability.line"].with_user(viewer)
        self.assertEqual(lines.search(graph["domain"]), report.line_ids)
