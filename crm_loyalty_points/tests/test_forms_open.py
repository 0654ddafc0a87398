from odoo.tests import Form, new_test_user, tagged

from .common import LedgerCase


@tagged("post_install", "-at_install")
class TestFormsOpen(LedgerCase):
    """Who has one of the suite's groups and none of Sales opens what the menus show."""

    def test_forms(self):
        self.Entry._post(
            [{"card_id": self.card.id, "kind": "earn", "points": 5, "key": "forms"}]
        )
        records = (
            self.card,
            self.card.program_id,
            self.card.partner_id,
            self.card.point_entry_ids,
            self.env["loyalty.tier"].create({"name": "Gold"}),
            self.env["loyalty.point.campaign"].create(
                {"name": "Double", "program_id": self.card.program_id.id}
            ),
        )
        for group in ("viewer", "officer", "editor", "manager"):
            user = new_test_user(
                self.env, f"forms_{group}", f"crm_segments.crm_segments_group_{group}"
            )
            for record in records:
                with self.subTest(group=group, model=record._name):
                    self.env.invalidate_all()
                    form = Form(record.with_user(user))
                    self.assertEqual(form.id, record.id)
