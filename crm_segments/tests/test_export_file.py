import csv
import io
import re
import tempfile
import zipfile
from datetime import date, datetime
from pathlib import Path

import openpyxl
import xlsxwriter

from odoo.tests import TransactionCase, tagged

from odoo.addons.crm_segments.tools import export_xlsx
from odoo.addons.crm_segments.tools.export_file import CsvFile, XlsxFile

COLUMNS = [
    ("text", "Name"),
    ("integer", "Orders"),
    ("number", "Paid"),
    ("date", "Birthday"),
    ("datetime", "Seen"),
]
TEXTS = [
    *("สมหญิง ใจดี", "a & b <c> \"d\" 'e'", " edge ", "line\nbreak", "0812345678"),
    *("=1+1", "+66812345678", "-5", "@SUM(A1)", "\t=1", "\r=1", "＝1", "＋1", "－1"),
    *("＠1", "_x0041_", "bell\x07", "😀", None, "", "x" * 40_000, "http://a.b", "007"),
]
DANGEROUS = [text for text in TEXTS if text and text[0] in "=+-@\t\r＝＋－＠"]


def values():
    """One column of each kind; the texts decide how many rows. None is empty in the
    first one: xlsxwriter counts styles in the order of their use."""
    count, day = len(TEXTS), date(2026, 5, 9)
    return [
        list(TEXTS),
        [0, None, *range(2, count)],
        [n / 3 if n % 4 else 1e15 for n in range(count - 1)] + [None],
        [day, None, date(1850, 1, 1), date(1900, 1, 1), *[day] * (count - 4)],
        [datetime(2026, 5, 9, 13, 30, n) for n in range(count)],
    ]


@tagged("post_install", "-at_install")
class TestExportFile(TransactionCase):
    """The rows of an XLSX file are ours and have to be what xlsxwriter would write;
    a file goes on after any saved place, and no cell ever becomes a formula."""

    def setUp(self):
        super().setUp()
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))

    def write(self, make, rows=None):
        file = make(self.folder, COLUMNS, "Customers")
        file.write(rows or values())
        return file.finish()

    def body_of(self, path, sheet=1):
        with zipfile.ZipFile(path) as book:
            text = book.read(f"xl/worksheets/sheet{sheet}.xml").decode()
        return re.search("<sheetData>(.*)</sheetData>", text, re.DOTALL)[1]

    def by_xlsxwriter(self):
        path = self.folder / "other.xlsx"
        options = {"constant_memory": True}
        rows = zip(*values(), strict=True)
        with xlsxwriter.Workbook(str(path), options) as book:
            sheet = book.add_worksheet()
            bold = book.add_format({"bold": True})
            formats = [None]
            for kind in ("integer", "number", "date", "datetime"):
                text = export_xlsx.NUMBER_FORMATS[kind]
                formats.append(book.add_format({"num_format": text}))
            for index, (_kind, label) in enumerate(COLUMNS):
                sheet.set_column(index, index, 9, formats[index])
                sheet.write_string(0, index, label, bold)
            for number, (text, *cells) in enumerate(rows, 1):
                if text:
                    sheet.write_string(number, 0, text[:32767])
                for index, cell in enumerate(cells, 1):
                    if isinstance(cell, date) and cell.year < 1901:
                        sheet.write_string(number, index, cell.isoformat())
                    elif isinstance(cell, date):
                        sheet.write_datetime(number, index, cell)
                    elif cell is not None:
                        sheet.write_number(number, index, cell)
        return path

    def test_rows_are_those_of_xlsxwriter(self):
        ours = self.body_of(self.write(XlsxFile)).split("</row>")
        theirs = self.body_of(self.by_xlsxwriter()).split("</row>")
        self.assertEqual(len(ours), len(theirs))
        for our, their in zip(ours, theirs, strict=True):
            self.assertEqual(our, their)

    def test_xlsx_keeps_types_and_texts(self):
        book = openpyxl.load_workbook(self.write(XlsxFile))
        rows = list(book.worksheets[0].iter_rows(min_row=2))
        for text, row in zip(TEXTS, rows, strict=True):
            self.assertNotEqual(row[0].data_type, "f")
            self.assertIsNone(row[0].hyperlink)
            if text and len(text) < 100:
                self.assertEqual(row[0].data_type, "s")
                # what openpyxl reads as it is written
                if not re.search("[\x07\r]|_x0041_", text):
                    self.assertEqual(row[0].value, text)
        self.assertEqual(rows[5][1].value, 5)
        self.assertAlmostEqual(rows[5][2].value, 5 / 3)
        self.assertEqual(rows[5][3].value, datetime(2026, 5, 9))
        self.assertEqual(rows[5][4].value, datetime(2026, 5, 9, 13, 30, 5))
        self.assertEqual(rows[2][3].value, "1850-01-01", "no day of a spreadsheet")
        self.assertTrue(all(row[3].is_date for row in rows[4:]))

    def test_csv_is_safe_and_has_a_mark(self):
        content = self.write(CsvFile).read_bytes()
        self.assertTrue(content.startswith(b"\xef\xbb\xbf"))
        text = content.decode("utf-8-sig")
        rows = list(csv.reader(io.StringIO(text, newline="")))
        self.assertEqual(rows[0], [label for _kind, label in COLUMNS])
        cells = [row[0] for row in rows[1:]]
        self.assertEqual(len(DANGEROUS), 10)
        for text, cell in zip(TEXTS, cells, strict=True):
            self.assertEqual(cell, f"'{text}" if text in DANGEROUS else text or "")
        self.assertEqual(rows[2][1:], ["", str(1 / 3), "", "2026-05-09 13:30:01"])
        self.assertEqual(rows[5][3:], ["2026-05-09", "2026-05-09 13:30:04"])

    def test_several_sheets(self):
        self.patch(XlsxFile, "max_rows", 11)
        path = self.write(XlsxFile)
        book = openpyxl.load_workbook(path, read_only=True)
        sheets = [list(sheet.iter_rows(values_only=True)) for sheet in book.worksheets]
        names = [sheet.title for sheet in book.worksheets]
        self.assertEqual(names, ["Customers", "Customers 2", "Customers 3"])
        self.assertEqual([len(sheet) for sheet in sheets], [11, 11, len(TEXTS) - 19])
        self.assertEqual({sheet[0][0] for sheet in sheets}, {"Name"})
        orders = [row[1] for sheet in sheets for row in sheet[1:]]
        self.assertEqual(orders, [0, None, *range(2, len(TEXTS))])

    def test_goes_on_after_each_saved_place(self):
        """Cut off after every number of rows, with half a batch written behind it."""
        for make in (CsvFile, XlsxFile):
            self.patch(XlsxFile, "max_rows", 8)
            whole = self.write(make).read_bytes()
            for cut in range(len(TEXTS)):
                file = make(self.folder, COLUMNS, "Customers")
                file.write([column[:cut] for column in values()])
                place = file.save()
                file.write([column[cut : cut + 3] for column in values()])
                file.close()
                self.assertEqual(make.goes_on(self.folder, cut, place), bool(cut))
                if not cut:
                    continue
                file = make(self.folder, COLUMNS, "Customers", cut, place)
                file.write([column[cut:] for column in values()])
                again = file.finish()
                if make is CsvFile:
                    self.assertEqual(again.read_bytes(), whole)
                else:
                    self.assertEqual(
                        self.sheets_of(again), self.sheets_of(io.BytesIO(whole))
                    )

    def sheets_of(self, path):
        return [self.body_of(path, sheet) for sheet in (1, 2, 3, 4)]

    def test_nothing_found(self):
        for make in (CsvFile, XlsxFile):
            path = make(self.folder, COLUMNS, "Customers").finish()
            self.assertGreater(path.stat().st_size, 20)
