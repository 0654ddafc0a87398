from datetime import datetime
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..tools.order_plan import OrderPlan, PlanOptions

COLUMNS = (
    "number",
    "date",
    "customer",
    "phone",
    "sku",
    "quantity",
    "unit_price",
    "status",
)
GOOD = {
    "number": "1001",
    "date": "1/5/2567",
    "customer": "c1",
    "phone": "",
    "sku": "A",
    "quantity": "2",
    "unit_price": "10.50",
    "status": "completed",
}


@tagged("post_install", "-at_install")
class TestOrderPlan(BaseCase):
    """Each thing that can be wrong in a file is found before anything is written,
    with the row a person can look up."""

    def plan(self, *rows, columns=COLUMNS, **options):
        """:param rows: dicts that differ from GOOD"""
        options.setdefault("now", datetime(2026, 1, 1))
        plan = OrderPlan(
            PlanOptions({name: at for at, name in enumerate(columns)}, **options)
        )
        table = [[{**GOOD, **row}.get(name) for name in columns] for row in rows]
        return plan.read(enumerate([list(columns), *table], 1))

    def codes(self, plan):
        return [(finding.row, finding.code) for finding in plan.findings]

    def test_orders(self):
        plan = self.plan({}, {"sku": "B"}, {"number": "1002", "customer": "c2"})
        self.assertEqual(self.codes(plan), [])
        self.assertEqual(list(plan.orders), ["1001", "1002"])
        order = plan.orders["1001"]
        self.assertEqual(order.total, Decimal("42.00"))
        self.assertEqual(order.date, datetime(2024, 5, 1, 12))
        self.assertEqual(order.customer, ("id", "c1"))
        self.assertEqual([line.row for line in order.lines], [2, 3])

    def test_each_wrong_cell(self):
        """One wrong cell: the reason, its row, and the order left out."""
        for row, code in (
            ({"date": "31/4/2024"}, "date_bad"),
            ({"date": ""}, "date_missing"),
            ({"date": "1/5/67"}, "date_short_year"),
            ({"date": "1/5/2030"}, "date_future"),
            ({"quantity": "two"}, "quantity_number_bad"),
            ({"quantity": "0"}, "quantity_zero"),
            ({"quantity": "-2"}, "quantity_negative"),
            ({"quantity": "9999999999"}, "number_too_large"),
            ({"unit_price": ""}, "unit_price_number_missing"),
            ({"unit_price": "-1"}, "amount_negative"),
            ({"unit_price": "1,5"}, "unit_price_number_bad"),
            ({"status": "blue"}, "status_unknown"),
            ({"number": ""}, "order_missing"),
        ):
            plan = self.plan(row)
            self.assertEqual(self.codes(plan), [(2, code)], row)
            self.assertEqual((plan.findings[0].level, plan.orders), ("error", {}))

    def test_wrong_row_leaves_its_order_out(self):
        """The other rows of the order too: its total would be wrong."""
        plan = self.plan({}, {"quantity": "x"}, {"sku": "C"}, {"number": "1002"})
        self.assertEqual(list(plan.orders), ["1002"])
        self.assertEqual(
            self.codes(plan), [(3, "quantity_number_bad"), (2, "order_left_out")]
        )
        plan = self.plan({"quantity": "x"}, {"sku": "C"})
        self.assertEqual(plan.orders, {})

    def test_same_number_twice(self):
        plan = self.plan({}, {"customer": "c2"})
        self.assertEqual(self.codes(plan)[0], (3, "conflict_customer"))
        self.assertEqual(plan.findings[0].other, "2")
        self.assertEqual(plan.orders, {})
        plan = self.plan({}, {"date": "5/5/2024"})
        self.assertEqual(self.codes(plan)[0], (3, "conflict_date"))
        plan = self.plan({"date": "1/5/2024 16:58"}, {"date": "1/5/2024 16:57"})
        self.assertEqual(self.codes(plan), [])
        self.assertEqual(plan.orders["1001"].date, datetime(2024, 5, 1, 16, 57))

    def test_no_customer_is_skipped(self):
        plan = self.plan(
            {"customer": ""}, {"number": "2", "customer": "", "phone": "0***1"}
        )
        self.assertEqual(self.codes(plan), [(2, "no_customer"), (3, "no_customer")])
        self.assertEqual({finding.level for finding in plan.findings}, {"skip"})
        self.assertEqual(plan.orders, {})

    def test_phone_when_the_code_is_hidden(self):
        plan = self.plan(
            {"customer": "s***l", "phone": "081 234 5678"},
            phone=lambda text: "+66" + text.replace(" ", "")[1:],
        )
        self.assertEqual(plan.orders["1001"].customer, ("phone", "+66812345678"))

    def test_repeated_cells_left_empty(self):
        """Some systems write date and customer in the first row of an order only."""
        plan = self.plan({}, {"customer": "", "date": "", "sku": "B"})
        self.assertEqual(self.codes(plan), [])
        self.assertEqual(len(plan.orders["1001"].lines), 2)

    def test_status(self):
        for words, state, total in (
            (["completed", "cancelled"], "sale", 21),
            (["cancelled", "cancelled"], "cancel", 42),
            (["unpaid", "cancelled"], "draft", 21),
            (["", "unpaid"], "sale", 21),
        ):
            plan = self.plan(*({"status": word} for word in words))
            order = plan.orders["1001"]
            self.assertEqual((order.state, order.total), (state, total), words)

    def test_returned(self):
        """A returned order was sold, and all of it came back."""
        plan = self.plan({"status": "Returned"})
        line = plan.orders["1001"].lines[0]
        self.assertEqual((line.state, line.returned), ("sale", 2))
        plan = self.plan({"returned": "1"}, columns=(*COLUMNS, "returned"))
        self.assertEqual(plan.orders["1001"].lines[0].returned, 1)
        plan = self.plan({"returned": "3"}, columns=(*COLUMNS, "returned"))
        self.assertEqual(self.codes(plan), [(2, "returned_bad")])

    def test_return_numbers(self):
        plan = self.plan(
            {"number": "C1", "quantity": "-1"},
            {"number": "c1", "quantity": "-2"},
            {"number": "C2", "quantity": "2"},
            {"number": "3", "quantity": "-2"},
            return_prefix="C",
        )
        self.assertEqual([ret.quantity for ret in plan.returns], [1, 2])
        self.assertEqual(
            self.codes(plan), [(4, "return_positive"), (5, "quantity_negative")]
        )

    def test_line_repeated(self):
        plan = self.plan(
            {"line_ref": "7"}, {"line_ref": "7"}, columns=(*COLUMNS, "line_ref")
        )
        self.assertEqual(self.codes(plan), [(3, "line_repeated")])
        self.assertEqual(len(plan.orders["1001"].lines), 1)

    def test_description_row(self):
        """TikTok Shop explains its columns in the row under their names."""
        row = dict.fromkeys(COLUMNS, "what it means")
        plan = self.plan(row, {})
        self.assertEqual((self.codes(plan), plan.rows), ([], 1))

    def test_more_decimals_than_the_currency(self):
        columns = ("number", "date", "customer", "quantity", "amount")
        plan = self.plan({"amount": "10.005"}, columns=columns, product="CD")
        self.assertEqual(self.codes(plan), [(2, "amount_decimals")])
        plan = self.plan({"amount": "10.5"}, columns=columns, digits=0, product="CD")
        self.assertEqual(self.codes(plan), [(2, "amount_decimals")])

    def test_without_numbers(self):
        """Rows without numbers are orders; the same file gives the same numbers."""
        columns = ("date", "customer", "quantity", "amount")
        rows = [{"amount": "5"}, {"amount": "5"}, {"amount": "7", "date": "2/5/2024"}]
        plans = [self.plan(*rows, columns=columns, product="CD") for _n in range(2)]
        self.assertEqual(
            list(plans[0].orders), ["c1-20240501-1", "c1-20240501-2", "c1-20240502-1"]
        )
        self.assertEqual(list(plans[0].orders), list(plans[1].orders))

    @settings(deadline=None)
    @given(
        rows=st.lists(
            st.fixed_dictionaries(
                {
                    "number": st.sampled_from(["1", "2", "3", ""]),
                    "customer": st.sampled_from(["a", "b", ""]),
                    "quantity": st.sampled_from(["1", "3", "-1", "0", "x"]),
                    "unit_price": st.sampled_from(["1.25", "0", "-1", ""]),
                }
            ),
            max_size=8,
        )
    )
    def test_nothing_is_lost(self, rows):
        """Every row is in an order, or listed itself or by its order."""
        plan = self.plan(*rows)
        imported = {line.row for o in plan.orders.values() for line in o.lines}
        listed = {finding.row for finding in plan.findings}
        left_out = {f.value for f in plan.findings if f.level == "error"} | {
            row["number"]
            for at, row in enumerate(rows, 2)
            if any(f.row == at and f.level == "error" for f in plan.findings)
        }
        for at, row in enumerate(rows, 2):
            self.assertTrue(
                at in imported or at in listed or row["number"] in left_out, (at, row)
            )
        self.assertFalse(imported & listed)
        expected = sum(
            Decimal(row["quantity"]) * Decimal(row["unit_price"])
            for at, row in enumerate(rows, 2)
            if at in imported
        )
        self.assertEqual(sum(o.total for o in plan.orders.values()), expected)
