from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, new_test_user, tagged

from ..tools.points_guard import allow_points_write, points_write_allowed
from .common import LedgerCase


@tagged("post_install", "-at_install")
class TestOneCard(LedgerCase):
    """Two cards of one customer split the balance, and the till picks either."""

    def test_create_gives_the_card_there_is(self):
        self._post(10)
        again = self._card(self.partner)
        self.assertEqual(again, self.card)
        again = self._card(self.partner, points=5)
        self.assertEqual(again, self.card)
        self.assertBalance(self.card, 15)

    def test_create_of_several(self):
        cards = self.Card.create(
            [
                {"program_id": self.program.id, "partner_id": self.other_partner.id},
                {"program_id": self.wallet.id, "partner_id": self.other_partner.id},
                {"program_id": self.program.id, "partner_id": self.partner.id},
                {
                    "program_id": self.program.id,
                    "partner_id": self.other_partner.id,
                    "points": 7,
                },
                {"program_id": self.program.id, "points": 3},
                {"program_id": self.program.id},
            ]
        )
        self.assertEqual(len(cards), 6)
        self.assertEqual(cards[2], self.card)
        self.assertEqual(cards[3], cards[0])
        self.assertEqual(len(set(cards.ids)), 5)
        self.assertBalance(cards[0], 7)
        self.assertBalance(cards[4], 3)
        self.assertEqual(cards[4].point_entry_ids.kind, "unattributed")

    def test_another_code_is_refused(self):
        with self.assertRaises(ValidationError):
            self._card(self.partner, code="MINE")

    def test_second_card_by_write(self):
        other = self._card(self.other_partner)
        for call in (
            lambda: other.write({"partner_id": self.partner.id}),
            lambda: (other | self.card).write({"partner_id": self.env.user.id}),
        ):
            with self.assertRaises(ValidationError):
                call()
        self.card.action_archive()
        other.write({"partner_id": self.partner.id})
        with self.assertRaises(ValidationError):
            self.card.action_unarchive()

    def test_coupons_are_as_before(self):
        program = self.env["loyalty.program"].create(
            {"name": "Coupons", "program_type": "coupons"}
        )
        values = {"program_id": program.id, "partner_id": self.partner.id, "points": 1}
        coupons = self.Card.create([values, values])
        self.assertEqual(len(set(coupons.ids)), 2)
        coupons[0].points += 1.333
        self.assertEqual(coupons[0].points, 2.333)
        self.assertFalse(coupons.point_entry_ids)
        coupons.unlink()

    def test_card_with_entries_stays(self):
        self._post(10)
        with self.assertRaises(UserError):
            self.card.unlink()
        with self.assertRaises(UserError):
            self.card.program_id = self.wallet
        self._card(self.other_partner).unlink()

    def test_pages_have_room(self):
        """Postings leave the indexes of cards alone while a page has room for the
        new version of the row."""
        self.env.cr.execute(
            "SELECT reloptions FROM pg_class WHERE oid = 'loyalty_card'::regclass"
        )
        self.assertIn("fillfactor=50", self.env.cr.fetchone()[0])

    def test_programme_with_entries_stays(self):
        self._post(10)
        for values in (
            {"program_type": "promotion"},
            {"applies_on": "current"},
            {"company_id": False},
        ):
            with self.subTest(values=values), self.assertRaises(UserError):
                self.program.write(values)
        self.program.write({"name": "New name", "program_type": "loyalty"})

    def test_member_number(self):
        self.assertTrue(self.partner.member_number)
        child = self.env["res.partner"].create(
            {"name": "Buyer", "parent_id": self.other_partner.id}
        )
        self._card(child)
        self.assertTrue(self.other_partner.member_number)

    def test_mail_of_a_new_card_shows_its_points(self):
        template = self.env["mail.template"].create(
            {
                "name": "Card",
                "model_id": self.env["ir.model"]._get_id("loyalty.card"),
                "subject": "{{ object.points }} points",
                "partner_to": "{{ object.partner_id.id }}",
            }
        )
        self.wallet.communication_plan_ids.unlink()
        self.env["loyalty.mail"].create(
            {
                "program_id": self.wallet.id,
                "trigger": "create",
                "mail_template_id": template.id,
            }
        )
        self._card(self.partner, self.wallet, points=500)
        mails = self.env["mail.mail"].search([("subject", "like", "% points")])
        self.assertEqual(mails.mapped("subject"), ["500.0 points"])

    def test_mail_when_points_are_reached(self):
        template = self.env["mail.template"].create(
            {
                "name": "Reached",
                "model_id": self.env["ir.model"]._get_id("loyalty.card"),
                "subject": "reached {{ object.points }}",
                "partner_to": "{{ object.partner_id.id }}",
            }
        )
        self.env["loyalty.mail"].create(
            {
                "program_id": self.program.id,
                "trigger": "points_reach",
                "points": 100,
                "mail_template_id": template.id,
            }
        )
        mails = self.env["mail.mail"]
        self._post(99)
        self.Entry._post([self._vals(5, card=self._card(self.other_partner))])
        self.assertFalse(mails.search([("subject", "like", "reached%")]))
        self._post(1)
        mail = mails.search([("subject", "like", "reached%")])
        self.assertEqual(mail.mapped("subject"), ["reached 100.0"])
        self._post(-50)
        self.Entry._post([self._vals(90)], bulk=True)
        self.assertEqual(mails.search([("subject", "like", "reached%")]), mail)


@tagged("post_install", "-at_install")
class TestUnknownWriters(LedgerCase):
    """Thirteen places in Odoo write points: what nobody named is still on record."""

    def test_write(self):
        self.card.points = 33.333
        self.assertBalance(self.card, 33.33)
        self.card.points += 0
        self.card.write({"points": 30, "expiration_date": "2090-01-01"})
        self.assertBalance(self.card, 30)
        entries = self.card.point_entry_ids.sorted("seq")
        self.assertEqual(entries.mapped("points"), [33.33, -3.33])
        self.assertEqual(set(entries.mapped("kind")), {"unattributed"})

    def test_write_of_several(self):
        other = self._card(self.other_partner, points=10)
        coupon = self.Card.create(
            {
                "points": 1,
                "program_id": self.env["loyalty.program"]
                .create({"name": "C", "program_type": "coupons"})
                .id,
            }
        )
        (self.card | other | coupon).write({"points": 25})
        self.assertBalance(self.card, 25)
        self.assertBalance(other, 25)
        self.assertEqual(coupon.points, 25)

    def test_named_writer(self):
        self._post(20)
        with allow_points_write(
            kind="redeem", reason="till", key="pos:1", source_model="pos.order"
        ):
            self.card.points -= 10
        entry = self.card.point_entry_ids.sorted("seq")[-1]
        self.assertEqual(
            (entry.kind, entry.points, entry.reason, entry.source_model),
            ("redeem", -10, "till", "pos.order"),
        )

    def test_below_zero_is_a_debt(self):
        self.card.points -= 10
        self.assertBalance(self.card, -10)


@tagged("post_install", "-at_install")
class TestPointsGuard(LedgerCase):
    """Salespeople may edit cards, so that orders work: but never the balance."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = [
            new_test_user(cls.env, "sales", "sales_team.group_sale_salesman"),
            new_test_user(cls.env, "boss", "sales_team.group_sale_manager"),
        ]

    def test_points_are_refused_whatever_the_context(self):
        self._post(10)
        coupon = self.Card.create(
            {
                "program_id": self.env["loyalty.program"]
                .create({"name": "G", "program_type": "gift_card"})
                .id,
                "points": 50,
            }
        )
        context = {
            "loyalty_no_mail": True,
            "crm_loyalty_points_posting": {"kind": "bonus"},
            "crm_order_import": True,
            "crm_customer": True,
            "install_mode": True,
            "import_file": True,
        }
        for user in self.users:
            for card in (self.card, coupon):
                mine = card.with_user(user).with_context(**context)
                with self.subTest(user=user.login), self.assertRaises(AccessError):
                    mine.write({"points": 99999})
                with self.subTest(user=user.login), self.assertRaises(AccessError):
                    mine.create({"program_id": card.program_id.id, "points": 1})
            # What is not a balance stays theirs to edit.
            self.card.with_user(user).write({"expiration_date": False})
        self.assertBalance(self.card, 10)
        self.assertEqual(coupon.points, 50)

    def test_ledger_is_read_only_for_everybody(self):
        entry = self._post(10)
        self._post(-1)
        for user in (*self.users, self.env.ref("base.user_admin")):
            for model in ("entry", "draw", "award"):
                records = self.env[f"loyalty.point.{model}"].with_user(user)
                self.assertTrue(records.search([]))
                for operation in ("write", "create", "unlink"):
                    with self.subTest(user=user.login, model=model):
                        self.assertFalse(records.has_access(operation))
        stranger = new_test_user(self.env, "stranger", "base.group_user")
        with self.assertRaises(AccessError):
            entry.with_user(stranger).read(["points"])

    def test_ledger_of_other_companies_is_hidden(self):
        company = self.env["res.company"].create({"name": "Other shop"})
        program = self.env["loyalty.program"].create(
            {
                "name": "Theirs",
                "program_type": "loyalty",
                "applies_on": "both",
                "company_id": company.id,
            }
        )
        card = self._card(self.partner, program, points=50)
        self._post(-20, card=card)
        entry = card.point_entry_ids[0]
        mine = self._post(10)
        user = self.users[1]
        for model, field in (
            ("entry", "id"),
            ("draw", "entry_id"),
            ("award", "entry_id"),
        ):
            records = self.env[f"loyalty.point.{model}"].with_user(user).search([])
            ids = records.mapped(field)
            ids = ids if field == "id" else ids.ids
            with self.subTest(model=model):
                self.assertFalse(set(ids) & set(card.point_entry_ids.ids))
        with self.assertRaises(AccessError):
            entry.with_user(user).read(["points"])
        self.assertEqual(mine.with_user(user).points, 10)

    def test_marker_ends_with_its_block(self):
        with self.assertRaises(ZeroDivisionError), allow_points_write():
            self.assertTrue(points_write_allowed())
            raise ZeroDivisionError
        self.assertFalse(points_write_allowed())

    def test_update_balance(self):
        card = self.card.with_user(self.users[0])
        wizard = Form(
            self.env["loyalty.card.update.balance"]
            .with_user(self.users[0])
            .with_context(default_card_id=card.id)
        )
        wizard.new_balance = 120.5
        wizard.description = "Sorry, Khun Somchai, for the cold soup"
        wizard.save().action_update_card_point()
        self.assertBalance(self.card, 120.5)
        entry = self.card.point_entry_ids
        self.assertEqual(
            (entry.kind, entry.reason, entry.operator_id),
            ("adjust", "update_balance", self.users[0].id),
        )
        note = self.env["loyalty.point.note"].search([("entry_id", "=", entry.id)])
        self.assertIn("cold soup", note.note)
        self.assertEqual(self.card.history_ids.issued, 120.5)
        note.with_user(self.users[1]).unlink()

    def test_generate_adds_to_the_card(self):
        self._post(10)
        wizard = self.env["loyalty.generate.wizard"].create(
            {
                "program_id": self.program.id,
                "mode": "selected",
                "customer_ids": [(6, 0, (self.partner | self.other_partner).ids)],
                "points_granted": 50,
                "valid_until": "2090-12-31",
                "description": "New year",
            }
        )
        cards = wizard.with_user(self.users[1]).generate_coupons()
        self.assertIn(self.card, cards)
        self.assertBalance(self.card, 60)
        new = cards - self.card
        self.assertBalance(new, 50)
        self.assertEqual(new.partner_id, self.other_partner)
        self.assertFalse(any(cards.mapped("expiration_date")))
        entry = new.point_entry_ids
        self.assertEqual((entry.kind, str(entry.expiry)), ("bonus", "2090-12-31"))
