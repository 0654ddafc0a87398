import os
import shutil
import subprocess
import tempfile
import unittest
import zipfile
from datetime import date, datetime, timedelta
from itertools import islice
from pathlib import Path
from random import Random

from lxml import etree

from odoo.tests import TransactionCase, tagged

from odoo.addons.crm_segments.tools.export_file import XlsxFile

from .test_export_file import COLUMNS, DANGEROUS, TEXTS

SOFFICE = os.environ.get("CRM_SUITE_SOFFICE") or shutil.which("soffice")
ROWS = 200_000 if os.environ.get("CRM_SUITE_FULL") else 500
BATCH = 5000
SECONDS = 1800
SPACES = {
    "office": "urn:oasis:names:tc:opendocument:xmlns:office:1.0",
    "table": "urn:oasis:names:tc:opendocument:xmlns:table:1.0",
    "text": "urn:oasis:names:tc:opendocument:xmlns:text:1.0",
}
NAMES = ("สมหญิง ใจดี", "กุ๋ยช่าย น้ำผึ้ง", "Malee", "ฤๅษี ฐิติ", "ก็ ไม้จัตวา ก๋")


def tag(name):
    space, _colon, name = name.partition(":")
    return f"{{{SPACES[space]}}}{name}"


def text_of(element):
    """:return: the text of a paragraph; blanks are elements of their own"""
    parts = [element.text or ""]
    for child in element:
        if child.tag == tag("text:s"):
            parts.append(" " * int(child.get(tag("text:c"), 1)))
        elif child.tag == tag("text:tab"):
            parts.append("\t")
        else:
            parts.append(text_of(child))
        parts.append(child.tail or "")
    return "".join(parts)


def copies_of(cell):
    """:return: how often a cell stands in its row, in the columns that are ours"""
    return min(int(cell.get(tag("table:number-columns-repeated"), 1)), len(COLUMNS))


def value_of(cell):
    """:return: (type, value) of a cell as LibreOffice understood it"""
    kind = cell.get(tag("office:value-type"))
    if kind == "float":
        return kind, float(cell.get(tag("office:value")))
    if kind == "date":
        return kind, datetime.fromisoformat(cell.get(tag("office:date-value")))
    if kind == "string":
        return kind, "\n".join(text_of(each) for each in cell.findall(tag("text:p")))
    return kind, None


@unittest.skipUnless(SOFFICE, "LibreOffice is not installed (CRM_SUITE_SOFFICE)")
@tagged("post_install", "-at_install")
class TestExportLibreOffice(TransactionCase):
    """A shopkeeper's program must not open a file otherwise than we meant: LibreOffice
    opens it, and every cell is what was written."""

    def setUp(self):
        super().setUp()
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))

    def lines(self):
        """:return: iterator of rows; texts that spreadsheets could take for something
        else stand among Thai names"""
        chance = Random(3)
        day, moment = date(1950, 1, 1), datetime(2020, 1, 1)
        texts = [text for text in TEXTS if text and len(text) < 100]
        for number in range(ROWS):
            name = f"{chance.choice(NAMES)} {number}"
            yield (
                chance.choice(texts) if number % 5 == 0 else name,
                number,
                chance.randrange(10**9) / 100,
                day + timedelta(chance.randrange(30_000)),
                moment + timedelta(seconds=chance.randrange(10**8)),
            )

    def opened(self, path):
        """:return: iterator of the rows of the first sheet, lists of cells"""
        command = [SOFFICE, f"-env:UserInstallation={(self.folder / 'home').as_uri()}"]
        command += ["--headless", "--convert-to", "ods", "--outdir", self.folder, path]
        subprocess.run(command, check=True, timeout=SECONDS, capture_output=True)
        with (
            zipfile.ZipFile(path.with_suffix(".ods")) as book,
            book.open("content.xml") as content,
        ):
            for _event, row in etree.iterparse(content, tag=tag("table:table-row")):
                # the empty rest of the sheet is one row, repeated
                if len(row) > 1:
                    yield [cell for cell in row for _copy in range(copies_of(cell))]
                row.clear(keep_tail=True)

    def test_libreoffice_reads_what_was_written(self):
        file = XlsxFile(self.folder, COLUMNS, "ลูกค้า")
        lines = self.lines()
        while batch := list(islice(lines, BATCH)):
            file.write([list(column) for column in zip(*batch, strict=True)])
        rows = self.opened(file.finish())
        labels = [value_of(cell)[1] for cell in next(rows)[: len(COLUMNS)]]
        self.assertEqual(labels, [label for _kind, label in COLUMNS])
        seen = set()
        count = 0
        for cells, wanted in zip(rows, self.lines(), strict=True):
            text, *others = (value_of(cell) for cell in cells[: len(COLUMNS)])
            for cell in cells:
                self.assertIsNone(cell.get(tag("table:formula")), wanted)
            self.assertText(text, wanted[0])
            seen.add(wanted[0])
            self.assertOthers(others, wanted[1:])
            count += 1
        self.assertEqual(count, ROWS)
        self.assertLessEqual(set(DANGEROUS), seen)

    def assertText(self, found, wanted):
        # OpenDocument has no such control characters
        plain = wanted.replace("\x07", "")
        self.assertEqual(found, ("string", plain))

    def assertOthers(self, found, wanted):
        orders, paid, birthday, seen = wanted
        self.assertEqual(found[0], ("float", orders))
        self.assertEqual(found[1], ("float", paid))
        midnight = datetime.combine(birthday, datetime.min.time())
        self.assertEqual(found[2], ("date", midnight))
        self.assertEqual(found[3][0], "date")
        self.assertLess(abs(found[3][1] - seen), timedelta(seconds=1))
