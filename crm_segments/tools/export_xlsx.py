"""The rows of an XLSX file, written so that the work can be cut off and continued.

xlsxwriter keeps its workbook in memory of one process, and a server ends a job after
two minutes: a million customers would never be done. So xlsxwriter makes the frame
(styles, headers, widths), and the rows are appended here as it would write them itself
in its ``constant_memory`` mode; a test compares the two byte by byte.
"""

import datetime
import io
import re
import shutil
import zipfile
from itertools import pairwise

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

MAX_ROWS = 1_048_576
MAX_TEXT = 32_767
NUMBER_FORMATS = {
    "integer": "0",
    "number": "#,##0.00",
    "date": "dd/mm/yyyy",
    "datetime": "dd/mm/yyyy hh:mm",
}
WIDTHS = {"text": 18, "integer": 10, "number": 14, "date": 12, "datetime": 17}
# Days are counted from here; earlier ones are wrong by one in spreadsheets.
DAY_ZERO = datetime.date(1899, 12, 30)
FIRST_DAY = datetime.date(1900, 3, 1)
# Anything that cannot be written into XML as it is.
SPECIAL = re.compile(r"[&<>\x00-\x08\x0b-\x1f]|_x[0-9a-fA-F]{4}_|^\s|\s$")
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f]")
ESCAPED = re.compile(r"(_x[0-9a-fA-F]{4}_)")
EDGE = re.compile(r"^\s|\s$")
CHUNK = 1 << 16


def frame(file, columns, title, rows_of_sheets):
    """Write a workbook with headers and no rows.

    :param file: path or file object
    :param columns: list of (kind, label); the kind is "text" or of NUMBER_FORMATS
    :param list rows_of_sheets: number of rows, one sheet each
    """
    options = {"constant_memory": True, "strings_to_formulas": False}
    options.update(strings_to_urls=False, strings_to_numbers=False)
    with xlsxwriter.Workbook(file, options) as book:
        bold = book.add_format({"bold": True})
        formats = {
            kind: book.add_format({"num_format": text})
            for kind, text in NUMBER_FORMATS.items()
        }
        for number, rows in enumerate(rows_of_sheets, 1):
            name = title[:25] if number == 1 else f"{title[:25]} {number}"
            sheet = book.add_worksheet(re.sub(r"[\[\]:*?/\\']", " ", name))
            for index, (kind, label) in enumerate(columns):
                width = max(WIDTHS[kind], min(len(label) + 2, 40))
                sheet.set_column(index, index, width, formats.get(kind))
            for index, (_kind, label) in enumerate(columns):
                sheet.write_string(0, index, label, bold)
            sheet.freeze_panes(1, 0)
            sheet.autofilter(0, 0, rows, len(columns) - 1)


def column_styles(columns):
    """:return: list of the style number that xlsxwriter gives each column, or ''"""
    file = io.BytesIO()
    frame(file, columns, "x", [0])
    with zipfile.ZipFile(file) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    styles = [""] * len(columns)
    for tag in re.findall(r"<col [^>]*>", sheet):
        words = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        for index in range(int(words["min"]) - 1, int(words["max"])):
            styles[index] = words.get("style", "")
    return styles


def text_cells(letter, style, values, first):
    """:param values: texts, empty ones leave the cell out
    :param int first: number of the first row
    :return: list of XML, one per value"""
    search = SPECIAL.search
    start, end = f'<c r="{letter}', f'"{style} t="inlineStr"><is><t'
    return [
        ""
        if not value
        else f"{start}{row}{end}>{value}</t></is></c>"
        if len(value) <= MAX_TEXT and search(value) is None
        else f"{start}{row}{end}{_special(value)}</t></is></c>"
        for row, value in enumerate(values, first)
    ]


def _special(text):
    text = text[:MAX_TEXT]
    text = ESCAPED.sub(r"_x005F\1", text)
    text = CONTROL.sub(lambda found: f"_x{ord(found[0]):04X}_", text)
    keep = ' xml:space="preserve"' if EDGE.search(text) else ""
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return f"{keep}>{text}"


def number_cells(letter, style, values, first):
    """:param values: numbers, None leaves the cell out"""
    start = f'<c r="{letter}'
    return [
        "" if value is None else f'{start}{row}"{style}><v>{value:.16G}</v></c>'
        for row, value in enumerate(values, first)
    ]


def date_cells(letter, style, values, first):
    """:param values: dates or datetimes without zone, None leaves the cell out"""
    start = f'<c r="{letter}'
    return [
        ""
        if value is None
        else f'{start}{row}"{style}><v>{days_of(value):.16G}</v></c>'
        if value.year > FIRST_DAY.year
        else text_cells(letter, style, [value.isoformat()], row)[0]
        for row, value in enumerate(values, first)
    ]


def days_of(value):
    """:return: a date as spreadsheets count it"""
    days = value.toordinal() - DAY_ZERO.toordinal()
    if not isinstance(value, datetime.datetime):
        return days
    seconds = value.hour * 3600 + value.minute * 60 + value.second
    return days + seconds / 86400


CELLS = {
    "text": text_cells,
    "integer": number_cells,
    "number": number_cells,
    "date": date_cells,
    "datetime": date_cells,
}


class Rows:
    """Makes the XML of rows.

    :param columns: list of (kind, label)
    """

    def __init__(self, columns):
        styles = (f' s="{style}"' if style else "" for style in column_styles(columns))
        self.columns = [
            (CELLS[kind], xl_col_to_name(index), style)
            for index, ((kind, _label), style) in enumerate(
                zip(columns, styles, strict=True)
            )
        ]

    def xml(self, columns, first):
        """:param columns: list of lists of values, one per column
        :param int first: number of the first row, from 1
        :return: text"""
        cells = [
            make(letter, style, values, first)
            for (make, letter, style), values in zip(self.columns, columns, strict=True)
        ]
        rows = enumerate(zip(*cells, strict=True), first)
        return "".join(f'<row r="{row}">{"".join(of)}</row>' for row, of in rows)


def assemble(path, folder, columns, title, bodies):
    """Put rows into a frame.

    :param path: the file to make
    :param folder: for a temporary file
    :param bodies: list of (path of a file with the rows' XML, number of rows)
    """
    empty = folder / "frame.xlsx"
    frame(str(empty), columns, title, [rows for _path, rows in bodies])
    last = xl_col_to_name(len(columns) - 1)
    sheets = {
        f"xl/worksheets/sheet{number}.xml": body
        for number, body in enumerate(bodies, 1)
    }
    with (
        zipfile.ZipFile(empty) as old,
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            content = old.read(name)
            with new.open(name, "w", force_zip64=True) as target:
                if name not in sheets:
                    target.write(content)
                    continue
                body, rows = sheets[name]
                content = re.sub(
                    rb'<dimension ref="[^"]*"',
                    f'<dimension ref="A1:{last}{rows + 1}"'.encode(),
                    content,
                )
                head, end, tail = content.partition(b"</sheetData>")
                target.write(head)
                with open(body, "rb") as source:
                    shutil.copyfileobj(source, target, CHUNK)
                target.write(end + tail)
    empty.unlink()


def split_rows(done, count, limit):
    """Rows to add after ``done`` ones, by sheet.

    :param int limit: rows of a sheet, beside the header
    :return: iterator of (sheet from 0, first row in the sheet from 0, from, to)
    """
    edges = [done, *range((done // limit + 1) * limit, done + count, limit)]
    for start, end in pairwise([*edges, done + count]):
        yield start // limit, start % limit, start - done, end - done
