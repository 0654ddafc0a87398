"""The columns of a file that names customers."""

# By what a row may name a customer, the surest first.
TARGETS = ("number", "phone", "email")
# Words of a header, normalised by ``order_columns.normal``.
SYNONYMS = {
    "number": "membernumber memberno memberid membercode number customernumber "
    "customercode รหัสสมาชิก หมายเลขสมาชิก เลขสมาชิก เลขที่สมาชิก รหัสลูกค้า",
    "phone": "phone phonenumber mobile mobilenumber mobilephone telephone tel "
    "เบอร์โทรศัพท์ เบอร์โทร หมายเลขโทรศัพท์ โทรศัพท์ เบอร์มือถือ มือถือ เบอร์",
    "email": "email mail emailaddress อีเมล อีเมล์",
}
