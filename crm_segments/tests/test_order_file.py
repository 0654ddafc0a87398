import io
import zipfile

import openpyxl
from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..tools import order_file
from ..tools.order_columns import (
    find_header_row,
    guess_targets,
    missing_targets,
    status_state,
)
from ..tools.order_file import OrderFileError

THAI = "หมายเลขคำสั่งซื้อ,วันที่,ราคา\nก1,1/5/2567,10\n"


def xlsx(rows):
    """:return: bytes of a workbook with these rows."""
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    output = io.BytesIO()
    book.save(output)
    return output.getvalue()


@tagged("post_install", "-at_install")
class TestOrderFile(BaseCase):
    """A file in another encoding must be understood or refused: nonsense for names
    and products cannot be taken back from a thousand orders."""

    def rows(self, data):
        encoding = order_file.detect_encoding(data)
        separator = order_file.detect_separator(data, encoding)
        return (
            encoding,
            separator,
            list(order_file.read_rows(data, encoding, separator)),
        )

    def code(self, function, *args):
        with self.assertRaises(OrderFileError) as caught:
            list(function(*args) or ())
        return caught.exception.code

    def test_encodings(self):
        """The same Thai text in each encoding reads the same."""
        for encoding in ("utf-8", "utf-8-sig", "utf-16", "cp874"):
            found, separator, rows = self.rows(THAI.encode(encoding))
            self.assertEqual(separator, ",")
            self.assertEqual(rows[0], (1, ["หมายเลขคำสั่งซื้อ", "วันที่", "ราคา"]), found)

    def test_wrong_encoding(self):
        """A Western file is not read as Thai, a Thai one not as Western."""
        western = "name,date\nRenée Müller,1/1/2024\n".encode("cp1252")
        self.assertEqual(self.code(order_file.detect_encoding, western), "encoding")
        for data, encoding in (
            (THAI.encode(), "cp874"),
            (THAI.encode(), "cp1252"),
            (THAI.encode("cp874"), "utf-8-sig"),
            (b"\xff\xfea", "utf-16"),
        ):
            self.assertEqual(
                self.code(order_file.check_encoding, data, encoding), "encoding"
            )
        order_file.check_encoding(western, "cp1252")

    def test_not_a_table(self):
        self.assertEqual(self.code(order_file.detect_encoding, b"\0\1\2"), "format")
        self.assertEqual(self.code(order_file.read_rows, b""), "empty")
        self.assertEqual(
            self.code(order_file.read_rows, b"PK\x03\x04 broken"), "format"
        )
        large = b"x" * (order_file.MAX_BYTES + 1)
        self.assertEqual(self.code(order_file.read_rows, large), "too_large")

    def test_unpacked_size(self):
        """A small archive of zeros would fill the memory when unpacked."""
        output = io.BytesIO()
        with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as archive:
            for part in range(5):
                archive.writestr(f"xl/{part}.xml", b"0" * (90 * 1024 * 1024))
        self.assertLess(len(output.getvalue()), order_file.MAX_BYTES)
        self.assertEqual(
            self.code(order_file.read_rows, output.getvalue()), "too_large"
        )

    def test_open_quote(self):
        data = b'a,b\n1,"' + b"x" * 200_000
        self.assertEqual(self.code(order_file.read_rows, data, "utf-8-sig", ","), "csv")

    def test_too_many_rows(self):
        data = b"1,2\n" * 11
        self.assertEqual(
            self.code(order_file.read_rows, data, "utf-8-sig", ",", 10), "too_many_rows"
        )

    def test_separators(self):
        for separator in (",", ";", "\t", "|"):
            text = f"Title\nnumber{separator}date{separator}amount\n" + "".join(
                f'{n}{separator}2024-01-01{separator}"1,5"\n' for n in range(5)
            )
            self.assertEqual(self.rows(text.encode())[1], separator)
        self.assertEqual(self.rows(b" 001 19970101  2  29.33\r\n" * 3)[1], "space")

    @settings(deadline=None, max_examples=30)
    @given(
        cells=st.lists(
            st.lists(
                st.text(
                    alphabet=st.characters(
                        min_codepoint=32, max_codepoint=0xE7F, exclude_categories=["C"]
                    ),
                    min_size=1,
                    max_size=8,
                ),
                min_size=3,
                max_size=3,
            ),
            min_size=1,
            max_size=5,
        )
    )
    def test_xlsx_round_trip(self, cells):
        """Workbooks give back what was written, row by row."""
        rows = [[f"x{cell}" for cell in row] for row in cells]
        read = list(order_file.read_rows(xlsx(rows)))
        self.assertEqual(read, list(enumerate(rows, 1)))

    def test_header_below_a_title(self):
        rows = [["Shopee Order Export", "", ""], ["", "", ""]]
        rows.append(["Order ID", "Order Creation Date", "Deal Price"])
        self.assertEqual(find_header_row(rows), 2)
        self.assertEqual(find_header_row([["1", "2"]]), 0)

    def test_guessed_columns(self):
        headers = ["Invoice No.", "Date", "Customer ID", "Colour", "Amount", "Amount"]
        self.assertEqual(
            guess_targets(headers), ["number", "date", "customer", "", "amount", ""]
        )
        self.assertEqual(
            missing_targets(["number", "name"]), ["date", "customer", "amount"]
        )
        self.assertEqual(missing_targets(["date", "phone", "unit_price"]), [])

    def test_status_words(self):
        for word, state in (
            ("Completed", "sale"),
            ("สำเร็จแล้ว", "sale"),
            ("To ship", "sale"),
            ("ยกเลิกแล้ว", "cancel"),
            ("Unpaid", "draft"),
            ("ยังไม่ชำระ", "draft"),
            ("คืนสินค้าแล้ว", "return"),
            ("blue", None),
        ):
            self.assertEqual(status_state(word), state, word)
        self.assertEqual(status_state("Blue", {"blue": "draft"}), "draft")
