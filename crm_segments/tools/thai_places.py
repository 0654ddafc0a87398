"""The provinces, districts and sub-districts of Thailand, read from data files.

``data/thai_provinces.csv`` has code, name and English name; ``data/thai_postcodes.csv``
one row for each postcode and district, with its sub-districts joined by ``|``. Plain
Python, no ORM.
"""

import csv
import re
from pathlib import Path

DATA = Path(__file__).parents[1] / "data"
SEPARATOR = "|"
BANGKOK = "TH-10"
THAI_LETTER = re.compile(r"[\u0e00-\u0e7f]")
# How people begin a place who write what it is.
KINDS = ("ตำบล", "แขวง", "อำเภอ", "เขต", "ต.", "อ.", "ข.")


def read_provinces():
    """:return: list of (code, name, English name)"""
    return [(r["code"], r["name"], r["english"]) for r in _read("thai_provinces.csv")]


def read_places():
    """:return: list of (postcode, name of the province, district, sub-district)"""
    return [
        (row["postcode"], row["province"], row["district"], subdistrict)
        for row in _read("thai_postcodes.csv")
        for subdistrict in row["subdistricts"].split(SEPARATOR)
    ]


def _read(name):
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def is_thai(text):
    """:return: whether there are Thai letters in a text"""
    return bool(THAI_LETTER.search(text or ""))


def with_kind(kind, place):
    """:return: a place as it is written on a letter: ``with_kind("ตำบล", "ป่าตอง")`` is
    ตำบลป่าตอง; what is not Thai or says so already stays"""
    if not is_thai(place) or place.startswith(KINDS):
        return place
    return f"{kind}{place}"
