"""Notices on LINE as they begin, to be made the shop's own."""

from typing import NamedTuple


class Ready(NamedTuple):
    """:ivar big: what is shown large, may be empty; the same in all languages"""

    title: str
    text: str
    title_en: str
    text_en: str
    big: str = ""


READY = {
    "points": Ready(
        "ได้รับคะแนนแล้ว",
        "{call_name} ได้รับ {gained} คะแนน ตอนนี้มีทั้งหมด {points} คะแนน",
        "You got points",
        "{nickname}, you got {gained} points. You now have {points} points.",
        "+{gained}",
    ),
    "lapse": Ready(
        "คะแนนใกล้หมดอายุ",
        "{call_name} มี {points_ending} คะแนนจะหมดอายุวันที่ {points_end_date} แวะมาใช้กันนะ",
        "Points about to end",
        "{nickname}, {points_ending} of your points end on {points_end_date}. Come and "
        "use them.",
    ),
    "tier_up": Ready(
        "ยินดีด้วย",
        "{call_name} ได้เลื่อนเป็นสมาชิกระดับ {new_tier} แล้ว",
        "Congratulations",
        "{nickname}, you are a {new_tier} member now.",
        "{new_tier}",
    ),
    "tier_down": Ready(
        "ระดับสมาชิกเปลี่ยน",
        "{call_name} ตอนนี้เป็นสมาชิกระดับ {new_tier} แวะมาสะสมคะแนนเพื่อเลื่อนระดับอีกครั้งนะ",
        "Your tier has changed",
        "{nickname}, you are a {new_tier} member now. Collect points to rise again.",
    ),
    "reward": Ready(
        "แลกของรางวัลสำเร็จ",
        "{reward} แสดงรหัสนี้ที่ร้าน ใช้ได้ถึง {until}",
        "Your reward",
        "{reward}. Show this code in the shop. Usable until {until}.",
        "{code}",
    ),
}
# What each kind knows besides the placeholders of all messages, with a sample.
OWN = {
    "points": {"gained": "120"},
    "lapse": {"points_ending": "350", "points_end_date": "31 / 12"},
    "tier_up": {"new_tier": "Gold", "old_tier": "Silver"},
    "tier_down": {"new_tier": "Silver", "old_tier": "Gold"},
    "reward": {"reward": "Iced tea", "code": "AB12CD34", "until": "31 / 12"},
}
BUTTON = {"th": "ดูบัตรสมาชิก", "en": "My card"}
# Texts of shops are written with this word; a shop may prefer another.
USUAL_WORD = "คะแนน"
NO_TIER = {"th": "ทั่วไป", "en": "regular"}
NO_END = {"th": "ไม่มีกำหนด", "en": "any day"}
