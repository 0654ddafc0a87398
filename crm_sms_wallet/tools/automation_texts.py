"""Texts that automations begin with, to be made the shop's own.

``offset`` is days after the moment, negative: before. ``purpose`` says whether the
customer must have agreed to advertising.
"""

from typing import NamedTuple


class Ready(NamedTuple):
    purpose: str
    offset: int
    text: str
    text_en: str
    subject: str = ""


READY = {
    "welcome": Ready(
        "marketing",
        0,
        "{shop}: ยินดีต้อนรับ {call_name} ขอบคุณที่มาเป็นลูกค้าของเรา ไม่รับข่าวสาร {optout}",
        "{shop}: welcome {nickname}, and thank you for being our customer. "
        "No more offers: {optout}",
    ),
    "member": Ready(
        "marketing",
        0,
        "{shop}: สวัสดี {call_name} ขอบคุณที่สมัครสมาชิก สะสมแต้มได้ทันทีทุกครั้งที่ซื้อ "
        "ไม่รับข่าวสาร {optout}",
        "{shop}: hello {nickname}, thank you for joining. You collect points with "
        "every purchase. No more offers: {optout}",
    ),
    "birthday": Ready(
        "marketing",
        0,
        "{shop}: สุขสันต์วันเกิด {call_name} ขอให้มีความสุขมาก ๆ แวะมารับของขวัญได้ที่ร้าน "
        "ไม่รับข่าวสาร {optout}",
        "{shop}: happy birthday {nickname}! A present waits for you in the shop. "
        "No more offers: {optout}",
    ),
    "points_end": Ready(
        "service",
        -7,
        "{shop}: {call_name} มี {points_ending} แต้มจะหมดอายุวันที่ {points_end_date} "
        "มาใช้แต้มกันนะ",
        "{shop}: {nickname}, {points_ending} of your points end on {points_end_date}. "
        "Come and use them.",
    ),
    "lapsed": Ready(
        "marketing",
        0,
        "{shop}: คิดถึง {call_name} ไม่ได้เจอกันนานแล้ว แวะมาหาเราอีกนะ ไม่รับข่าวสาร {optout}",
        "{shop}: we have not seen you for a while, {nickname}. Come by again! "
        "No more offers: {optout}",
    ),
    "visit": Ready(
        "marketing",
        1,
        "{shop}: ขอบคุณที่แวะมา {call_name} หวังว่าจะได้ต้อนรับอีกเร็ว ๆ นี้ ไม่รับข่าวสาร {optout}",
        "{shop}: thank you for coming, {nickname}. We hope to see you again soon. "
        "No more offers: {optout}",
    ),
}
