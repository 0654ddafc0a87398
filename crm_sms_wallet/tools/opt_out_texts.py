"""The words of the opt-out page.

They do not wait for a language to be installed: the law asks for a page that its
readers understand.
"""

TEXTS = {
    "th": {
        "title": "รับข่าวสารและโปรโมชัน",
        "question": "ไม่ต้องการรับข้อความโฆษณาจาก %(shop)s อีกใช่ไหม",
        "for": "สำหรับ %(address)s",
        "stop": "หยุดส่งข้อความโฆษณา",
        "free": "กดเพียงครั้งเดียว ไม่มีค่าใช้จ่าย ไม่ต้องกรอกข้อมูล",
        "done": "เรียบร้อย %(shop)s จะไม่ส่งข้อความโฆษณาถึงคุณอีก",
        "service": "ข้อความจำเป็น เช่น รหัสยืนยันและสถานะคำสั่งซื้อ ยังส่งตามปกติ",
        "undo": "กดผิด ขอรับข้อความต่อ",
        "undone": "คุณจะได้รับข้อความจาก %(shop)s ตามเดิม",
        "gone": "ลิงก์นี้ใช้ไม่ได้แล้ว",
        "gone_help": "หากต้องการหยุดรับข้อความโฆษณา โปรดติดต่อร้านที่ส่งข้อความถึงคุณ",
        "other": "English",
    },
    "en": {
        "title": "News and offers",
        "question": "Stop advertising messages from %(shop)s?",
        "for": "For %(address)s",
        "stop": "Stop advertising messages",
        "free": "One tap, free of charge, nothing to fill in.",
        "done": "Done. %(shop)s sends you no more advertising messages.",
        "service": "Messages you need, such as codes and the state of an order, still "
        "come.",
        "undo": "That was a mistake: keep sending",
        "undone": "You get messages from %(shop)s as before.",
        "gone": "This link does not work any more",
        "gone_help": "To end advertising messages, please ask the shop that sent them.",
        "other": "ภาษาไทย",
    },
}


def language(asked, accepted):
    """:param asked: what the address of the page says, None for nothing
    :param accepted: werkzeug's LanguageAccept of the browser
    :return: ``th`` or ``en``: Thai unless English is preferred"""
    if asked in TEXTS:
        return asked
    for code, _quality in accepted:
        if code[:2].lower() in TEXTS:
            return code[:2].lower()
    return "th"
