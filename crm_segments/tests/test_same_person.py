from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .common_import import ImportCase

GROUP = "crm_segments.crm_segments_group_{}"
PHONE = "081 234 5678"
HEAD = "Order ID,Date,Customer name,Phone,SKU,Quantity,Price\n"


class SamePersonCase(ImportCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partners = cls.env["res.partner"]
        cls.matches = cls.env["crm.customer.match"]
        cls.product = cls.env["product.product"].create(
            {"name": "Tea", "type": "service", "taxes_id": False}
        )
        cls.known = cls.person("สมหญิง ใจดี", phone=PHONE, email="nok@example.com")

    @classmethod
    def person(cls, name="Nok", **values):
        customers = cls.partners.with_context(crm_customer=True)
        return customers.create({"name": name, **values})

    @classmethod
    def order(cls, partner, confirm=True, env=None):
        order = (env or cls.env)["sale.order"].create(
            {
                "partner_id": partner.id,
                "order_line": [
                    Command.create({"product_id": cls.product.id, "price_unit": 10})
                ],
            }
        )
        if confirm:
            order.action_confirm()
        return order

    def typed(self, name="Nok", **values):
        """:return: a contact made by a visitor of a page"""
        public = self.env.ref("base.public_user")
        return self.partners.with_user(public).sudo().create({"name": name, **values})

    def match(self, partner):
        return self.matches.search([("partner_id", "=", partner.id)])


@tagged("post_install", "-at_install")
class TestSamePerson(SamePersonCase):
    """The same person is not two customers (X1), and nobody is taken for another."""

    def test_by_phone(self):
        guest = self.person(phone="+66 81-234-5678", street="9 Sukhumvit")
        order = self.order(guest)
        self.assertEqual(guest.commercial_partner_id, self.known)
        self.assertEqual(order.partner_id, guest, "the order keeps what was typed")
        self.assertEqual(order.partner_invoice_id.street, "9 Sukhumvit")
        self.assertFalse(self.known.street)
        self.assertFalse(guest.member_number)
        match = self.match(guest)
        self.assertEqual((match.state, match.customer_id), ("attached", self.known))
        self.assertEqual(match.order_name, order.display_name)

    def test_by_email(self):
        guest = self.person(email="NOK@Example.com")
        self.order(guest)
        self.assertEqual(guest.commercial_partner_id, self.known)

    def test_never_by_name(self):
        guest = self.person("สมหญิง ใจดี", phone="0899999999")
        self.order(guest)
        self.assertEqual(guest.commercial_partner_id, guest)
        self.assertFalse(self.match(guest))

    def test_not_before_the_order_is_confirmed(self):
        """A visitor still fills in the cart, and sees the addresses of its customer."""
        guest = self.typed(phone=PHONE)
        order = self.order(guest, confirm=False)
        self.assertEqual(guest.commercial_partner_id, guest)
        order.action_confirm()
        self.assertEqual(guest.commercial_partner_id, self.known)

    def test_another_visitor_is_nobody_yet(self):
        other = self.typed("Other", phone="0899999999")
        self.order(other, confirm=False)
        guest = self.typed(phone="0899999999")
        self.order(guest)
        self.assertEqual(guest.commercial_partner_id, guest)
        again = self.typed(phone="0899999999")
        self.order(again)
        self.assertEqual(again.commercial_partner_id, guest)

    def test_phone_and_email_of_one(self):
        """Husband and wife share a phone; the e-mail address tells who it is."""
        husband = self.person("Somchai", phone=PHONE, email="som@example.com")
        guest = self.person(phone=PHONE, email="som@example.com")
        self.order(guest)
        self.assertEqual(guest.commercial_partner_id, husband)

    def test_phone_of_several(self):
        husband = self.person("Somchai", phone=PHONE)
        guest = self.person(phone=PHONE)
        self.order(guest)
        match = self.match(guest)
        self.assertEqual((match.state, match.reason), ("open", "several"))
        self.assertEqual(match.line_ids.partner_id, self.known | husband)
        self.assertEqual(guest.commercial_partner_id, guest)

    def test_phone_and_email_of_different_customers(self):
        other = self.person("Malee", email="malee@example.com")
        guest = self.person(phone=PHONE, email="malee@example.com")
        self.order(guest)
        match = self.match(guest)
        self.assertEqual((match.state, match.reason), ("open", "different"))
        self.assertEqual(match.line_ids.partner_id, self.known | other)

    def test_asked_once(self):
        self.person("Somchai", phone=PHONE)
        guest = self.person(phone=PHONE)
        self.order(guest)
        self.order(guest)
        self.assertEqual(len(self.match(guest)), 1)
        # the same person again, before anybody has decided
        again = self.person(phone=PHONE)
        self.order(again)
        self.assertEqual(again.commercial_partner_id, guest)
        self.assertNotEqual(self.match(again).state, "open")

    def test_known_customers_are_left_alone(self):
        """Two people with one phone, both known: each orders as before."""
        second = self.person("Somchai", phone="0800000001")
        self.order(second)
        second.phone = PHONE
        self.order(second)
        self.assertEqual(second.commercial_partner_id, second)
        self.assertFalse(self.match(second))

    def test_company(self):
        firm = self.partners.create(
            {"name": "Firm", "is_company": True, "phone": "021234567"}
        )
        guest = self.person(phone="021234567")
        self.order(guest)
        self.assertEqual(self.match(guest).reason, "company")
        self.assertEqual(guest.commercial_partner_id, guest)
        buyer = self.person("Buyer", parent_id=firm.id, phone=PHONE)
        self.order(buyer)
        self.assertEqual(buyer.commercial_partner_id, firm)

    def test_other_company(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.known.company_id = other
        guest = self.person(phone=PHONE)
        self.order(guest)
        self.assertEqual(guest.commercial_partner_id, guest)
        self.assertFalse(self.match(guest))

    def test_the_shops_own_number(self):
        self.company.partner_id.phone = "027777777"
        guest = self.person(phone="027777777")
        self.order(guest)
        self.assertFalse(self.match(guest))

    def test_together(self):
        guests = [self.person(f"N{n}", phone="0877777777") for n in range(3)]
        orders = self.env["sale.order"].union(
            *(self.order(guest, confirm=False) for guest in guests)
        )
        orders.action_confirm()
        customers = self.partners.union(*guests).commercial_partner_id
        self.assertEqual(len(customers), 1)

    # -- what nobody may see -----------------------------------------------------------

    def test_nothing_of_the_customer_is_shown(self):
        self.known.write(
            {"vat": "1234567890121", "street": "Secret Road", "lang": "en_US"}
        )
        guest = self.typed(phone=PHONE, street="9 Sukhumvit")
        order = self.order(guest)
        self.known.vat = "1234567890122"
        self.env.invalidate_all()
        self.assertEqual(
            guest.address_get(["invoice", "delivery"])["delivery"], guest.id
        )
        self.assertFalse(guest.vat)
        self.assertEqual(guest.street, "9 Sukhumvit")
        self.assertEqual(guest.complete_name, "Nok")
        self.assertEqual(guest.display_name, "Nok")
        html, _kind = self.env["ir.actions.report"]._render_qweb_html(
            "sale.report_saleorder", order.ids
        )
        for secret in ("ใจดี", "Secret Road", "123456789012"):
            self.assertNotIn(secret, html.decode())
        self.assertIn("9 Sukhumvit", html.decode())

    def test_nothing_typed_gets_into_the_customer(self):
        guest = self.typed(phone=PHONE, street="9 Sukhumvit", vat="1234567890121")
        self.order(guest)
        self.assertFalse(self.known.vat)
        self.assertFalse(self.known.street)
        guest.street = "10 Sukhumvit"
        self.assertFalse(self.known.street)

    def test_next_order_of_the_customer(self):
        """It goes where the customer lives, and not to where somebody else typed."""
        guest = self.typed(phone=PHONE)
        office = self.typed("Office", parent_id=guest.id, type="delivery")
        order = self.order(guest, confirm=False)
        order.partner_shipping_id = office
        order.action_confirm()
        self.assertEqual(order.partner_shipping_id, office)
        following = self.order(self.known)
        self.assertEqual(following.partner_shipping_id, self.known)
        self.assertEqual(following.partner_invoice_id, self.known)
        self.known.vat = "1234567890121"
        self.assertFalse(office.vat)

    def test_a_login_of_ones_own(self):
        """Typing somebody's e-mail address and signing up shows nothing of theirs."""
        guest = self.typed(phone=PHONE, email="thief@example.com")
        self.order(guest)
        self.assertEqual(guest.commercial_partner_id, self.known)
        self.env["res.users"].with_context(no_reset_password=True).create(
            {
                "name": "Thief",
                "login": "thief",
                "partner_id": guest.id,
                "group_ids": [Command.set(self.env.ref("base.group_portal").ids)],
            }
        )
        self.assertEqual(guest.commercial_partner_id, guest)
        self.assertTrue(guest.member_number)
        match = self.match(guest)
        self.assertEqual((match.state, match.reason), ("open", "login"))
        self.assertEqual(match.line_ids.partner_id, self.known)

    def test_a_customer_with_a_login(self):
        """The portal shows the orders of the customer's contacts: a phone number with
        another e-mail address is not enough."""
        self.env["res.users"].with_context(no_reset_password=True).create(
            {
                "name": "Known",
                "login": "known",
                "partner_id": self.known.id,
                "group_ids": [Command.set(self.env.ref("base.group_portal").ids)],
            }
        )
        guest = self.typed(phone=PHONE, email="other@example.com")
        self.order(guest)
        self.assertEqual(guest.commercial_partner_id, guest)
        self.assertEqual(self.match(guest).reason, "login")
        guest = self.typed(phone="0800000002", email="nok@example.com")
        self.order(guest)
        self.assertEqual(guest.commercial_partner_id, self.known)

    def test_saved_payment_methods(self):
        method = self.env["payment.method"].search([], limit=1)
        provider = self.env["payment.provider"].search([], limit=1)
        if not (method and provider):
            self.skipTest("no payment provider")
        token = self.env["payment.token"].create(
            {
                "provider_id": provider.id,
                "payment_method_id": method.id,
                "partner_id": self.known.id,
                "provider_ref": "x",
            }
        )
        guest = self.typed(phone=PHONE)
        self.order(guest)
        with self.assertRaises(AccessError):
            self.env["payment.transaction"].create(
                {
                    "provider_id": provider.id,
                    "payment_method_id": method.id,
                    "partner_id": guest.id,
                    "token_id": token.id,
                    "amount": 10,
                    "currency_id": self.company.currency_id.id,
                    "reference": "stolen",
                }
            )

    # -- order files -------------------------------------------------------------------

    def test_file_with_a_phone_of_several(self):
        husband = self.person("Somchai", phone=PHONE)
        record = self.run_import(self.upload(HEAD + f"1,1/5/2024,Nok,{PHONE},A,1,5\n"))
        partner = self.orders(record)["1"].partner_id
        self.assertNotIn(partner, self.known | husband)
        match = self.match(partner)
        self.assertEqual((match.state, match.reason), ("open", "several"))
        # a later file, before anybody has decided: no third Nok
        record = self.run_import(
            self.upload(HEAD + f"2,2/5/2024,Nok,{PHONE},A,1,5\n", name="b.csv")
        )
        self.assertEqual(self.orders(record)["2"].partner_id, partner)

    def test_connector(self):
        """A chat user: by the name its source gives it, then by phone; kept for next
        time."""
        identities = self.env["crm.partner.identity"]
        user = ("id", "U123")
        found, _unclear = identities._recognise(
            self.company, "line", {user: {"phone": "+66812345678", "email": ""}}
        )
        self.assertEqual(found, {user: self.known.id})
        identities._remember(self.company, "line", {"U123": self.known.id})
        identities._remember(self.company, "line", {"U123": self.known.id})
        self.known.phone = False
        found, _unclear = identities._recognise(self.company, "line", {user: {}})
        self.assertEqual(found, {user: self.known.id})

    # -- deciding ----------------------------------------------------------------------

    def ask(self):
        husband = self.person("Somchai", phone=PHONE)
        guest = self.person(phone=PHONE)
        self.order(guest)
        return guest, husband, self.match(guest)

    def as_officer(self, records):
        officer = new_test_user(self.env, "match_officer", GROUP.format("officer"))
        return records.with_user(officer)

    def test_this_one(self):
        guest, husband, match = self.ask()
        line = match.line_ids.filtered(lambda line: line.partner_id == husband)
        self.as_officer(line).action_this()
        self.assertEqual(guest.commercial_partner_id, husband)
        self.assertEqual((match.state, match.decision), ("done", "this"))
        self.assertEqual(match.customer_id, husband)
        with self.assertRaises(UserError):
            line.action_this()

    def test_new_customer(self):
        guest, _husband, match = self.ask()
        self.as_officer(match).action_new()
        self.assertEqual(guest.commercial_partner_id, guest)
        self.assertEqual((match.state, match.decision), ("done", "new"))
        self.order(guest)
        self.assertEqual(len(self.match(guest)), 1)

    def test_not_this_customer(self):
        """What was recognised by itself can be taken back."""
        guest = self.person(phone=PHONE, street="9 Sukhumvit")
        self.order(guest)
        self.as_officer(self.match(guest)).action_new()
        self.assertEqual(guest.commercial_partner_id, guest)
        self.assertTrue(guest.member_number)
        self.assertEqual(guest.street, "9 Sukhumvit")
        self.order(guest)
        self.assertEqual(guest.commercial_partner_id, guest)

    def test_merge(self):
        guest, husband, match = self.ask()
        line = match.line_ids.filtered(lambda line: line.partner_id == husband)
        action = line.action_merge()
        wizard = (
            self.env[action["res_model"]].with_context(**action["context"]).create({})
        )
        self.assertEqual(wizard.dst_partner_id, husband)
        wizard.action_merge()
        self.assertFalse(guest.exists())
        self.assertEqual((match.exists().state, match.decision), ("done", "merged"))
        self.assertEqual(husband.sale_order_count, 1)

    def test_rights(self):
        _guest, _husband, match = self.ask()
        viewer = new_test_user(self.env, "match_viewer", GROUP.format("viewer"))
        with self.assertRaises(AccessError):
            match.with_user(viewer).action_new()
        with self.assertRaises(AccessError):
            match.line_ids[0].with_user(viewer).action_this()
        officer = new_test_user(self.env, "match_officer", GROUP.format("officer"))
        match.company_id = self.env["res.company"].create({"name": "Other"})
        self.assertFalse(self.matches.with_user(officer).search([]) & match)

    def test_count_in_the_menu(self):
        menu = self.env.ref("crm_segments.crm_customer_match_menu")
        menus = self.env["ir.ui.menu"].load_web_menus(False)
        self.assertNotIn("(", menus[menu.id]["name"])
        self.ask()
        menus = self.env["ir.ui.menu"].load_web_menus(False)
        self.assertTrue(menus[menu.id]["name"].endswith(" (1)"))
