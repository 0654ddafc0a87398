from odoo.tests import tagged

from odoo.addons.crm_segments.tests.common_segments import SegmentsCase
from odoo.addons.crm_segments.tests.pictures import encoded, picture

from .till import open_till


@tagged("post_install", "-at_install")
class TestPosMerge(SegmentsCase):
    """Two records of somebody who buys in every channel become one customer, who has
    bought all of it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.user.group_ids += cls.env.ref("point_of_sale.group_pos_manager")
        cls.till = open_till(cls.env)
        cls.product.available_in_pos = True
        cls.one, cls.two = cls.people[:2]
        cls.both = cls.one | cls.two
        cls.till_orders = cls.env["pos.order"]
        for partner, quantities in ((cls.one, (1, 2)), (cls.two, (4,))):
            for quantity in quantities:
                line = cls.till.line(cls.product, quantity)
                cls.till_orders |= cls.till.sell([line], partner)
            cls.order(partner_id=partner.id, amount=50)
            partner.save_customer_note(f"Note of {partner.name}")
            cls.env["crm.customer.photo"].create(
                {"partner_id": partner.id, "image_1920": encoded(picture())}
            )
        returned = cls.till_orders[-1]
        cls.till_orders |= cls.till.refund(returned, {returned.lines: 1})
        cls.rich = cls.segment(("customer_amount_total", ">=", 700))
        cls.listed = cls.segment(kind="fixed", name="List")
        cls.listed._add_customers([("id", "=", cls.two.id)])
        cls.refresh()

    def merge(self):
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge(self.both.ids, self.one)
        self.assertFalse(self.two.exists())
        self.refresh()

    def notes(self, partners):
        return self.env["mail.message"].search(
            [
                *[("model", "=", "res.partner"), ("res_id", "in", partners.ids)],
                ("body", "like", "Note of "),
            ]
        )

    def test_orders(self):
        orders = self.both.customer_order_ids.mapped(lambda o: (o.res_model, o.res_id))
        self.assertEqual(len(orders), 5)
        self.merge()
        self.assertEqual(self.till_orders.partner_id, self.one)
        self.assertEqual(
            set(self.one.customer_order_ids.mapped(lambda o: (o.res_model, o.res_id))),
            set(orders),
        )

    def test_later_return(self):
        self.merge()
        sold = self.till_orders[2]
        self.assertEqual(self.till.refund(sold).partner_id, self.one)
        self.refresh()
        self.assertEqual(self.one.customer_amount_total, 400)

    def test_figures(self):
        before = [self.row(partner) for partner in self.both]
        self.assertEqual([row["amount_total"] for row in before], [350, 350])
        self.merge()
        row = self.row(self.one)
        for name in ("order_count", "order_count_all", "amount_total", "amount_paid"):
            self.assertEqual(row[name], sum(each[name] for each in before), name)
        self.assertEqual((row["order_count"], row["amount_total"]), (5, 700))
        self.assertIsNone(self.row(self.two))

    def test_segments(self):
        self.assertFalse(self.current(self.rich))
        self.merge()
        self.assertEqual(self.current(self.rich), self.one)
        self.assertEqual(self.current(self.listed), self.one)

    def test_photos_and_notes(self):
        photos = self.env["crm.customer.photo"].search(
            [("partner_id", "in", self.both.ids)]
        )
        pictures = {photo.id: photo.image_1920 for photo in photos}
        notes = self.notes(self.both)
        self.assertEqual((len(photos), len(notes)), (2, 2))
        self.merge()
        self.assertEqual(photos.partner_id, self.one)
        self.assertEqual({each.id: each.image_1920 for each in photos}, pictures)
        self.assertEqual(self.notes(self.one), notes)
