from hypothesis import example, given, settings
from hypothesis import strategies as st

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from .random_size import SEQUENCES, undone
from .return_common import ReturnCase

PRICES = (100, 40)
STEPS = ("confirm", "edit", "invoice", "credit", "uncredit", "file", "cancel", "draft")


class Reference:
    """The same order in a few lines of plain Python: what is ordered, invoiced,
    credited and reported by a file, per line; and what the goods left are worth."""

    def __init__(self, ordered):
        self.sold = False
        self.ordered = list(ordered)
        self.invoiced = [0, 0]
        self.credited = [0, 0]
        self.filed = [0, 0]

    def left(self, place):
        ordered = self.ordered[place]
        extra = max(self.invoiced[place] - ordered, 0)
        returned = max(self.credited[place] - extra, self.filed[place])
        return max(ordered - returned, 0)

    def points(self):
        """A point per 25 baht, and one per order from 150 baht."""
        if not self.sold:
            return 0
        left = [self.left(place) for place in (0, 1)]
        paid = sum(price * count for price, count in zip(PRICES, left, strict=True))
        return paid // 25 + (1 if paid >= 150 else 0)


@tagged("post_install", "-at_install")
class TestRandomReturns(ReturnCase):
    """Invariants 10 and 11: confirm, edit, invoice, credit, withdraw a credit note,
    report a return, cancel, confirm again, in any order. After each step the order's
    entries must say what its goods are worth, and in the end nothing."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.program.thb_per_point = 25
        cls.program.rule_ids = [
            Command.create({"reward_point_mode": "order", "minimum_amount": 150})
        ]

    def test_any_sequence_of_steps(self):
        step = st.tuples(st.sampled_from(STEPS), st.integers(0, 1), st.integers(0, 4))

        @example((1, 3), [("edit", 1, 4), ("edit", 0, 0)])
        @settings(deadline=None, max_examples=SEQUENCES)
        @given(
            st.tuples(st.integers(1, 4), st.integers(1, 4)),
            st.lists(step, min_size=3, max_size=9),
        )
        def check(ordered, steps):
            with undone(self.env):
                play(ordered, steps)

        def play(ordered, steps):
            before = self.card.points
            self.order = self._order(ordered[0])
            self.order.order_line = [
                Command.create(
                    {"product_id": self.other_product.id, "product_uom_qty": ordered[1]}
                )
            ]
            self.notes = []
            reference = Reference(ordered)
            for name, place, number in [("confirm", 0, 0), *steps, ("cancel", 0, 0)]:
                try:
                    with self.env.cr.savepoint():
                        getattr(self, f"_do_{name}")(reference, place, number)
                except UserError:
                    # Refused by Odoo as a whole (nothing to invoice, wrong state).
                    self.order.invalidate_recordset()
                entries = self._entries(self.order)
                self.assertEqual(sum(entries.mapped("points")), reference.points())
            self.assertBalance(self.card, before)

        check()

    def _do_confirm(self, reference, _place, _number):
        self.order.action_confirm()
        reference.sold = True

    def _do_cancel(self, reference, _place, _number):
        self.order.sudo()._action_cancel()
        reference.sold = False

    def _do_draft(self, reference, _place, _number):
        self.order.action_draft()

    def _do_edit(self, reference, place, number):
        if self.order.state != "cancel":
            self.order.order_line[place].product_uom_qty = number
            reference.ordered[place] = number

    def _do_invoice(self, reference, _place, _number):
        invoice = self._invoice(self.order)
        if invoice.move_type != "out_invoice":
            # pylint: disable-next=translation-required
            raise UserError("only invoices are made here")
        for place, line in enumerate(self.order.order_line):
            items = invoice.invoice_line_ids & line.invoice_lines
            reference.invoiced[place] += sum(items.mapped("quantity"))

    def _do_credit(self, reference, place, number):
        """Credit up to what an invoice of the order still has of one line."""
        line = self.order.order_line[place]
        number = min(number, reference.invoiced[place] - reference.credited[place])
        invoices = self.order.sudo().invoice_ids.filtered(
            lambda move: (
                move.move_type == "out_invoice"
                and line in (move.invoice_line_ids.sale_line_ids)
            )
        )
        if number <= 0 or not invoices:
            return
        note = self._credit(invoices[0], {line.product_id: number})
        self.notes.append((note, place, number))
        reference.credited[place] += number

    def _do_uncredit(self, reference, _place, _number):
        if self.notes:
            note, place, number = self.notes.pop()
            note.button_draft()
            note.button_cancel()
            reference.credited[place] -= number

    def _do_file(self, reference, place, number):
        line = self.order.order_line[place]
        number = min(number, reference.left(place))
        if number and self.order.state == "sale":
            self.order.sudo()._crm_apply_return([(line, number)], "file")
            reference.filed[place] += number
