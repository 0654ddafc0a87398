import random
import string

import smsutil

from odoo.tests import BaseCase, tagged

from ..tools import sms_parts

THAI = "ก"
EMOJI = "\N{GRINNING FACE}"

# text, parts, encoding, units: worked out by hand from GSM 03.38
CASES = [
    ("", 1, "gsm", 0),
    ("a", 1, "gsm", 1),
    ("a" * 160, 1, "gsm", 160),
    ("a" * 161, 2, "gsm", 161),
    ("a" * 306, 2, "gsm", 306),
    ("a" * 307, 3, "gsm", 307),
    ("a" * 459, 3, "gsm", 459),
    ("a" * 460, 4, "gsm", 460),
    # each of these takes two
    ("€" * 80, 1, "gsm", 160),
    ("€" * 80 + "a", 2, "gsm", 161),
    ("{}[]~^|\\€\f", 1, "gsm", 20),
    # 153 is odd: a pair does not fit behind 152
    ("€" * 153, 3, "gsm", 306),
    ("a" * 152 + "€" + "a" * 152, 3, "gsm", 306),
    ("a" * 151 + "€" + "a" * 153, 2, "gsm", 306),
    ("a" * 153 + "€" + "a" * 151, 2, "gsm", 306),
    # a new line is one character
    ("a" * 80 + "\n" + "a" * 79, 1, "gsm", 160),
    ("a" * 80 + "\n" + "a" * 80, 2, "gsm", 161),
    ("\n" * 160, 1, "gsm", 160),
    # Greek capitals, accents and the at sign are of the alphabet
    ("@£$¥èéùìòÇØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ" * 5, 1, "gsm", 145),
    # these are not
    ("`", 1, "ucs2", 1),
    ("ç", 1, "ucs2", 1),
    ("a" * 69 + "’", 1, "ucs2", 70),
    ("a" * 70 + "’", 2, "ucs2", 71),
    ("\t" * 70, 1, "ucs2", 70),
    (THAI * 70, 1, "ucs2", 70),
    (THAI * 71, 2, "ucs2", 71),
    (THAI * 134, 2, "ucs2", 134),
    (THAI * 135, 3, "ucs2", 135),
    (THAI * 201, 3, "ucs2", 201),
    (THAI * 202, 4, "ucs2", 202),
    ("a" * 159 + THAI, 3, "ucs2", 160),
    # tone marks and vowels above are characters of their own
    ("น้ำ" * 23, 1, "ucs2", 69),
    # the euro sign counts one where no escape is needed
    ("€" * 69 + THAI, 1, "ucs2", 70),
    (EMOJI * 35, 1, "ucs2", 70),
    (EMOJI * 35 + "a", 2, "ucs2", 71),
    # 67 is odd: a pair does not fit behind 66
    (EMOJI * 67, 3, "ucs2", 134),
    (THAI * 66 + EMOJI + THAI * 66, 3, "ucs2", 134),
    (THAI * 65 + EMOJI + THAI * 67, 2, "ucs2", 134),
    (THAI * 67 + EMOJI + THAI * 65, 2, "ucs2", 134),
]


@tagged("post_install", "-at_install")
class TestSmsParts(BaseCase):
    """A part is a credit: one too few here and the shop promises a price that it does
    not get, one too many and it pays for nothing."""

    def test_cases(self):
        for text, parts, encoding, units in CASES:
            with self.subTest(start=text[:5], length=len(text)):
                counted = sms_parts.count(text)
                self.assertEqual(counted[:3], (parts, encoding, units))
                self.assertEqual(sms_parts.number(text), (parts, encoding))

    def test_like_smsutil(self):
        """The fast way and the slow way are one: on random texts around each edge."""
        rng = random.Random(7)
        alphabets = (
            string.ascii_letters,
            string.ascii_letters + "€{}\n",
            "กขคงจฉชซ่้ำ ",
            "กขค" + EMOJI,
            "ab€" + EMOJI,
        )
        for alphabet in alphabets:
            for edge in (70, 134, 160, 201, 306, 459):
                for _turn in range(40):
                    length = edge + rng.randint(-8, 2)
                    text = "".join(rng.choices(alphabet, k=length))
                    split = smsutil.split(text)
                    self.assertEqual(sms_parts.number(text)[0], len(split.parts), text)

    def test_what_forces_unicode(self):
        counted = sms_parts.count("Sale “now” – 50 € ลด now”")
        self.assertEqual(counted.unicode_characters, "“”–ลด")
        self.assertEqual(sms_parts.count("Sale now 50 €").unicode_characters, "")

    def test_cut_for_one_part_less(self):
        """What is said to be saved is saved, and one character less is not enough."""
        self.assertEqual(sms_parts.saves("a" * 160), 0)
        self.assertEqual(sms_parts.saves("a" * 165), 5)
        self.assertEqual(sms_parts.saves(THAI * 71), 1)
        self.assertEqual(sms_parts.saves("a" * 100 + THAI), 1)
        rng = random.Random(8)
        for _turn in range(200):
            text = "".join(rng.choices("abc€ก" + EMOJI, k=rng.randint(60, 400)))
            parts = sms_parts.count(text).parts
            cut = sms_parts.saves(text)
            if parts > 1:
                self.assertLess(sms_parts.count(text[:-cut]).parts, parts)
            if cut > 1:
                self.assertEqual(sms_parts.count(text[: 1 - cut]).parts, parts)
