from odoo.tests import Form, TransactionCase, new_test_user, tagged


@tagged("post_install", "-at_install")
class TestBranchWarehouse(TransactionCase):
    """A parcel that leaves from the wrong end of the country arrives late (M2)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.main = cls.env["stock.warehouse"].search(
            [("company_id", "=", cls.env.company.id)], limit=1
        )
        cls.north = cls.env["stock.warehouse"].create(
            {"name": "North", "code": "NORTH"}
        )
        cls.siam, cls.chiang_mai = cls.env["crm.branch"].create(
            [{"name": "Siam"}, {"name": "Chiang Mai", "warehouse_id": cls.north.id}]
        )
        cls.partner = cls.env["res.partner"].create({"name": "Buyer"})

    def order(self, branch):
        return self.env["sale.order"].create(
            {"partner_id": self.partner.id, "branch_id": branch.id}
        )

    def test_order_is_sent_from_the_warehouse_of_its_branch(self):
        order = self.order(self.chiang_mai)
        self.assertEqual(order.warehouse_id, self.north)
        order.branch_id = self.siam
        self.assertEqual(order.warehouse_id, self.main)
        order.branch_id = self.chiang_mai
        self.assertEqual(order.warehouse_id, self.north)

    def test_chosen_warehouse_stays(self):
        order = self.order(self.chiang_mai)
        order.warehouse_id = self.main
        order.note = "x"
        self.assertEqual(order.warehouse_id, self.main)

    def test_form_of_the_branch(self):
        manager = new_test_user(
            self.env,
            "branch_boss",
            "crm_segments.crm_segments_group_manager,stock.group_stock_user",
        )
        with Form(self.siam.with_user(manager)) as form:
            form.warehouse_id = self.north
        self.assertEqual(self.order(self.siam).warehouse_id, self.north)
