from datetime import timedelta

from freezegun import freeze_time

from odoo import Command, fields
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import TransactionCase, new_test_user, tagged
from odoo.tools import mute_logger


@tagged("post_install", "-at_install")
class TestMemberDevice(TransactionCase):
    """A remembered device opens a member's page: only its own token may, only in its
    own company, and not for ever."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env.company
        cls.other = cls.env["res.company"].create({"name": "Other shop"})
        cls.anna = cls.env["res.partner"].create({"name": "Anna"})
        cls.devices = cls.env["crm.member.device"]
        cls.device, cls.token = cls.devices._remember(cls.anna, cls.company, "Phone")

    def test_only_its_token_in_its_company(self):
        self.assertEqual(self.devices._recognise(self.company, self.token), self.device)
        self.assertFalse(self.devices._recognise(self.other, self.token))
        self.assertFalse(self.devices._recognise(self.company, self.token[:-1]))
        self.assertFalse(self.devices._recognise(self.company, ""))
        self.assertFalse(self.devices._recognise(self.company, None))

    def test_the_token_is_nowhere_in_the_database(self):
        values = self.device.sudo().read()[0].values()
        self.assertNotIn(self.token, map(str, values))

    def test_unused_for_too_long_it_is_forgotten(self):
        start = fields.Datetime.now()
        with freeze_time(start + timedelta(days=89)):
            self.assertTrue(self.devices._recognise(self.company, self.token))
            self.device._note_use()
        with freeze_time(start + timedelta(days=178)):
            self.assertTrue(self.devices._recognise(self.company, self.token))
        with freeze_time(start + timedelta(days=180)):
            self.assertFalse(self.devices._recognise(self.company, self.token))
            self.devices._gc_devices()
        self.assertFalse(self.device.exists())

    def test_staff_may_sign_a_device_out_but_not_read_its_token(self):
        officer = new_test_user(
            self.env, "off", groups="crm_segments.crm_segments_group_officer"
        )
        viewer = new_test_user(
            self.env, "vie", groups="crm_segments.crm_segments_group_viewer"
        )
        with self.assertRaises(AccessError), mute_logger("odoo.addons.base"):
            self.device.with_user(viewer).action_end()
        device = self.device.with_user(officer)
        with self.assertRaises(AccessError):
            device.read(["token_hash"])
        device.action_end()
        self.assertFalse(self.devices._recognise(self.company, self.token))


@tagged("post_install", "-at_install")
class TestShopAccount(TransactionCase):
    """The address of a page names one shop, and the card is of its programme."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env["res.company"].create({"name": "Baan Suan"})
        cls.shops = cls.env["crm.shop"].with_company(cls.company)
        cls.shop = cls.shops.create({})

    def test_the_address_is_made_of_the_name(self):
        self.assertEqual(self.shop.slug, "baan-suan")
        self.assertTrue(self.shop.member_page_url.endswith("/member/baan-suan"))
        self.assertEqual(self.shops._by_slug("baan-suan"), self.shop)
        self.assertFalse(self.shops._by_slug("baan"))
        for slug in ("", "Baan", "a b", "-a", "a--b", "../x", "ร้าน"):
            with self.assertRaises(ValidationError), self.cr.savepoint():
                self.shop.slug = slug
                self.shop.flush_recordset()

    def test_switched_off_it_is_not_found(self):
        self.shop.active = False
        self.assertFalse(self.shops._by_slug("baan-suan"))

    def test_the_only_programme_needs_no_choice(self):
        programs = self.env["loyalty.program"].with_company(self.company)
        self.env["loyalty.program"].search(
            [("program_type", "=", "loyalty"), ("company_id", "=", False)]
        ).active = False
        first = programs.create(
            {
                "name": "Points",
                "program_type": "loyalty",
                "applies_on": "both",
                "company_id": self.company.id,
                "reward_ids": [Command.create({})],
            }
        )
        anna = self.env["res.partner"].create({"name": "Anna"})
        self.assertEqual(self.shop._get_program(), first)
        self.assertFalse(self.shop._get_member_card(anna))
        card = self.env["loyalty.card"].create(
            {"program_id": first.id, "partner_id": anna.id}
        )
        self.assertEqual(self.shop._get_member_card(anna), card)
        second = first.copy({"name": "Gold"})
        self.assertFalse(self.shop._get_program())
        self.shop.program_id = second
        self.assertEqual(self.shop._get_program(), second)
        self.assertFalse(self.shop._get_member_card(anna))

    def test_the_layout_takes_the_look_of_the_shop(self):
        html = self.env["ir.qweb"]._render(
            "crm_loyalty_points.member_layout",
            {
                "shop": self.shop,
                "style": {"shop-main": "#123456"},
                "languages": {"en_US": "English", "th_TH": "ภาษาไทย"},
                "page_lang": "th_TH",
                "page_url": "/member/baan-suan",
            },
        )
        self.assertIn('lang="th-TH"', html)
        self.assertIn("--shop-main: #123456;", html)
        self.assertIn('href="/member/baan-suan?lang=en_US"', html)
        self.assertRegex(html, r"/web/assets/[^\"]*assets_member[^\"]*\.js")
