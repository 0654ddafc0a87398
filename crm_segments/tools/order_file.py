"""Read the rows of an order file, CSV, white-space separated or XLSX.

Plain Python, no ORM. Rows stream: the decoded file is never held as a list.
"""

import codecs
import csv
import io
import zipfile

# 100,000 rows of a marketplace's sixty columns; Odoo itself takes 128 MB.
MAX_BYTES = 100 * 1024 * 1024
MAX_UNPACKED = 400 * 1024 * 1024
MAX_ROWS = 300_000
MAX_COLUMNS = 300
ENCODINGS = ("utf-8-sig", "utf-16", "cp874", "cp1252")
SEPARATORS = (",", ";", "\t", "|")
SPACE = "space"


class OrderFileError(Exception):
    """The file as a whole cannot be read.

    :ivar str code: what is wrong: too_large, empty, encoding, format, csv,
        too_many_rows, too_many_columns
    :ivar dict details: values for the message shown to the user
    """

    def __init__(self, code, **details):
        super().__init__(code)
        self.code = code
        self.details = details


def check_size(data):
    """:raise OrderFileError: when there is nothing to read, or too much."""
    if not data:
        raise OrderFileError("empty")
    if len(data) > MAX_BYTES:
        raise OrderFileError("too_large", limit=MAX_BYTES // (1024 * 1024))


def is_xlsx(data):
    """:return: True when the bytes are a zip archive, as XLSX files are."""
    return data[:4] == b"PK\x03\x04"


def _decodes(data, encoding):
    """:return: True when all bytes are valid; nothing of the text is kept."""
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for start in range(0, len(data), 65536):
            decoder.decode(data[start : start + 65536])
        decoder.decode(b"", final=True)
    except UnicodeError:
        return False
    return True


def _looks_thai(data):
    """Tell Thai (TIS-620) from a West European single-byte file.

    Every byte above 0xA0 means a letter in both. Thai letters stand in runs,
    accented letters of European words stand alone.
    """
    sample = data[:262144]
    alone = runs = 0
    for at, byte in enumerate(sample):
        if byte < 0xA1:
            continue
        near = sample[max(at - 1, 0) : at] + sample[at + 1 : at + 2]
        if any(other >= 0xA1 for other in near):
            runs += 1
        else:
            alone += 1
    return runs > alone


def detect_encoding(data):
    """:return: one of ENCODINGS the whole file can be read with.

    :raise OrderFileError: encoding, when no encoding fits; a West European file
        is not taken for a Thai one: the user has to choose that encoding
    """
    if data[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        if _decodes(data, "utf-16"):
            return "utf-16"
        raise OrderFileError("encoding", encoding="UTF-16")
    if b"\0" in data[:4096]:
        raise OrderFileError("format")
    if _decodes(data, "utf-8-sig"):
        return "utf-8-sig"
    if _looks_thai(data) and _decodes(data, "cp874"):
        return "cp874"
    raise OrderFileError("encoding", encoding="UTF-8, TIS-620")


def check_encoding(data, encoding):
    """:raise OrderFileError: when the file is not of the chosen encoding.

    A file with valid multi-byte UTF-8 is never anything else, although a
    single-byte encoding would read it as nonsense without complaint.
    """
    single_byte = encoding in ("cp874", "cp1252")
    multi_byte = any(byte > 0x7F for byte in data[:262144])
    if not _decodes(data, encoding):
        raise OrderFileError("encoding", encoding=encoding)
    if single_byte and multi_byte and _decodes(data, "utf-8-sig"):
        raise OrderFileError("encoding", encoding=encoding)


def detect_separator(data, encoding):
    """:return: the separator that splits the first lines most and most evenly."""
    with io.TextIOWrapper(io.BytesIO(data), encoding, newline="") as stream:
        lines = [line for line, _n in zip(stream, range(20), strict=False)]
    lines = [line for line in lines if line.strip()]
    best, best_score = ",", 1
    for separator in SEPARATORS:
        widths = [len(row) for row in csv.reader(lines, delimiter=separator) if row]
        # The widest lines are the table; a title above it has one cell.
        score = max(widths, default=1) * widths.count(max(widths, default=1))
        if max(widths, default=1) > 1 and score > best_score:
            best, best_score = separator, score
    if best_score > 1:
        return best
    widths = {len(line.split()) for line in lines}
    return SPACE if len(widths) == 1 and widths.pop() > 1 else ","


def _csv_rows(data, encoding, separator):
    """Yield the cells of each record; an empty line is an empty list."""
    stream = io.TextIOWrapper(io.BytesIO(data), encoding, newline="")
    if separator == SPACE:
        yield from (line.split() for line in stream)
        return
    # Strict: a quotation mark left open would swallow the rest of the file.
    reader = csv.reader(stream, delimiter=separator, strict=True)
    try:
        yield from reader
    except csv.Error:
        raise OrderFileError("csv", row=reader.line_num) from None


def _check_archive(data):
    """:raise OrderFileError: for archives that unpack to far more than they weigh."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            unpacked = sum(info.file_size for info in archive.infolist())
    except zipfile.BadZipFile:
        raise OrderFileError("format") from None
    if unpacked > MAX_UNPACKED:
        raise OrderFileError("too_large", limit=MAX_UNPACKED // (1024 * 1024))


def _xlsx_rows(data):
    """Yield the cell values of each row of the first sheet with any cell."""
    import openpyxl  # noqa: PLC0415 - slow to import, needed for this format only

    _check_archive(data)
    try:
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        # Marketplaces write a wrong dimension, which would cut the columns off.
        sheet.reset_dimensions()
        yield from (list(row) for row in sheet.iter_rows(values_only=True))
        book.close()
    except OrderFileError:
        raise
    except Exception:
        # openpyxl raises whatever its parsers meet: KeyError, ParseError, ...
        raise OrderFileError("format") from None


def read_rows(data, encoding=None, separator=None, max_rows=MAX_ROWS):
    """Stream the rows of a file.

    :param bytes data: the file
    :param str encoding: one of ENCODINGS, ignored for XLSX
    :param str separator: one of SEPARATORS or SPACE, ignored for XLSX
    :return: iterator of (row number from 1 as a spreadsheet shows it, cells)
    :raise OrderFileError: while iterating
    """
    check_size(data)
    xlsx = is_xlsx(data)
    rows = _xlsx_rows(data) if xlsx else _csv_rows(data, encoding, separator)
    for number, cells in enumerate(rows, 1):
        if number > max_rows:
            raise OrderFileError("too_many_rows", limit=max_rows)
        if len(cells) > MAX_COLUMNS:
            raise OrderFileError("too_many_columns", limit=MAX_COLUMNS)
        yield number, cells
