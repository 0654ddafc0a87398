import os
from datetime import date, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from odoo.addons.crm_segments.tools.order_columns import find_header_row, guess_targets

from ..tools.member_columns import SYNONYMS, TARGETS
from ..tools.member_plan import MemberOptions, MemberPlan

EXAMPLES = 200 if os.environ.get("CRM_SUITE_FULL") else 20
TODAY = date(2026, 11, 22)
THAI_MONTHS = "ม.ค. ก.พ. มี.ค. เม.ย. พ.ค. มิ.ย. ก.ค. ส.ค. ก.ย. ต.ค. พ.ย. ธ.ค.".split()


def digits_only(text):
    """A stand-in for the phone library: nine digits or more are a number."""
    digits = "".join(char for char in text if char.isdigit()).lstrip("0")
    return f"+66{digits}" if len(digits) >= 8 else ""


def plan(*rows, columns=TARGETS, **options):
    """:return: MemberPlan of rows, each a dict of meaning: cell"""
    places = {name: place for place, name in enumerate(columns)}
    options = MemberOptions(
        columns=places, header_row=0, today=TODAY, phone=digits_only, **options
    )
    cells = [[row.get(name) for name in columns] for row in rows]
    return MemberPlan(options).read(enumerate(cells, 1))


def written(day):
    """:return: strategy of ways in which files write a date"""
    thai = day.year + 543
    return st.sampled_from(
        [
            day,
            datetime(day.year, day.month, day.day),
            f"{day:%d/%m/%Y}",
            f"{day.day}/{day.month}/{thai}",
            f"{thai}-{day:%m-%d}",
            f"{day.day} {THAI_MONTHS[day.month - 1]} {thai}",
            f"{day.day}-{day.month}-{day.year}",
        ]
    )


@tagged("standard", "at_install")
class TestMemberPlan(BaseCase):
    """Old systems write birthdays and balances in every way there is. Whatever is not
    understood must be refused or left out, never guessed."""

    def codes(self, *rows, **options):
        """:return: ([codes of the findings], number of members)"""
        found = plan(*rows, **options)
        return [finding.code for finding in found.findings], len(found.members)

    @settings(max_examples=EXAMPLES, deadline=None)
    @given(st.data(), st.dates(date(1901, 1, 1), TODAY))
    def test_birthdays_of_both_eras(self, data, day):
        cell = data.draw(written(day))
        result = plan({"phone": "0812345678", "birthdate": cell})
        self.assertEqual(result.findings, [])
        self.assertEqual(result.members[0].profile, {"birthdate": day})

    @settings(max_examples=EXAMPLES, deadline=None)
    @given(
        st.lists(
            st.dictionaries(
                st.sampled_from(TARGETS),
                st.one_of(
                    st.none(),
                    st.text(max_size=12),
                    st.integers(-(10**12), 10**12),
                    st.floats(),
                    st.booleans(),
                    st.dates(),
                    st.datetimes(),
                    st.sampled_from(["0812345678", "081-234-5679", "12.5", "ชาย"]),
                ),
            ),
            max_size=8,
        )
    )
    def test_any_cells(self, rows):
        """Nothing makes it fail, and what comes through is sound."""
        result = plan(*rows)
        phones = [member.phone for member in result.members]
        self.assertEqual(len(phones), len(set(phones)))
        refused = {f.row for f in result.findings if f.level == "error"}
        self.assertFalse(refused & {member.row for member in result.members})
        self.assertEqual(result.rows, len(refused) + len(result.members))
        for member in result.members:
            self.assertTrue(member.phone.startswith("+66"))
            for day, cents in (member.parts or {}).items():
                self.assertIsInstance(cents, int)
                self.assertGreaterEqual(cents, 0)
                self.assertTrue(cents == 0 or not day or day >= TODAY)
            born = member.profile.get("birthdate")
            self.assertTrue(not born or date(1900, 1, 1) <= born <= TODAY)

    @settings(max_examples=EXAMPLES, deadline=None)
    @given(st.integers(0, 10**9), st.sampled_from("{:.2f} {:,.2f} {}".split()))
    def test_points_are_exact(self, cents, form):
        amount = cents / 100
        result = plan({"phone": "0812345678", "points": form.format(amount)})
        self.assertEqual(result.members[0].parts, {None: cents})

    def test_header_in_thai_and_english(self):
        for headers, expected in (
            (
                ["เบอร์โทรศัพท์", "ชื่อ", "นามสกุล", "ชื่อเล่น", "วัน/เดือน/ปีเกิด", "เพศ"],
                ["phone", "first_name", "last_name", "nickname", "birthdate", "gender"],
            ),
            (
                ["รหัสสมาชิก", "ชื่อ-สกุล", "เบอร์โทร", "ระดับสมาชิก", "แต้มคงเหลือ", "วันหมดอายุ"],
                ["number", "name", "phone", "tier", "points", "points_expiry"],
            ),
            (
                [
                    "Member No.",
                    "Full Name",
                    "Mobile",
                    "Date of Birth",
                    "Points",
                    "Note",
                ],
                ["number", "name", "phone", "birthdate", "points", ""],
            ),
        ):
            self.assertEqual(guess_targets(headers, SYNONYMS), expected)
        rows = [["สมาชิกทั้งหมด"], [], ["เบอร์โทร", "คะแนน"], ["0812345678", "5"]]
        guess = lambda cells: guess_targets(cells, SYNONYMS)  # noqa: E731
        self.assertEqual(find_header_row(rows, guess), 2)

    def test_refused_rows(self):
        phone = {"phone": "0812345678"}
        for row, code in (
            ({"name": "A"}, "phone_missing"),
            ({"phone": "none"}, "phone_bad"),
            ({"phone": "081***5678"}, "phone_bad"),
            ({**phone, "points": "-5"}, "points_negative"),
            ({**phone, "points": "many"}, "points_number_bad"),
            ({**phone, "points": "1.234"}, "points_decimals"),
            ({**phone, "points": "1e99"}, "points_number_bad"),
            ({**phone, "points": 10**12}, "number_too_large"),
            ({**phone, "points": float("inf")}, "points_number_bad"),
            ({**phone, "points": True}, "points_number_bad"),
            ({**phone, "points": 5, "points_expiry": "soon"}, "date_bad"),
            ({**phone, "points": 5, "points_expiry": "1/2/70"}, "date_short_year"),
            ({**phone, "tier": "Gold"}, "tier_unknown"),
            ({**phone, "group": "Friends"}, "group_unknown"),
            ({**phone, "branch": "Moon"}, "branch_unknown"),
        ):
            self.assertEqual(self.codes(row), ([code], 0), row)

    def test_values_left_out(self):
        phone = {"phone": "0812345678"}
        for row, code in (
            ({**phone, "birthdate": "31/2/2530"}, "date_bad"),
            ({**phone, "birthdate": "21/11/30"}, "date_short_year"),
            ({**phone, "birthdate": "21/11/2575"}, "date_future"),
            ({**phone, "joined": "1/1/2099"}, "date_future"),
            ({**phone, "gender": "?"}, "gender_unknown"),
            ({**phone, "email": "at home"}, "email_bad"),
            ({**phone, "consent_marketing_sms": "maybe"}, "answer_unknown"),
            (
                {**phone, "points": 5, "points_expiry": "31/12/2568"},
                "points_lapsed",
            ),
        ):
            self.assertEqual(self.codes(row), ([code], 1), row)

    def test_twice_in_the_file(self):
        result = plan(
            {"phone": "081-234-5678", "number": "A1"},
            {"phone": 812345678.0},
            {"phone": "0898765432", "number": "A1"},
        )
        self.assertEqual(
            [(f.row, f.code, f.other) for f in result.findings],
            [(2, "phone_twice", "1"), (3, "number_twice", "1")],
        )

    def test_parts_tags_consents(self):
        (member,) = plan(
            {
                "phone": "0812345678",
                "points": "1,200.50",
                "points_expiry": "31 ธ.ค. 2570",
                "points_2": 80,
                "points_3": 20.0,
                "tags": "VIP; ขาประจำ ,VIP|",
                "tier": " gold ",
                "consent_marketing_sms": "ใช่",
                "consent_marketing_line": "N",
                "consent_marketing_email": " ",
                "gender": "หญิง",
            },
            known={"tier": {"gold"}},
        ).members
        self.assertEqual(member.parts, {date(2027, 12, 31): 120050, None: 10000})
        self.assertEqual(member.tags, ("VIP", "ขาประจำ"))
        self.assertEqual((member.tier, member.profile), ("gold", {"gender": "female"}))
        self.assertEqual(
            member.consents, {"marketing_sms": True, "marketing_line": False}
        )

    def test_one_column_for_the_name(self):
        row = {"phone": "0812345678", "first_name": "สมชาย ใจดี"}
        (member,) = plan(row, columns=("phone", "first_name")).members
        self.assertEqual(member.profile, {"name": "สมชาย ใจดี"})
        (member,) = plan(row).members
        self.assertEqual(member.profile, {"first_name": "สมชาย ใจดี"})
