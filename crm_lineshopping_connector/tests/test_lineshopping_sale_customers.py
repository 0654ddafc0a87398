"""Whose order it is: one person is one customer, and who gets a gift is none."""

from odoo.tests import tagged

from .common_sale import ADDRESS, SaleCase, paid, payload

BUYER = "+66866666666"


def to(**values):
    return {"shippingAddress": {**ADDRESS, **values}}


@tagged("post_install", "-at_install")
class TestLineshoppingCustomers(SaleCase):
    def test_same_phone_is_one_customer(self):
        sales = self.sale(
            payload("A1"),
            payload("A2", **to(phoneNumber="+66 81 234 5678", recipientName="Sis")),
        )
        customer = sales.partner_id
        self.assertEqual(len(customer), 1)
        self.assertEqual(customer.phone_sanitized, "+66812345678")
        self.assertTrue(customer.member_number)
        self.assertEqual(customer.acquisition_source_id, self.shop.source_id)
        first, second = sales.sorted("client_order_ref")
        self.assertEqual(first.partner_shipping_id, customer)
        self.assertEqual(second.partner_shipping_id.name, "Sis")
        self.assertEqual(second.partner_shipping_id.parent_id, customer)
        # next time the same address is the same contact
        again = self.sale(payload("A3", **to(recipientName="Sis")))
        self.assertEqual(again.partner_shipping_id, second.partner_shipping_id)

    def test_known_customer_is_recognised_never_by_name(self):
        known = self.env["res.partner"].create(
            {"name": "Known", "phone": "+66 81 234 5678"}
        )
        self.env["res.partner"].create({"name": ADDRESS["recipientName"]})
        self.assertEqual(self.sale(payload("A1")).partner_id, known)
        other = self.sale(
            payload("A2", **to(phoneNumber="0899999999", email="b@example.com"))
        )
        self.assertNotEqual(other.partner_id, known)
        self.assertEqual(other.partner_id.name, ADDRESS["recipientName"])

    def test_province_and_subdistrict(self):
        customer = self.sale(payload("A1")).partner_id
        self.assertEqual(customer.subdistrict, "คลองเตย")
        self.assertEqual(customer.zip, "10110")

    def test_gift_is_an_address_only(self):
        known = self.env["res.partner"].create({"name": "Mum", "phone": "+66812345678"})
        sale = self.sale(paid("A1", isGift=True))
        self.assertEqual(sale.partner_id, self.shop.unknown_partner_id)
        self.assertFalse(sale.partner_id.active)
        self.assertFalse(sale.partner_id.member_number)
        self.assertNotEqual(sale.partner_shipping_id, known)
        self.assertEqual(sale.partner_shipping_id.street, ADDRESS["address"])
        # whoever got it is somebody else when buying something
        other = self.sale(payload("A2", **to(phoneNumber="0877777777"), isGift=True))
        bought = self.sale(payload("A3", **to(phoneNumber="0877777777")))
        self.assertNotEqual(bought.partner_id, other.partner_shipping_id)
        self.assertNotEqual(bought.partner_id, other.partner_id)

    def test_buyer_of_a_gift_becomes_known(self):
        buyer = self.env["res.partner"].create({"name": "Buyer", "phone": BUYER})
        row = self.take(paid("A1", isGift=True))
        row._set_buyer(buyer, "staff")
        row._settle()
        sale = row.sale_order_id
        self.assertEqual(sale.partner_id, buyer)
        self.assertEqual(sale.partner_shipping_id.parent_id, buyer)
        self.assertEqual(sale.partner_shipping_id.name, ADDRESS["recipientName"])

    def test_points_alone_bring_the_order_to_its_buyer(self):
        buyer = self.env["res.partner"].create({"name": "Buyer", "phone": BUYER})
        row = self.take(paid("A1", isGift=True))
        row._set_buyer(buyer, "claim")
        row._settle_points()
        self.assertEqual(row.sale_order_id.partner_id, buyer)
        row._set_buyer(buyer.browse(), False)
        row._settle_points()
        self.assertEqual(row.sale_order_id.partner_id, self.shop.unknown_partner_id)

    def test_gifts_load_no_other_gifts(self):
        """The contacts of former gifts are not read for the next one."""
        old = self.sale(
            paid("A1", isGift=True, **to(phoneNumber="0877777777", recipientName="Old"))
        ).partner_shipping_id
        self.env.flush_all()
        self.env.invalidate_all()
        row = self.take(paid("A2", isGift=True))
        self.assertEqual(row.sale_order_id.partner_id, self.shop.unknown_partner_id)
        self.assertNotIn("street", old._cache)
        again = self.sale(
            paid("A3", isGift=True, **to(phoneNumber="0877777777", recipientName="OLD"))
        )
        self.assertEqual(again.partner_shipping_id, old)

    def test_hidden_phone_is_nobody(self):
        sale = self.sale(payload("A1", **to(phoneNumber="081-***-**78", email="")))
        self.assertEqual(sale.partner_id, self.shop.unknown_partner_id)

    def test_channel_and_branch(self):
        branch = self.env["crm.branch"].create({"name": "Silom"})
        self.shop.branch_id = branch
        sale = self.sale(paid("A1"))
        self.assertEqual(sale.branch_id, branch)
        self.assertEqual(sale.source_id, self.shop.source_id)
        sale.flush_recordset()
        found = self.env["crm.customer.order"].search(
            [("customer_id", "=", sale.partner_id.id)]
        )
        self.assertEqual(found.team_id, self.shop.team_id)
        self.assertEqual(found.status, "confirmed")
        self.assertEqual(found.amount_total, 100)
