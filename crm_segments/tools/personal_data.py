"""What a module knows about one person, described so that it can be shown, handed
out and erased."""

import csv
import io
import json
import mimetypes
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytz

from odoo.tools import html2plaintext

from .spreadsheet_text import plain_text

# What becomes of it when the person asks to be erased.
DELETED = "deleted"
PSEUDONYM = "pseudonym"
KEPT = "kept"


@dataclass(frozen=True)
class PersonalSection:
    """One kind of records about a person.

    ``key``      name of the file in the ZIP, in lower case
    ``label``    what a reader calls it
    ``records``  the records, as superuser; of a database view too
    ``columns``  names of the fields to hand out
    ``fate``     ``DELETED``; ``PSEUDONYM``: what names the person is taken out, the
                 record stays; ``KEPT``: it stays as it is
    ``why``      for the reader of the preview: why it stays, or what goes
    ``erase``    called without arguments to do what ``fate`` says; none where the
                 striking out of names in everything linked to the person is enough.
                 It may be called twice.
    ``withheld`` why the content is not handed out to this user, "" when it is
    ``files``    attachments to hand out
    """

    key: str
    label: str
    records: Any
    columns: tuple = ()
    fate: str = PSEUDONYM
    why: str = ""
    erase: Callable | None = None
    withheld: str = ""
    files: Any = None


def rows_of(section, tz):
    """:param str tz: time zone of the times handed out
    :return: list of dicts of field name to a value that JSON can hold"""
    names = [name for name in section.columns if name in section.records._fields]
    return [
        {name: plain(record, name, tz) for name in names} for record in section.records
    ]


def plain(record, name, tz):
    """:return: the value of a field as people read it"""
    field, value = record._fields[name], record[name]
    if field.relational or field.type in ("reference", "many2one_reference"):
        if field.type == "many2one_reference":
            return value or None
        return "; ".join(r.display_name or "" for r in value) or None
    if value is False and field.type != "boolean":
        return None
    if field.type == "selection":
        return dict(field._description_selection(record.env)).get(value, value)
    if field.type == "html":
        return html2plaintext(value).strip() or None
    if field.type == "datetime":
        return pytz.utc.localize(value).astimezone(pytz.timezone(tz)).isoformat()
    if field.type == "date":
        return value.isoformat()
    if field.type == "properties":
        return _answers(record, name)
    return value


def _answers(record, name):
    """:return: {question: answer} of a field with properties"""
    answers = {}
    for item in record.read([name])[0][name] or []:
        if item.get("value"):
            answers[item.get("string") or item["name"]] = item["value"]
    return answers or None


def to_csv(labels, rows):
    """:param labels: {field name: label}
    :return: bytes that spreadsheet programs open, Thai included. What could be taken
        for a formula is made a text."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(labels.values())
    for row in rows:
        writer.writerow(_cell(row.get(name)) for name in labels)
    return out.getvalue().encode("utf-8-sig")


def _cell(value):
    if value is None:
        return ""
    if isinstance(value, str):
        return plain_text(value)
    if isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False, default=str)
    return value


def to_json(content):
    """:return: bytes"""
    return json.dumps(content, ensure_ascii=False, indent=2, default=str).encode()


def safe_name(text, taken):
    """:param set taken: names in use in the same folder; the new one is added
    :return: a file name without a path, once in its folder"""
    name = "".join("_" if c in '\\/:*?"<>|' or ord(c) < 32 else c for c in text or "")
    name = name.strip(". ")[-120:] or "file"
    stem, dot, ending = name.rpartition(".")
    number, made = 2, name
    while made.lower() in taken:
        made = f"{stem or ending} ({number}){dot and stem and '.' + ending}"
        number += 1
    taken.add(made.lower())
    return made


def file_name(file, taken):
    """:param file: ir.attachment
    :param set taken: names in use in the same folder; the new one is added
    :return: a file name with an ending"""
    name = file.name or file.res_field or "file"
    if "." not in name:
        name += mimetypes.guess_extension(file.mimetype or "") or ""
    return safe_name(name, taken)
