from uuid import uuid4

from odoo.tests import tagged

from odoo.addons.crm_segments.tests.common_search_random import (
    RandomSearchCase,
    copy_rows,
)

from .till import open_till

TILL_STATES = (
    *[("paid", "confirmed"), ("done", "confirmed")] * 2,
    *(("draft", "draft"), ("cancel", "cancelled")),
)
# An order of the till that only gives back or only settles a quotation is none.
KINDS = ("plain",) * 5 + ("refund", "exchange", "settled", "settled and more")


@tagged("post_install", "-at_install")
class TestPosCustomerSearchRandom(RandomSearchCase):
    """Customers of a shop with a till, who buy in both channels: the advanced search
    looks at all their orders, and at none twice."""

    @classmethod
    def make_other_orders(cls):
        cls.env.user.group_ids += cls.env.ref("point_of_sale.group_pos_manager")
        stranger = cls.env["res.partner"].create({"name": "Stranger"})
        till = open_till(cls.env)
        cls.sample = till.sell([till.line(cls.products[0])], stranger)
        orders, lines = [], []
        for partner in (*cls.records, *cls.contacts):
            for _number in range(cls.random.choice((0, 0, 1, 1, 3))):
                row, its_lines = cls.draw_till_order(partner)
                row["id"] = cls.sample.id + 1 + len(orders)
                orders.append({**row, "name": f"T{row['id']}", "uuid": str(uuid4())})
                for line in its_lines:
                    id_ = cls.sample.lines.id + 1 + len(lines)
                    line.update(id=id_, order_id=row["id"], uuid=str(uuid4()))
                    lines.append({**line, "company_id": row["company_id"]})
        copy_rows(cls.env, "pos_order", cls.sample, orders)
        copy_rows(cls.env, "pos_order_line", cls.sample.lines, lines)
        cls.env.cr.execute("ANALYZE pos_order, pos_order_line")

    @classmethod
    def draw_till_order(cls, partner):
        """:return: (dict of a row, list of dicts of its lines)"""
        kind = cls.random.choice(KINDS)
        row, order = cls.draw_order(partner, TILL_STATES, "crm_team_id")
        lines, bought = [], kind == "plain"
        if kind not in ("refund", "settled"):
            for product in cls.draw_products():
                lines.append(cls.draw_line(product, cls.random.choice((1, 2, 1, 0))))
                if lines[-1]["qty"]:
                    bought = True
                    cls.note_bought(order, product)
        own = sum(line["price_subtotal_incl"] for line in lines)
        if kind in ("refund", "exchange"):
            back = cls.draw_line(cls.random.choice(cls.products), -1)
            own += back["price_subtotal_incl"]
            lines.append({**back, "refunded_orderline_id": cls.sample.lines.id})
        settled = 0
        if kind in ("settled", "settled and more"):
            line = cls.draw_line(cls.random.choice(cls.products), 1)
            settled = line["price_subtotal_incl"]
            lines.append({**line, "sale_order_origin_id": cls.first_sale_id})
        if kind != "plain":
            row["amount_total"] = round(own + settled, 2)
            if order:
                order.amount = round(own, 2)
        if bought:
            cls.note_order(partner, order)
        return row, lines

    @classmethod
    def draw_line(cls, product, quantity):
        price = cls.random.randrange(1, 90000) / 100
        amount = round(price * quantity, 2)
        return {
            "product_id": product.id,
            "qty": quantity,
            "price_unit": price,
            "price_subtotal": amount,
            "price_subtotal_incl": amount,
        }

    def test_any_form(self):
        self.check_any_form()

    def test_each_criterion(self):
        self.check_each_criterion()

    def test_basis_and_status(self):
        self.check_basis_and_status()

    def test_saved_rule_finds_the_same(self):
        self.check_saved_rule_finds_the_same()
