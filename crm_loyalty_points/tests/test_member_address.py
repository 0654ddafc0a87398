from odoo.tests import tagged

from .member_page_common import MemberPageHttpCase
from .test_member_journey import HOME, MemberJourneyCase
from .test_signup_journey import SignUpJourneyCase

PLACES = ".o_member_places button"


@tagged("post_install", "-at_install")
class TestMemberAddress(MemberPageHttpCase):
    """Thai addresses have a sub-district, which is no second line of the street."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.company.country_id = cls.env.ref("base.th")
        cls.bangkok = cls.env["res.country.state"].search([("code", "=", "TH-10")])

    def typed(self, **values):
        return {
            "first_name": "Chai",
            "street": "9 Soi 1",
            "subdistrict": "สีลม",
            "city": "บางรัก",
            "state_id": str(self.bangkok.id),
            "zip": "10500",
            **values,
        }

    def test_saved(self):
        self.post("profile/save", **self.typed())
        partner = self.partner
        self.assertEqual(
            (partner.street, partner.street2, partner.subdistrict, partner.city),
            ("9 Soi 1", False, "สีลม", "บางรัก"),
        )
        self.assertIn('value="สีลม"', self.get("profile").text)
        self.assertNotIn('name="street2"', self.get("profile").text)
        address = self.shop._get_member_profile(partner)["address"]
        self.assertIn("สีลม\nบางรัก\n", address)

    def test_second_line_stays(self):
        self.partner.write({"street": "9 Soi 1", "street2": "Floor 3"})
        self.assertIn('value="Floor 3"', self.get("profile").text)
        self.post("profile/save", **self.typed(street2="Floor 3"))
        self.assertEqual(self.partner.street2, "Floor 3")

    def test_parcel(self):
        """The same address is found again, one in another sub-district is another."""
        address = self.typed()
        address.pop("first_name")
        taken = self.shop._take_member_address(self.partner, address)
        self.assertEqual((taken, taken.subdistrict), (self.partner, "สีลม"))
        self.assertEqual(
            self.shop._take_member_address(self.partner, address), self.partner
        )
        other = self.shop._take_member_address(
            self.partner, {**address, "subdistrict": "สี่พระยา"}
        )
        self.assertEqual((other.parent_id, other.type), (self.partner, "delivery"))
        self.assertEqual(other.subdistrict, "สี่พระยา")

    def test_places_of_a_postcode(self):
        self.sign_in(None)
        places = self.get("places?postcode=10500").json()
        self.assertEqual(len(places), 5)
        self.assertIn(
            {"subdistrict": "สีลม", "city": "บางรัก", "state_id": self.bangkok.id},
            places,
        )
        for postcode in ("1050", "", "x" * 5000, "%25"):
            self.assertEqual(self.get(f"places?postcode={postcode}").json(), [])
        self.env.company.country_id = self.env.ref("base.be")
        self.assertEqual(self.get("places?postcode=10500").json(), [])


@tagged("post_install", "-at_install")
class TestMemberAddressOnAPhone(MemberJourneyCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.company.country_id = cls.env.ref("base.th")

    def fill(self, *steps):
        self.walk(
            [
                ["open", f"{HOME}/profile"],
                *steps,
                ["fits"],
                ["click", ".o_member_profile button[type=submit]"],
                ["see", "main", "Saved"],
            ]
        )
        return (self.partner.subdistrict, self.partner.city, self.partner.state_id.code)

    def test_press_one(self):
        found = self.fill(
            ["type", "#zip", "10500"],
            ["click", PLACES, "สุริยวงศ์"],
            ["click", PLACES, "สีลม"],
            ["see", f"{PLACES}[aria-pressed=true]", "สีลม"],
        )
        self.assertEqual(found, ("สีลม", "บางรัก", "TH-10"))
        self.assertEqual(self.partner.zip, "10500")

    def test_what_was_typed_stays(self):
        found = self.fill(
            ["type", "#subdistrict", "Si Lom"],
            ["type", "#zip", "10500"],
            ["see", PLACES],
        )
        self.assertEqual(found, ("Si Lom", "บางรัก", "TH-10"))

    def test_another_postcode(self):
        """What the first one proposed gives way to what the second one does."""
        found = self.fill(
            ["type", "#zip", "10500"],
            ["click", PLACES, "สีลม"],
            ["type", "#zip", "50200"],
            ["see", PLACES, "ศรีภูมิ"],
        )
        self.assertEqual(found, (False, "เมืองเชียงใหม่", "TH-50"))


@tagged("post_install", "-at_install")
class TestSignUpAddress(SignUpJourneyCase):
    def test_postcode_proposes(self):
        self.ask_profile("address")
        self.walk(
            [
                ["open", f"/member/{self.shop.slug}/join"],
                ["type", "[name=first_name]", "นก"],
                ["type", "[name=phone]", "0899999999"],
                ["type", "[name=email]", "nok@example.com"],
                ["type", "[name=birthdate]", "31/2/2530"],
                ["check", "[name=gender][value=female]"],
                *self.own_steps(),
                ["type", "#address_zip", "10500"],
                ["click", PLACES, "สีลม"],
                ["fits"],
                ["check", "[name=agree]"],
                ["click", "form[data-member-once] button[type=submit]"],
                ["see", "#birthdate_error"],
                ["see", "#address_subdistrict[value=สีลม]"],
                ["see", "#address_city[value=บางรัก]"],
                ["see", "select[name=address_state_id]:has(option[selected])"],
            ],
            "th_TH",
        )
