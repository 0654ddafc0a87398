from odoo.tests import Form, new_test_user, tagged

from .common import LedgerCase


@tagged("post_install", "-at_install")
class TestCardStatement(LedgerCase):
    """ "What did I have at New Year?" must have one answer, years later too."""

    def setUp(self):
        super().setUp()
        self.first = self._post(100, date="2026-01-10", expiry="2026-12-31")
        self.second = self._post(50, date="2026-02-10", source_name="S2")
        self.spent = self._post(-120, date="2026-03-01")
        self.spent._reverse("test:back", points=30, date="2026-04-01")
        self.late = self._post(5, date="2026-02-20")

    def _statement(self, date_from, date_to):
        statement = self.card._get_statement(date_from, date_to)
        total = statement["opening"] + sum(
            statement[name] for name in ("earned", "spent", "lapsed", "other")
        )
        self.assertAlmostEqual(total, statement["closing"])
        left = sum(award["points"] for award in statement["awards"])
        self.assertAlmostEqual(left, statement["closing"])
        return statement

    def test_any_day(self):
        for day, balance in (
            ("2026-01-09", 0),
            ("2026-01-10", 100),
            ("2026-02-19", 150),
            ("2026-02-20", 155),
            ("2026-03-01", 35),
            ("2026-04-01", 65),
        ):
            self.assertEqual(self._statement(None, day)["closing"], balance, day)

    def test_between(self):
        statement = self._statement("2026-02-01", "2026-03-31")
        self.assertEqual(statement["opening"], 100)
        self.assertEqual((statement["earned"], statement["spent"]), (55, -120))
        self.assertEqual(statement["entries"], self.second + self.late + self.spent)
        self.assertEqual(list(statement["balances"].values()), [150, 155, 35])

    def test_awards_left(self):
        awards = self._statement(None, "2026-02-15")["awards"]
        self.assertEqual(
            [(award["entry"], award["points"]) for award in awards],
            [(self.first, 100), (self.second, 50)],
        )
        awards = self._statement(None, "2026-03-01")["awards"]
        self.assertEqual(
            [(award["entry"], award["points"]) for award in awards],
            [(self.second, 30), (self.late, 5)],
        )

    def test_late_award_of_a_debt(self):
        self._post(-100, date="2026-05-01", may_owe=True)
        awards = self._statement(None, "2026-05-01")["awards"]
        self.assertEqual([award["points"] for award in awards], [-35])
        self._post(40, date="2026-06-01")
        self.assertEqual(self._statement(None, "2026-05-01")["closing"], -35)
        self.assertEqual(self._statement(None, "2026-06-01")["closing"], 5)

    def test_dialog(self):
        viewer = new_test_user(
            self.env, "statement_viewer", "crm_segments.crm_segments_group_viewer"
        )
        action = self.card.with_user(viewer).action_statement()
        wizard = Form(
            self.env["loyalty.card.statement"]
            .with_user(viewer)
            .with_context(**action["context"])
        )
        wizard.date_to = "2026-02-15"
        text = str(wizard.statement)
        self.assertIn(">150<", text)
        self.assertIn("S2", text)
        self.assertNotIn("-120", text)
        record = wizard.save()
        html, kind = self.env["ir.actions.report"]._render_qweb_html(
            "crm_loyalty_points.loyalty_card_statement_document", record.ids
        )
        self.assertEqual(kind, "html")
        self.assertIn(b">150<", html)
        self.assertIn(b"Somchai", html)
