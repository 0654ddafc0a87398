from odoo.tests import new_test_user

from .common import LedgerCase

PIXEL = (
    b"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kg"
    b"AAAABJRU5ErkJggg=="
)
NAME = "Wilawan Suksomboonporn"
PHONE = "081-947-2630"
EMAIL = "wilawan.s@customer.example.com"
NICKNAME = "Wunwunny"
STREET = "77/9 Phutthamonthon Sai 4"
# All by which the person could be found, however it was written.
TRACE = r"wilawan|suksomboonporn|wunwunny|phutthamonthon|(8[\s.()-]*1[\s.()-]*)9[\s.()-]*4[\s.()-]*7[\s.()-]*2[\s.()-]*6[\s.()-]*3[\s.()-]*0"  # noqa: E501
# A second customer of whom nothing may change.
OTHER = "Somsri Chaiyaphum"


class PersonalCase(LedgerCase):
    """A customer about whom every module holds something."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.person = (
            cls.env["res.partner"]
            .with_context(crm_customer=True)
            .create(
                {
                    "name": NAME,
                    "phone": PHONE,
                    "email": EMAIL,
                    "nickname": NICKNAME,
                    "street": STREET,
                    "birthdate": "1990-05-17",
                    "gender": "female",
                    "weight": 55,
                    "comment": f"<p>Call {NICKNAME} before noon</p>",
                    "image_1920": PIXEL,
                    "category_id": [(0, 0, {"name": "Likes jasmine"})],
                    "ref": "old shop 4711",
                }
            )
        )
        cls.address = cls.env["res.partner"].create(
            {"name": f"{NICKNAME} at work", "type": "delivery", "phone": "0819472630"}
            | {"parent_id": cls.person.id, "street": STREET}
        )
        cls.other = cls.other_partner
        cls.other.name = OTHER
        cls.product = cls.env["product.product"].create(
            {"name": "Soap", "list_price": 100, "type": "service"}
        )
        cls._make_contact()
        cls._make_sales()
        cls._make_points()
        cls._make_visits()
        cls.env.flush_all()

    @classmethod
    def _make_contact(cls):
        person = cls.person
        person._crm_record_consent("marketing_sms", address=PHONE, source="counter")
        cls.env["crm.partner.identity"].create(
            {"partner_id": person.id, "company_id": cls.env.company.id}
            | {"source": "shopee", "external_id": "wilawan.shop"}
        )
        person.message_post(body=f"Spoke to {NAME} on +66 81 947 2630")
        person.message_post(body="Hello", author_id=person.id, email_from=EMAIL)
        person.activity_schedule("mail.mail_activity_data_todo", summary=f"Ring {NAME}")
        cls.env["ir.attachment"].create(
            {"name": f"{NAME}.txt", "raw": f"Letter to {NAME}".encode()}
            | {"res_model": "res.partner", "res_id": person.id}
        )
        cls.user = new_test_user(
            cls.env, EMAIL, "base.group_portal", partner_id=person.id, name=NAME
        )

    @classmethod
    def _make_sales(cls):
        cls.order = cls.env["sale.order"].create(
            {
                "partner_id": cls.person.id,
                "partner_shipping_id": cls.address.id,
                "note": f"<p>Deliver to {NICKNAME}, 0066819472630</p>",
                "client_order_ref": f"for {NAME}",
                "signed_by": NAME,
                "order_line": [(0, 0, {"product_id": cls.product.id})],
            }
        )
        cls.order.action_confirm()
        cls.order.message_post(
            body=f"Dear {NAME}, your soap is ready", partner_ids=cls.person.ids
        )
        cls.order.message_post(body="I am at the back door", author_id=cls.person.id)
        cls.env["ir.attachment"].create(
            {"name": f"Quotation {NAME}.txt", "raw": NAME.encode()}
            | {"res_model": "sale.order", "res_id": cls.order.id}
        )
        cls.invoice = cls.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": cls.person.id,
                "narration": f"<p>Thank you {NAME}</p>",
                "invoice_line_ids": [
                    (0, 0, {"product_id": cls.product.id, "price_unit": 100})
                ],
            }
        )
        cls.invoice.action_post()

    @classmethod
    def _make_points(cls):
        cls.card_of_person = cls._card(cls.person)
        vals = {
            "card_id": cls.card_of_person.id,
            "kind": "earn",
            "points": 250,
            "key": "personal:1",
            "reason": "test",
        }
        entry = cls.Entry._post([vals])
        cls.env["loyalty.point.note"]._attach(entry, f"{NICKNAME} was kind")
        cls._card(cls.other)

    @classmethod
    def _make_visits(cls):
        cls.visit = cls.env["crm.visit"].create(
            {"partner_id": cls.person.id, "note": f"{NICKNAME} likes tea"}
        )
        cls.visit.message_post(body=f"{NAME} called")
        nurse = new_test_user(
            cls.env, "nurse", "crm_loyalty_points.crm_visit_group_medical"
        )
        cls.nurse = nurse
        cls.medical = (
            cls.env["crm.visit.medical"]
            .with_user(nurse)
            .create(
                {"visit_id": cls.visit.id, "findings": f"{NICKNAME}: stiff neck"}
                | {"photo_ids": [(0, 0, {"name": "neck.png", "datas": PIXEL})]}
            )
        )
