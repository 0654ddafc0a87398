from odoo import fields
from odoo.tests import HttpCase, new_test_user, tagged


class VisitTourCase(HttpCase):
    """A branch, an officer, a nurse; Malee is expected today, Somchai is not."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["crm.branch"].search([]).active = False
        cls.branch = cls.env["crm.branch"].create({"name": "Siam"})
        for login, groups in (
            ("officer", "crm_segments.crm_segments_group_officer"),
            ("nurse", "crm_loyalty_points.crm_visit_group_medical"),
        ):
            new_test_user(cls.env, f"visit_{login}", groups, password=f"visit_{login}")
        cls.somchai, cls.malee = (
            cls.env["res.partner"]
            .with_context(crm_customer=True)
            .create([{"name": "Somchai"}, {"name": "Malee"}])
        )
        cls.visit = cls.env["crm.visit"].create(
            {
                "partner_id": cls.malee.id,
                "branch_id": cls.branch.id,
                "start": fields.Datetime.now(),
            }
        )


@tagged("post_install", "-at_install")
class TestVisitTour(VisitTourCase):
    """The views in a browser: the server accepts some that the browser cannot draw."""

    # room for every menu: what does not fit hides behind a plus
    browser_size = "1920x1080"

    def test_check_in_and_look(self):
        self.start_tour(
            f"/odoo/crm-customers/{self.somchai.id}",
            "crm_visit_check_in",
            login="visit_officer",
        )
        self.assertEqual(self.visit.state, "arrived")
        self.assertEqual(self.somchai.visit_count, 1)


@tagged("post_install", "-at_install")
class TestVisitPhoneTour(VisitTourCase):
    """Visits are served with a phone in the hand."""

    browser_size = "390x844"
    touch_enabled = True

    def test_medical_note(self):
        self.start_tour(
            "/odoo/crm-visits-today", "crm_visit_phone", login="visit_nurse"
        )
        note = self.env["crm.visit.medical"].search([("visit_id", "=", self.visit.id)])
        self.assertEqual(note.findings, "Eczema")
        self.assertEqual(note.create_uid.login, "visit_nurse")
