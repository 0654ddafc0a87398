"""What the columns and status words of order files mean. Plain Python, no ORM."""

import re

# The meanings a column can have, in the order they are offered.
TARGETS = (
    "number",
    "line_ref",
    "date",
    "status",
    "customer",
    "name",
    "phone",
    "email",
    "street",
    "subdistrict",
    "city",
    "province",
    "zip",
    "sku",
    "product",
    "variant",
    "quantity",
    "unit_price",
    "amount",
    "returned",
)
# Words of a header, normalised by ``normal``, first fit wins within a meaning.
SYNONYMS = {
    "number": "orderid orderno ordernumber ordersn order invoiceno invoice number "
    "หมายเลขคำสั่งซื้อ เลขที่คำสั่งซื้อ เลขคำสั่งซื้อ เลขที่ใบสั่งซื้อ",
    "line_ref": "orderitemid orderlineid lineid",
    "date": "วันที่ทำการสั่งซื้อ เวลาการสั่งซื้อ ordercreationdate orderdate createdtime "
    "createtime invoicedate purchasedate date วันที่สั่งซื้อ วันที่",
    "status": "orderstatus สถานะการสั่งซื้อ สถานะคำสั่งซื้อ status สถานะ",
    "customer": "ชื่อผู้ใช้ผู้ซื้อ usernamebuyer buyerusername customerid customerno "
    "customercode memberid membernumber รหัสลูกค้า รหัสสมาชิก",
    "name": "ชื่อผู้รับ receivername recipient customername buyername customer "
    "shippingname ชื่อลูกค้า ลูกค้า",
    "phone": "หมายเลขโทรศัพท์ เบอร์โทรศัพท์ เบอร์โทร phonenumber phone# phone mobile "
    "telephone shippingphone",
    "email": "customeremail email อีเมล",
    "street": "ที่อยู่ในการจัดส่ง deliveryaddress detailaddress shippingaddress address ที่อยู่",
    "subdistrict": "แขวงตำบล ตำบลแขวง ตำบล แขวง subdistrict",
    "city": "เขตอำเภอ อำเภอ เขต district shippingaddress4 city",
    "province": "จังหวัด province shippingaddress3",
    "zip": "รหัสไปรษณีย์ zipcode postalcode postcode zip shippingpostcode",
    "sku": "เลขอ้างอิงskuskureferenceno skureferenceno sellersku stockcode sku "
    "productcode internalreference รหัสสินค้า",
    "product": "ชื่อสินค้า productname itemname description product สินค้า",
    "variant": "ชื่อตัวเลือก variationname variation variant",
    "quantity": "จำนวน quantity qty",
    "unit_price": "ราคาขาย dealprice skuunitoriginalprice unitprice price ราคาต่อหน่วย "
    "ราคา",
    "amount": "ราคาขายสุทธิ productsubtotal skusubtotalafterdiscount paidprice amount "
    "subtotal ยอดเงิน จำนวนเงิน",
    "returned": "จำนวนที่ส่งคืน returnedquantity skuquantityofreturn",
}
_STATUS_WORDS = {
    "sale": "sale completed complete delivered shipped shipping toship toreceive "
    "readytoship packed paid processing processed confirmed intransit done "
    "awaitingshipment awaitingcollection tocollect "
    "สำเร็จ สำเร็จแล้ว จัดส่งสำเร็จ จัดส่งสำเร็จแล้ว ที่ต้องจัดส่ง รอการจัดส่ง กำลังจัดส่ง "
    "การจัดส่ง จัดส่งแล้ว ที่ต้องได้รับ ชำระแล้ว ชำระเงินแล้ว เสร็จสมบูรณ์ ขาย",
    "cancel": "cancel cancelled canceled void failed failed_delivery faileddelivery "
    "lost damaged ยกเลิก ยกเลิกแล้ว จัดส่งไม่สำเร็จ",
    "draft": "draft unpaid pending quotation sent onhold awaitingpayment "
    "ยังไม่ชำระ ยังไม่ชำระเงิน รอชำระ รอชำระเงิน ที่ต้องชำระ รอดำเนินการ",
    "return": "returned refunded return returntoseller คืนสินค้าแล้ว คืนสินค้า/คืนเงิน "
    "คืนเงินแล้ว คืนเงิน/คืนสินค้า",
}


def normal(text):
    """:return: a header or status word without case, spaces and punctuation."""
    return re.sub(r"[\s*()\[\].:/_-]+", "", text or "").lower()


_STATUS = {
    normal(word): state
    for state, words in _STATUS_WORDS.items()
    for word in words.split()
}


def status_state(text, words=None):
    """:param dict words: the shop's own status words, normalised: state

    :return: "sale", "cancel", "draft", "return", or None for an unknown word
    """
    word = normal(text)
    found = (words or {}).get(word) or _STATUS.get(word)
    if not found and word.startswith("คำสั่งซื้อที่จัดส่งสำเร็จ"):
        found = "sale"
    # Shopee adds a sentence with a date to "received by the buyer".
    if not found and word.startswith(("ผู้ซื้อได้รับสินค้า", "จัดส่งสำเร็จ")):
        found = "sale"
    return found


def guess_targets(headers, synonyms=None):
    """Give each header at most one meaning, each meaning at most one column.

    :param list headers: texts of the header row
    :param dict synonyms: {meaning: headers in one text}, default those of order files
    :return: list of meaning or "" per header
    """
    result = [""] * len(headers)
    words = [normal(header) for header in headers]
    for target, known in (synonyms or SYNONYMS).items():
        for synonym in map(normal, known.split()):
            if synonym in words and not result[words.index(synonym)]:
                result[words.index(synonym)] = target
                break
    return result


def find_header_row(rows, guess=guess_targets):
    """:param list rows: cells of the first rows as texts
    :param guess: function(headers) -> meanings

    :return: index of the row with the most recognised headers, 0 when none has
        two: marketplaces put titles above the table
    """
    scores = [sum(map(bool, guess(row))) for row in rows]
    best = max(scores, default=0)
    return scores.index(best) if best >= 2 else 0


def missing_targets(targets):
    """:return: list of meanings an order file cannot do without, still missing."""
    given = set(targets)
    missing = [target for target in ("date",) if target not in given]
    if not given & {"customer", "phone", "email"}:
        missing.append("customer")
    if not given & {"amount", "unit_price"}:
        missing.append("amount")
    return missing
