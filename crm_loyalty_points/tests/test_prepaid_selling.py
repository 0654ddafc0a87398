from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user, tagged

from .prepaid_common import PrepaidCase


class PrepaidDeskCase(PrepaidCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = new_test_user(
            cls.env,
            "prepaid_manager",
            "crm_segments.crm_segments_group_manager,account.group_account_invoice",
        )
        accounts = cls.env["account.account"].create(
            [
                {
                    "name": name,
                    "code": code,
                    "account_type": kind,
                    "reconcile": kind == "asset_receivable",
                }
                for name, code, kind in (
                    ("Customers", "PP1100", "asset_receivable"),
                    ("Sales", "PP4000", "income"),
                    ("Cash", "PP1000", "asset_cash"),
                )
            ]
        )
        receivable, income, cash = accounts
        journals = cls.env["account.journal"].create(
            [
                {
                    "name": "Shop sales",
                    "code": "PPS",
                    "type": "sale",
                    "default_account_id": income.id,
                },
                {
                    "name": "Shop cash",
                    "code": "PPC",
                    "type": "cash",
                    "default_account_id": cash.id,
                },
            ]
        )
        cls.cash = journals[1]
        partners = cls.partner + cls.other_partner
        partners.property_account_receivable_id = receivable
        products = cls.services + cls.open_type.prepaid_product_id
        products.property_account_income_id = income

    def _invoice(self, order):
        invoice = order.sudo()._create_invoices()
        invoice.action_post()
        return invoice

    def _sell_form(self, user=None):
        wizard = self.env["loyalty.prepaid.sell"].with_user(user or self.salesperson)
        form = Form(wizard)
        form.partner_id = self.partner
        form.program_id = self.open_type
        return form

    def _refund(self, purchase, user=None, reason="Moves away"):
        wizard = self.env["loyalty.prepaid.refund"].with_user(user or self.manager)
        form = Form(wizard.with_context(**purchase.action_refund()["context"]))
        if not form.refused:
            form.reason = reason
        return form.save()


@tagged("post_install", "-at_install")
class TestPrepaidDesk(PrepaidDeskCase):
    """Selling, giving and taking back at the desk: a person decides, the documents and
    the ledger follow, and a gift above the limit waits for a second person."""

    def test_sell(self):
        self._buy(self.open_type)
        form = self._sell_form()
        self.assertEqual(
            (form.price, form.value, form.balance, form.balance_after),
            (3500, 4000, 4000, 8000),
        )
        self.assertEqual(str(form.expiry), "2026-07-05")
        form.quantity = 2
        self.assertEqual((form.price, form.value), (7000, 8000))
        action = form.save().action_sell()
        order = self.env["sale.order"].browse(action["res_id"])
        self.assertEqual((order.state, order.amount_total), ("sale", 7000))
        self.assertBalance(self._wallet(self.open_type), 12000)

    def test_quotation_only(self):
        form = self._sell_form()
        form.payment = "quotation"
        order = self.env["sale.order"].browse(form.save().action_sell()["res_id"])
        self.assertEqual(order.state, "draft")

    def test_paid_now(self):
        self.open_type.pending_policy = "paid"
        seller = new_test_user(
            self.env,
            "prepaid_seller",
            "sales_team.group_sale_salesman,account.group_account_invoice",
        )
        form = self._sell_form(seller)
        form.payment = "paid"
        form.journal_id = self.cash
        order = self.env["sale.order"].browse(form.save().action_sell()["res_id"])
        self.assertIn(order.invoice_ids.payment_state, ("paid", "in_payment"))
        self.assertBalance(self._wallet(self.open_type), 4000)

    def test_not_for_sale(self):
        self.open_type.prepaid_for_sale = False
        with self.assertRaisesRegex(UserError, "not for sale"):
            self._sell_form().save().action_sell()

    def _give(self, user):
        wizard = self.env["loyalty.prepaid.give"].with_user(user)
        form = Form(wizard)
        form.partner_id = self.other_partner
        form.program_id = self.open_type
        form.reason_id = self.env.ref("crm_loyalty_points.loyalty_point_reason_gift")
        return form.save().action_give()

    def test_give(self):
        self.env.company.write({"points_limit_movement": 0, "points_limit_day": 0})
        self._give(self.salesperson)
        card = self._wallet(self.open_type, self.other_partner)
        self.assertBalance(card, 4000)
        purchase = self._purchases(self.open_type, self.other_partner)
        self.assertEqual(
            (purchase.kind, purchase.paid, str(purchase.expiry)),
            ("bonus", 0, "2026-07-05"),
        )
        self.assertIn("Given, value 4,000.00", purchase.story)
        self.assertIn(self.open_type.name, purchase.display_name)
        self.assertEqual(self.open_type.prepaid_sold_count, 0)
        self._refund(purchase).action_refund()
        self.assertBalance(card, 0)

    def test_give_above_the_limit(self):
        self.env.company.points_limit_movement = 1000
        self._give(self.salesperson)
        self.assertBalance(self._wallet(self.open_type, self.other_partner), 0)
        asked = self.env["loyalty.point.approval"].search([("state", "=", "pending")])
        self.assertEqual(asked.points, 4000)
        asked.with_user(self.manager).action_approve()
        self.assertBalance(self._wallet(self.open_type, self.other_partner), 4000)

    def test_refund_cancels_an_order_without_invoice(self):
        order = self._buy(self.open_type)
        wizard = self._refund(self._purchases(self.open_type))
        self.assertIn("cancelled", wizard.what)
        self.assertEqual((wizard.paid, wizard.value), (3500, 4000))
        wizard.action_refund()
        self.assertEqual(order.state, "cancel")
        self.assertBalance(self._wallet(self.open_type), 0)
        self.assertEqual(self._purchases(self.open_type).state, "returned")
        with self.assertRaisesRegex(UserError, "has been refunded"):
            self._refund(self._purchases(self.open_type)).action_refund()

    def test_refund_takes_the_card_off_an_order(self):
        order = self._order(self.open_type.prepaid_product_id, self.hair)
        order.action_confirm()
        self._refund(self._purchases(self.open_type)).action_refund()
        self.assertEqual((order.state, order.amount_total), ("sale", 1000))
        self.assertBalance(self._wallet(self.open_type), 0)

    def test_refund_credits_the_invoice(self):
        order = self._order(self.open_type.prepaid_product_id, self.hair)
        order.action_confirm()
        invoice = self._invoice(order)
        wizard = self._refund(self._purchases(self.open_type))
        self.assertIn(invoice.name, wizard.what)
        action = wizard.action_refund()
        note = self.env["account.move"].browse(action["res_id"])
        self.assertEqual(
            (note.move_type, note.state, note.amount_total),
            ("out_refund", "posted", 3500),
        )
        self.assertBalance(self._wallet(self.open_type), 0)
        reversal = self._wallet(self.open_type).point_entry_ids.filtered(
            "reversed_entry_id"
        )
        self.assertIn("Moves away", reversal.note_ids.note)
        # a later change of the order gives nothing back
        order.order_line.filtered(
            lambda line: line.product_id == self.hair
        ).product_uom_qty = 2
        self.assertBalance(self._wallet(self.open_type), 0)

    def test_no_refund_of_what_was_used_or_ended(self):
        self._buy(self.open_type)
        order = self._order(self.massage)
        self._use(order, self.open_type)
        order.action_confirm()
        wizard = self._refund(self._purchases(self.open_type))
        self.assertIn("500.00 of the card was spent", wizard.refused)
        with self.assertRaises(UserError):
            wizard.action_refund()
        self._buy(self.open_type, self.other_partner)
        self._on("2026-07-06")
        wizard = self._refund(self._purchases(self.open_type, self.other_partner))
        self.assertIn("ended on 5 Jul 2026", wizard.refused)

    def test_managers_refund_with_a_reason(self):
        self._buy(self.open_type)
        purchase = self._purchases(self.open_type)
        with self.assertRaises(AccessError):
            self._refund(purchase, self.salesperson)
        with self.assertRaisesRegex(UserError, "Why is it refunded"):
            self._refund(purchase, reason=" ").action_refund()

    def test_raised_quantity_is_one_purchase(self):
        order = self._buy(self.open_type)
        order.order_line.product_uom_qty = 2
        self.assertBalance(self._wallet(self.open_type), 8000)
        self._refund(self._purchases(self.open_type)[0]).action_refund()
        self.assertBalance(self._wallet(self.open_type), 0)

    def test_a_draft_invoice_stands_in_the_way(self):
        order = self._buy(self.open_type)
        order.sudo()._create_invoices()
        wizard = self._refund(self._purchases(self.open_type))
        self.assertIn("draft invoice", wizard.refused)

    def test_views_open(self):
        """Each screen opens for those who are meant to see it."""
        self._buy(self.open_type)
        viewer = new_test_user(
            self.env, "prepaid_viewer", "crm_segments.crm_segments_group_viewer"
        )
        card, purchase = self._wallet(self.open_type), self._purchases(self.open_type)
        for record, view in (
            (self.open_type, "loyalty_prepaid_type_view_form"),
            (card, "loyalty_prepaid_card_view_form"),
            (purchase, "loyalty_prepaid_purchase_view_form"),
        ):
            form = Form(record.with_user(viewer), view=f"crm_loyalty_points.{view}")
            self.assertEqual(form.id, record.id)
        partner = self.partner.with_user(viewer)
        self.assertEqual(partner.prepaid_card_count, 1)
        found = self.Card.search(partner.action_view_prepaid_cards()["domain"])
        self.assertEqual(found, card)
        self.assertEqual(purchase.action_open_document()["res_id"], purchase.source_id)
