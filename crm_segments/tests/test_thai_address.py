from odoo.tests import Form, HttpCase, TransactionCase, tagged

from ..tools import thai_places
from .common_import import ImportCase

FORM = "crm_segments.res_partner_view_form_customer"
QUICK = "crm_segments.res_partner_view_form_customer_quick"


@tagged("post_install", "-at_install")
class TestThaiAddress(TransactionCase):
    """Somebody on the phone says a postcode: the rest is not typed (B12)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.thailand = cls.env.ref("base.th")
        cls.env.company.country_id = cls.thailand
        cls.places = cls.env["crm.postcode"]
        cls.states = cls.env["res.country.state"]
        cls.partners = cls.env["res.partner"].with_context(crm_customer=True)

    def single(self):
        """:return: a postcode of one sub-district, made for the test"""
        state = self.states.search([("code", "=", "TH-50")])
        return self.places.create(
            {
                "postcode": "59999",
                "subdistrict": "ศรีภูมิ",
                "district": "เมืองเชียงใหม่",
                "state_id": state.id,
            }
        )

    # -- the list ----------------------------------------------------------------------

    def test_every_place_is_there(self):
        rows = thai_places.read_places()
        self.assertEqual(len(rows), 7436)
        self.assertEqual(len(set(rows)), 7436)
        self.assertEqual(self.places.search_count([]), 7436)
        provinces = self.places._read_group([], ["state_id"])
        self.assertEqual(len(provinces), 77)

    def test_loading_again(self):
        gone = self.places.search([], limit=1)
        values = (gone.postcode, gone.subdistrict, gone.district, gone.state_id.id)
        own = self.single()
        gone.unlink()
        with self.assertQueryCount(10):  # not one for each place
            self.places._load_thai_places()
        self.assertEqual(self.places.search_count([]), 7437)
        self.assertTrue(own.exists())
        self.assertTrue(
            self.places.search_count(
                [
                    (field, "=", value)
                    for field, value in zip(
                        ("postcode", "subdistrict", "district", "state_id"),
                        values,
                        strict=True,
                    )
                ]
            )
        )

    # -- typing a postcode -------------------------------------------------------------

    def test_one_place(self):
        place = self.single()
        for view in (FORM, QUICK):
            form = Form(self.partners, view=view)
            form.name = "Nok"
            form.zip = "59999"
            partner = form.save()
            self.assertEqual(partner.subdistrict, "ศรีภูมิ", view)
            self.assertEqual(partner.city, "เมืองเชียงใหม่")
            self.assertEqual(partner.state_id, place.state_id)
            self.assertEqual(partner.country_id, self.thailand)

    def test_several_places(self):
        """10100: two districts of Bangkok."""
        form = Form(self.partners, view=FORM)
        form.name = "Nok"
        form.zip = "10100"
        self.assertFalse(form.subdistrict)
        self.assertFalse(form.city)
        self.assertEqual(form.state_id.code, "TH-10")
        place = self.places.search(
            [("postcode", "=", "10100"), ("subdistrict", "=", "ตลาดน้อย")]
        )
        form.postcode_place_id = place
        self.assertEqual(form.city, "สัมพันธวงศ์")
        partner = form.save()
        self.assertEqual(partner.subdistrict, "ตลาดน้อย")

    def test_places_are_proposed_once(self):
        """Of a postcode that was there before, nobody is asked at every visit."""
        partner = self.partners.create({"name": "Nok", "zip": "10100"})
        form = Form(partner, view=FORM)
        self.assertFalse(form.postcode_typed)
        form.zip = "10200"
        self.assertTrue(form.postcode_typed)
        form = Form(self.partners, view=FORM)
        form.name = "Nok"
        form.zip = "10100"
        self.assertTrue(form.postcode_typed)

    def test_another_postcode(self):
        form = Form(self.partners, view=FORM)
        form.name = "Nok"
        self.single()
        form.zip = "59999"
        form.zip = "10100"
        self.assertFalse(form.subdistrict)
        self.assertEqual(form.state_id.code, "TH-10")

    def test_what_was_typed_stays(self):
        self.single()
        form = Form(self.partners, view=FORM)
        form.name = "Nok"
        form.city = "Muang"
        form.zip = "59999"
        self.assertEqual(form.city, "Muang")
        form = Form(self.partners, view=FORM)
        form.name = "Nok"
        form.zip = "00000"
        self.assertFalse(form.state_id)

    def test_other_countries(self):
        self.single()
        form = Form(self.partners, view=FORM)
        form.name = "Nok"
        form.country_id = self.env.ref("base.fr")
        form.zip = "59999"
        self.assertFalse(form.city)
        self.assertFalse(form.thai_address)

    def test_delivery_address(self):
        """The form of an address of the customer proposes too."""
        self.single()
        customer = self.partners.create({"name": "Nok"})
        with Form(customer, view=FORM) as form, form.child_ids.new() as child:
            child.type = "delivery"
            child.name = "Office"
            child.zip = "59999"
        self.assertEqual(customer.child_ids.subdistrict, "ศรีภูมิ")

    # -- printed -----------------------------------------------------------------------

    def address(self, **values):
        partner = self.partners.create({"name": "Nok", **values})
        return partner._display_address(without_company=True)

    def test_print(self):
        state = self.states.search([("code", "=", "TH-50")])
        values = {
            "street": "1 ถนนราชดำเนิน",
            "zip": "50200",
            "state_id": state.id,
            "country_id": self.thailand.id,
        }
        self.assertIn(
            "ตำบลศรีภูมิ อำเภอเมืองเชียงใหม่\nเชียงใหม่ 50200",
            self.address(subdistrict="ศรีภูมิ", city="เมืองเชียงใหม่", **values),
        )
        self.assertIn(
            "ต.ศรีภูมิ อ.เมือง\n",
            self.address(subdistrict="ต.ศรีภูมิ", city="อ.เมือง", **values),
        )
        self.assertIn(
            "Si Phum Mueang\n",
            self.address(subdistrict="Si Phum", city="Mueang", **values),
        )
        # as before without a sub-district
        self.assertIn("\nเมืองเชียงใหม่\n", self.address(city="เมืองเชียงใหม่", **values))
        bangkok = self.states.search([("code", "=", "TH-10")])
        self.assertIn(
            "แขวงตลาดน้อย เขตสัมพันธวงศ์",
            self.address(
                subdistrict="ตลาดน้อย",
                city="สัมพันธวงศ์",
                **{**values, "state_id": bangkok.id},
            ),
        )

    def test_print_of_other_countries(self):
        for code in ("fr", "us", "jp"):
            country = self.env.ref(f"base.{code}")
            values = {"street": "1 Road", "city": "Town", "country_id": country.id}
            self.assertIn("Town", self.address(**values), code)
            self.assertNotIn("Town", self.address(**{**values, "city": False}))
        self.assertNotIn("subdistrict", self.thailand.address_format)

    # -- provinces in both languages ---------------------------------------------------

    def test_provinces(self):
        provinces = self.states.search([("country_id", "=", self.thailand.id)])
        self.assertEqual(len(set(provinces.mapped("name_en"))), 77)
        self.assertTrue(all(provinces.mapped("name_en")))
        for typed in ("Chiang Mai", "chiang m", "เชียงใหม่"):
            found = self.states.name_search(typed)
            self.assertIn("เชียงใหม่", found[0][1], typed)
        customer = self.partners.create(
            {
                "name": "Nok",
                "state_id": self.states.search([("code", "=", "TH-50")]).id,
            }
        )
        for typed in ("Chiang Mai", "เชียงใหม่"):
            found = self.partners.search([("state_id", "ilike", typed)])
            self.assertIn(customer, found)
        self.assertNotIn(
            customer, self.partners.search([("state_id", "ilike", "Phuket")])
        )


@tagged("post_install", "-at_install")
class TestThaiAddressOfAFile(ImportCase):
    def test_order_file(self):
        """The columns are known, and the province is in whatever language."""
        head = "Order ID,Date,Customer name,Phone,SKU,Quantity,Price"
        for number, province in enumerate(("Chiang Mai", "จังหวัดเชียงใหม่"), start=1):
            row = f"{number},1/5/2024,Nok,081000000{number},A,1,5"
            text = (
                f"{head},ตำบล,อำเภอ,จังหวัด,รหัสไปรษณีย์\n"
                f"{row},ศรีภูมิ,เมืองเชียงใหม่,{province},50200\n"
            )
            record = self.run_import(self.upload(text, name=f"{number}.csv"))
            partner = self.orders(record)[str(number)].partner_id
            self.assertEqual(partner.subdistrict, "ศรีภูมิ")
            self.assertEqual(partner.city, "เมืองเชียงใหม่")
            self.assertEqual(partner.state_id.code, "TH-50")


@tagged("post_install", "-at_install")
class TestThaiAddressTour(HttpCase):
    def prepare(self):
        self.env.company.country_id = self.env.ref("base.th")

    def check(self, name):
        partner = self.env["res.partner"].search([("name", "=", name)])
        self.assertEqual(partner.subdistrict, "ตลาดน้อย")
        self.assertEqual(partner.city, "สัมพันธวงศ์")
        self.assertEqual(partner.state_id.code, "TH-10")

    def test_customer_form(self):
        self.prepare()
        self.start_tour("/odoo/crm-customers", "crm_segments_postcode", login="admin")
        self.check("Postcodetour")

    def test_on_a_phone(self):
        self.prepare()
        self.browser_size = "390x844"
        self.touch_enabled = True
        self.start_tour(
            "/odoo/crm-customers/new", "crm_segments_postcode_form", login="admin"
        )
        self.check("Postcodeform")
