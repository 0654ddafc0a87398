"""Files of exports, written batch by batch; each batch leaves a place to go on from."""

import csv
import io
import shutil

from .export_xlsx import MAX_ROWS, Rows, assemble, split_rows
from .spreadsheet_text import FORMULA_SIGNS, plain_text

BOM = b"\xef\xbb\xbf"


def _open_at(path, offset):
    """:return: file that is written from ``offset`` on; what a killed job left behind
    it is cut off"""
    file = open(path, "r+b" if offset else "wb")
    file.truncate(offset)
    file.seek(offset)
    return file


class RowsFile:
    """A file that rows are appended to, in the folder of a job.

    :param folder: Path of the job's own folder
    :param columns: list of (kind, label)
    :param title: of sheets
    :param int done: rows that are written
    :param int offset: bytes that are written, of the last part of the file
    """

    mimetype = ending = None
    max_rows = None  # of a part, the header included

    def __init__(self, folder, columns, title, done=0, offset=0):
        self.folder, self.columns, self.title = folder, columns, title
        self.done = done
        self.part = self._part(done)
        self.file = _open_at(self._path(folder, self.part), offset)

    @classmethod
    def _part(cls, done):
        """:return: number of the part that the last of ``done`` rows is in"""
        return max(done - 1, 0) // (cls.max_rows - 1) if cls.max_rows else 0

    @classmethod
    def _path(cls, folder, part):
        return folder / f"rows-{part}.{cls.ending}"

    @classmethod
    def goes_on(cls, folder, done, offset):
        """:return: whether the rows that are said to be written are there"""
        path = cls._path(folder, cls._part(done))
        return bool(done) and path.is_file() and path.stat().st_size >= offset

    def write(self, columns):
        """:param columns: list of lists of values, one per column"""
        raise NotImplementedError

    def save(self):
        """:return: the offset to go on from"""
        self.file.flush()
        return self.file.tell()

    def close(self):
        self.file.close()

    def finish(self):
        """:return: Path of the whole file"""
        raise NotImplementedError


class CsvFile(RowsFile):
    """UTF-8 with a mark that spreadsheet programs know it by; no cell is a formula."""

    mimetype = "text/csv"
    ending = "csv"

    def __init__(self, folder, columns, title, done=0, offset=0):
        super().__init__(folder, columns, title, done, offset)
        self.texts = [kind == "text" for kind, _label in columns]
        if not done:
            self.file.write(BOM)
            self._add([[plain_text(label) for _kind, label in columns]])

    def _add(self, rows):
        out = io.StringIO(newline="")
        csv.writer(out).writerows(rows)
        self.file.write(out.getvalue().encode())

    def write(self, columns):
        columns = [
            [plain_text(v) if v and v[0] in FORMULA_SIGNS else v for v in values]
            if is_text
            else values
            for is_text, values in zip(self.texts, columns, strict=True)
        ]
        self._add(zip(*columns, strict=True))
        self.done += len(columns[0])

    def finish(self):
        self.close()
        whole = self.folder / "whole.csv"
        # the rows stay: a job killed before it tells that it is done finishes again
        shutil.copyfile(self._path(self.folder, 0), whole)
        return whole


class XlsxFile(RowsFile):
    """One sheet, and another one wherever a sheet is full."""

    mimetype = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    ending = "xlsx"
    max_rows = MAX_ROWS

    def __init__(self, folder, columns, title, done=0, offset=0):
        super().__init__(folder, columns, title, done, offset)
        self.rows = Rows(columns)

    def write(self, columns):
        count, limit = len(columns[0]), self.max_rows - 1
        for sheet, first, start, end in split_rows(self.done, count, limit):
            if sheet != self.part:
                self.close()
                self.part = sheet
                self.file = _open_at(self._path(self.folder, sheet), 0)
            part = [values[start:end] for values in columns]
            # row 1 is the header
            self.file.write(self.rows.xml(part, first + 2).encode())
        self.done += count

    def finish(self):
        self.close()
        limit = self.max_rows - 1
        sheets = range(self.part + 1)
        bodies = [
            (self._path(self.folder, sheet), min(limit, self.done - sheet * limit))
            for sheet in sheets
        ]
        whole = self.folder / "whole.xlsx"
        assemble(whole, self.folder, self.columns, self.title, bodies)
        return whole


FORMATS = {"xlsx": XlsxFile, "csv": CsvFile}
