"""What the columns of members files mean. Plain Python, no ORM."""

from odoo.addons.crm_segments.tools.order_columns import normal

# A balance may come in parts that lapse on different days.
PARTS = ("", "_2", "_3")
CONSENTS = ("marketing_sms", "marketing_email", "marketing_line")
# Headers, normalised by `normal`: the first one in the file wins within a meaning.
SYNONYMS = {
    "phone": "phone phonenumber phoneno mobile mobilenumber mobilephone mobileno tel "
    "telephone เบอร์โทรศัพท์ เบอร์โทร เบอร์มือถือ หมายเลขโทรศัพท์ โทรศัพท์มือถือ โทรศัพท์ มือถือ "
    "เบอร์ติดต่อ เบอร์ โทร",
    "number": "membernumber memberno memberid membercode cardnumber cardno "
    "customercode customerid รหัสสมาชิก เลขสมาชิก หมายเลขสมาชิก เลขที่สมาชิก รหัสลูกค้า",
    "last_name": "lastname surname familyname นามสกุล สกุล",
    "first_name": "firstname givenname ชื่อจริง ชื่อ",
    "name": "fullname name customername membername ชื่อนามสกุล ชื่อสกุล ชื่อและนามสกุล "
    "ชื่อสมาชิก ชื่อลูกค้า",
    "nickname": "nickname ชื่อเล่น",
    "birthdate": "birthday birthdate dateofbirth dob วันเกิด วันเดือนปีเกิด วันที่เกิด",
    "gender": "gender sex เพศ",
    "email": "email emailaddress mail อีเมล อีเมล์",
    "tags": "tags tag label labels แท็ก แท็กลูกค้า ป้ายกำกับ",
    "group": "customergroup customertype group กลุ่มลูกค้า ประเภทลูกค้า กลุ่ม",
    "tier": "tier membertier memberlevel level ระดับสมาชิก ระดับ",
    "branch": "branch store shop สาขา สาขาที่สมัคร",
    "joined": "joined joindate joineddate membersince registered registerdate "
    "registrationdate signupdate createdat วันที่สมัคร วันสมัคร วันที่สมัครสมาชิก "
    "วันที่เป็นสมาชิก",
    "points": "points point pointsbalance pointbalance balance currentpoints "
    "คะแนนคงเหลือ แต้มคงเหลือ คะแนนสะสม แต้มสะสม ยอดคะแนน คะแนน แต้ม",
    "points_expiry": "pointsexpiry pointexpiry pointsexpirydate expirydate expiry "
    "expireson expires วันหมดอายุคะแนน วันหมดอายุแต้ม คะแนนหมดอายุ แต้มหมดอายุ วันที่หมดอายุ "
    "วันหมดอายุ",
    "points_2": "points2 point2 คะแนน2 แต้ม2 คะแนนคงเหลือ2",
    "points_expiry_2": "pointsexpiry2 expirydate2 expiry2 วันหมดอายุ2 วันที่หมดอายุ2",
    "points_3": "points3 point3 คะแนน3 แต้ม3 คะแนนคงเหลือ3",
    "points_expiry_3": "pointsexpiry3 expirydate3 expiry3 วันหมดอายุ3 วันที่หมดอายุ3",
    "consent_marketing_sms": "smsconsent consentsms smsmarketing ยินยอมsms รับsms",
    "consent_marketing_email": "emailconsent consentemail emailmarketing ยินยอมอีเมล "
    "รับอีเมล",
    "consent_marketing_line": "lineconsent consentline linemarketing ยินยอมline รับline",
}
TARGETS = tuple(SYNONYMS)
_GENDERS = {
    "female": "female f woman หญิง ญ ผู้หญิง เพศหญิง",
    "male": "male m man ชาย ช ผู้ชาย เพศชาย",
    "other": "other x lgbt lgbtq อื่นๆ อื่น ไม่ระบุเพศ",
}
_ANSWERS = {
    True: "yes y true 1 given agreed accept accepted ใช่ ยินยอม รับ ตกลง อนุญาต",
    False: "no n false 0 refused withdrawn declined ไม่ ไม่ใช่ ไม่ยินยอม ไม่รับ ไม่อนุญาต",
}
GENDERS = {normal(w): key for key, words in _GENDERS.items() for w in words.split()}
ANSWERS = {normal(w): key for key, words in _ANSWERS.items() for w in words.split()}


def missing_targets(targets):
    """:return: list of meanings a members file cannot do without, still missing."""
    return [target for target in ("phone",) if target not in targets]
