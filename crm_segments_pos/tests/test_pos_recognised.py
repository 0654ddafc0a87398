from odoo.tests import tagged

from .test_pos_metrics import PosMetricsCase


@tagged("post_install", "-at_install")
class TestPosRecognised(PosMetricsCase):
    """The cashier enters somebody with a number the shop knows: no second customer."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.company.country_id = cls.env.ref("base.th")
        cls.customer.write(
            {"phone": "081 234 5678", "country_id": cls.env.ref("base.th").id}
        )

    def new(self, **values):
        return self.env["res.partner"].create(
            {"name": "Nok", "phone": "+66812345678", **values}
        )

    def test_known_phone(self):
        new = self.new()
        order = self.sell(1, new)
        self.assertEqual(order.partner_id, new)
        self.assertEqual(new.commercial_partner_id, self.customer)
        match = self.env["crm.customer.match"].search([("partner_id", "=", new.id)])
        self.assertEqual((match.order_model, match.order_id), ("pos.order", order.id))
        self.assertEqual(match.state, "attached")
        self.settle()
        self.assertEqual(self.row()["order_count"], 1)

    def test_named_afterwards(self):
        order = self.till.sell([self.till.line(self.product)])
        new = self.new()
        order.partner_id = new
        self.assertEqual(new.commercial_partner_id, self.customer)

    def test_who_bought_before(self):
        new = self.new(phone="0899999999")
        self.sell(1, new)
        new.phone = "0812345678"
        self.sell(1, new)
        self.assertEqual(new.commercial_partner_id, new)
