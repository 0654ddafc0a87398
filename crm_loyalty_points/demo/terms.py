"""What members of the demo shop agree to: kind -> language -> paragraphs.

Examples of what such texts say, with ``{shop}`` for the name; no shop should take them
over unread. Thai is shown on Thai pages, English on all others.
"""

TERMS = {
    "terms": {
        "en": (
            "Being a member of {shop} costs nothing. Each person has one card, which "
            "is for that person only.",
            "Every 25 baht paid give 1 point. Points are good for 9 months, until the "
            "end of the month. They cannot be paid out in money.",
            "Each reward says how many points it takes and until when its code can be "
            "used. A reward that was not used can be given back at the counter.",
            "If we change these terms, we ask you again on your next visit.",
        ),
        "th": (
            "สมัครสมาชิก {shop} ได้ฟรี หนึ่งท่านมีได้หนึ่งบัตร และใช้ได้เฉพาะเจ้าของบัตร",
            "ทุกยอดชำระ 25 บาท รับ 1 คะแนน คะแนนมีอายุ 9 เดือน นับถึงสิ้นเดือน "
            "และแลกเป็นเงินสดไม่ได้",
            "ของรางวัลแต่ละรายการบอกจำนวนคะแนนที่ใช้และวันหมดอายุของโค้ดไว้แล้ว "
            "หากยังไม่ได้ใช้ แจ้งคืนได้ที่เคาน์เตอร์",
            "หากมีการเปลี่ยนข้อตกลงนี้ ร้านจะขอความยินยอมอีกครั้งเมื่อท่านเข้ามาครั้งถัดไป",
        ),
    },
    "privacy": {
        "en": (
            "{shop} keeps your name, phone number, birthday and the branch you go to, "
            "so that we recognise you and your points are right; what you buy is kept "
            "as the law on accounts asks.",
            "We send you offers only if you allow it, and you can take that back on "
            "your page at any time.",
            "Nobody outside of the shop gets your data, unless a law says so or a "
            "parcel has to reach you.",
            "On your page you can see your data, take them with you, correct them, and "
            "ask us to erase them. Or tell us at the counter.",
        ),
        "th": (
            "{shop} เก็บชื่อ เบอร์โทร วันเกิด และสาขาที่ท่านใช้บริการ "
            "เพื่อให้จำท่านได้และนับคะแนนได้ถูกต้อง "
            "ส่วนรายการซื้อเก็บไว้ตามที่กฎหมายบัญชีกำหนด",
            "ร้านจะส่งข่าวสารและโปรโมชันเมื่อท่านอนุญาตเท่านั้น และท่านยกเลิกได้ทุกเมื่อที่หน้าสมาชิกของท่าน",
            "ร้านไม่ส่งข้อมูลของท่านให้บุคคลภายนอก เว้นแต่กฎหมายกำหนดหรือเพื่อจัดส่งของให้ท่าน",
            "ที่หน้าสมาชิก ท่านดูข้อมูล ขอสำเนา แก้ไข และขอให้ลบข้อมูลของท่านได้ หรือแจ้งที่เคาน์เตอร์ก็ได้",
        ),
    },
}
